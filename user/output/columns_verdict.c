// SPDX-License-Identifier: GPL-2.0-only
/* Cells that say what a policy thinks of it. */
#include "output/cells.h"

#include "base/escape.h"
#include "model/verdict.h"

#include <ctype.h>

void column_put_verdict(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->verdict)
		buf_puts(out, verdict_name(e->verdict->kind));
}

void cell_put_upper(const char *word, struct buf *out)
{
	for (; *word; word++)
		buf_putc(out, (char)toupper((unsigned char)*word));
}

void column_put_finding(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const char *finding = e->verdict ? verdict_finding(e->verdict) : NULL;

	(void)enrich;
	if (finding)
		cell_put_upper(finding, out);
}

void column_put_severity(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->verdict && e->verdict->kind == VERDICT_UNEXPECTED)
		buf_puts(out, severity_name(e->verdict->severity));
}

void column_put_rule(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->verdict)
		escape_puts(out, e->verdict->rule);
}

void column_put_why(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->verdict)
		escape_puts(out, e->verdict->why);
}

void cell_put_missing(const struct event *e, struct buf *out)
{
	buf_puts(out, "*:");
	buf_put_u64(out, e->socket.local.port);
	if (!e->last_port)
		return;
	buf_putc(out, '-');
	buf_put_u64(out, e->last_port);
}
