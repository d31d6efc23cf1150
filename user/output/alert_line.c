// SPDX-License-Identifier: GPL-2.0-only
#include "output/alert_line.h"

#include "base/escape.h"
#include "base/wrap.h"
#include "output/cells.h"

#include <string.h>

#define COLOR_OFF "\033[0m"
#define NSEC_PER_SEC 1000000000ULL
#define MARK "!!!!!!!! "
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

/* As a line that is no row, in its colour; on a terminal words go on below words. */
static void put_marked(const struct sink *sink, enum severity severity, const struct buf *words,
		       struct buf *out)
{
	const char *name = severity_name(severity);
	struct buf line = { 0 };

	buf_puts(&line, MARK);
	cell_put_upper(name, &line);
	buf_fill(&line, ' ', SEVERITY_WIDTH - strlen(name));
	buf_put(&line, words->data, words->len);
	if (sink->color)
		buf_puts(out, color_of(severity));
	wrap_line(out, line.data, line.len, sink->width, strlen(MARK) + SEVERITY_WIDTH);
	if (sink->color)
		buf_puts(out, COLOR_OFF);
	buf_putc(out, '\n');
	out->failed |= line.failed || words->failed;
	buf_free(&line);
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

void alert_put_line(const struct sink *sink, const struct event *event, struct buf *out)
{
	const struct verdict *verdict = event->verdict;
	struct buf words = { 0 };

	cell_put_upper(verdict_finding(verdict), &words);
	if (verdict->why) {
		buf_puts(&words, ": ");
		escape_puts(&words, verdict->why);
	}
	buf_puts(&words, " [");
	escape_puts(&words, verdict->rule);
	buf_putc(&words, ']');
	if (event->actor.process)
		put_who(event->actor.process, &words);
	put_marked(sink, verdict->severity, &words, out);
	buf_free(&words);
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

void alert_put_count(const struct sink *sink, const struct alert_count *count, struct buf *out)
{
	struct buf words = { 0 };

	alert_put_count_words(count, &words);
	put_marked(sink, count->severity, &words, out);
	buf_free(&words);
}
