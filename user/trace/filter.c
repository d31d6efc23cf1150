// SPDX-License-Identifier: GPL-2.0-only
/* The part of a filter that the kernel side applies. */
#include "trace/internal.h"

#include "base/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int map_fd(const struct trace *trace, const char *name)
{
	return bpf_object__find_map_fd_by_name(trace->hooks, name);
}

static int put_ids(int fd, uint32_t by, const uint32_t *ids, size_t n)
{
	__u8 one = 1;

	for (size_t i = 0; i < n; i++) {
		struct filter_key key = { by, ids[i] };

		if (bpf_map_update_elem(fd, &key, &one, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int clear_ids(int fd)
{
	struct filter_key key;

	while (!bpf_map_get_next_key(fd, NULL, &key))
		if (bpf_map_delete_elem(fd, &key) && errno != ENOENT)
			return -errno;
	return 0;
}

static int put_ports(int fd, const struct port_set *ports)
{
	for (__u32 word = 0; word < FILTER_PORT_WORDS; word++) {
		__u64 bits = 0;

		for (unsigned int bit = 0; bit < 64; bit++)
			if (port_set_has(ports, (uint16_t)(word * 64 + bit)))
				bits |= 1ULL << bit;
		if (bpf_map_update_elem(fd, &word, &bits, BPF_ANY))
			return -errno;
	}
	return 0;
}

/* One pass over /proc: children of what is asked for. Returns how many are new, or -errno. */
static int add_children(int fd)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int added = 0;

	if (!proc)
		return -errno;
	while ((entry = readdir(proc))) {
		struct filter_key parent = { FILTER_PID, 0 }, child = { FILTER_PID, 0 };
		__u8 one = 1;

		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		child.id = (__u32)strtoul(entry->d_name, NULL, 10);
		parent.id = proc_parent(child.id);
		if (!parent.id || bpf_map_lookup_elem(fd, &parent, &one) ||
		    bpf_map_update_elem(fd, &child, &one, BPF_NOEXIST))
			continue;
		added++;
	}
	closedir(proc);
	return added;
}

/* Those that exist; each pass finds a generation, and later ones are followed by a hook. */
static int add_descendants(int fd)
{
	int added;

	do
		added = add_children(fd);
	while (added > 0);
	return added;
}

static int fill_maps(const struct trace *trace, const struct filter *filter)
{
	int ids = map_fd(trace, "filter_ids"), ports = map_fd(trace, "filter_ports");
	int err = ids < 0 || ports < 0 ? -ENOENT : clear_ids(ids);

	if (!err && filter->ports.n)
		err = put_ports(ports, &filter->ports);
	if (!err)
		err = put_ids(ids, FILTER_UID, filter->uids, filter->n_uids);
	if (!err)
		err = put_ids(ids, FILTER_NETNS, filter->netns, filter->n_netns);
	if (!err)
		err = put_ids(ids, FILTER_PID, filter->pids, filter->n_pids);
	if (!err && filter->n_pids)
		err = add_descendants(ids);
	return err;
}

static uint32_t switches_of(const struct filter *filter)
{
	uint32_t by = 0;

	if (filter->tcp != filter->udp)
		by |= filter->tcp ? FILTER_TCP : FILTER_UDP;
	if (filter->ports.n)
		by |= FILTER_PORT;
	if (filter->n_pids)
		by |= FILTER_PID;
	if (filter->n_uids)
		by |= FILTER_UID;
	if (filter->n_netns)
		by |= FILTER_NETNS;
	return by;
}

int trace_filter(struct trace *trace, const struct filter *filter)
{
	int err;

	/* While the maps change, everything passes: too much is filtered again, too little is lost. */
	__atomic_store_n(&trace->shared->filter, 0, __ATOMIC_RELEASE);
	err = fill_maps(trace, filter);
	if (!err)
		__atomic_store_n(&trace->shared->filter, switches_of(filter), __ATOMIC_RELEASE);
	return err;
}

bool trace_follows(const struct trace *trace, uint32_t tgid)
{
	struct filter_key key = { FILTER_PID, tgid };
	__u8 one;

	return !bpf_map_lookup_elem(map_fd(trace, "filter_ids"), &key, &one);
}

int trace_follow_again(const struct trace *trace)
{
	if (!(__atomic_load_n(&trace->shared->filter, __ATOMIC_ACQUIRE) & FILTER_PID))
		return 0;
	return add_descendants(map_fd(trace, "filter_ids"));
}
