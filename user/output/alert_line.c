// SPDX-License-Identifier: GPL-2.0-only
#include "output/alert_line.h"

#include "base/escape.h"
#include "output/cells.h"

#include <string.h>

#define COLOR_OFF "\033[0m"
#define NSEC_PER_SEC 1000000000ULL
#define SEVERITY_WIDTH 10 /* as wide as the column EVENT of the rows, and a blank */

static const char *color_of(enum severity severity)
{
	switch (severity) {
	case SEVERITY_CRIT:
		return "\033[1;31m";
	case SEVERITY_WARNING:
		return "\033[1;33m";
	default:
		return "\033[1;36m";
	}
}

static void put_mark(enum severity severity, bool color, struct buf *out)
{
	const char *name = severity_name(severity);

	if (color)
		buf_puts(out, color_of(severity));
	buf_puts(out, "!!!!!!!! ");
	cell_put_upper(name, out);
	buf_fill(out, ' ', SEVERITY_WIDTH - strlen(name));
}

static void put_end(bool color, struct buf *out)
{
	if (color)
		buf_puts(out, COLOR_OFF);
	buf_putc(out, '\n');
}

/* The row above has what the process calls itself; here is what it is. */
static void put_who(const struct process *process, struct buf *out)
{
	const char *unit = process->place ? process->place->unit : NULL;

	if (process->exe) {
		buf_puts(out, " by ");
		escape_puts(out, process->exe);
		if (process->deleted)
			buf_puts(out, " (deleted)");
	}
	if (unit) {
		buf_puts(out, " in ");
		escape_puts(out, unit);
	}
}

void alert_put_line(const struct event *event, bool color, struct buf *out)
{
	const struct verdict *verdict = event->verdict;

	put_mark(verdict->severity, color, out);
	cell_put_upper(verdict_finding(verdict), out);
	if (verdict->why) {
		buf_puts(out, ": ");
		escape_puts(out, verdict->why);
	}
	buf_puts(out, " [");
	escape_puts(out, verdict->rule);
	buf_putc(out, ']');
	if (event->actor.process)
		put_who(event->actor.process, out);
	put_end(color, out);
}

/* "tcp 0.0.0.0:8080"; of a port that is missing "tcp *:8080" */
static void put_port(const struct alert_count *count, struct buf *out)
{
	buf_puts(out, count->proto);
	buf_putc(out, ' ');
	if (count->local->family) {
		cell_put_endpoint(count->local, out);
		return;
	}
	buf_puts(out, "*:");
	buf_put_u64(out, count->local->port);
}

static void put_ports(const struct alert_count *count, struct buf *out)
{
	buf_puts(out, count->first == count->last ? "port " : "ports ");
	buf_put_u64(out, count->first);
	if (count->first == count->last)
		return;
	buf_putc(out, '-');
	buf_put_u64(out, count->last);
}

static void put_by(const struct alert_count *count, struct buf *out)
{
	if (count->many_exes) {
		buf_puts(out, " by other executables");
		return;
	}
	if (count->exe) {
		buf_puts(out, " by ");
		escape_puts(out, count->exe);
	}
	if (count->unit) {
		buf_puts(out, " in ");
		escape_puts(out, count->unit);
	}
}

void alert_put_count_words(const struct alert_count *count, struct buf *out)
{
	buf_put_u64(out, count->count);
	buf_puts(out, " MORE in ");
	buf_put_u64(out, (count->span_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC);
	buf_puts(out, " s: ");
	if (count->course == ALERT_AGAIN)
		put_port(count, out);
	else
		put_ports(count, out);
	put_by(count, out);
}

void alert_put_count(const struct alert_count *count, bool color, struct buf *out)
{
	put_mark(count->severity, color, out);
	alert_put_count_words(count, out);
	put_end(color, out);
}
