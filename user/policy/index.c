// SPDX-License-Identifier: GPL-2.0-only
/*
 * A rule is put into a bucket for each of its ports (or one for all ports), and
 * there by one of its keys (exe, unit, user, on) whose list has something that
 * is not negated: one element has to match, and so the rule is put there by
 * each element of the list: a whole text, what a pattern begins or ends with, a
 * network. Who asks looks up what the subject has.
 *
 * An alert rule matches what is not known, too: so it is also in a bucket for
 * subjects of which that is not known.
 */
#include "policy/index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PORTS_EACH_MAX 64    /* a rule with more ports is in the bucket for all ports */
#define ENTRIES_EACH_MAX 256 /* and one with more entries than that asks for no key */
#define NEAREST_MAX 256      /* rules that name a number, and are looked at for "why" */

enum pivot {
	PIVOT_NONE,
	PIVOT_EXE,
	PIVOT_EXE_BEGIN,
	PIVOT_EXE_END,
	PIVOT_EXE_ATTRIBUTE, /* deleted, memfd: of what is not the host's file */
	PIVOT_EXE_UNKNOWN,
	PIVOT_UNIT,
	PIVOT_UNIT_UNKNOWN,
	PIVOT_USER,
	PIVOT_UID,
	PIVOT_USER_UNKNOWN,
	PIVOT_SCOPE,
	PIVOT_NETWORK,
	PIVOT_NAMING, /* not for a match: the rule names the number */
};

struct bucket {
	uint64_t key; /* 0: none. Two keys with one hash are candidates too many, and no mistake. */
	uint32_t *rules;
	uint32_t n;
	uint32_t cap;
};

/* A range that is too wide for a bucket a port, of a rule that names its numbers. */
struct wide {
	uint16_t first;
	uint16_t last;
	uint32_t rule;
	uint8_t protos;
};

struct index {
	const struct policy *policy;
	struct bucket *buckets;
	size_t n_buckets;
	size_t cap; /* a power of two */
	struct wide *wide;
	size_t n_wide;
	/* Lengths of beginnings and ends that there are. */
	bool begins[INDEX_PART_MAX + 1];
	bool ends[INDEX_PART_MAX + 1];
	bool bits4[INDEX_BITS_MAX + 1]; /* of prefixes of IPv4, and of IPv6 */
	bool bits6[INDEX_BITS_MAX + 1];
	bool failed;
};

/* --- buckets ---------------------------------------------------------------------------- */

#define HASH_START 14695981039346656037ULL /* FNV-1a */

static uint64_t hash_byte(uint64_t hash, char byte)
{
	return (hash ^ (unsigned char)byte) * 1099511628211ULL;
}

static uint64_t hash_text(const char *text, size_t len)
{
	uint64_t hash = HASH_START;

	for (size_t i = 0; i < len; i++)
		hash = hash_byte(hash, text[i]);
	return hash;
}

static uint64_t hash_backwards(const char *end, size_t len)
{
	uint64_t hash = HASH_START;

	while (len--)
		hash = hash_byte(hash, *--end);
	return hash;
}

/* port 0: all ports */
static uint64_t key_of(enum pivot pivot, uint8_t proto, uint16_t port, uint64_t hash)
{
	uint64_t key = hash ^ ((uint64_t)pivot << 24 | (uint64_t)proto << 16 | port) *
				      0x9e3779b97f4a7c15ULL;

	key ^= key >> 32;
	key *= 0xd6e8feb86659fd93ULL;
	key ^= key >> 32;
	return key ? key : 1;
}

static struct bucket *bucket_at(struct bucket *buckets, size_t cap, uint64_t key)
{
	size_t at = key & (cap - 1);

	while (buckets[at].key && buckets[at].key != key)
		at = (at + 1) & (cap - 1);
	return &buckets[at];
}

static bool grow(struct index *index)
{
	size_t cap = index->cap ? index->cap * 2 : 64;
	struct bucket *buckets = calloc(cap, sizeof(*buckets));

	if (!buckets)
		return false;
	for (size_t i = 0; i < index->cap; i++)
		if (index->buckets[i].key)
			*bucket_at(buckets, cap, index->buckets[i].key) = index->buckets[i];
	free(index->buckets);
	index->buckets = buckets;
	index->cap = cap;
	return true;
}

