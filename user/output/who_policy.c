// SPDX-License-Identifier: GPL-2.0-only
/* What the policy says of the port, in words. */
#include "output/cells.h"
#include "output/who_words.h"

#include "model/verdict.h"

#include <string.h>

static void put_verdict(struct buf *out, const struct verdict *verdict)
{
	if (verdict->kind != VERDICT_UNEXPECTED) {
		buf_puts(out, verdict_name(verdict->kind));
	} else {
		cell_put_upper(verdict_finding(verdict), out);
		buf_puts(out, " (");
		buf_puts(out, severity_name(verdict->severity));
		buf_putc(out, ')');
	}
	buf_puts(out, strcmp(verdict->rule, "default") != 0 ? ", by " : ", by the ");
	who_text(out, verdict->rule);
	if (!verdict->why)
		return;
	buf_puts(out, ": ");
	who_text(out, verdict->why);
}

void who_put_policy(struct buf *out, const struct port_facts *facts)
{
	if (!facts->judged)
		return;
	who_label(out, "policy");
	if (facts->event->verdict)
		put_verdict(out, facts->event->verdict);
	else
		buf_puts(out, "not known: what decides of it cannot be seen from here");
	buf_putc(out, '\n');
}
