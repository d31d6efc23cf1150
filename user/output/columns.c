// SPDX-License-Identifier: GPL-2.0-only
#include "output/columns.h"
#include "output/cells.h"

#include "base/escape.h"
#include "base/parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000ULL

static void put_text(struct buf *out, const char *text)
{
	if (text)
		escape_text(out, text, strlen(text));
}

static bool is_port(const struct event *e)
{
	return e->kind != EVENT_LOST && e->kind != EVENT_MISSING;
}

/* Made once for all events of a second: localtime_r() takes a lock. */
static const char *clock_text(time_t second)
{
	static char text[16];
	static time_t made_for = -1;
	struct tm local;

	if (second == made_for)
		return text;
	if (!localtime_r(&second, &local) || !strftime(text, sizeof(text), "%H:%M:%S", &local))
		return "";
	made_for = second;
	return text;
}

static void put_time(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->time_ns)
		buf_puts(out, clock_text((time_t)(enrich_wall_ns(e->time_ns) / NSEC_PER_SEC)));
}

static void put_event(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	buf_puts(out, event_kind_name(e->kind));
}

static void put_proto(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->kind != EVENT_LOST)
		buf_puts(out, proto_name(&e->socket));
}

static bool has_local(const struct event *e)
{
	return is_port(e) && !(e->connection && e->connection->no_local);
}

static void put_local(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (has_local(e))
		cell_put_endpoint(&e->socket.local, out);
	else if (e->kind == EVENT_MISSING)
		cell_put_missing(e, out);
}

static void put_port(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (has_local(e))
		buf_put_u64(out, e->socket.local.port);
}

static void put_family(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (is_port(e))
		buf_puts(out, e->socket.local.family == AF_INET6 ? "ipv6" : "ipv4");
}

static void put_scope(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (has_local(e))
		buf_puts(out, scope_name(endpoint_scope(&e->socket.local)));
}

static void put_service(const struct event *e, struct enrich *enrich, struct buf *out)
{
	if (has_local(e))
		put_text(out, enrich_service(enrich, e->socket.local.proto, e->socket.local.port));
}

void column_put_netns(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const char *name;

	if (!is_port(e))
		return;
	name = enrich_netns(enrich, e->socket.local.netns);
	if (name)
		escape_text(out, name, container_shown(name));
	else
		buf_put_u64(out, e->socket.local.netns);
}

static void put_pid(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->actor.process)
		buf_put_u64(out, e->actor.process->tgid);
	else if (is_port(e))
		buf_putc(out, '-');
}

static void put_tid(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->actor.tid)
		buf_put_u64(out, e->actor.tid);
}

static void put_user(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const char *name;

	if (!e->actor.process)
		return;
	name = enrich_user(enrich, e->actor.uid);
	if (name)
		put_text(out, name);
	else
		buf_put_u64(out, e->actor.uid);
}

static void put_uid(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->actor.process)
		buf_put_u64(out, e->actor.uid);
}

static const char *no_process_text(const struct event *e)
{
	bool looked = e->holders_known && (e->kind == EVENT_EXISTING || !e->connection);

	if (e->socket.kernel)
		return "(kernel)";
	return looked ? "(no holder)" : "(unknown)";
}

void column_put_comm(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->actor.process)
		put_text(out, e->actor.comm);
	else if (is_port(e))
		buf_puts(out, no_process_text(e));
	else if (e->kind == EVENT_MISSING)
		buf_puts(out, "(nobody)");
}

void column_put_exe(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (!e->actor.process)
		return;
	put_text(out, e->actor.process->exe);
	if (e->actor.process->exe && e->actor.process->deleted)
		buf_puts(out, " (deleted)");
}

/* The arguments as a line: those a shell would split again are not quoted, this is to be read. */
void column_put_args(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const struct process *p = e->actor.process;
	size_t at = 0;

	(void)enrich;
	while (p && at < p->args_len) {
		size_t n = strnlen(p->args + at, p->args_len - at);

		if (at)
			buf_putc(out, ' ');
		escape_text(out, p->args + at, n);
		at += n + 1;
	}
	if (p && p->args_truncated)
		buf_puts(out, " ...");
}

static void put_parent(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const struct process *p = e->actor.process;

	(void)enrich;
	if (!p || !p->described)
		return;
	put_text(out, p->parent_comm);
	buf_putc(out, '(');
	buf_put_u64(out, p->ppid);
	buf_putc(out, ')');
}

static void put_cgroup(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->actor.process)
		put_text(out, e->actor.process->cgroup_path);
}

