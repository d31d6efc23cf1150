// SPDX-License-Identifier: GPL-2.0-only
/* The line at the bottom: by which hooks it sees, what was lost, and the canary. */
#include "base/log.h"
#include "cmd/backends.h"
#include "cmd/top_internal.h"
#include "output/time_text.h"
#include "service/canary_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- the canary ---------------------------------------------------------------------------------- */

static void on_canary(void *arg)
{
	struct top *top = arg;

	if (top->facts.canary.blind)
		session_compare(top->stream.session);
	top_facts_show(top);
}

/* Of everything that is told, before anybody else. */
static bool takes_first(struct event *event, void *arg)
{
	struct top *top = arg;
	struct top_facts *facts = &top->facts;

	if (!facts->no_canary)
		return !canary_takes(&facts->canary, event);
	if (!canary_of_a_service(event))
		return true;
	facts->seen_ns = event->time_ns;
	top_facts_show(top);
	return false;
}

/*
 * One of our own is only for who can tell all others that it is one: root, and one at a time. With a
 * filter for processes the kernel side has to follow them, and a canary would have it tell everything.
 */
void top_facts_open(struct top *top)
{
	struct top_facts *facts = &top->facts;
	int fd;

	facts->canary.file = -1;
	if (top->options.filter.n_pids) {
		facts->no_canary = "no canary with --pid";
		return;
	}
	top->stream.first = takes_first;
	top->stream.first_arg = top;
	fd = canary_file_open();
	facts->canary.file = fd;
	if (fd == -EBUSY)
		facts->no_canary = "canary: another porttrace has it";
	else if (fd < 0)
		facts->no_canary = "no canary: it takes root";
}

void top_facts_start(struct top *top)
{
	struct canary *canary = &top->facts.canary;

	backends_put(&top->coverage, top->facts.hooks, sizeof(top->facts.hooks));
	top_facts_show(top);
	if (top->facts.no_canary)
		return;
	canary->timers = &top->stream.timers;
	canary->told = on_canary;
	canary->arg = top;
	canary_start(canary, &top->coverage);
}

void top_facts_close(struct top *top)
{
	canary_stop(&top->facts.canary);
	if (top->facts.canary.file >= 0)
		close(top->facts.canary.file);
}

/* --- the line ---------------------------------------------------------------------------------- */

void top_facts_lost(struct top *top, const struct event *event)
{
	top->facts.lost += event->lost_count;
	top->facts.uncounted |= !event->lost_count;
	top_facts_show(top);
}

static void put_losses(const struct top_facts *facts, char *text, size_t size)
{
	if (facts->lost)
		snprintf(text, size, "lost: %" PRIu64 " records%s", facts->lost,
			 facts->uncounted ? " and more" : "");
	else
		snprintf(text, size, "%s",
			 facts->uncounted ? "lost: nobody can know how many" : "nothing lost");
}

static void put_clock(uint64_t time_ns, char text[16])
{
	struct buf clock = { 0 };

	time_put_clock(&clock, time_ns);
	snprintf(text, 16, "%.*s", (int)clock.len, clock.len ? clock.data : "");
	buf_free(&clock);
}

static void put_canary(const struct top_facts *facts, char *text, size_t size)
{
	const struct canary *canary = &facts->canary;
	char clock[16];

	if (facts->no_canary && facts->seen_ns) {
		put_clock(facts->seen_ns, clock);
		snprintf(text, size, "another's canary seen %s", clock);
	} else if (facts->no_canary) {
		snprintf(text, size, "%s", facts->no_canary);
	} else if (!canary->began) {
		snprintf(text, size, "canary: not yet");
	} else if (canary->blind) {
		snprintf(text, size, "BLIND: %s", canary->why);
	} else {
		snprintf(text, size, "canary seen");
	}
}

void top_facts_show(struct top *top)
{
	char losses[96], canary[160], hooks[224];
	const char *connections = top->connections.hooks;
	const struct tui_facts facts = {
		.hooks = hooks,
		.losses = losses,
		.lost = top->facts.lost || top->facts.uncounted,
		.canary = canary,
		.blind = !top->facts.no_canary && top->facts.canary.blind,
	};

	if (!top->tui)
		return;
	snprintf(hooks, sizeof(hooks), "%s%s%s", top->facts.hooks,
		 *connections ? "; connections: " : "", connections);
	put_losses(&top->facts, losses, sizeof(losses));
	put_canary(&top->facts, canary, sizeof(canary));
	tui_facts(top->tui, &facts);
}
