// SPDX-License-Identifier: GPL-2.0-only
/* What top knows of ports: rows and what they look like, the history, alerts. */
#include "boards.h"

/* --- rows --------------------------------------------------------------------------------- */

static void a_port_is_new_for_ten_seconds(void **state)
{
	(void)state;
	tell(EVENT_EXISTING, 22, 1, START);
	tell(EVENT_OPEN, 80, 2, START);
	assert_int_equal(row_of(22)->look, LOOK_PLAIN);
	assert_int_equal(row_of(80)->look, LOOK_NEW);
	assert_int_equal(board.n_new, 1);
	assert_int_equal(board_due(&board), START + BOARD_NEW_NS);
	assert_false(board_age(&board, START + BOARD_NEW_NS - 1));
	assert_int_equal(row_of(80)->look, LOOK_NEW);
	assert_true(board_age(&board, START + BOARD_NEW_NS));
	assert_int_equal(row_of(80)->look, LOOK_PLAIN);
	assert_int_equal(board.n_new, 0);
	assert_int_equal(board_due(&board), UINT64_MAX);
}

static void a_closed_port_is_shown_for_five_seconds(void **state)
{
	(void)state;
	tell(EVENT_EXISTING, 22, 1, START);
	tell(EVENT_CLOSE, 22, 1, START + SECOND);
	assert_int_equal(row_of(22)->look, LOOK_CLOSED);
	assert_int_equal(board.n_open, 0);
	assert_int_equal(board.n_closed, 1);
	assert_int_equal(board_due(&board), START + SECOND + BOARD_CLOSED_NS);
	assert_false(board_age(&board, START + SECOND + BOARD_CLOSED_NS - 1));
	assert_true(board_age(&board, START + SECOND + BOARD_CLOSED_NS));
	assert_null(row_of(22));
	assert_int_equal(board.n_closed, 0);
	assert_string_equal(ports_of(&board.ports), "");
}

static void with_lifetime(struct event *event)
{
	event->lifetime_ns = 5 * SECOND;
	event->cause = CLOSE_PROCESS_EXIT;
}

/* Whoever closed it: a row says whose it was. */
static void a_closed_row_says_who_had_it_and_how_it_ended(void **state)
{
	const struct event *event;

	(void)state;
	tell(EVENT_OPEN, 80, 1, START);
	tell_as(EVENT_CLOSE, 80, 2, START + SECOND, with_lifetime);
	event = &row_of(80)->kept.event;
	assert_int_equal(event->actor.process->tgid, 1);
	assert_int_equal(event->lifetime_ns, 5 * SECOND);
	assert_int_equal(event->cause, CLOSE_PROCESS_EXIT);
}

static void a_port_that_opens_again_is_new_and_anothers(void **state)
{
	(void)state;
	tell(EVENT_OPEN, 80, 1, START);
	tell(EVENT_CLOSE, 80, 1, START + SECOND);
	tell(EVENT_OPEN, 80, 2, START + 2 * SECOND);
	assert_int_equal(row_of(80)->look, LOOK_NEW);
	assert_int_equal(row_of(80)->kept.event.actor.process->tgid, 2);
	assert_int_equal(board.n_closed, 0);
	assert_int_equal(board.n_open, 1);
	board_age(&board, START + SECOND + BOARD_CLOSED_NS);
	assert_non_null(row_of(80));
	assert_int_equal(board.ports.n_all, 1);
}

static void to_recovered_close(struct event *event)
{
	event->from = RECORD_CLOSE;
	event->sharing = 0;
}

static void what_was_lost_and_found_opens_and_closes(void **state)
{
	(void)state;
	tell(EVENT_RECOVERED, 80, 1, START);
	assert_int_equal(row_of(80)->look, LOOK_NEW);
	tell_as(EVENT_RECOVERED, 80, 1, START, to_recovered_close);
	assert_int_equal(row_of(80)->look, LOOK_CLOSED);
	assert_int_equal(board.history.n_all, 2);
}

static void of_a_close(struct event *event)
{
	event->from = RECORD_CLOSE;
	event->sharing = 1;
}

static void of_a_second_socket(struct event *event)
{
	event->sharing = 2;
	event->socket.backlog = 7;
}

