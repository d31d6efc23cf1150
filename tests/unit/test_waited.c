// SPDX-License-Identifier: GPL-2.0-only
/* What "wait" takes for its answer. */
#include "unit.h"

#include "cmd/waited.h"

static struct event port(enum event_kind kind, enum record_kind from, uint16_t number)
{
	struct event event = { .kind = kind, .from = from };

	event.socket.local =
		(struct endpoint){ .family = AF_INET, .proto = IPPROTO_TCP, .port = number };
	return event;
}

/* Ports below 1000 are meant. */
static bool meant(const struct event *event, void *arg)
{
	unsigned int *asked = arg;

	++*asked;
	return event->socket.local.port < 1000;
}

static bool opens(enum event_kind kind, enum record_kind from, uint16_t number)
{
	struct event event = port(kind, from, number);
	unsigned int asked = 0;

	return waited_opens(&event, meant, &asked);
}

static void what_is_open_or_opens_is_the_answer(void **state)
{
	(void)state;
	assert_true(opens(EVENT_EXISTING, RECORD_OPEN, 80));
	assert_true(opens(EVENT_OPEN, RECORD_OPEN, 80));
	assert_true(opens(EVENT_RECOVERED, RECORD_OPEN, 80));
	/* one more socket of a port that another process has open */
	assert_true(opens(EVENT_CHANGE, RECORD_OPEN, 80));
	assert_false(opens(EVENT_OPEN, RECORD_OPEN, 8080));
}

static void other_events_are_none(void **state)
{
	(void)state;
	assert_false(opens(EVENT_CLOSE, RECORD_CLOSE, 80));
	assert_false(opens(EVENT_CHANGE, RECORD_CLOSE, 80));
	assert_false(opens(EVENT_CHANGE, RECORD_CHANGE, 80));
	assert_false(opens(EVENT_RECOVERED, RECORD_CLOSE, 80));
	assert_false(opens(EVENT_LOST, RECORD_OPEN, 80));
}

static struct waited waited;

static bool closes(enum event_kind kind, enum record_kind from, uint16_t number, uint32_t sharing)
{
	struct event event = port(kind, from, number);
	unsigned int asked = 0;

	event.sharing = sharing;
	return waited_closes(&waited, &event, meant, &asked);
}

static int forget(void **state)
{
	(void)state;
	free(waited.open);
	waited = (struct waited){ 0 };
	return 0;
}

static void all_that_are_meant_have_to_close(void **state)
{
	(void)state;
	for (uint16_t i = 1; i <= 100; i++)
		assert_false(closes(EVENT_EXISTING, RECORD_OPEN, i, 1));
	assert_false(closes(EVENT_OPEN, RECORD_OPEN, 5000, 1));
	for (uint16_t i = 1; i <= 100; i++) {
		assert_true(waited_any(&waited));
		assert_true(closes(EVENT_CLOSE, RECORD_CLOSE, i, 0));
	}
	assert_false(waited_any(&waited));
}

static void a_port_closes_with_its_last_socket(void **state)
{
	(void)state;
	closes(EVENT_OPEN, RECORD_OPEN, 80, 1);
	closes(EVENT_CHANGE, RECORD_OPEN, 80, 2);
	assert_false(closes(EVENT_CHANGE, RECORD_CLOSE, 80, 1));
	assert_false(closes(EVENT_RECOVERED, RECORD_CLOSE, 80, 1));
	assert_true(waited_any(&waited));
	assert_true(closes(EVENT_RECOVERED, RECORD_CLOSE, 80, 0));
	assert_false(waited_any(&waited));
}

static void the_close_of_another_port_is_no_answer(void **state)
{
	(void)state;
	closes(EVENT_EXISTING, RECORD_OPEN, 80, 1);
	assert_false(closes(EVENT_CLOSE, RECORD_CLOSE, 81, 0));
	assert_true(waited_any(&waited));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_open_or_opens_is_the_answer),
		cmocka_unit_test(other_events_are_none),
		cmocka_unit_test_teardown(all_that_are_meant_have_to_close, forget),
		cmocka_unit_test_teardown(a_port_closes_with_its_last_socket, forget),
		cmocka_unit_test_teardown(the_close_of_another_port_is_no_answer, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
