// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

static void put_lines(struct buf *buf, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		buf_put_u64_padded(buf, i, 7);
		buf_putc(buf, '\n');
	}
}

static void a_ready_reader_gets_all_at_once(void **state)
{
	struct out out;
	char text[16] = "";
	int ends[2];

	(void)state;
	assert_return_code(pipe(ends), errno);
	out_open(&out, ends[1]);
	assert_int_equal(out_flush(&out), 0);
	buf_puts(&out.buf, "a line\n");
	assert_int_equal(out_flush(&out), 0);
	assert_int_equal(out.buf.len, 0);
	assert_int_equal(read(ends[0], text, sizeof(text) - 1), 7);
	assert_string_equal(text, "a line\n");
	out_free(&out);
	close(ends[0]);
	close(ends[1]);
}

/* More than a pipe holds: nothing blocks, nothing is lost or told twice. */
static void a_slow_reader_waits_for_the_rest_and_loses_nothing(void **state)
{
	const unsigned int lines = 40000;
	struct buf expected = { 0 };
	struct out out;
	char *text = malloc(lines * 8);
	size_t got = 0;
	int ends[2], waiting, rounds = 0;

	(void)state;
	assert_non_null(text);
	assert_return_code(pipe(ends), errno);
	out_open(&out, ends[1]);
	put_lines(&out.buf, lines);
	put_lines(&expected, lines);
	do {
		ssize_t n;

		waiting = out_flush(&out);
		assert_in_range(waiting, 0, 1);
		n = read(ends[0], text + got, 10000);
		assert_true(n > 0);
		got += (size_t)n;
		rounds++;
	} while (waiting);
	assert_true(rounds > 1);
	close(ends[1]);
	for (ssize_t n; (n = read(ends[0], text + got, lines * 8 - got)) > 0;)
		got += (size_t)n;
	assert_int_equal(got, lines * 8);
	assert_memory_equal(text, expected.data, got);
	out_free(&out);
	buf_free(&expected);
	close(ends[0]);
	free(text);
}

static void a_full_pipe_keeps_what_waits(void **state)
{
	struct out out;
	size_t waiting;
	int ends[2];

	(void)state;
	assert_return_code(pipe(ends), errno);
	out_open(&out, ends[1]);
	put_lines(&out.buf, 40000);
	assert_int_equal(out_flush(&out), 1);
	waiting = out.buf.len;
	assert_in_range(waiting, 1, 40000 * 8 - 1);
	assert_int_equal(out_flush(&out), 1);
	assert_int_equal(out.buf.len, waiting);
	assert_int_equal(out.err, 0);
	out_free(&out);
	close(ends[0]);
	close(ends[1]);
}

static void a_reader_that_left_gives_epipe(void **state)
{
	struct out out;
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_return_code(pipe(ends), errno);
	close(ends[0]);
	out_open(&out, ends[1]);
	buf_puts(&out.buf, "a line\n");
	assert_int_equal(out_flush(&out), -EPIPE);
	assert_int_equal(out.err, -EPIPE);
	/* and again, without another try */
	assert_int_equal(out_flush(&out), -EPIPE);
	out_free(&out);
	close(ends[1]);
}

/* poll() then says neither writable nor anything to wait for. */
static void a_reader_that_left_a_full_pipe_gives_epipe(void **state)
{
	struct out out;
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_return_code(pipe(ends), errno);
	out_open(&out, ends[1]);
	put_lines(&out.buf, 40000);
	assert_int_equal(out_flush(&out), 1);
	close(ends[0]);
	assert_int_equal(out_flush(&out), -EPIPE);
	out_free(&out);
	close(ends[1]);
}

static void a_full_disk_gives_enospc(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct out out;

	(void)state;
	assert_return_code(fd, errno);
	out_open(&out, fd);
	buf_puts(&out.buf, "a line\n");
	assert_int_equal(out_flush(&out), -ENOSPC);
	assert_int_equal(out.err, -ENOSPC);
	out_free(&out);
	close(fd);
}

static void a_buffer_without_memory_gives_enomem(void **state)
{
	struct out out;

	(void)state;
	out_open(&out, STDOUT_FILENO);
	assert_null(buf_reserve(&out.buf, SIZE_MAX - 1));
	assert_int_equal(out_flush(&out), -ENOMEM);
	assert_int_equal(out.err, -ENOMEM);
	out_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ready_reader_gets_all_at_once),
		cmocka_unit_test(a_slow_reader_waits_for_the_rest_and_loses_nothing),
		cmocka_unit_test(a_full_pipe_keeps_what_waits),
		cmocka_unit_test(a_reader_that_left_gives_epipe),
		cmocka_unit_test(a_reader_that_left_a_full_pipe_gives_epipe),
		cmocka_unit_test(a_full_disk_gives_enospc),
		cmocka_unit_test(a_buffer_without_memory_gives_enomem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
