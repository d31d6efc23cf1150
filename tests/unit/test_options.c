// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/log.h"
#include "base/options.h"

#define REFUSED 42 /* what a row's set gives for the word "refused" */

struct target {
	int flags;
	const char *value;
	int code;
};

static int set_flag(void *target, const struct option_row *row, const char *value)
{
	struct target *t = target;

	t->flags |= 1 << row->code;
	t->value = value;
	return STATUS_OK;
}

static int set_value(void *target, const struct option_row *row, const char *value)
{
	struct target *t = target;

	t->value = value;
	t->code = row->code;
	return strcmp(value, "refused") ? STATUS_OK : REFUSED;
}

static const struct option_row rows[] = {
	{ "tcp", 't', NULL, "TCP ports", "filters", set_flag, 0 },
	{ "udp", 'u', NULL, "UDP ports", NULL, set_flag, 1 },
	{ "port", 'P', "LIST", "these ports", NULL, set_value, 7 },
	{ "columns", 0, "LIST", "these columns", "output", set_value, 8 },
	{ "color", 0, "WHEN", "colors", "output", set_value, 9 },
	{ NULL, 'x', NULL, "only a letter", NULL, set_flag, 2 },
	{ "hidden", 'l', NULL, NULL, NULL, set_flag, 3 },
};

static const struct option_rows all = OPTION_ROWS(rows);
static struct option_table table = { .parts = { &all },
				     .usage = "watch [OPTIONS]",
				     .about = "Prints things.",
				     .page = "things(8)" };

#define WORDS_MAX 8

struct call {
	char *argv[WORDS_MAX + 2];
	int argc;
	struct target target;
	int first;
	char said[2048];
};

static int parse(void *arg)
{
	struct call *c = arg;

	return options_parse(&table, c->argc, c->argv, &c->target, &c->first);
}

/* Words parted by blanks, behind the name of the program; what is said goes to c->said. */
static int call(struct call *c, const char *line, int fd)
{
	static char copy[256];
	char *rest = copy, *word;

	*c = (struct call){ .argv = { "watch" }, .argc = 1 };
	snprintf(copy, sizeof(copy), "%s", line);
	while ((word = strsep(&rest, " ")))
		if (*word)
			c->argv[c->argc++] = word;
	return captured(fd, parse, c, c->said, sizeof(c->said));
}

static void assert_usage(const char *line, const char *said)
{
	struct call c;

	assert_int_equal(call(&c, line, STDERR_FILENO), STATUS_USAGE);
	assert_string_equal(c.said, said);
}

static void long_and_short_options_reach_their_rows(void **state)
{
	struct call c;

	(void)state;
	assert_int_equal(call(&c, "--tcp -u -x", STDERR_FILENO), STATUS_OK);
	assert_int_equal(c.target.flags, 7);
	assert_null(c.target.value);
	assert_int_equal(call(&c, "-tul", STDERR_FILENO), STATUS_OK);
	assert_int_equal(c.target.flags, 11);
	assert_int_equal(c.first, 2);
	assert_string_equal(c.said, "");
}

static void an_argument_is_taken_in_each_way_to_write_it(void **state)
{
	static const char *const lines[] = { "--port 22", "--port=22", "-P 22",
					     "-P22",      "-tP22",     "--por 22" };
	struct call c;

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		assert_int_equal(call(&c, lines[i], STDERR_FILENO), STATUS_OK);
		assert_string_equal(c.target.value, "22");
		assert_int_equal(c.target.code, 7);
		assert_int_equal(c.first, c.argc);
	}
}

static void operands_come_behind_the_options(void **state)
{
	struct call c;

	(void)state;
	assert_int_equal(call(&c, "-t word -- -u", STDERR_FILENO), STATUS_OK);
	assert_int_equal(c.target.flags, 1);
	assert_int_equal(c.argc - c.first, 2);
	assert_string_equal(c.argv[c.first], "word");
	assert_string_equal(c.argv[c.first + 1], "-u");
}

static void the_first_operand_ends_the_options_where_it_is_a_command(void **state)
{
	struct call c;

	(void)state;
	assert_int_equal(call(&c, "word -t", STDERR_FILENO), STATUS_OK);
	assert_int_equal(c.target.flags, 1);
	table.operands_end = true;
	assert_int_equal(call(&c, "-u word -t", STDERR_FILENO), STATUS_OK);
	table.operands_end = false;
	assert_int_equal(c.target.flags, 2);
	assert_int_equal(c.argc - c.first, 2);
	assert_string_equal(c.argv[c.first], "word");
}

