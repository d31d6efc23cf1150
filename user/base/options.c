// SPDX-License-Identifier: GPL-2.0-only
#include "base/options.h"

#include "base/log.h"
#include "base/parse.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LONG 256 /* getopt_long's value of row i is FIRST_LONG + i */

/* getopt's two tables, from ours. */
struct tables {
	struct option *longs;
	char *shorts;
};

/* Row i of all parts; NULL behind the last. */
static const struct option_row *row_at(const struct option_table *t, size_t i)
{
	for (size_t part = 0; part < OPTION_PARTS && t->parts[part]; part++) {
		if (i < t->parts[part]->n)
			return &t->parts[part]->rows[i];
		i -= t->parts[part]->n;
	}
	return NULL;
}

static size_t count(const struct option_table *t)
{
	size_t n = 0;

	for (size_t part = 0; part < OPTION_PARTS && t->parts[part]; part++)
		n += t->parts[part]->n;
	return n;
}

static int build(const struct option_table *t, struct tables *out)
{
	const struct option_row *row;
	size_t n = 0;
	char *s;

	out->longs = calloc(count(t) + 2, sizeof(*out->longs));
	out->shorts = s = calloc(1, count(t) * 2 + 5);
	if (!out->longs || !out->shorts)
		return -1;
	if (t->operands_end)
		*s++ = '+'; /* getopt(3) */
	*s++ = ':';
	if (!t->no_help) {
		*s++ = 'h';
		out->longs[n++] = (struct option){ "help", no_argument, NULL, 'h' };
	}
	for (size_t i = 0; (row = row_at(t, i)); i++) {
		int has_arg = row->arg ? required_argument : no_argument;

		if (row->name)
			out->longs[n++] = (struct option){ row->name, has_arg, NULL,
							   FIRST_LONG + (int)i };
		if (row->letter)
			*s++ = row->letter;
		if (row->letter && row->arg)
			*s++ = ':';
	}
	return 0;
}

static const struct option_row *row_of(const struct option_table *t, int value)
{
	const struct option_row *row;
	size_t i = 0;

	if (value >= FIRST_LONG)
		return row_at(t, (size_t)(value - FIRST_LONG));
	while ((row = row_at(t, i)) && !(row->letter && row->letter == value))
		i++;
	return row;
}

static void say_unknown(const struct option_table *t, const char *word)
{
	const char **names = calloc(count(t) + 1, sizeof(*names));
	const struct option_row *row;
	size_t len = strcspn(word, "=");
	char name[64];
	const char *near;
	size_t n = 0;

	if (!names || strncmp(word, "--", 2) || len >= sizeof(name)) {
		say("unknown option '%s': --help lists them", word);
		free(names);
		return;
	}
	for (size_t i = 0; (row = row_at(t, i)); i++)
		if (row->name)
			names[n++] = row->name;
	memcpy(name, word + 2, len - 2);
	name[len - 2] = '\0';
	near = nearest_word(name, names, n);
	if (near)
		say("unknown option '--%s': did you mean '--%s'? --help lists them", name, near);
	else
		say("unknown option '--%s': --help lists them", name);
	free(names);
}

/* getopt found something it does not know, or an argument missing or too much. */
static int say_bad(const struct option_table *t, int found, char **argv)
{
	const struct option_row *row = optopt ? row_of(t, optopt) : NULL;
	char letter[] = { '-', (char)optopt, '\0' };

	if (found == ':' && row) {
		say("option '%s' needs %s", argv[optind - 1], row->arg);
		return STATUS_USAGE;
	}
	if (optopt == 'h' || (row && row->name && !row->arg)) {
		say("option '--%s' takes no argument", optopt == 'h' ? "help" : row->name);
		return STATUS_USAGE;
	}
	/* A long one that is unknown leaves optopt at 0, and is what was just passed. */
	say_unknown(t, optopt && optopt < FIRST_LONG ? letter : argv[optind - 1]);
	return STATUS_USAGE;
}

static int parse_all(const struct option_table *t, const struct tables *tables, int argc,
		     char **argv, void *target)
{
	optind = 0;
	opterr = 0;
	for (;;) {
		int found = getopt_long(argc, argv, tables->shorts, tables->longs, NULL);
		const struct option_row *row;
		int status;

		if (found < 0)
			return STATUS_OK;
		if (found == 'h') {
			options_help(t);
			return OPTIONS_HELP;
		}
		if (found == '?' || found == ':')
			return say_bad(t, found, argv);
		row = row_of(t, found);
		status = row->set(target, row, row->arg ? optarg : NULL);
		if (status)
			return status;
	}
}

int options_parse(const struct option_table *t, int argc, char **argv, void *target, int *first)
{
	struct tables tables = { 0 };
	int status = STATUS_NO_TRACING;

	if (!build(t, &tables))
		status = parse_all(t, &tables, argc, argv, target);
	else
		say("out of memory");
	*first = optind;
	free(tables.longs);
	free(tables.shorts);
	return status;
}

int options_parse_alone(const struct option_table *table, const char *command, const char *instead,
			int argc, char **argv, void *target)
{
	int first, status = options_parse(table, argc, argv, target, &first);

	if (status || first == argc)
		return status;
	if (instead)
		say("%s takes no operand: '%s'; %s %s", command, argv[first], instead, argv[first]);
	else
		say("%s takes no operand: '%s'", command, argv[first]);
	return STATUS_USAGE;
}

static void help_row(const struct option_row *row)
{
	char left[48];
	int n;

	n = row->letter ? snprintf(left, sizeof(left), "  -%c", row->letter) :
			  snprintf(left, sizeof(left), "    ");
	if (row->name)
		n += snprintf(left + n, sizeof(left) - (size_t)n, "%s--%s",
			      row->letter ? ", " : "  ", row->name);
	if (row->arg)
		snprintf(left + n, sizeof(left) - (size_t)n, " %s", row->arg);
	printf("%-24s%s%s\n", left, strlen(left) > 23 ? " " : "", row->help);
}

void options_help(const struct option_table *t)
{
	static const struct option_row help = { "help", 'h', NULL, "this text", NULL, NULL, 0 };
	const struct option_row *row;
	const char *section = "";

	printf("usage: porttrace %s\n\n%s\n", t->usage, t->about);
	for (size_t i = 0; (row = row_at(t, i)); i++) {
		/* Of one section may be rows of several parts. */
		if (row->section && strcmp(row->section, section)) {
			section = row->section;
			printf("\n%s:\n", section);
		}
		if (row->help)
			help_row(row);
	}
	putchar('\n');
	help_row(&help);
	printf("\n%s says more.\n", t->page);
}