static void add(struct index *index, uint64_t key, uint32_t rule)
{
	struct bucket *bucket;

	if (index->n_buckets * 2 >= index->cap && !grow(index)) {
		index->failed = true;
		return;
	}
	bucket = bucket_at(index->buckets, index->cap, key);
	if (bucket->n && bucket->rules[bucket->n - 1] == rule)
		return;
	if (bucket->n == bucket->cap) {
		uint32_t cap = bucket->cap ? bucket->cap * 2 : 2;
		uint32_t *rules = reallocarray(bucket->rules, cap, sizeof(*rules));

		if (!rules) {
			index->failed = true;
			return;
		}
		bucket->rules = rules;
		bucket->cap = cap;
	}
	index->n_buckets += !bucket->key;
	bucket->key = key;
	bucket->rules[bucket->n++] = rule;
}

/* --- what a rule is found by ------------------------------------------------------------ */

struct entry {
	enum pivot pivot;
	uint64_t hash;
};

struct entries {
	struct entry all[ENTRIES_EACH_MAX];
	size_t n;
};

static void put(struct entries *entries, enum pivot pivot, uint64_t hash)
{
	entries->all[entries->n++] = (struct entry){ pivot, hash };
}

/* What each text that a pattern matches begins with, and ends with, without quotes. */
static void ends_of(const char *pattern, char *begin, size_t *begin_len, char *end, size_t *end_len)
{
	bool star = false;

	*begin_len = *end_len = 0;
	for (; *pattern; pattern++) {
		if (*pattern == '*' || *pattern == '?') {
			star = true;
			*end_len = 0;
			continue;
		}
		if (*pattern == '\\' && pattern[1])
			pattern++;
		if (!star && *begin_len < INDEX_PART_MAX)
			begin[(*begin_len)++] = *pattern;
		if (*end_len == INDEX_PART_MAX)
			memmove(end, end + 1, --*end_len);
		end[(*end_len)++] = *pattern;
	}
}

static void put_glob(struct index *index, struct entries *entries, const char *pattern)
{
	char begin[INDEX_PART_MAX], end[INDEX_PART_MAX];
	size_t begin_len, end_len;

	ends_of(pattern, begin, &begin_len, end, &end_len);
	if (begin_len >= end_len) {
		index->begins[begin_len] = true;
		put(entries, PIVOT_EXE_BEGIN, hash_text(begin, begin_len));
	} else {
		index->ends[end_len] = true;
		put(entries, PIVOT_EXE_END, hash_backwards(end + end_len, end_len));
	}
}

static void put_exe(struct index *index, struct entries *entries, const struct element *element)
{
	if (element->kind == ELEMENT_GLOB)
		put_glob(index, entries, element->text);
	else if (element->kind == ELEMENT_TEXT)
		put(entries, PIVOT_EXE, hash_text(element->text, strlen(element->text)));
	else
		put(entries, PIVOT_EXE_ATTRIBUTE, 0);
}

static uint64_t hash_network(const uint8_t *addr, bool ipv4, unsigned int bits)
{
	uint64_t hash = hash_byte(hash_byte(HASH_START, (char)bits), ipv4 ? '4' : '6');

	for (unsigned int i = 0; i < bits / 8; i++)
		hash = hash_byte(hash, (char)addr[i]);
	if (bits % 8)
		hash = hash_byte(hash, (char)(addr[bits / 8] & (0xff00 >> bits % 8)));
	return hash;
}

static void put_on(struct index *index, struct entries *entries, const struct element *element)
{
	bool ipv4 = element->family == AF_INET;

	if (element->kind == ELEMENT_SCOPE) {
		put(entries, PIVOT_SCOPE, element->number);
		return;
	}
	(ipv4 ? index->bits4 : index->bits6)[element->bits] = true;
	put(entries, PIVOT_NETWORK, hash_network(element->addr, ipv4, element->bits));
}

/* A pattern for a unit or a user has no bucket of its own. */
static bool by_whole_texts(const struct criterion *criterion)
{
	for (size_t i = 0; i < criterion->n; i++)
		if (!criterion->elements[i].negated && criterion->elements[i].kind == ELEMENT_GLOB)
			return false;
	return true;
}

static const struct criterion *pivot_of(const struct rule *rule)
{
	static const enum rule_key order[] = { KEY_EXE, KEY_UNIT, KEY_USER, KEY_ON };

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		for (size_t j = 0; j < rule->n_criteria; j++) {
			const struct criterion *criterion = &rule->criteria[j];

			if (criterion->key == order[i] && criterion->has_positive &&
			    criterion->n < ENTRIES_EACH_MAX &&
			    (criterion->key == KEY_EXE || by_whole_texts(criterion)))
				return criterion;
		}
	}
	return NULL;
}

static enum pivot unknown_pivot(enum rule_key key)
{
	return key == KEY_EXE  ? PIVOT_EXE_UNKNOWN :
	       key == KEY_UNIT ? PIVOT_UNIT_UNKNOWN :
				 PIVOT_USER_UNKNOWN;
}

