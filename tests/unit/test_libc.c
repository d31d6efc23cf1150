// SPDX-License-Identifier: GPL-2.0-only
/* What stands in for glibc does as glibc. */
#include "unit.h"

#define LIBC_IS_TESTED
#include "base/libc.c" /* NOLINT: glibc's build has nothing of it */

static void errors_have_the_same_names(void **state)
{
	size_t named = 0;

	(void)state;
	for (int error = 0; error < 200; error++) {
		const char *name = libc_strerrorname(error);

		if (!name)
			continue;
		assert_string_equal(name, strerrorname_np(error));
		named++;
	}
	assert_int_equal(named, sizeof(errors) / sizeof(*errors));
	assert_null(libc_strerrorname(4711));
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void note(const void *node, VISIT which, void *arg)
{
	struct buf *out = arg;

	buf_puts(out, *(char *const *)node);
	buf_putc(out, (char)('0' + which));
}

/* A walk in a walk. */
static void note_all(const void *node, VISIT which, void *arg)
{
	void *const *root = arg;
	struct buf inner = { 0 };

	libc_twalk_r(*root, note, &inner);
	assert_true(inner.len > 0);
	buf_free(&inner);
	(void)node;
	(void)which;
}

static void nodes_are_visited_in_the_same_order(void **state)
{
	static const char *const keys[] = { "m", "c", "x", "a", "e", "z", "b" };
	struct buf ours = { 0 }, theirs = { 0 };
	void *root = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		assert_non_null(tsearch(keys[i], &root, compare));
	libc_twalk_r(root, note, &ours);
	twalk_r(root, note, &theirs);
	assert_true(theirs.len > 0);
	buf_putc(&theirs, '\0');
	assert_text(&ours, theirs.data);
	libc_twalk_r(root, note_all, &root);
	buf_free(&ours);
	buf_free(&theirs);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		tdelete(keys[i], &root, compare);
}

static void services_are_the_same(void **state)
{
	struct servent ours, theirs, *found;
	char our_text[1024], their_text[1024];
	int n = 0;

	(void)state;
	libc_setservent(1);
	setservent(1);
	for (;; n++) {
		int end = getservent_r(&theirs, their_text, sizeof(their_text), &found);

		assert_int_equal(!libc_getservent_r(&ours, our_text, sizeof(our_text), &found),
				 !end);
		if (end)
			break;
		assert_string_equal(ours.s_name, theirs.s_name);
		assert_string_equal(ours.s_proto, theirs.s_proto);
		assert_int_equal(ours.s_port, theirs.s_port);
	}
	endservent();
	libc_endservent();
	assert_int_equal(libc_getservent_r(&ours, our_text, sizeof(our_text), &found), ENOENT);
	if (!n)
		skip(); /* a host without /etc/services */
}

static void assert_line(const char *line, const char *name, int port, const char *proto)
{
	struct servent entry;
	char text[64];

	snprintf(text, sizeof(text), "%s", line);
	assert_int_equal(read_entry(&entry, text), name != NULL);
	if (!name)
		return;
	assert_string_equal(entry.s_name, name);
	assert_string_equal(entry.s_proto, proto);
	assert_int_equal(ntohs((uint16_t)entry.s_port), port);
}

static void odd_lines_of_services(void **state)
{
	(void)state;
	assert_line("ssh\t22/tcp\n", "ssh", 22, "tcp");
	assert_line("  http  80/udp www # web\n", "http", 80, "udp");
	assert_line("last 65535/sctp", "last", 65535, "sctp");
	assert_line("# http 80/tcp\n", NULL, 0, NULL);
	assert_line("\n", NULL, 0, NULL);
	assert_line("alone\n", NULL, 0, NULL);
	assert_line("far 65536/tcp\n", NULL, 0, NULL);
	assert_line("none /tcp\n", NULL, 0, NULL);
	assert_line("bare 80\n", NULL, 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_the_same_names),
		cmocka_unit_test(nodes_are_visited_in_the_same_order),
		cmocka_unit_test(services_are_the_same),
		cmocka_unit_test(odd_lines_of_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
