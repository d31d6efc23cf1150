// SPDX-License-Identifier: GPL-2.0-only
/* Cells of what happened, and to which socket. */
#include "output/cells.h"

#include "base/escape.h"
#include "output/time_text.h"

void column_put_time(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	time_put_clock(out, e->time_ns);
}

void column_put_event(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	buf_puts(out, event_kind_name(e->kind));
}

void column_put_proto(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->kind != EVENT_LOST)
		buf_puts(out, proto_name(&e->socket));
}

void column_put_local(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (event_has_local(e))
		cell_put_endpoint(&e->socket.local, out);
	else if (e->kind == EVENT_MISSING)
		cell_put_missing(e, out);
}

void column_put_port(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (event_has_local(e))
		buf_put_u64(out, e->socket.local.port);
}

void column_put_family(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (event_has_socket(e))
		buf_puts(out, e->socket.local.family == AF_INET6 ? "ipv6" : "ipv4");
}

void column_put_scope(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (event_has_local(e))
		buf_puts(out, scope_name(endpoint_scope(&e->socket.local)));
}

void column_put_service(const struct event *e, struct enrich *enrich, struct buf *out)
{
	if (event_has_local(e))
		escape_puts(out,
			    enrich_service(enrich, e->socket.local.proto, e->socket.local.port));
}

void column_put_netns(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const char *name;

	if (!event_has_socket(e))
		return;
	name = enrich_netns(enrich, e->socket.local.netns);
	if (name)
		escape_text(out, name, container_shown(name));
	else
		buf_put_u64(out, e->socket.local.netns);
}

void column_put_backlog(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (event_has_socket(e) && !e->connection &&
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

void column_put_cookie(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->socket.cookie)
		buf_put_u64(out, e->socket.cookie);
}

void column_put_inode(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->socket.inode)
		buf_put_u64(out, e->socket.inode);
}

void column_put_queue(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->socket.queue_known)
		buf_put_u64(out, e->socket.accept_queue);
}

void column_put_hook(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->hook)
		buf_puts(out, e->hook);
}
