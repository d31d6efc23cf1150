// SPDX-License-Identifier: GPL-2.0-only
/* What "close" does not do unless it is forced: cut off whoever calls it. */
#include "cmd/close_internal.h"

#include "base/log.h"
#include "base/parse.h"
#include "base/proc.h"
#include "base/procdir.h"
#include "diag/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A chain that is longer has a loop: numbers that were used again while it was read. */
#define ANCESTORS_MAX 64

struct ancestors {
	uint32_t pids[ANCESTORS_MAX]; /* the parent first; not the kernel's first process */
	size_t n;
};

static void find_ancestors(struct ancestors *out)
{
	out->n = 0;
	for (uint32_t pid = proc_parent((uint32_t)getpid()); pid > 1 && out->n < ANCESTORS_MAX;
	     pid = proc_parent(pid))
		out->pids[out->n++] = pid;
}

static bool is_ancestor(const struct ancestors *ancestors, uint32_t pid)
{
	for (size_t i = 0; i < ancestors->n; i++)
		if (ancestors->pids[i] == pid)
			return true;
	return false;
}

static const char *name_of(uint32_t pid)
{
	static struct procdir_stat stat;
	int dir = procdir_open(pid);

	if (dir < 0 || procdir_stat(dir, &stat))
		strcpy(stat.comm, "?");
	if (dir >= 0)
		close(dir);
	return stat.comm;
}

/* The ways out. */
static const char *hint(const struct targets *targets, const struct target *target, char text[96])
{
	const struct socket_info *socket = &target->socket;

	if (targets->by_keys)
		snprintf(text, 96, "'porttrace close --force %s/%u' closes it all the same",
			 proto_name(socket), socket->local.port);
	else
		snprintf(text, 96, "--force closes it all the same, --except %u leaves it out",
			 socket->local.port);
	return text;
}

static void refuse(const struct targets *targets, const struct target *target, uint32_t pid,
		   const char *does)
{
	char text[TARGET_TEXT], out[96];

	say("refused, and nothing done: %s (%u), in which this runs, %s %s; %s", name_of(pid), pid,
	    does, target_text(&target->socket, text), hint(targets, target, out));
}

/* The listeners among the targets, looked at for each connection of an ancestor. */
struct search {
	const struct targets *targets;
	const struct target *found;
};

static void compare(const struct endpoint *local, void *arg)
{
	struct search *search = arg;

	for (size_t i = 0; i < search->targets->n && !search->found; i++) {
		const struct target *target = &search->targets->list[i];

		if (target->socket.local.proto == IPPROTO_TCP &&
		    target->socket.local.port == local->port &&
		    target->socket.local.netns == local->netns)
			search->found = target;
	}
}

static const struct target *held_by(const struct targets *targets,
				    const struct ancestors *ancestors, uint32_t *pid)
{
	for (size_t i = 0; i < targets->n; i++) {
		for (size_t h = 0; h < targets->list[i].n_holders; h++) {
			*pid = targets->list[i].holders[h]->tgid;
			if (is_ancestor(ancestors, *pid))
				return &targets->list[i];
		}
	}
	return NULL;
}

/* "CLIENT PORT SERVER PORT", of ssh(1): the session may have been handed on to another process. */
static const struct target *named_by_ssh(const struct targets *targets)
{
	const char *value = getenv("SSH_CONNECTION"), *last = value ? strrchr(value, ' ') : NULL;
	uint64_t port;

	if (!last || parse_u64(last + 1, UINT16_MAX, &port))
		return NULL;
	for (size_t i = 0; i < targets->n; i++)
		if (targets->list[i].socket.local.proto == IPPROTO_TCP &&
		    targets->list[i].socket.local.port == port)
			return &targets->list[i];
	return NULL;
}

int close_guard_session(const struct targets *targets, bool pids_known)
{
	struct search search = { .targets = targets };
	struct ancestors ancestors;
	char text[TARGET_TEXT], out[96];
	uint32_t pid;

	find_ancestors(&ancestors);
	for (size_t i = 0; i < ancestors.n; i++) {
		/* One that may not be looked into is none of this user's session. */
		diag_connections_of(ancestors.pids[i], compare, &search);
		if (!search.found)
			continue;
		refuse(targets, search.found, ancestors.pids[i], "has its connection through");
		return STATUS_NO;
	}
	search.found = pids_known ? held_by(targets, &ancestors, &pid) : NULL;
	if (search.found) {
		refuse(targets, search.found, pid, "holds");
		return STATUS_NO;
	}
	search.found = named_by_ssh(targets);
	if (!search.found)
		return STATUS_OK;
	say("refused, and nothing done: this runs in a session of ssh through %s (SSH_CONNECTION); %s",
	    target_text(&search.found->socket, text), hint(targets, search.found, out));
	return STATUS_NO;
}

int close_guard_kill(const struct targets *targets)
{
	struct ancestors ancestors;
	const struct target *found;
	char text[TARGET_TEXT];
	uint32_t pid;

	find_ancestors(&ancestors);
	found = held_by(targets, &ancestors, &pid);
	if (!found)
		return STATUS_OK;
	target_text(&found->socket, text);
	if (targets->by_keys)
		say("refused, and nothing done: %s (%u), in which this runs, would end for %s",
		    name_of(pid), pid, text);
	else
		say("refused, and nothing done: --kill would end %s (%u), in which this runs, for %s; "
		    "--force does it all the same",
		    name_of(pid), pid, text);
	return STATUS_NO;
}
