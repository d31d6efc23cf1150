// SPDX-License-Identifier: GPL-2.0-only
/* Which columns there are, and lists of them. */
#include "output/columns.h"
#include "output/cells.h"

#include "base/parse.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

const struct column columns_all[] = {
	{ "time", 8, 0, "local wall-clock time of the event", column_put_time },
	{ "event", 9, 0, "what happened", column_put_event },
	{ "proto", 5, 0, "tcp, udp, udplite, mptcp, sctp", column_put_proto },
	{ "local", 21, 0, "address and port", column_put_local },
	{ "pid", 7, COLUMN_RIGHT, "process (thread group)", column_put_pid },
	{ "user", 8, COLUMN_CUT, "user, or its number", column_put_user },
	{ "comm", 15, COLUMN_CUT, "the process's own short name", column_put_comm },
	{ "detail", 20, COLUMN_CUT | COLUMN_BELOW, "what else matters, and the command line",
	  column_put_detail },
	{ "port", 5, COLUMN_RIGHT, "port number", column_put_port },
	{ "family", 6, 0, "ipv4, ipv6", column_put_family },
	{ "scope", 9, 0, "how far the address reaches", column_put_scope },
	{ "service", 12, COLUMN_CUT, "name by /etc/services", column_put_service },
	{ "netns", 10, COLUMN_CUT, "network namespace", column_put_netns },
	{ "tid", 7, COLUMN_RIGHT, "thread", column_put_tid },
	{ "uid", 6, COLUMN_RIGHT, "user number", column_put_uid },
	{ "exe", 24, COLUMN_CUT, "executable", column_put_exe },
	{ "args", 32, COLUMN_CUT, "command line", column_put_args },
	{ "parent", 20, COLUMN_CUT, "parent's name and pid", column_put_parent },
	{ "cgroup", 32, COLUMN_CUT, "cgroup v2 path", column_put_cgroup },
	{ "backlog", 7, COLUMN_RIGHT, "backlog of a listener", column_put_backlog },
	{ "lifetime", 10, COLUMN_RIGHT, "how long the port was open, or the connection lasted",
	  column_put_lifetime },
	{ "cookie", 8, COLUMN_RIGHT, "socket cookie, as ss -e shows it", column_put_cookie },
	{ "hook", 24, COLUMN_CUT, "kernel hook that saw it", column_put_hook },
	{ "holders", 16, COLUMN_CUT, "pids that have the socket; kernel, none",
	  column_put_holders },
	{ "remote", 21, 0, "the other end's address and port", column_put_remote },
	{ "latency", 10, COLUMN_RIGHT, "how long connecting took", column_put_latency },
	{ "sent", 10, COLUMN_RIGHT, "bytes sent and acknowledged", column_put_sent },
	{ "received", 10, COLUMN_RIGHT, "bytes received", column_put_received },
	{ "state", 24, 0, "TCP state, or the step between two", column_put_state },
	{ "op", 7, 0, "the call that failed", column_put_op },
	{ "errno", 15, 0, "why it failed", column_put_errno },
	{ "inode", 10, COLUMN_RIGHT, "of the socket's file, as in /proc/PID/fd", column_put_inode },
	{ "queue", 6, COLUMN_RIGHT, "connections that wait to be accepted", column_put_queue },
	{ "unit", 24, COLUMN_CUT, "systemd unit; of a user's manager: both", column_put_unit },
	{ "container", 20, COLUMN_CUT, "container, by its short id", column_put_container },
	{ "class", 10, 0, "well-known, registered, dynamic (RFC 6335)", column_put_class },
	{ "origin", 8, 0, "syscall, io_uring", column_put_origin },
	{ "verdict", 10, 0, "of the policy: expected, ignored, unexpected", column_put_verdict },
	{ "finding", 10, 0, "against the policy: UNEXPECTED, CHANGED, MISSING",
	  column_put_finding },
	{ "severity", 8, 0, "of what is unexpected: info, warning, crit", column_put_severity },
	{ "rule", 24, COLUMN_CUT, "the policy's rule that decided", column_put_rule },
	{ "why", 40, COLUMN_CUT | COLUMN_WRAPPED, "why it is unexpected", column_put_why },
};

const size_t columns_n = sizeof(columns_all) / sizeof(*columns_all);

#define DEFAULT_COLUMNS 8

void columns_default(struct column_list *list)
{
	list->n = 0;
	while (list->n < DEFAULT_COLUMNS) {
		list->columns[list->n] = &columns_all[list->n];
		list->n++;
	}
}

static const struct column *by_name(const char *name)
{
	for (size_t i = 0; i < columns_n; i++)
		if (!strcasecmp(columns_all[i].name, name))
			return &columns_all[i];
	return NULL;
}

bool columns_have(const struct column_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->columns[i]->name, name))
			return true;
	return false;
}

int columns_parse(const char *list_text, struct column_list *list, const char **bad)
{
	list->n = 0;
	return columns_add(list, list_text, bad);
}

int columns_add(struct column_list *list, const char *list_text, const char **bad)
{
	static char copy[512];
	char *rest = copy, *word;

	size_t len = strlen(list_text);

	if (len >= sizeof(copy))
		return -E2BIG;
	memcpy(copy, list_text, len + 1);
	while ((word = next_word(&rest))) {
		const struct column *column = by_name(word);

		if (!column) {
			*bad = word;
			return -EINVAL;
		}
		if (list->n == COLUMNS_MAX)
			return -E2BIG;
		list->columns[list->n++] = column;
	}
	return 0;
}
