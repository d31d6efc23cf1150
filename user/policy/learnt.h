/* SPDX-License-Identifier: GPL-2.0-only */
/* What was learnt, for learn.c, which gathers it, learn_rule.c and learn_text.c, which write it. */
#ifndef PORTTRACE_POLICY_LEARNT_H
#define PORTTRACE_POLICY_LEARNT_H

#include "policy/learn.h"

/* Why somebody has to look before it is let through; bits. */
enum review {
	REVIEW_NOBODY = 0x01,
	REVIEW_UNKNOWN = 0x02, /* the executable, or whether it is the host's */
	REVIEW_OTHER = 0x04,   /* another file has its path on the host, or none */
	REVIEW_DELETED = 0x08,
	REVIEW_MEMFD = 0x10,
	REVIEW_WRITABLE = 0x20,
	REVIEW_CONTAINER = 0x40, /* nothing that lasts names its container */
	REVIEW_PICKED = 0x80,    /* whether the kernel picked the port is not known */
	REVIEW_POLICY = 0x100,   /* the policy has an opinion of it */
};

/* A port, or those the kernel picked, of one identity. All texts are owned. */
struct learnt {
	char *unit; /* NULL: none that lasts */
	char *exe;  /* NULL: not known */
	char *container;
	char *user; /* NULL: not known, or the unit is enough */
	char *why;  /* of REVIEW_POLICY */
	char proto[8];
	unsigned int review; /* enum review */
	bool ephemeral;
	uint16_t port;

	unsigned int scopes; /* bits of enum scope */
	uint64_t first_s;
	uint64_t last_s;
	uint64_t count;
};

struct learn {
	const struct policy *known; /* borrowed; NULL: none */
	void *tree;                 /* of struct learnt */
	struct learnt **all;
	size_t n;
	size_t cap;
	size_t dropped;
};

/* The order they are written in, but for their ports and scopes: who it is. */
int learnt_compare_who(const struct learnt *a, const struct learnt *b);

/* One rule, a line, of n that have all but their ports in common; commented out under REVIEW. */
void learnt_put_rule(struct buf *out, struct learnt *const *all, size_t n, unsigned int scopes);

#endif
