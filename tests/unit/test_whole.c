// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define LEN ((size_t)100000) /* more than one read takes, and more than a pipe */

static char *pattern(void)
{
	char *text = malloc(LEN);

	assert_non_null(text);
	for (size_t i = 0; i < LEN; i++)
		text[i] = (char)(i % 251);
	return text;
}

static int file_of(const char *text)
{
	int fd = memfd_create("whole", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write_whole(fd, text, LEN), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void what_was_written_is_read(void **state)
{
	char *text = pattern();
	struct buf out = { 0 };
	int fd = file_of(text);

	(void)state;
	buf_puts(&out, "x");
	assert_int_equal(read_whole(fd, SIZE_MAX, &out), 0);
	assert_int_equal(out.len, LEN + 1);
	assert_memory_equal(out.data + 1, text, LEN);
	buf_free(&out);
	free(text);
	close(fd);
}

static void no_more_is_read_than_asked_for(void **state)
{
	char *text = pattern();
	struct buf out = { 0 };
	int fd = file_of(text);

	(void)state;
	assert_int_equal(read_whole(fd, 20000, &out), 0);
	assert_int_equal(out.len, 20000);
	assert_memory_equal(out.data, text, 20000);
	buf_free(&out);
	free(text);
	close(fd);
}

static void what_cannot_be_is_told(void **state)
{
	struct buf out = { 0 };
	int ends[2], folder = open("/", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(read_whole(folder, 10, &out), -EISDIR);
	assert_int_equal(out.len, 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(read_whole(ends[0], 10, &out), -EAGAIN);
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(write_whole(ends[1], "x", 1), -EPIPE);
	buf_free(&out);
	close(ends[1]);
	close(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(no_more_is_read_than_asked_for),
		cmocka_unit_test(what_cannot_be_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
