/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TCP listeners of all network namespaces in one go, by the kernel's hash of them: what no
 * process holds is found without entering a namespace.
 */
#ifndef PORTTRACE_TRACE_LISTENERS_H
#define PORTTRACE_TRACE_LISTENERS_H

#include "trace/internal.h"

/*
 * Whether that may be tried: for ports alone, where pointers can be cast. In a pid namespace of our
 * own it would tell of network namespaces that we say are not seen.
 */
bool listeners_wanted(const struct trace *trace);

/* Of the loaded object; NULL: it cannot be, and the namespaces are read one by one. */
struct bpf_link *listeners_attach(const struct bpf_object *tables);

/* Whether the walk that was read saw all of it. */
bool listeners_whole(const struct bpf_object *tables);

/*
 * The namespaces with a TCP socket that has no cookie: only their own tables, or sock_diag, make
 * one. Zeroed is none.
 */
struct uncookied {
	uint32_t *netns; /* owned, by inode, in no order */
	size_t n;
	uint32_t last; /* that was asked for; nearly always that of the next, too */
};

/* Notes the namespace of a socket, if it is one. 0 or -ENOMEM. */
int uncookied_note(struct uncookied *uncookied, const struct socket_info *socket);
bool uncookied_has(const struct uncookied *uncookied, uint32_t netns);
void uncookied_free(struct uncookied *uncookied);

#endif
