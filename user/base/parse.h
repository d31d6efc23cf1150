/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of a command line into values. Each returns 0 or -EINVAL. */
#ifndef PORTTRACE_BASE_PARSE_H
#define PORTTRACE_BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits alone, no sign, no blank. */
int parse_u64(const char *word, uint64_t max, uint64_t *value);

/* "250ms", "30s", "5m", "24h", "2d", or a bare number of seconds; 0 is allowed. Nanoseconds. */
int parse_duration(const char *word, uint64_t *ns);

struct port_range {
	uint16_t first;
	uint16_t last;
};

struct port_set {
	struct port_range *ranges; /* owned */
	size_t n;
};

/*
 * "22,8000-8100": appends to set, up to the first word that is wrong; then
 * -EINVAL, and *bad is what is wrong (a static text). -ENOMEM.
 */
int parse_ports(const char *word, struct port_set *set, const char **bad);
bool port_set_has(const struct port_set *set, uint16_t port);
void port_set_free(struct port_set *set);

/* Of n names the one nearest to word, by edits; NULL if none is near. For "did you mean". */
const char *nearest_word(const char *word, const char *const *names, size_t n);

/* Splits list at commas, in place. Returns the next word or NULL; *list moves on. */
char *next_word(char **list);

#endif
