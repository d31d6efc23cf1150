/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this room share. */
#ifndef PORTTRACE_ENRICH_INTERNAL_H
#define PORTTRACE_ENRICH_INTERNAL_H

#include "enrich/cache.h"
#include "enrich/enrich.h"

struct enrich {
	bool numeric;
	bool services_loaded;
	uint32_t host_netns;
	struct name_cache users;
	struct name_cache services;
	void *netns; /* of struct netns_name, see netns.c */
};

/* Whether a unit or a container may be known by a hierarchy of cgroup v1 alone. */
bool old_cgroups(void);

void netns_names_free(struct enrich *enrich);

#endif
