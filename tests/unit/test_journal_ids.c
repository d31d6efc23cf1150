// SPDX-License-Identifier: GPL-2.0-only
/* The ids in the code, in the catalog and in the man page are the same. */
#include "unit.h"

#include "output/journal_kinds.h"

#define CATALOG "dist/porttrace.catalog"
#define MAN_PAGE "docs/porttrace-watch.8.scd"

static char *read_file(const char *path)
{
	static char text[256 * 1024];
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file)
		fail_msg("%s cannot be read", path);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	return text;
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

/* What is said of an id, until the next. */
static void assert_explained(const char *entry)
{
	static const char *const heads[] = { "\nSubject: ", "\nDefined-By: porttrace\n",
					     "\nDocumentation: man:porttrace(8)\n" };
	const char *next = strstr(entry, "\n-- "), *text = strstr(entry, "\n\n");

	for (size_t i = 0; i < COUNT(heads); i++) {
		const char *head = strstr(entry, heads[i]);

		assert_non_null(head);
		assert_true(head < text);
	}
	assert_non_null(text);
	assert_true(next ? text + 60 < next : strlen(text) > 60);
}

static void the_catalog_explains_each(void **state)
{
	const char *catalog = read_file(CATALOG);
	char line[64];

	(void)state;
	for (int i = 0; i < JOURNAL_KINDS; i++) {
		const char *id = journal_message_id((enum journal_kind)i);

		snprintf(line, sizeof(line), "\n-- %s\n", id);
		if (count(catalog, line) != 1)
			fail_msg("%s, %s, is not in %s once",
				 journal_kind_name((enum journal_kind)i), id, CATALOG);
		assert_explained(strstr(catalog, line) + 1);
	}
	assert_int_equal(count(catalog, "\n-- "), JOURNAL_KINDS);
}

static void the_man_page_lists_each(void **state)
{
	const char *page = read_file(MAN_PAGE);
	char row[128];

	(void)state;
	for (int i = 0; i < JOURNAL_KINDS; i++) {
		enum journal_kind kind = (enum journal_kind)i;
		bool graded = kind == JOURNAL_UNEXPECTED || kind == JOURNAL_CHANGED ||
			      i == EVENT_MISSING;

		if (graded)
			snprintf(row, sizeof(row), "|  %s\n:  ", journal_message_id(kind));
		else
			snprintf(row, sizeof(row), "|  %s\n:  *%s*, %d: ", journal_message_id(kind),
				 journal_kind_name(kind), (int)journal_kind_priority(kind));
		if (count(page, row) != 1)
			fail_msg("this is not in %s once: %s", MAN_PAGE, row);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_catalog_explains_each),
		cmocka_unit_test(the_man_page_lists_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
