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

static inline int set_up(void **state)
{
	(void)state;
	enrich = enrich_new(true);
	process = a_process();
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

/* What this kind of sink writes behind what is in out; until out is touched. */
static inline const char *line_of(const struct sink_ops *ops, const struct event *event)
{
	sink.ops = ops;
	ops->event(&sink, event, &out);
	return text_of(&out);
}

#endif