static void find_entries(struct index *index, const struct rule *rule, struct entries *entries)
{
	const struct criterion *pivot = pivot_of(rule);

	entries->n = 0;
	for (size_t i = 0; pivot && i < pivot->n; i++) {
		const struct element *element = &pivot->elements[i];

		if (element->negated)
			continue;
		if (pivot->key == KEY_EXE)
			put_exe(index, entries, element);
		else if (pivot->key == KEY_ON)
			put_on(index, entries, element);
		else if (element->kind == ELEMENT_NUMBER)
			put(entries, PIVOT_UID, element->number);
		else
			put(entries, pivot->key == KEY_UNIT ? PIVOT_UNIT : PIVOT_USER,
			    hash_text(element->text, strlen(element->text)));
	}
	if (!pivot)
		put(entries, PIVOT_NONE, 0);
	else if (rule->action == ACTION_ALERT && pivot->key != KEY_ON) /* an address is known */
		put(entries, unknown_pivot(pivot->key), 0);
}

/* --- building --------------------------------------------------------------------------- */

static void add_protos(struct index *index, const struct rule *rule, uint32_t number, uint16_t port,
		       const struct entries *entries)
{
	for (unsigned int bit = 1; bit < 1u << PROTOS; bit <<= 1) {
		if (!(rule->protos & bit))
			continue;
		for (size_t i = 0; i < entries->n; i++)
			add(index,
			    key_of(entries->all[i].pivot, (uint8_t)bit, port, entries->all[i].hash),
			    number);
	}
}

static size_t count_ports(const struct rule *rule)
{
	size_t n = 0;

	for (size_t i = 0; i < rule->ports.n; i++)
		n += (size_t)rule->ports.ranges[i].last - rule->ports.ranges[i].first + 1;
	return n;
}

static void add_rule(struct index *index, const struct rule *rule, uint32_t number)
{
	struct entries entries;

	find_entries(index, rule, &entries);
	if (rule->all_ports || rule->ephemeral || count_ports(rule) > PORTS_EACH_MAX) {
		add_protos(index, rule, number, 0, &entries);
		return;
	}
	for (size_t i = 0; i < rule->ports.n; i++)
		for (unsigned int port = rule->ports.ranges[i].first;
		     port <= rule->ports.ranges[i].last; port++)
			add_protos(index, rule, number, (uint16_t)port, &entries);
}

/* For "why": the rules that name a number. */
static void add_naming(struct index *index, const struct rule *rule, uint32_t number)
{
	static const struct entries naming = { .all = { { PIVOT_NAMING, 0 } }, .n = 1 };

	if (rule->action == ACTION_ALERT)
		return;
	for (size_t i = 0; i < rule->ports.n; i++) {
		const struct port_range *range = &rule->ports.ranges[i];

		if (range->last - range->first >= PORTS_EACH_MAX) {
			index->wide[index->n_wide++] = (struct wide){ range->first, range->last,
								      number, rule->protos };
			continue;
		}
		for (unsigned int port = range->first; port <= range->last; port++)
			add_protos(index, rule, number, (uint16_t)port, &naming);
	}
}

struct index *index_new(const struct policy *policy)
{
	struct index *index = calloc(1, sizeof(*index));
	size_t ranges = 0;

	if (!index)
		return NULL;
	index->policy = policy;
	for (size_t i = 0; i < policy->n_rules; i++)
		ranges += policy->rules[i].ports.n;
	index->wide = calloc(ranges + 1, sizeof(*index->wide));
	index->failed = !index->wide || !grow(index);
	for (size_t i = 0; !index->failed && i < policy->n_rules; i++) {
		add_rule(index, &policy->rules[i], (uint32_t)i);
		if (!index->failed)
			add_naming(index, &policy->rules[i], (uint32_t)i);
	}
	if (!index->failed)
		return index;
	index_free(index);
	return NULL;
}

void index_free(struct index *index)
{
	if (!index)
		return;
	for (size_t i = 0; i < index->cap; i++)
		free(index->buckets[i].rules);
	free(index->buckets);
	free(index->wide);
	free(index);
}

/* --- looking up ------------------------------------------------------------------------- */

static void look_up(const struct index *index, enum pivot pivot, uint8_t proto, uint16_t port,
		    uint64_t hash, struct candidates *out)
{
	const struct bucket *bucket = bucket_at(index->buckets, index->cap,
						key_of(pivot, proto, port, hash));

	if (bucket->n)
		out->runs[out->n++] = (struct run){ bucket->rules, bucket->rules + bucket->n };
}

