/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of the sinks share: a process, a sink that shows numbers, and its last line. */
#ifndef UNIT_SINKS_H
#define UNIT_SINKS_H

#include "unit.h"

#include "output/sink.h"

static struct enrich *enrich;
static struct process process;
static struct sink sink; /* of no kind yet */
static struct buf out;

/* It was changed in place: sinks may remember what they wrote of it. */
static inline void changed(void)
{
	process_changed(&process);
}

static inline int set_up(void **state)
{
	(void)state;
	enrich = enrich_new(true);
	process = a_process();
	changed();
	sink = (struct sink){ .enrich = enrich };
	return !enrich;
}

static inline int tear_down(void **state)
{
	(void)state;
	enrich_free(enrich);
	buf_free(&out);
	return 0;
}

#define SINK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static inline void choose(const char *columns)
{
	const char *bad;

	assert_int_equal(columns_parse(columns, &sink.columns, &bad), 0);
}

/* From 10.0.0.1:8080 to 192.0.2.1:443, by python; what else it has is in *connection. */
static inline struct event a_connection_event(enum event_kind kind, struct connection *connection)
{
	struct event event = an_event(kind, &process);

	*connection = (struct connection){ .remote = an_endpoint(IPPROTO_TCP, 443) };
	memcpy(connection->remote.addr, (uint8_t[]){ 192, 0, 2, 1 }, 4);
	memcpy(event.socket.local.addr, (uint8_t[]){ 10, 0, 0, 1 }, 4);
	event.connection = connection;
	event.sharing = 0;
	event.origin = ORIGIN_BY_SYSCALL;
	return event;
}

/* What this kind of sink writes behind what is in out; until out is touched. */
static inline const char *line_of(const struct sink_ops *ops, const struct event *event)
{
	sink.ops = ops;
	ops->event(&sink, event, &out);
	return text_of(&out);
}

#endif
