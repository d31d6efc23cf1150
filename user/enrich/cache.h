/* SPDX-License-Identifier: GPL-2.0-only */
/* Number to name, remembered; also that there is none. */
#ifndef PORTTRACE_ENRICH_CACHE_H
#define PORTTRACE_ENRICH_CACHE_H

#include <stdint.h>

struct name_cache {
	void *tree;
};

/*
 * The name of key, asking look_up(key, arg) once: it returns an allocated text,
 * which the cache then owns, or NULL.
 */
const char *name_cache_get(struct name_cache *cache, uint64_t key,
			   char *(*look_up)(uint64_t key, void *arg), void *arg);
/* The name of key if it was asked for before, else NULL. */
const char *name_cache_find(const struct name_cache *cache, uint64_t key);
void name_cache_free(struct name_cache *cache);

#endif
