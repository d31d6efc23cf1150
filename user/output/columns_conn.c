// SPDX-License-Identifier: GPL-2.0-only
/* Cells that only connections, binds and failed calls have. */
#include "output/cells.h"

#include <netinet/tcp.h>

#define NSEC_PER_MSEC 1000000ULL

void cell_put_endpoint(const struct endpoint *end, struct buf *out)
{
	char addr[INET6_ADDRSTRLEN];
	bool brackets;

	endpoint_addr_text(end, addr);
	brackets = strchr(addr, ':');
	if (brackets)
		buf_putc(out, '[');
	buf_puts(out, addr);
	buf_puts(out, brackets ? "]:" : ":");
	buf_put_u64(out, end->port);
}

void column_put_remote(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->connection && e->connection->remote.port)
		cell_put_endpoint(&e->connection->remote, out);
}

/* "0.125ms" */
void column_put_latency(const struct event *e, struct enrich *enrich, struct buf *out)
{
	uint64_t ns = e->connection ? e->connection->latency_ns : 0;

	(void)enrich;
	if (!ns)
		return;
	buf_put_u64(out, ns / NSEC_PER_MSEC);
	buf_putc(out, '.');
	buf_put_u64_padded(out, ns % NSEC_PER_MSEC / 1000, 3);
	buf_puts(out, "ms");
}

/* What is open now: a UDP socket without a peer is in none, and ss(8) calls that UNCONN. */
static void put_present_state(const struct event *e, struct buf *out)
{
	if (e->connection && e->connection->new_state)
		buf_puts(out, e->connection->new_state);
	else if (!e->connection)
		buf_puts(out, e->socket.state == TCP_LISTEN ? "LISTEN" : "UNCONN");
}

void column_put_state(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->kind == EVENT_EXISTING) {
		put_present_state(e, out);
		return;
	}
	if (e->kind != EVENT_STATE || !e->connection->old_state || !e->connection->new_state)
		return;
	buf_puts(out, e->connection->old_state);
	buf_puts(out, " -> ");
	buf_puts(out, e->connection->new_state);
}

void column_put_sent(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->connection && e->connection->bytes_known)
		buf_put_u64(out, e->connection->bytes_sent);
}

void column_put_received(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->connection && e->connection->bytes_known)
		buf_put_u64(out, e->connection->bytes_received);
}

void column_put_errno(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->connection && e->connection->error)
		buf_puts(out, errno_name(e->connection->error));
}

void column_put_op(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->connection && e->connection->op)
		buf_puts(out, e->connection->op);
}

void column_put_origin(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const char *origin = origin_name(e->origin);

	(void)enrich;
	if (origin)
		buf_puts(out, origin);
}
