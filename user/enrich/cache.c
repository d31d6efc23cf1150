// SPDX-License-Identifier: GPL-2.0-only
#include "enrich/cache.h"

#include <search.h>
#include <stdlib.h>

struct name {
	uint64_t key;
	char *text; /* NULL: there is none */
};

static int compare(const void *a, const void *b)
{
	uint64_t ka = ((const struct name *)a)->key, kb = ((const struct name *)b)->key;

	return ka < kb ? -1 : ka > kb;
}

static void name_free(void *arg)
{
	struct name *name = arg;

	free(name->text);
	free(name);
}

const char *name_cache_get(struct name_cache *cache, uint64_t key,
			   char *(*look_up)(uint64_t key, void *arg), void *arg)
{
	struct name *name, **found = tfind(&key, &cache->tree, compare);

	if (found)
		return (*found)->text;
	name = malloc(sizeof(*name));
	if (!name)
		return NULL;
	*name = (struct name){ key, look_up(key, arg) };
	if (tsearch(name, &cache->tree, compare))
		return name->text;
	name_free(name);
	return NULL;
}

const char *name_cache_find(const struct name_cache *cache, uint64_t key)
{
	struct name **found = tfind(&key, &cache->tree, compare);

	return found ? (*found)->text : NULL;
}

void name_cache_free(struct name_cache *cache)
{
	tdestroy(cache->tree, name_free);
	cache->tree = NULL;
}
