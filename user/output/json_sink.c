// SPDX-License-Identifier: GPL-2.0-only
/* One JSON object a line: the fields of porttrace's events, absent where unknown. */
#include "output/sink.h"

#include "base/json.h"

#include <string.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000ULL
#define FORMAT_VERSION 1

/* "2026-11-22T06:31:02." of a second, made once for all events of it. */
static const char *second_text(time_t second)
{
	static char text[40];
	static time_t made_for = -1;
	struct tm utc;

	if (second == made_for)
		return text;
	if (!gmtime_r(&second, &utc) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.", &utc))
		return NULL;
	made_for = second;
	return text;
}

static void put_time(struct json *j, const char *key, uint64_t boot_ns)
{
	uint64_t wall = enrich_wall_ns(boot_ns);
	const char *second = second_text((time_t)(wall / NSEC_PER_SEC));
	char bytes[64]; /* more than a time takes, so that it is never grown */
	struct buf text = { .data = bytes, .cap = sizeof(bytes) };

	if (!boot_ns || !second)
		return;
	buf_puts(&text, second);
	buf_put_u64_padded(&text, wall % NSEC_PER_SEC / 1000, 6);
	buf_putc(&text, 'Z');
	json_text(j, key, text.data, text.len);
}

static void put_args(struct json *j, const struct process *p)
{
	size_t at = 0;

	if (!p->args)
		return;
	json_array(j, "args");
	while (at < p->args_len) {
		size_t n = strnlen(p->args + at, p->args_len - at);

		json_text(j, NULL, p->args + at, n);
		at += n + 1;
	}
	json_array_end(j);
	if (p->args_truncated)
		json_bool(j, "args_truncated", true);
}

static void put_exe(struct json *j, const struct process *p)
{
	if (p->exe) {
		json_string(j, "exe", p->exe);
		if (p->exe_truncated)
			json_bool(j, "exe_truncated", true);
	}
	put_args(j, p);
}

static void put_user(struct json *j, struct enrich *enrich, uint32_t uid, uint32_t gid)
{
	const char *user = enrich_user(enrich, uid);

	json_u64(j, "uid", uid);
	if (user)
		json_string(j, "user", user);
	json_u64(j, "gid", gid);
}

static void put_parent(struct json *j, const struct process *p)
{
	if (p->described) {
		json_object(j, "parent");
		json_u64(j, "pid", p->ppid);
		json_string(j, "comm", p->parent_comm);
		json_object_end(j);
	}
	if (p->exe)
		json_bool(j, "deleted", p->deleted);
}

static void put_process(struct json *j, struct enrich *enrich, const struct actor *actor)
{
	static const char *const sources[] = {
		[SOURCE_KERNEL] = "kernel", [SOURCE_SOCKET] = "socket", [SOURCE_PROC] = "proc"
	};
	const struct process *p = actor->process;

	if (!p)
		return;
	json_object(j, "process");
	json_u64(j, "pid", p->tgid);
	if (actor->tid)
		json_u64(j, "tid", actor->tid);
	json_u64(j, "start_ns", p->start_ns);
	json_string(j, "comm", actor->comm);
	put_exe(j, p);
	put_user(j, enrich, actor->uid, actor->gid);
	put_parent(j, p);
	json_string(j, "source", sources[actor->source]);
	json_object_end(j);
}

static void put_cgroup(struct json *j, const struct process *p)
{
	if (!p || !p->cgroup_id)
		return;
	json_object(j, "cgroup");
	json_u64(j, "id", p->cgroup_id);
	if (p->cgroup_path)
		json_string(j, "path", p->cgroup_path);
	json_object_end(j);
}

static void put_holders(struct json *j, struct enrich *enrich, const struct event *e)
{
	if (!e->holders_known)
		return;
	json_array(j, "holders");
	for (size_t i = 0; i < e->n_holders; i++) {
		const struct process *p = e->holders[i];

		json_object(j, NULL);
		json_u64(j, "pid", p->tgid);
		json_u64(j, "start_ns", p->start_ns);
		json_string(j, "comm", p->comm);
		put_exe(j, p);
		put_user(j, enrich, p->uid, p->gid);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_local(struct json *j, struct enrich *enrich, const struct endpoint *local)
{
	const char *service = enrich_service(enrich, local->proto, local->port);
	char addr[INET6_ADDRSTRLEN];

	json_string(j, "family", local->family == AF_INET6 ? "ipv6" : "ipv4");
	endpoint_addr_text(local, addr);
	json_object(j, "local");
	json_string(j, "addr", addr);
	json_u64(j, "port", local->port);
	json_object_end(j);
	if (endpoint_is_mapped(local))
		json_bool(j, "mapped", true);
	json_string(j, "scope", scope_name(endpoint_scope(local)));
	if (service)
		json_string(j, "service", service);
}

static void put_netns(struct json *j, struct enrich *enrich, uint32_t inode)
{
	const char *name = enrich_netns(enrich, inode);

	json_object(j, "netns");
	json_u64(j, "inode", inode);
	if (name)
		json_string(j, "name", name);
	json_object_end(j);
}

static void put_socket(struct json *j, const struct socket_info *socket)
{
	json_object(j, "socket");
	if (socket->cookie)
		json_u64(j, "cookie", socket->cookie);
	json_bool(j, "reuseport", socket->reuseport);
	if (socket->local.family == AF_INET6)
		json_bool(j, "v6only", socket->local.v6only);
	json_u64(j, "ifindex", socket->local.ifindex);
	json_bool(j, "mptcp", socket->mptcp);
	if (socket->kernel)
		json_bool(j, "kernel", true);
	json_object_end(j);
	if (socket->local.proto == IPPROTO_TCP)
		json_u64(j, "backlog", socket->backlog);
}

static void put_close(struct json *j, const struct event *e)
{
	if (e->lifetime_ns)
		json_u64(j, "lifetime_ns", e->lifetime_ns);
	if (e->cause != CLOSE_UNKNOWN)
		json_string(j, "reason", close_cause_name(e->cause));
}

static void put_lost(struct json *j, const struct event *e)
{
	json_u64(j, "count", e->lost_count);
	json_string(j, "kind", e->lost_kind);
	json_string(j, "cause", e->lost_cause);
	put_time(j, "from", e->lost_from_ns);
	put_time(j, "to", e->lost_to_ns);
}

static void put_port(struct json *j, struct enrich *enrich, const struct event *e)
{
	json_string(j, "proto", proto_name(&e->socket));
	put_local(j, enrich, &e->socket.local);
	put_process(j, enrich, &e->actor);
	put_holders(j, enrich, e);
	put_cgroup(j, e->actor.process);
	put_netns(j, enrich, e->socket.local.netns);
	put_socket(j, &e->socket);
	if (e->sharing > 1 || e->kind == EVENT_CHANGE)
		json_u64(j, "sharing", e->sharing);
	if (e->kind == EVENT_RECOVERED)
		json_string(j, "recovered", e->from == RECORD_CLOSE ? "close" : "open");
	put_close(j, e);
}

static void event_line(const struct sink *sink, const struct event *e, struct buf *out)
{
	struct json j = { .out = out };

	json_object(&j, NULL);
	json_u64(&j, "v", FORMAT_VERSION);
	put_time(&j, "time", e->time_ns);
	json_string(&j, "event", event_kind_name(e->kind));
	if (e->kind == EVENT_LOST)
		put_lost(&j, e);
	else
		put_port(&j, sink->enrich, e);
	json_object_end(&j);
	buf_putc(out, '\n');
}

const struct sink_ops sink_json = { "json", NULL, event_line };