static void a_change_changes_the_row_and_is_no_history(void **state)
{
	(void)state;
	tell(EVENT_EXISTING, 80, 1, START);
	tell_as(EVENT_CHANGE, 80, 2, START, of_a_second_socket);
	assert_int_equal(row_of(80)->kept.event.sharing, 2);
	assert_int_equal(row_of(80)->kept.event.socket.backlog, 7);
	assert_int_equal(row_of(80)->kept.event.actor.process->tgid, 1);
	tell_as(EVENT_CHANGE, 80, 2, START, of_a_close);
	assert_int_equal(row_of(80)->kept.event.sharing, 1);
	assert_int_equal(row_of(80)->look, LOOK_PLAIN);
	assert_int_equal(board.history.n_all, 0);
}

/* Its sockets are others' now, whose is not told. */
static void a_port_whose_opener_leaves_is_not_called_his(void **state)
{
	(void)state;
	tell(EVENT_OPEN, 80, 1, START);
	tell_as(EVENT_CHANGE, 80, 2, START, of_a_second_socket);
	tell_as(EVENT_CHANGE, 80, 1, START, of_a_close);
	assert_null(row_of(80)->kept.event.actor.process);
	assert_int_equal(row_of(80)->look, LOOK_NEW);
}

static void a_close_of_what_nobody_told_is_history_alone(void **state)
{
	(void)state;
	tell(EVENT_CLOSE, 80, 1, START);
	assert_null(row_of(80));
	assert_int_equal(board.history.n_all, 1);
}

/* However fast they come and go. */
static void rows_of_closed_ports_are_bounded(void **state)
{
	(void)state;
	for (uint16_t port = 1; port <= BOARD_CLOSED_MAX + 100; port++) {
		tell(EVENT_OPEN, port, 1, START);
		tell(EVENT_CLOSE, port, 1, START);
	}
	assert_int_equal(board.n_closed, BOARD_CLOSED_MAX);
	assert_int_equal(board.ports.n_all, BOARD_CLOSED_MAX);
	assert_null(row_of(100));
	assert_non_null(row_of(101));
}

/* Nobody looks, as where another table is shown: what is gone is not kept for that. */
static void what_is_gone_is_let_go_without_a_look(void **state)
{
	size_t most = 0;

	(void)state;
	for (unsigned int i = 0; i < 10000; i++) {
		tell(EVENT_OPEN, 80, 1, START + i * BOARD_CLOSED_NS);
		tell(EVENT_CLOSE, 80, 1, START + i * BOARD_CLOSED_NS);
		board_age(&board, START + (i + 1) * BOARD_CLOSED_NS);
		if (board.ports.n_gone > most)
			most = board.ports.n_gone;
	}
	assert_true(most > 100);
	assert_true(most < 2000);
}

static void forgotten_ports_are_gone(void **state)
{
	(void)state;
	tell(EVENT_OPEN, 80, 1, START);
	tell(EVENT_OPEN, 81, 1, START);
	tell(EVENT_CLOSE, 81, 1, START);
	board_forget(&board);
	assert_null(row_of(80));
	assert_int_equal(board.n_open + board.n_new + board.n_closed, 0);
	assert_int_equal(board_due(&board), UINT64_MAX);
	tell(EVENT_EXISTING, 80, 1, START);
	assert_string_equal(ports_of(&board.ports), "80");
}

/* --- verdicts ------------------------------------------------------------------------------ */

static struct verdict verdict;

static void judged(struct event *event)
{
	event->verdict = &verdict;
	event->alert = verdict.kind == VERDICT_UNEXPECTED && event_opens(event);
}

static void a_verdict_is_copied_and_counted(void **state)
{
	char why[] = "no rule allows it", rule[] = "a.policy:1";

	(void)state;
	verdict = (struct verdict){ .kind = VERDICT_UNEXPECTED, .rule = rule, .why = why };
	tell_as(EVENT_OPEN, 80, 1, START, judged);
	memset(why, 'X', sizeof(why) - 1);
	memset(rule, 'X', sizeof(rule) - 1);
	assert_string_equal(row_of(80)->kept.event.verdict->why, "no rule allows it");
	assert_string_equal(row_of(80)->kept.event.verdict->rule, "a.policy:1");
	assert_int_equal(board.n_unexpected, 1);
	assert_int_equal(board.alerts.n_all, 1);
	/* Told again by another policy. */
	verdict = (struct verdict){ .kind = VERDICT_EXPECTED, .rule = "b" };
	tell_as(EVENT_EXISTING, 80, 1, START, judged);
	assert_int_equal(board.n_unexpected, 0);
	assert_int_equal(row_of(80)->look, LOOK_NEW);
	verdict.kind = VERDICT_UNEXPECTED;
	tell_as(EVENT_CHANGE, 80, 1, START, judged);
	assert_int_equal(board.n_unexpected, 1);
	tell_as(EVENT_CLOSE, 80, 1, START, judged);
	assert_int_equal(board.n_unexpected, 0);
}

