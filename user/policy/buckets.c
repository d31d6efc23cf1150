// SPDX-License-Identifier: GPL-2.0-only
#include "policy/buckets.h"

#include <stdlib.h>

#define BUCKETS_FIRST 64

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
	size_t cap = index->cap ? index->cap * 2 : BUCKETS_FIRST;
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

void bucket_add(struct index *index, enum pivot pivot, uint8_t proto, uint16_t port, uint64_t hash,
		uint32_t rule)
{
	uint64_t key = key_of(pivot, proto, port, hash);
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

const struct bucket *bucket_find(const struct index *index, enum pivot pivot, uint8_t proto,
				 uint16_t port, uint64_t hash)
{
	static const struct bucket none;

	if (!index->cap)
		return &none;
	return bucket_at(index->buckets, index->cap, key_of(pivot, proto, port, hash));
}

void buckets_free(struct index *index)
{
	for (size_t i = 0; i < index->cap; i++)
		free(index->buckets[i].rules);
	free(index->buckets);
}
