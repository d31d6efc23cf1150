/* SPDX-License-Identifier: GPL-2.0-only */
/* The table behind an index: buckets of rules, and what they are found by. */
#ifndef PORTTRACE_POLICY_BUCKETS_H
#define PORTTRACE_POLICY_BUCKETS_H

#include "policy/index.h"

/* What a bucket is about, besides protocol and port. */
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

/* The rules of a bucket; n is 0 where there are none. port 0: all ports. */
const struct bucket *bucket_find(const struct index *index, enum pivot pivot, uint8_t proto,
				 uint16_t port, uint64_t hash);
/* Puts a rule into a bucket; index->failed where memory lacks. Rules come in their order. */
void bucket_add(struct index *index, enum pivot pivot, uint8_t proto, uint16_t port, uint64_t hash,
		uint32_t rule);
void buckets_free(struct index *index);

/* --- hashes: of texts from either end, of networks --------------------------------------- */

#define HASH_START 14695981039346656037ULL /* FNV-1a */

static inline uint64_t hash_byte(uint64_t hash, char byte)
{
	return (hash ^ (unsigned char)byte) * 1099511628211ULL;
}

static inline uint64_t hash_text(const char *text, size_t len)
{
	uint64_t hash = HASH_START;

	for (size_t i = 0; i < len; i++)
		hash = hash_byte(hash, text[i]);
	return hash;
}

static inline uint64_t hash_backwards(const char *end, size_t len)
{
	uint64_t hash = HASH_START;

	while (len--)
		hash = hash_byte(hash, *--end);
	return hash;
}

static inline uint64_t hash_network(const uint8_t *addr, bool ipv4, unsigned int bits)
{
	uint64_t hash = hash_byte(hash_byte(HASH_START, (char)bits), ipv4 ? '4' : '6');

	for (unsigned int i = 0; i < bits / 8; i++)
		hash = hash_byte(hash, (char)addr[i]);
	if (bits % 8)
		hash = hash_byte(hash, (char)(addr[bits / 8] & (0xff00 >> bits % 8)));
	return hash;
}

#endif