static void put_backlog(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (is_port(e) && !e->connection &&
	    (e->socket.local.proto == IPPROTO_TCP || e->socket.local.proto == IPPROTO_SCTP))
		buf_put_u64(out, e->socket.backlog);
}

void column_put_lifetime(const struct event *e, struct enrich *enrich, struct buf *out)
{
	uint64_t ms = e->lifetime_ns / 1000000, s = ms / 1000;

	(void)enrich;
	if (!e->lifetime_ns)
		return;
	if (s >= 86400) {
		buf_put_u64(out, s / 86400);
		buf_putc(out, 'd');
		s %= 86400;
	}
	if (s >= 3600) {
		buf_put_u64(out, s / 3600);
		buf_putc(out, 'h');
		s %= 3600;
	}
	if (ms >= 60000) {
		buf_put_u64(out, s / 60);
		buf_putc(out, 'm');
		buf_put_u64(out, s % 60);
	} else {
		buf_put_u64(out, s);
		buf_putc(out, '.');
		buf_put_u64_padded(out, ms % 1000, 3);
	}
	buf_putc(out, 's');
}

static void put_cookie(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->socket.cookie)
		buf_put_u64(out, e->socket.cookie);
}

static void put_holders(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->holders_known && !e->n_holders)
		buf_puts(out, event_no_holder_name(e));
	for (size_t i = 0; i < e->n_holders; i++) {
		if (i)
			buf_putc(out, ',');
		buf_put_u64(out, e->holders[i]->tgid);
	}
}

static void put_inode(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->socket.inode)
		buf_put_u64(out, e->socket.inode);
}

static void put_queue(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->socket.queue_known)
		buf_put_u64(out, e->socket.accept_queue);
}

static void put_hook(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->hook)
		buf_puts(out, e->hook);
}

const struct column columns_all[] = {
	{ "time", 8, 0, "local wall-clock time of the event", put_time },
	{ "event", 9, 0, "what happened", put_event },
	{ "proto", 5, 0, "tcp, udp, udplite, mptcp, sctp", put_proto },
	{ "local", 21, 0, "address and port", put_local },
	{ "pid", 7, COLUMN_RIGHT, "process (thread group)", put_pid },
	{ "user", 8, COLUMN_CUT, "user, or its number", put_user },
	{ "comm", 15, COLUMN_CUT, "the process's own short name", column_put_comm },
	{ "detail", 20, COLUMN_CUT, "what else matters, and the command line", column_put_detail },
	{ "port", 5, COLUMN_RIGHT, "port number", put_port },
	{ "family", 6, 0, "ipv4, ipv6", put_family },
	{ "scope", 9, 0, "how far the address reaches", put_scope },
	{ "service", 12, COLUMN_CUT, "name by /etc/services", put_service },
	{ "netns", 10, COLUMN_CUT, "network namespace", column_put_netns },
	{ "tid", 7, COLUMN_RIGHT, "thread", put_tid },
	{ "uid", 6, COLUMN_RIGHT, "user number", put_uid },
	{ "exe", 24, COLUMN_CUT, "executable", column_put_exe },
	{ "args", 32, COLUMN_CUT, "command line", column_put_args },
	{ "parent", 20, COLUMN_CUT, "parent's name and pid", put_parent },
	{ "cgroup", 32, COLUMN_CUT, "cgroup v2 path", put_cgroup },
	{ "backlog", 7, COLUMN_RIGHT, "backlog of a listener", put_backlog },
	{ "lifetime", 10, COLUMN_RIGHT, "how long the port was open, or the connection lasted",
	  column_put_lifetime },
	{ "cookie", 8, COLUMN_RIGHT, "socket cookie, as ss -e shows it", put_cookie },
	{ "hook", 24, COLUMN_CUT, "kernel hook that saw it", put_hook },
	{ "holders", 16, COLUMN_CUT, "pids that have the socket; kernel, none", put_holders },
	{ "remote", 21, 0, "the other end's address and port", column_put_remote },
	{ "latency", 10, COLUMN_RIGHT, "how long connecting took", column_put_latency },
	{ "sent", 10, COLUMN_RIGHT, "bytes sent and acknowledged", column_put_sent },
	{ "received", 10, COLUMN_RIGHT, "bytes received", column_put_received },
	{ "state", 24, 0, "TCP state, or the step between two", column_put_state },
	{ "op", 7, 0, "the call that failed", column_put_op },
	{ "errno", 15, 0, "why it failed", column_put_errno },
	{ "inode", 10, COLUMN_RIGHT, "of the socket's file, as in /proc/PID/fd", put_inode },
	{ "queue", 6, COLUMN_RIGHT, "connections that wait to be accepted", put_queue },
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