/* By all that the executable begins and ends with. */
static void find_parts(const struct index *index, const char *exe, size_t len, uint8_t proto,
		       uint16_t port, struct candidates *out)
{
	size_t max = len < INDEX_PART_MAX ? len : INDEX_PART_MAX;
	uint64_t begin = HASH_START, end = HASH_START;

	for (size_t i = 0;; i++) {
		if (index->begins[i])
			look_up(index, PIVOT_EXE_BEGIN, proto, port, begin, out);
		if (index->ends[i])
			look_up(index, PIVOT_EXE_END, proto, port, end, out);
		if (i == max)
			return;
		begin = hash_byte(begin, exe[i]);
		end = hash_byte(end, exe[len - 1 - i]);
	}
}

static void find_networks(const struct index *index, const struct view *view, uint16_t port,
			  struct candidates *out)
{
	const bool *used = view->ipv4 ? index->bits4 : index->bits6;
	unsigned int max = view->ipv4 ? 32 : INDEX_BITS_MAX;

	for (unsigned int bits = 0; bits <= max; bits++)
		if (used[bits])
			look_up(index, PIVOT_NETWORK, view->proto, port,
				hash_network(view->addr, view->ipv4, bits), out);
}

static void find_at(const struct index *index, const struct view *view, uint16_t port,
		    struct candidates *out)
{
	const struct policy_subject *s = view->subject;
	size_t len = s->exe ? strlen(s->exe) : 0;
	uint8_t proto = view->proto;

	look_up(index, PIVOT_NONE, proto, port, 0, out);
	look_up(index, PIVOT_SCOPE, proto, port, (uint64_t)view->scope, out);
	find_networks(index, view, port, out);
	if (s->exe) {
		look_up(index, PIVOT_EXE, proto, port, hash_text(s->exe, len), out);
		find_parts(index, s->exe, len, proto, port, out);
	} else {
		look_up(index, PIVOT_EXE_UNKNOWN, proto, port, 0, out);
	}
	if (view->standing != EXE_HOST)
		look_up(index, PIVOT_EXE_ATTRIBUTE, proto, port, 0, out);
	if (s->unit)
		look_up(index, PIVOT_UNIT, proto, port, hash_text(s->unit, strlen(s->unit)), out);
	else
		look_up(index, PIVOT_UNIT_UNKNOWN, proto, port, 0, out);
	if (s->user)
		look_up(index, PIVOT_USER, proto, port, hash_text(s->user, strlen(s->user)), out);
	if (s->uid_known)
		look_up(index, PIVOT_UID, proto, port, s->uid, out);
	if (!s->user || !s->uid_known)
		look_up(index, PIVOT_USER_UNKNOWN, proto, port, 0, out);
}

void candidates_find(const struct index *index, const struct view *view, struct candidates *out)
{
	uint16_t port = view->subject->local->port;

	out->n = 0;
	if (port)
		find_at(index, view, port, out);
	find_at(index, view, 0, out);
}

bool candidates_next(struct candidates *candidates, uint32_t *rule)
{
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < candidates->n; i++)
		if (*candidates->runs[i].at < least)
			least = *candidates->runs[i].at;
	for (size_t i = 0; i < candidates->n;) {
		struct run *run = &candidates->runs[i];

		/* A rule may be there by two of its elements. */
		if (*run->at == least && ++run->at == run->end)
			*run = candidates->runs[--candidates->n];
		else
			i++;
	}
	*rule = least;
	return least != UINT32_MAX;
}

void candidates_naming(const struct index *index, const struct view *view, struct nearest *nearest)
{
	const struct rule *rules = index->policy->rules;
	uint16_t port = view->subject->local->port;
	const struct bucket *bucket = bucket_at(index->buckets, index->cap,
						key_of(PIVOT_NAMING, view->proto, port, 0));
	uint32_t of_bucket = 0;
	size_t seen = 0;

	/* Both ascend; in both the same rule may stand. */
	for (size_t i = 0; i <= index->n_wide && seen < NEAREST_MAX; i++) {
		const struct wide *wide = &index->wide[i];
		bool last = i == index->n_wide;

		if (!last && (port < wide->first || port > wide->last))
			continue;
		for (; of_bucket < bucket->n && seen < NEAREST_MAX &&
		       (last || bucket->rules[of_bucket] <= wide->rule);
		     of_bucket++, seen++)
			nearest_consider(nearest, &rules[bucket->rules[of_bucket]], view);
		if (!last && wide->protos & view->proto && seen < NEAREST_MAX) {
			nearest_consider(nearest, &rules[wide->rule], view);
			seen++;
		}
	}
}
