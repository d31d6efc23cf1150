/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of what top knows share: a board, processes, events of ports by number. */
#ifndef UNIT_BOARDS_H
#define UNIT_BOARDS_H

#include "unit.h"

#include "model/verdict.h"
#include "output/cells.h"
#include "tui/board.h"

#define SECOND 1000000000ULL
#define START (1000 * SECOND)

static struct procs *procs;
static struct enrich *enrich;
static struct board board;

static const struct column by_local = { "local", 21, 0, "", column_put_local };
static const struct column by_comm = { "comm", 15, COLUMN_CUT, "", column_put_comm };
static const struct column by_time = { "time", 8, 0, "", column_put_time };

static inline int set_up(void **state)
{
	(void)state;
	procs = procs_new();
	enrich = enrich_new(true);
	board_init(&board, procs);
	list_init(&board.ports, enrich, &by_local, false);
	list_init(&board.history, enrich, &by_time, true);
	list_init(&board.alerts, enrich, &by_time, true);
	list_init(&board.conns.list, enrich, &conn_columns[4], true);
	return !procs || !enrich;
}

static inline int tear_down(void **state)
{
	(void)state;
	board_free(&board);
	enrich_free(enrich);
	procs_free(procs);
	return 0;
}

#define BOARD_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Tells an event that is otherwise what change makes of it; the process is not held beyond. */
static inline void tell_as(enum event_kind kind, uint16_t port, uint32_t tgid, uint64_t now_ns,
			   void (*change)(struct event *event))
{
	const struct task_ref task = a_task(tgid);
	struct process *process = procs_get(procs, &task);
	struct event event = an_event(kind, process);

	event.socket.local = an_endpoint(IPPROTO_TCP, port);
	event.socket.sk = event.socket.cookie = port;
	event.time_ns = now_ns;
	if (change)
		change(&event);
	assert_int_equal(board_event(&board, &event, now_ns), 0);
	procs_put(procs, process);
}

static inline void tell(enum event_kind kind, uint16_t port, uint32_t tgid, uint64_t now_ns)
{
	tell_as(kind, port, tgid, now_ns, NULL);
}

static inline struct item *row_of(uint16_t port)
{
	const struct endpoint endpoint = an_endpoint(IPPROTO_TCP, port);

	return board_find(&board, &endpoint);
}

/* The ports of a list, in its order: "22 80 8080". */
static inline const char *ports_of(struct list *list)
{
	static char text[4096];
	size_t n = 0;

	assert_true(list_refresh(list, 10));
	text[0] = '\0';
	for (size_t i = 0; i < list->n && n < sizeof(text) - 8; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%u", i ? " " : "",
				      list->shown[i]->kept.event.socket.local.port);
	return text;
}

#endif
