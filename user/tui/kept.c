// SPDX-License-Identifier: GPL-2.0-only
#include "tui/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t size_of(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *move(char **to, const char *text)
{
	const char *start = *to;

	if (!text)
		return NULL;
	*to = stpcpy(*to, text) + 1;
	return start;
}

int kept_judge(struct kept *kept, const struct event *event)
{
	const struct verdict *verdict = event->verdict;
	char *texts = NULL, *to;

	if (verdict) {
		texts = to = malloc(size_of(verdict->rule) + size_of(verdict->why) + 1);
		if (!texts)
			return -ENOMEM;
		kept->verdict = *verdict;
		kept->verdict.rule = move(&to, verdict->rule);
		kept->verdict.why = move(&to, verdict->why);
		kept->verdict.hook = NULL; /* it was run, or not */
	}
	free(kept->texts);
	kept->texts = texts;
	kept->event.verdict = verdict ? &kept->verdict : NULL;
	return 0;
}

static int take_holders(struct kept *kept, const struct event *event)
{
	struct event *own = &kept->event;

	own->holders = NULL;
	if (!event->n_holders)
		return 0;
	own->holders = calloc(event->n_holders, sizeof(*own->holders));
	if (!own->holders)
		return -ENOMEM;
	for (size_t i = 0; i < event->n_holders; i++)
		own->holders[i] = procs_ref(event->holders[i]);
	return 0;
}

int kept_take(struct kept *kept, struct procs *procs, const struct event *event)
{
	kept->event = *event;
	kept->procs = procs;
	if (kept_judge(kept, event) || take_holders(kept, event)) {
		free(kept->texts);
		*kept = (struct kept){ 0 };
		return -ENOMEM;
	}
	if (event->actor.process)
		procs_ref(event->actor.process);
	if (event->connection) {
		kept->connection = *event->connection;
		kept->event.connection = &kept->connection;
	}
	return 0;
}

void kept_forget_actor(struct kept *kept)
{
	procs_put(kept->procs, kept->event.actor.process);
	kept->event.actor = (struct actor){ 0 };
}

void kept_drop(struct kept *kept)
{
	for (size_t i = 0; i < kept->event.n_holders; i++)
		procs_put(kept->procs, kept->event.holders[i]);
	free(kept->event.holders);
	procs_put(kept->procs, kept->event.actor.process);
	free(kept->texts);
	*kept = (struct kept){ 0 };
}
