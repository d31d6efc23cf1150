// SPDX-License-Identifier: GPL-2.0-only
#include "output/journal_entry.h"

#include "base/escape.h"
#include "model/verdict.h"
#include "output/cells.h"
#include "output/time_text.h"
#include "output/who_words.h"

/* --- fields ----------------------------------------------------------------------- */

static void put_text(struct buf *out, const char *field, const char *text)
{
	if (!text)
		return;
	buf_puts(out, field);
	who_text(out, text);
	buf_putc(out, '\n');
}

static void put_number(struct buf *out, const char *field, uint64_t number)
{
	buf_puts(out, field);
	buf_put_u64(out, number);
	buf_putc(out, '\n');
}

static void put_time(struct buf *out, const char *field, uint64_t boot_ns)
{
	char bytes[TIME_TEXT_MAX];
	struct buf text = { .data = bytes, .cap = sizeof(bytes) };

	if (!time_put_utc(&text, boot_ns))
		return;
	buf_puts(out, field);
	buf_put(out, text.data, text.len);
	buf_putc(out, '\n');
}

static void put_head(enum journal_kind kind, enum journal_priority priority, uint64_t seq,
		     struct buf *out)
{
	buf_puts(out, "SYSLOG_IDENTIFIER=porttrace\n");
	put_text(out, "MESSAGE_ID=", journal_message_id(kind));
	put_number(out, "PRIORITY=", (uint64_t)priority);
	put_number(out, "PORTTRACE_SEQ=", seq);
}

/* --- what kind of entry ----------------------------------------------------------- */

/* That an unexpected port has gone is no alarm any more. */
bool journal_event_is_alert(const struct event *e)
{
	return e->verdict && e->verdict->kind == VERDICT_UNEXPECTED &&
	       (event_opens(e) || e->kind == EVENT_MISSING);
}

enum journal_kind journal_event_kind(const struct event *event)
{
	if (event->kind == EVENT_MISSING || !journal_event_is_alert(event))
		return (enum journal_kind)event->kind;
	return event->verdict->changed ? JOURNAL_CHANGED : JOURNAL_UNEXPECTED;
}

enum journal_priority journal_event_priority(const struct event *event)
{
	static const enum journal_priority by_severity[] = {
		[SEVERITY_INFO] = JOURNAL_NOTICE,
		[SEVERITY_WARNING] = JOURNAL_WARNING,
		[SEVERITY_CRIT] = JOURNAL_CRIT,
	};

	if (journal_event_is_alert(event))
		return by_severity[event->verdict->severity];
	return journal_kind_priority((enum journal_kind)event->kind);
}

/* --- the message: who did what to which port, then the rest ----------------------- */

static void put_what(const struct event *e, struct buf *out)
{
	static const char *const words[EVENT_KINDS] = {
		[EVENT_EXISTING] = "already open: ",
		[EVENT_OPEN] = "opened ",
		[EVENT_CHANGE] = "changed ",
		[EVENT_CLOSE] = "closed ",
		[EVENT_LOST] = "lost ",
		[EVENT_RECOVERED] = "found late: ",
		[EVENT_BIND] = "bound ",
		[EVENT_CONNECT] = "connected ",
		[EVENT_ACCEPT] = "accepted ",
		[EVENT_END] = "connection ended: ",
		[EVENT_FAIL] = "failed: ",
		[EVENT_STATE] = "state changed: ",
		[EVENT_MISSING] = "required and not open: ",
	};

	if (journal_event_is_alert(e) && e->kind != EVENT_MISSING) {
		cell_put_upper(verdict_finding(e->verdict), out);
		buf_puts(out, ": ");
	}
	buf_puts(out, words[e->kind]);
	if (e->kind == EVENT_LOST)
		return;
	buf_puts(out, proto_name(&e->socket));
	buf_putc(out, ' ');
	if (event_has_local(e))
		cell_put_endpoint(&e->socket.local, out);
	else if (e->kind == EVENT_MISSING)
		cell_put_missing(e, out);
}

static void put_place(const struct process *process, struct enrich *enrich, struct buf *out)
{
	const char *unit = enrich_unit(enrich, process);
	const char *container = enrich_container(enrich, process);

	if (unit) {
		buf_puts(out, ", ");
		who_text(out, unit);
	}
	if (container) {
		buf_puts(out, ", ");
		escape_text(out, container, container_shown(container));
	}
}

static void put_who(const struct event *e, struct enrich *enrich, struct buf *out)
{
	if (!event_has_socket(e))
		return;
	buf_puts(out, " by ");
	if (!e->actor.process) {
		column_put_comm(e, enrich, out);
		return;
	}
	who_name(out, e->actor.comm, e->actor.process->tgid);
	buf_puts(out, ", user ");
	who_user(out, enrich, e->actor.uid);
	put_place(e->actor.process, enrich, out);
}

static void put_why(const struct verdict *verdict, struct buf *out)
{
	buf_puts(out, "; rule ");
	who_text(out, verdict->rule);
	if (!verdict->why)
		return;
	buf_puts(out, ": ");
	who_text(out, verdict->why);
}

/* Behind the last character that fits, never in the middle of one. Whether it was cut. */
static bool cut(struct buf *out, size_t from, size_t max)
{
	static const char dots[] = " ...";
	size_t at = from + max - strlen(dots);

	if (out->failed || out->len - from <= max)
		return false;
	while (at > from && ((unsigned char)out->data[at] & 0xc0) == 0x80)
		at--;
	out->len = at;
	buf_puts(out, dots);
	return true;
}

