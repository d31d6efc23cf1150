// SPDX-License-Identifier: GPL-2.0-only
/* The order of rows, which of them are shown, and which one is selected. */
#include "boards.h"

static void rows_are_in_the_order_of_their_ports(void **state)
{
	(void)state;
	tell(EVENT_OPEN, 8080, 1, START);
	tell(EVENT_OPEN, 22, 2, START);
	tell(EVENT_OPEN, 443, 3, START);
	assert_string_equal(ports_of(&board.ports), "22 443 8080");
	tell(EVENT_OPEN, 80, 4, START);
	tell(EVENT_OPEN, 9000, 5, START);
	assert_string_equal(ports_of(&board.ports), "22 80 443 8080 9000");
	board.ports.descending = true;
	list_resort(&board.ports);
	assert_string_equal(ports_of(&board.ports), "9000 8080 443 80 22");
}

/* "comm9" is before "comm10": numbers in text count as such. */
static void text_is_sorted_with_its_numbers(void **state)
{
	(void)state;
	tell(EVENT_OPEN, 1, 10, START);
	tell(EVENT_OPEN, 2, 9, START);
	tell(EVENT_OPEN, 3, 100, START);
	board.ports.sort = &by_comm;
	list_resort(&board.ports);
	assert_string_equal(ports_of(&board.ports), "2 1 3");
}

static void the_selected_row_stays_selected(void **state)
{
	struct list *list = &board.ports;

	(void)state;
	for (uint16_t port = 100; port < 120; port++)
		tell(EVENT_OPEN, port, 1, START);
	ports_of(list);
	list_select(list, 12, 10);
	assert_int_equal(list->top, 3);
	assert_ptr_equal(list->selected, row_of(112));
	/* What comes before it moves it, and its line of the screen stays what it was. */
	tell(EVENT_OPEN, 1, 1, START);
	tell(EVENT_OPEN, 2, 1, START);
	ports_of(list);
	assert_ptr_equal(list->selected, row_of(112));
	assert_int_equal(list->cursor, 14);
	assert_int_equal(list->top, 5);
	board.ports.descending = true;
	list_resort(list);
	ports_of(list);
	assert_ptr_equal(list->selected, row_of(112));
	assert_int_equal(list->cursor, 7);
}

/* Not the one that takes its place, before it was drawn. */
static void a_selected_row_that_goes_selects_none_until_it_is_looked_at(void **state)
{
	struct list *list = &board.ports;

	(void)state;
	for (uint16_t port = 100; port < 105; port++)
		tell(EVENT_OPEN, port, 1, START);
	ports_of(list);
	list_select(list, 2, 10);
	tell(EVENT_CLOSE, 102, 1, START);
	board_age(&board, START + BOARD_CLOSED_NS);
	assert_null(list->selected);
	ports_of(list);
	assert_ptr_equal(list->selected, row_of(103));
	assert_int_equal(list->cursor, 2);
}

static void the_first_is_followed_where_that_is_asked_for(void **state)
{
	struct list *list = &board.history;

	(void)state;
	list->follows = true;
	tell(EVENT_OPEN, 1, 1, START);
	assert_string_equal(ports_of(list), "1");
	tell(EVENT_OPEN, 2, 1, START + 1);
	assert_string_equal(ports_of(list), "2 1");
	assert_ptr_equal(list->selected, list->shown[0]);
	list->follows = false;
	tell(EVENT_OPEN, 3, 1, START + 2);
	assert_string_equal(ports_of(list), "3 2 1");
	assert_ptr_equal(list->selected, list->shown[1]);
}

static void a_filter_hides_rows_and_shows_them_again(void **state)
{
	struct filter filter = { .n_comms = 1, .comms = { "comm2" } };

	(void)state;
	for (uint16_t port = 1; port <= 4; port++)
		tell(EVENT_OPEN, port, 1 + port % 2, START);
	ports_of(&board.ports);
	board.ports.filter = &filter;
	list_resort(&board.ports);
	assert_string_equal(ports_of(&board.ports), "1 3");
	assert_int_equal(board.ports.n_all, 4);
	/* A row that passes no longer goes. */
	tell(EVENT_CLOSE, 3, 2, START);
	tell(EVENT_OPEN, 3, 1, START);
	assert_string_equal(ports_of(&board.ports), "1");
	board.ports.filter = NULL;
	list_resort(&board.ports);
	assert_string_equal(ports_of(&board.ports), "1 2 3 4");
}

/* Against a plain model: any changes, in any order, with looks in between or not. */
static void it_is_what_sorting_all_would_give(void **state)
{
	bool open[64] = { false };
	uint64_t now = START;
	char expected[1024];

	(void)state;
	srandom(1);
	for (int step = 0; step < 4000; step++) {
		uint16_t port = (uint16_t)(1 + random() % 63);
		size_t n = 0;

		now += BOARD_CLOSED_NS; /* what is closed is gone */
		tell(open[port] ? EVENT_CLOSE : EVENT_OPEN, port, 1 + port, now);
		open[port] = !open[port];
		board_age(&board, now + BOARD_CLOSED_NS);
		if (random() % 8)
			continue;
		expected[0] = '\0';
		for (unsigned int p = 1; p < 64; p++)
			if (open[p])
				n += (size_t)snprintf(expected + n, sizeof(expected) - n, "%s%u",
						      n ? " " : "", p);
		assert_string_equal(ports_of(&board.ports), expected);
		if (board.ports.n)
			list_select(&board.ports, (size_t)random() % board.ports.n, 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(rows_are_in_the_order_of_their_ports),
		BOARD_TEST(text_is_sorted_with_its_numbers),
		BOARD_TEST(the_selected_row_stays_selected),
		BOARD_TEST(a_selected_row_that_goes_selects_none_until_it_is_looked_at),
		BOARD_TEST(the_first_is_followed_where_that_is_asked_for),
		BOARD_TEST(a_filter_hides_rows_and_shows_them_again),
		BOARD_TEST(it_is_what_sorting_all_would_give),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
