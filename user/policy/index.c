// SPDX-License-Identifier: GPL-2.0-only
/* Looking up what a subject has: see index_build.c for what is where. */
#include "policy/buckets.h"

#include <string.h>

#define NEAREST_MAX 256 /* rules that name a number, and are looked at for "why" */

static void look_up(const struct index *index, enum pivot pivot, uint8_t proto, uint16_t port,
		    uint64_t hash, struct candidates *out)
{
	const struct bucket *bucket = bucket_find(index, pivot, proto, port, hash);

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
	if (view->standing != EXE_HOST || s->deleted)
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
	const struct bucket *bucket = bucket_find(index, PIVOT_NAMING, view->proto, port, 0);
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