static void put_message(const struct event *e, struct enrich *enrich, struct buf *out)
{
	size_t from, detail;
	bool was_cut;

	buf_puts(out, "MESSAGE=");
	from = out->len;
	put_what(e, out);
	put_who(e, enrich, out);
	if (e->verdict && e->verdict->kind == VERDICT_UNEXPECTED)
		put_why(e->verdict, out);
	detail = out->len;
	if (e->kind != EVENT_LOST)
		buf_puts(out, ": ");
	if (e->kind != EVENT_MISSING)
		column_put_detail(e, enrich, out);
	if (out->len - detail == 2)
		out->len = detail; /* there is none */
	was_cut = cut(out, from, JOURNAL_MESSAGE_MAX);
	buf_putc(out, '\n');
	if (!was_cut || !e->actor.process || !e->actor.process->args_len)
		return;
	buf_puts(out, "PORTTRACE_ARGS=");
	column_put_args(e, enrich, out);
	buf_putc(out, '\n');
}

/* --- the entry -------------------------------------------------------------------- */

static void put_user(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const char *name = enrich_user(enrich, e->actor.uid);

	if (name)
		put_text(out, "PORTTRACE_USER=", name);
	else
		put_number(out, "PORTTRACE_USER=", e->actor.uid);
}

static void put_netns(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const char *name = enrich_netns(enrich, e->socket.local.netns);

	if (name)
		put_text(out, "PORTTRACE_NETNS=", name);
	else
		put_number(out, "PORTTRACE_NETNS=", e->socket.local.netns);
}

static void put_port(const struct event *e, struct enrich *enrich, struct buf *out)
{
	char addr[INET6_ADDRSTRLEN];

	put_text(out, "PORTTRACE_PROTO=", proto_name(&e->socket));
	if (event_has_local(e)) {
		endpoint_addr_text(&e->socket.local, addr);
		put_text(out, "PORTTRACE_ADDR=", addr);
	}
	if (event_has_local(e) || e->kind == EVENT_MISSING)
		put_number(out, "PORTTRACE_PORT=", e->socket.local.port);
	if (e->kind != EVENT_MISSING)
		put_netns(e, enrich, out);
}

static void put_process(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const struct process *process = e->actor.process;

	put_number(out, "PORTTRACE_PID=", process->tgid);
	put_text(out, "PORTTRACE_COMM=", e->actor.comm);
	put_text(out, "PORTTRACE_EXE=", process->exe);
	put_user(e, enrich, out);
	put_text(out, "PORTTRACE_UNIT=", enrich_unit(enrich, process));
	put_text(out, "PORTTRACE_CONTAINER=", enrich_container(enrich, process));
}

static void put_verdict(const struct verdict *verdict, struct buf *out)
{
	put_text(out, "PORTTRACE_VERDICT=", verdict_name(verdict->kind));
	put_text(out, "PORTTRACE_RULE=", verdict->rule);
	put_text(out, "PORTTRACE_WHY=", verdict->why);
}

static void put_loss(uint64_t count, uint64_t from_ns, uint64_t to_ns, struct buf *out)
{
	if (count)
		put_number(out, "PORTTRACE_COUNT=", count);
	put_time(out, "PORTTRACE_FROM=", from_ns);
	put_time(out, "PORTTRACE_TO=", to_ns);
}

void journal_put_fields(const struct event *event, struct enrich *enrich, struct buf *out)
{
	put_text(out, "PORTTRACE_EVENT=", event_kind_name(event->kind));
	put_time(out, "PORTTRACE_TIME=", event->time_ns);
	if (event->kind == EVENT_LOST)
		put_loss(event->lost_count, event->lost_from_ns, event->lost_to_ns, out);
	else
		put_port(event, enrich, out);
	if (event->actor.process)
		put_process(event, enrich, out);
	if (event->verdict)
		put_verdict(event->verdict, out);
	if (event->while_down)
		put_number(out, "PORTTRACE_WHILE_DOWN=", 1);
}

size_t journal_put_event(const struct event *event, struct enrich *enrich, uint64_t seq,
			 struct buf *out)
{
	size_t from = out->len, lasting;

	put_head(journal_event_kind(event), journal_event_priority(event), seq, out);
	journal_put_fields(event, enrich, out);
	if (event->actor.process)
		put_text(out, "OBJECT_SYSTEMD_UNIT=", enrich_unit(enrich, event->actor.process));
	put_message(event, enrich, out);
	lasting = out->len - from;
	if (event->actor.process)
		put_number(out, "OBJECT_PID=", event->actor.process->tgid);
	return lasting;
}

void journal_put_note(enum journal_kind kind, const char *text, uint64_t seq, struct buf *out)
{
	size_t from;

	put_head(kind, journal_kind_priority(kind), seq, out);
	put_text(out, "PORTTRACE_EVENT=", journal_kind_name(kind));
	buf_puts(out, "MESSAGE=");
	from = out->len;
	who_text(out, text);
	cut(out, from, JOURNAL_MESSAGE_MAX);
	buf_putc(out, '\n');
}

void journal_put_untold(uint64_t count, uint64_t from_ns, uint64_t to_ns, uint64_t seq,
			struct buf *out)
{
	put_head(JOURNAL_UNTOLD, journal_kind_priority(JOURNAL_UNTOLD), seq, out);
	put_text(out, "PORTTRACE_EVENT=", journal_kind_name(JOURNAL_UNTOLD));
	put_loss(count, from_ns, to_ns, out);
	buf_puts(out, "MESSAGE=lost ");
	who_count(out, count, "journal entry", "journal entries");
	buf_puts(out, ": the journal did not take them\n");
}