static void no_words_are_no_mistake(void **state)
{
	struct call c;

	(void)state;
	assert_int_equal(call(&c, "", STDERR_FILENO), STATUS_OK);
	assert_int_equal(c.first, 1);
}

static void an_unknown_option_is_named_and_the_nearest_suggested(void **state)
{
	(void)state;
	assert_usage("--colums=x",
		     "porttrace: unknown option '--colums': did you mean '--columns'? "
		     "--help lists them\n");
	assert_usage("--bogus", "porttrace: unknown option '--bogus': --help lists them\n");
	assert_usage("-z", "porttrace: unknown option '-z': --help lists them\n");
	assert_usage("-tz", "porttrace: unknown option '-z': --help lists them\n");
}

static void the_unknown_option_is_named_not_the_word_before_it(void **state)
{
	(void)state;
	assert_usage("word --bogus", "porttrace: unknown option '--bogus': --help lists them\n");
	assert_usage("-t word --bogus", "porttrace: unknown option '--bogus': --help lists them\n");
}

static void an_ambiguous_beginning_is_unknown(void **state)
{
	struct call c;

	(void)state;
	assert_int_equal(call(&c, "--col x", STDERR_FILENO), STATUS_USAGE);
	assert_contains(c.said, "'--col'");
}

static void a_missing_argument_is_said(void **state)
{
	(void)state;
	assert_usage("--port", "porttrace: option '--port' needs LIST\n");
	assert_usage("-t -P", "porttrace: option '-P' needs LIST\n");
	assert_usage("--color", "porttrace: option '--color' needs WHEN\n");
}

static void an_argument_where_none_belongs_is_said(void **state)
{
	(void)state;
	assert_usage("--tcp=1", "porttrace: option '--tcp' takes no argument\n");
	assert_usage("--help=1", "porttrace: option '--help' takes no argument\n");
}

static void a_hostile_option_is_escaped(void **state)
{
	struct call c;

	(void)state;
	assert_int_equal(call(&c, "--\033[2J\n", STDERR_FILENO), STATUS_USAGE);
	assert_contains(c.said, "'--\\x1b[2J");
	assert_null(strchr(c.said, '\033'));
	assert_int_equal(call(&c, "-\xff", STDERR_FILENO), STATUS_USAGE);
	assert_contains(c.said, "'-\\xff'");
}

static void a_refused_value_ends_with_its_status(void **state)
{
	struct call c;

	(void)state;
	assert_int_equal(call(&c, "--port refused -t", STDERR_FILENO), REFUSED);
	assert_int_equal(c.target.flags, 0);
}

static void help_lists_each_row_that_is_shown(void **state)
{
	struct call c;

	(void)state;
	assert_int_equal(call(&c, "-t --help --bogus", STDOUT_FILENO), OPTIONS_HELP);
	assert_string_equal(c.said, "usage: porttrace watch [OPTIONS]\n"
				    "\n"
				    "Prints things.\n"
				    "\n"
				    "filters:\n"
				    "  -t, --tcp             TCP ports\n"
				    "  -u, --udp             UDP ports\n"
				    "  -P, --port LIST       these ports\n"
				    "\n"
				    "output:\n"
				    "      --columns LIST    these columns\n"
				    "      --color WHEN      colors\n"
				    "  -x                    only a letter\n"
				    "\n"
				    "  -h, --help            this text\n"
				    "\n"
				    "things(8) says more.\n");
	assert_int_equal(call(&c, "-h", STDOUT_FILENO), OPTIONS_HELP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_and_short_options_reach_their_rows),
		cmocka_unit_test(an_argument_is_taken_in_each_way_to_write_it),
		cmocka_unit_test(operands_come_behind_the_options),
		cmocka_unit_test(the_first_operand_ends_the_options_where_it_is_a_command),
		cmocka_unit_test(no_words_are_no_mistake),
		cmocka_unit_test(an_unknown_option_is_named_and_the_nearest_suggested),
		cmocka_unit_test(the_unknown_option_is_named_not_the_word_before_it),
		cmocka_unit_test(an_ambiguous_beginning_is_unknown),
		cmocka_unit_test(a_missing_argument_is_said),
		cmocka_unit_test(an_argument_where_none_belongs_is_said),
		cmocka_unit_test(a_hostile_option_is_escaped),
		cmocka_unit_test(a_refused_value_ends_with_its_status),
		cmocka_unit_test(help_lists_each_row_that_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
