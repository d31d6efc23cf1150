// SPDX-License-Identifier: GPL-2.0-only
#include "trace/listeners.h"

#include "base/first_namespace.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

bool listeners_wanted(const struct trace *trace)
{
	return trace->tables_only && !trace->conn_rows && !trace->no_tcp && trace->casts.work &&
	       in_first_namespace("pid", PID_INIT_INO);
}

static int parts_fd(const struct bpf_object *tables)
{
	return bpf_object__find_map_fd_by_name(tables, "listener_parts");
}

struct bpf_link *listeners_attach(const struct bpf_object *tables)
{
	union bpf_iter_link_info info = { .map.map_fd = (__u32)parts_fd(tables) };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));

	return bpf_program__attach_iter(bpf_object__find_program_by_name(tables, "snap_listeners"),
					&opts);
}

bool listeners_whole(const struct bpf_object *tables)
{
	struct listener_part parts[LISTENER_PARTS];
	__u32 keys[LISTENER_PARTS], next, n = LISTENER_PARTS;

	if (bpf_map_lookup_batch(parts_fd(tables), NULL, &next, keys, parts, &n, NULL) &&
	    errno != ENOENT)
		return false;
	for (__u32 i = 0; i < n; i++)
		if (parts[i].lost)
			return false;
	return n == LISTENER_PARTS;
}

bool uncookied_has(const struct uncookied *uncookied, uint32_t netns)
{
	for (size_t i = 0; i < uncookied->n; i++)
		if (uncookied->netns[i] == netns)
			return true;
	return false;
}

int uncookied_note(struct uncookied *uncookied, const struct socket_info *socket)
{
	uint32_t netns = socket->local.netns, *grown = uncookied->netns;

	if (socket->cookie || socket->local.proto != IPPROTO_TCP || netns == uncookied->last)
		return 0;
	uncookied->last = netns;
	if (uncookied_has(uncookied, netns))
		return 0;
	if (!(uncookied->n & (uncookied->n - 1))) /* full: it grows by powers of two */
		grown = reallocarray(grown, uncookied->n ? uncookied->n * 2 : 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	uncookied->netns = grown;
	grown[uncookied->n++] = netns;
	return 0;
}

void uncookied_free(struct uncookied *uncookied)
{
	free(uncookied->netns);
	*uncookied = (struct uncookied){ 0 };
}
