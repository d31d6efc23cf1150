// SPDX-License-Identifier: GPL-2.0-only
/* Cells that say where: unit and container of the process, class of the port. */
#include "output/cells.h"

#include "base/escape.h"

static const struct place *place_of(const struct event *e)
{
	return e->actor.process ? e->actor.process->place : NULL;
}

/* "nginx.service"; of a user: "user@1000.service/nginx.service", since it is another one. */
void column_put_unit(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const struct place *place = place_of(e);

	(void)enrich;
	if (!place || !place->unit)
		return;
	escape_puts(out, place->unit);
	if (!place->user_unit)
		return;
	buf_putc(out, '/');
	escape_puts(out, place->user_unit);
}

void column_put_container(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const struct place *place = place_of(e);

	(void)enrich;
	if (place && place->container)
		escape_text(out, place->container, container_shown(place->container));
}

void column_put_class(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (event_has_local(e))
		buf_puts(out, enrich_class(e->socket.local.port));
}
