// SPDX-License-Identifier: GPL-2.0-only
/* Names of interfaces. They are asked for each time: a name may be given to another at any time. */
#include "base/netns.h"
#include "enrich/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_ours(uint32_t inode)
{
	struct stat st;

	return !stat("/proc/thread-self/ns/net", &st) && st.st_ino == inode;
}

/* By the process, else by where the namespace is mounted. -errno */
static int open_netns(uint32_t inode, const struct process *process)
{
	struct netns_way way = { .inode = inode, .by = NETNS_BY_PROCESS };
	struct netns_ways ways = { 0 };
	int fd = -1;

	if (process) {
		way.tgid = process->tgid;
		fd = netns_open(&way);
	}
	if (fd >= 0)
		return fd;
	netns_add_mounted(&ways);
	netns_sort(&ways);
	fd = netns_open_any(&ways, inode);
	netns_free(&ways);
	return fd;
}

static const char *name_in(struct enrich *enrich, int netns, uint32_t ifindex)
{
	struct netns_visit visit;
	const char *name;

	if (netns_visit(&visit, netns))
		return NULL;
	name = if_indextoname(ifindex, enrich->iface);
	netns_leave(&visit);
	return name;
}

const char *enrich_iface(struct enrich *enrich, const struct endpoint *local,
			 const struct process *process)
{
	const char *name;
	int fd;

	if (!local->ifindex)
		return "";
	if (is_ours(local->netns))
		return if_indextoname(local->ifindex, enrich->iface);
	fd = open_netns(local->netns, process);
	if (fd < 0)
		return NULL;
	name = name_in(enrich, fd, local->ifindex);
	close(fd);
	return name;
}
