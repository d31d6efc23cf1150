// SPDX-License-Identifier: GPL-2.0-only
/* The detail of an event: what is out of the ordinary about it, and the command line. */
#include "output/cells.h"

#include <string.h>

static void put_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
	buf_put_u64(out, n);
	buf_putc(out, ' ');
	buf_puts(out, n == 1 ? one : many);
}

static void put_lost(const struct event *e, struct buf *out)
{
	if (!e->lost_count) {
		buf_puts(out, e->lost_kind);
		buf_puts(out, ": ");
		buf_puts(out, e->lost_cause);
		return;
	}
	put_count(out, e->lost_count, e->lost_kind, e->lost_kind);
	buf_puts(out, e->lost_count == 1 ? " record: " : " records: ");
	buf_puts(out, e->lost_cause);
}

/* Between two parts of the detail that starts at byte from. */
static void put_separator(struct buf *out, size_t from)
{
	if (out->len > from && out->data[out->len - 1] != ' ')
		buf_puts(out, "; ");
}

static void put_foreign_netns(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const char *netns = enrich_netns(enrich, e->socket.local.netns);

	if (netns && !strcmp(netns, "host"))
		return;
	buf_puts(out, "netns ");
	column_put_netns(e, enrich, out);
}

static void put_sharing(const struct event *e, size_t from, struct buf *out)
{
	if (e->from == RECORD_CHANGE) {
		put_separator(out, from);
		buf_puts(out, "backlog now ");
		buf_put_u64(out, e->socket.backlog);
	} else if (e->kind == EVENT_CHANGE || e->sharing > 1) {
		put_separator(out, from);
		put_count(out, e->sharing, "socket", "sockets");
		buf_puts(out, " on this port");
	}
}

static void put_end(const struct event *e, struct enrich *enrich, size_t from, struct buf *out)
{
	if (e->lifetime_ns) {
		put_separator(out, from);
		buf_puts(out, "after ");
		column_put_lifetime(e, enrich, out);
	}
	if (e->cause == CLOSE_PROCESS_EXIT || e->cause == CLOSE_DESTROYED) {
		put_separator(out, from);
		buf_puts(out, close_cause_name(e->cause));
	}
}

/* Where to, or from where. */
static void put_remote(const struct event *e, struct enrich *enrich, struct buf *out)
{
	if (!e->connection->remote.port)
		return;
	buf_puts(out, e->connection->passive ? "<- " : "-> ");
	column_put_remote(e, enrich, out);
}

static void put_failure(const struct event *e, size_t from, struct buf *out)
{
	put_separator(out, from);
	buf_puts(out, e->connection->op);
	buf_puts(out, ": ");
	buf_puts(out, e->connection->error ? errno_name(e->connection->error) :
					     "closed while connecting");
}

static void put_traffic(const struct connection *c, size_t from, struct buf *out)
{
	if (!c->bytes_known)
		return;
	put_separator(out, from);
	buf_put_u64(out, c->bytes_sent);
	buf_puts(out, " B sent, ");
	buf_put_u64(out, c->bytes_received);
	buf_puts(out, " B received");
}

static void put_connection(const struct event *e, struct enrich *enrich, size_t from,
			   struct buf *out)
{
	const struct connection *c = e->connection;

	put_separator(out, from);
	put_remote(e, enrich, out);
	if (c->latency_ns) {
		put_separator(out, from);
		buf_puts(out, "in ");
		column_put_latency(e, enrich, out);
	}
	put_traffic(c, from, out);
	if (e->kind == EVENT_FAIL)
		put_failure(e, from, out);
	if (e->kind == EVENT_STATE) {
		put_separator(out, from);
		column_put_state(e, enrich, out);
	}
	if (c->autobind) {
		put_separator(out, from);
		buf_puts(out, "picked by the kernel");
	}
}

/* What matters most about this event beyond who and where. */
void column_put_detail(const struct event *e, struct enrich *enrich, struct buf *out)
{
	size_t from = out->len;

	if (e->kind == EVENT_LOST) {
		put_lost(e, out);
		return;
	}
	if (e->kind == EVENT_MISSING)
		return;
	put_foreign_netns(e, enrich, out);
	if (e->kind == EVENT_RECOVERED) {
		put_separator(out, from);
		buf_puts(out, e->from == RECORD_CLOSE ? "closed meanwhile" : "opened meanwhile");
	}
	if (e->while_down) {
		put_separator(out, from);
		buf_puts(out, "while porttrace was down");
	}
	if (e->connection)
		put_connection(e, enrich, from, out);
	else
		put_sharing(e, from, out);
	put_end(e, enrich, from, out);
	if (e->n_holders > 1) {
		put_separator(out, from);
		put_count(out, e->n_holders, "holder", "holders");
	}
	if (!e->actor.process || !(e->actor.process->args_len || e->actor.process->exe))
		return;
	put_separator(out, from);
	if (e->actor.process->args_len)
		column_put_args(e, enrich, out);
	else
		column_put_exe(e, enrich, out);
}
