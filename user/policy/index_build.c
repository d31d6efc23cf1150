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
#include "policy/buckets.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PORTS_EACH_MAX 64 /* a rule with more ports is in the bucket for all ports */
/* One with more elements asks for no key; and of ports and elements there are no more pairs. */
#define ENTRIES_EACH_MAX 256

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
			bucket_add(index, entries->all[i].pivot, (uint8_t)bit, port,
				   entries->all[i].hash, number);
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
	if (rule->all_ports || rule->ephemeral || count_ports(rule) > PORTS_EACH_MAX ||
	    count_ports(rule) * entries.n > ENTRIES_EACH_MAX) {
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

	bool many = count_ports(rule) > ENTRIES_EACH_MAX;

	if (rule->action == ACTION_ALERT)
		return;
	for (size_t i = 0; i < rule->ports.n; i++) {
		const struct port_range *range = &rule->ports.ranges[i];

		if (many || range->last - range->first >= PORTS_EACH_MAX) {
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
	index->failed = !index->wide;
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
	buckets_free(index);
	free(index->wide);
	free(index);
}
