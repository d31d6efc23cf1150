// SPDX-License-Identifier: GPL-2.0-only
/* One JSON object a line: the fields of porttrace's events, absent where unknown. */
#include "output/sink.h"

#include "model/verdict.h"
#include "output/json_event.h"
#include "output/json_process.h"
#include "output/time_text.h"

#include <string.h>

#define FORMAT_VERSION 1

void json_put_time(struct json *j, const char *key, uint64_t boot_ns)
{
	char bytes[TIME_TEXT_MAX]; /* more than a time takes, so that it is never grown */
	struct buf text = { .data = bytes, .cap = sizeof(bytes) };

	if (!time_put_utc(&text, boot_ns))
		return;
	json_key(j, key);
	buf_putc(j->out, '"');
	buf_put(j->out, text.data, text.len);
	buf_putc(j->out, '"');
}

void json_put_end(struct json *j, const char *key, const struct endpoint *end)
{
	char addr[INET6_ADDRSTRLEN];

	endpoint_addr_text(end, addr);
	json_object(j, key);
	json_plain(j, "addr", addr);
	json_u64(j, "port", end->port);
	json_object_end(j);
}

static void put_local(struct json *j, struct enrich *enrich, const struct endpoint *local)
{
	const char *service = enrich_service(enrich, local->proto, local->port);

	json_put_end(j, "local", local);
	if (endpoint_is_mapped(local))
		json_bool(j, "mapped", true);
	json_plain(j, "scope", scope_name(endpoint_scope(local)));
	if (service)
		json_string(j, "service", service);
	json_plain(j, "class", enrich_class(local->port));
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
	if (socket->inode)
		json_u64(j, "inode", socket->inode);
	if (!socket->reuse_unknown)
		json_bool(j, "reuseport", socket->reuseport);
	if (socket->local.family == AF_INET6)
		json_bool(j, "v6only", socket->local.v6only);
	json_u64(j, "ifindex", socket->local.ifindex);
	json_bool(j, "mptcp", socket->mptcp);
	if (socket->picked_known)
		json_bool(j, "picked", socket->picked);
	if (socket->kernel)
		json_bool(j, "kernel", true);
	json_object_end(j);
}

static void put_close(struct json *j, const struct event *e)
{
	if (e->lifetime_ns)
		json_u64(j, "lifetime_ns", e->lifetime_ns);
	if (e->cause != CLOSE_UNKNOWN)
		json_plain(j, "reason", close_cause_name(e->cause));
}

static void put_lost(struct json *j, const struct event *e)
{
	if (e->lost_count)
		json_u64(j, "count", e->lost_count);
	json_string(j, "kind", e->lost_kind);
	json_string(j, "cause", e->lost_cause);
	json_put_time(j, "from", e->lost_from_ns);
	json_put_time(j, "to", e->lost_to_ns);
}

static void put_bytes(struct json *j, const struct connection *c)
{
	if (!c->bytes_known)
		return;
	json_u64(j, "bytes_sent", c->bytes_sent);
	json_u64(j, "bytes_received", c->bytes_received);
}

static void put_connection(struct json *j, const struct event *e)
{
	const struct connection *c = e->connection;

	if (c->latency_ns)
		json_u64(j, "latency_ns", c->latency_ns);
	if (e->lifetime_ns)
		json_u64(j, "lifetime_ns", e->lifetime_ns);
	put_bytes(j, c);
	if (e->kind == EVENT_BIND)
		json_bool(j, "autobind", c->autobind);
	if (c->op)
		json_plain(j, "op", c->op);
	if (c->error)
		json_plain(j, "errno", errno_name(c->error));
	if (e->kind == EVENT_EXISTING && c->new_state)
		json_plain(j, "state", c->new_state);
	if (e->kind == EVENT_STATE && c->old_state)
		json_plain(j, "old", c->old_state);
	if (e->kind == EVENT_STATE && c->new_state)
		json_plain(j, "new", c->new_state);
}

static void put_port(struct json *j, const struct event *e)
{
	if (e->socket.local.proto == IPPROTO_TCP || e->socket.local.proto == IPPROTO_SCTP)
		json_u64(j, "backlog", e->socket.backlog);
	if (e->socket.queue_known)
		json_u64(j, "accept_queue", e->socket.accept_queue);
	if (e->sharing > 1 || e->kind == EVENT_CHANGE)
		json_u64(j, "sharing", e->sharing);
	if (e->kind == EVENT_RECOVERED)
		json_plain(j, "recovered", e->from == RECORD_CLOSE ? "close" : "open");
	if (e->while_down)
		json_bool(j, "while_down", true);
	put_close(j, e);
}

static void put_event(struct json *j, struct enrich *enrich, const struct event *e)
{
	const char *origin = origin_name(e->origin);

	json_plain(j, "proto", proto_name(&e->socket));
	json_plain(j, "family", e->socket.local.family == AF_INET6 ? "ipv6" : "ipv4");
	if (!e->connection || !e->connection->no_local)
		put_local(j, enrich, &e->socket.local);
	if (e->connection && e->connection->remote.port)
		json_put_end(j, "remote", &e->connection->remote);
	json_put_process(j, enrich, &e->actor);
	json_put_holders(j, enrich, e);
	put_netns(j, enrich, e->socket.local.netns);
	put_socket(j, &e->socket);
	if (e->connection)
		put_connection(j, e);
	else
		put_port(j, e);
	if (origin)
		json_plain(j, "origin", origin);
}

/* Of a port that is required: its number alone is. */
static void put_missing(struct json *j, const struct event *e)
{
	json_plain(j, "proto", proto_name(&e->socket));
	json_object(j, "local");
	json_u64(j, "port", e->socket.local.port);
	if (e->last_port)
		json_u64(j, "last_port", e->last_port);
	json_object_end(j);
}

void json_put_verdict(struct json *j, const struct event *e)
{
	const struct verdict *verdict = e->verdict;
	const char *finding = verdict ? verdict_finding(verdict) : NULL;

	if (!verdict)
		return;
	if (finding && (verdict->missing || event_opens(e)))
		json_plain(j, "finding", finding);
	json_plain(j, "verdict", verdict_name(verdict->kind));
	if (verdict->kind == VERDICT_UNEXPECTED)
		json_plain(j, "severity", severity_name(verdict->severity));
	json_string(j, "rule", verdict->rule);
	if (verdict->why)
		json_string(j, "why", verdict->why);
}

void json_put_event(struct json *j, struct enrich *enrich, const struct event *e)
{
	json_u64(j, "v", FORMAT_VERSION);
	json_put_time(j, "time", e->time_ns);
	json_plain(j, "event", event_kind_name(e->kind));
	if (e->kind == EVENT_LOST)
		put_lost(j, e);
	else if (e->kind == EVENT_MISSING)
		put_missing(j, e);
	else
		put_event(j, enrich, e);
	json_put_verdict(j, e);
}

static void event_line(const struct sink *sink, const struct event *e, struct buf *out)
{
	struct json j = { .out = out };

	json_object(&j, NULL);
	json_put_event(&j, sink->enrich, e);
	json_object_end(&j);
	buf_putc(out, '\n');
}

const struct sink_ops sink_json = { "json", NULL, event_line, NULL };