static void what_is_missing_is_an_alert_and_no_row(void **state)
{
	(void)state;
	verdict = (struct verdict){ .kind = VERDICT_UNEXPECTED, .missing = true, .rule = "r" };
	tell_as(EVENT_MISSING, 80, 1, START, judged);
	assert_int_equal(board.alerts.n_all, 1);
	assert_int_equal(board.ports.n_all, 0);
	assert_int_equal(board_alert_note(&board, SEVERITY_CRIT, "12 more", START), 0);
	assert_int_equal(board.alerts.n_all, 2);
}

/* --- history ------------------------------------------------------------------------------- */

static void the_history_has_the_last_thousand(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 1500; i++)
		tell(i % 2 ? EVENT_CLOSE : EVENT_OPEN, (uint16_t)(1 + i / 2), 1 + i, START + i);
	assert_int_equal(board.history.n_all, BOARD_KEPT_MAX);
	list_refresh(&board.history, 10);
	assert_int_equal(board.history.n, BOARD_KEPT_MAX);
	assert_int_equal(board.history.shown[0]->kept.event.time_ns, START + 1499);
	assert_int_equal(board.history.shown[999]->kept.event.time_ns, START + 500);
}

static void destroyed(struct event *event)
{
	event->cause = CLOSE_DESTROYED;
}

/* "Who had it?" is not whoever took it away. */
static void what_was_destroyed_is_the_history_of_who_had_it(void **state)
{
	const struct item *last;

	(void)state;
	tell(EVENT_OPEN, 80, 1, START);
	tell_as(EVENT_CLOSE, 80, 2, START, destroyed);
	last = TAILQ_LAST(&board.history.all, item_list);
	assert_int_equal(last->kept.event.actor.process->tgid, 1);
	tell(EVENT_OPEN, 81, 1, START);
	tell(EVENT_CLOSE, 81, 2, START);
	last = TAILQ_LAST(&board.history.all, item_list);
	assert_int_equal(last->kept.event.actor.process->tgid, 2);
}

static void lost_records_are_history(void **state)
{
	const struct event lost = { .kind = EVENT_LOST, .time_ns = START, .lost_kind = "open" };

	(void)state;
	assert_int_equal(board_event(&board, &lost, START), 0);
	assert_int_equal(board.history.n_all, 1);
	assert_int_equal(board.ports.n_all, 0);
}

/* Each row holds its process, and lets it go: procs_free() and the sanitizer see the rest. */
static void processes_are_held_as_long_as_rows_are(void **state)
{
	struct process *process;

	(void)state;
	tell(EVENT_OPEN, 80, 1, START);
	process = row_of(80)->kept.event.actor.process;
	assert_int_equal(process->refs, 2); /* the row, and the history */
	tell(EVENT_CLOSE, 80, 1, START);
	board_age(&board, START + BOARD_CLOSED_NS);
	list_refresh(&board.ports, 10);
	assert_int_equal(process->refs, 2); /* of the history */
	list_free(&board.history);
	assert_int_equal(process->refs, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(a_port_is_new_for_ten_seconds),
		BOARD_TEST(a_closed_port_is_shown_for_five_seconds),
		BOARD_TEST(a_closed_row_says_who_had_it_and_how_it_ended),
		BOARD_TEST(a_port_that_opens_again_is_new_and_anothers),
		BOARD_TEST(what_was_lost_and_found_opens_and_closes),
		BOARD_TEST(a_change_changes_the_row_and_is_no_history),
		BOARD_TEST(a_port_whose_opener_leaves_is_not_called_his),
		BOARD_TEST(a_close_of_what_nobody_told_is_history_alone),
		BOARD_TEST(rows_of_closed_ports_are_bounded),
		BOARD_TEST(what_is_gone_is_let_go_without_a_look),
		BOARD_TEST(forgotten_ports_are_gone),
		BOARD_TEST(a_verdict_is_copied_and_counted),
		BOARD_TEST(what_is_missing_is_an_alert_and_no_row),
		BOARD_TEST(the_history_has_the_last_thousand),
		BOARD_TEST(what_was_destroyed_is_the_history_of_who_had_it),
		BOARD_TEST(lost_records_are_history),
		BOARD_TEST(processes_are_held_as_long_as_rows_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
