// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/waited.h"

#include <stdlib.h>
#include <string.h>

bool waited_opens(const struct event *event, meant_fn meant, void *arg)
{
	switch (event->kind) {
	case EVENT_EXISTING:
	case EVENT_OPEN:
		break;
	case EVENT_CHANGE: /* one more socket of a port that others have open */
	case EVENT_RECOVERED:
		if (event->from != RECORD_OPEN)
			return false;
		break;
	default:
		return false;
	}
	return meant(event, arg);
}

static bool is_close(const struct event *event)
{
	if (event->kind == EVENT_RECOVERED)
		return event->from == RECORD_CLOSE && !event->sharing;
	return event->kind == EVENT_CLOSE;
}

static size_t find(const struct waited *waited, const struct endpoint *local)
{
	size_t i = 0;

	while (i < waited->n && memcmp(&waited->open[i], local, sizeof(*local)) != 0)
		i++;
	return i;
}

/* Without memory for it a port is forgotten: then too little is waited for, and not for ever. */
static void add(struct waited *waited, const struct endpoint *local)
{
	size_t cap = waited->cap ? waited->cap * 2 : 8;
	struct endpoint *open;

	if (find(waited, local) < waited->n)
		return;
	if (waited->n == waited->cap) {
		open = reallocarray(waited->open, cap, sizeof(*open));
		if (!open)
			return;
		waited->open = open;
		waited->cap = cap;
	}
	waited->open[waited->n++] = *local;
}

bool waited_closes(struct waited *waited, const struct event *event, meant_fn meant, void *arg)
{
	size_t i;

	if (waited_opens(event, meant, arg))
		add(waited, &event->socket.local);
	if (!is_close(event))
		return false;
	i = find(waited, &event->socket.local);
	if (i == waited->n)
		return false;
	waited->open[i] = waited->open[--waited->n];
	return true;
}

bool waited_has(const struct waited *waited, const struct endpoint *local)
{
	return find(waited, local) < waited->n;
}

void waited_free(struct waited *waited)
{
	free(waited->open);
	*waited = (struct waited){ 0 };
}

bool waited_any(const struct waited *waited)
{
	return waited->n;
}
