/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this room share. */
#ifndef PORTTRACE_ENRICH_INTERNAL_H
#define PORTTRACE_ENRICH_INTERNAL_H

#include "enrich/cache.h"
#include "enrich/enrich.h"

#include <net/if.h>

struct enrich {
	bool numeric;
	bool services_loaded;
	uint32_t host_netns;
	struct name_cache users;
	struct name_cache services;
	void *netns; /* of struct netns_name, see netns.c */
	uint64_t netns_read_ns;
	void *groups;      /* of struct membership, see accounts.c */
	struct host *host; /* see host.h; NULL: not asked for yet */
	char iface[IF_NAMESIZE];
};

/*
 * Whether a hierarchy of cgroup v1 may know of this process what v2 does not.
 * named: v2 knows a unit or a container.
 */
bool old_cgroups_know(const struct process *process, bool named);
/* Frees what was found; the next question looks again. */
void old_cgroups_forget(void);

void netns_names_free(struct enrich *enrich);
void host_free(struct enrich *enrich);

#endif
