// SPDX-License-Identifier: GPL-2.0-only
/* The way to the journal: how entries arrive there. */
#include "journal_server.h"

#include <errno.h>

static void entries_arrive_in_order(void **state)
{
	(void)state;
	serve();
	open_journal(1000000, 1000);
	for (uint16_t i = 1; i <= 50; i++)
		send_open(i);
	for (uint16_t i = 1; i <= 50; i++)
		expect_open(i, i);
	assert_false(receive());
	assert_int_equal(journal_counts(journal).waiting, 0);
	assert_int_equal(news[JOURNAL_NEWS_GONE] + news[JOURNAL_NEWS_LOSING], 0);
}

#define LONG 65536

static void a_large_entry_goes_by_memfd(void **state)
{
	char *args = malloc(LONG);

	(void)state;
	memset(args, '\x01', LONG - 1);
	args[LONG - 1] = '\0';
	process.args = args;
	process.args_len = LONG;
	serve();
	open_journal(1000000, 1000);
	send_open(1);
	expect_open(1, 1);
	assert_true(by_memfd);
	assert_true(strlen(strstr(entry, "PORTTRACE_ARGS=")) > 4 * (size_t)(LONG - 1));
	process.args_len = 0;
	send_open(2);
	expect_open(2, 2);
	assert_false(by_memfd);
	free(args);
}

/* By then the number may be another process's. */
static void a_late_entry_has_no_object_pid(void **state)
{
	uint64_t until = boot_after_ns(1100000000);

	(void)state;
	open_journal(1000000, 1000);
	send_open(1);
	while (boot_now_ns() < until)
		turn();
	serve();
	expect_open(1, 1);
	assert_int_equal(number("OBJECT_PID"), 0);
	assert_int_equal(number("PORTTRACE_PID"), 4242);
	send_open(2);
	expect_open(2, 2);
	assert_int_equal(number("OBJECT_PID"), 4242);
}

static void a_note_is_an_entry(void **state)
{
	(void)state;
	serve();
	open_journal(1000000, 1000);
	journal_note(journal, JOURNAL_BLIND, "no event for 1 s");
	receive_next();
	assert_contains(entry, "\nPORTTRACE_EVENT=blind\n");
	assert_contains(entry, "\nMESSAGE=no event for 1 s\n");
	assert_int_equal(number("PORTTRACE_SEQ"), 1);
}

static void a_path_that_is_no_socket_is_an_error(void **state)
{
	char longer[200];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(journal_socket_open(longer), -ENAMETOOLONG);
	assert_int_equal(journal_socket_open(path), -ENOENT);
	close(creat(path, 0600));
	assert_int_equal(journal_socket_open(path), -ECONNREFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(entries_arrive_in_order),
		JOURNAL_TEST(a_large_entry_goes_by_memfd),
		JOURNAL_TEST(a_late_entry_has_no_object_pid),
		JOURNAL_TEST(a_note_is_an_entry),
		JOURNAL_TEST(a_path_that_is_no_socket_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
