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

static int build(const struct option_table *t, struct tables *out)
{
	char *s;

	out->longs = calloc(t->n + 2, sizeof(*out->longs));
	out->shorts = s = calloc(1, t->n * 2 + 4);
	if (!out->longs || !out->shorts)
		return -1;
	*s++ = ':';
	*s++ = 'h';
	out->longs[0] = (struct option){ "help", no_argument, NULL, 'h' };
	for (size_t i = 0, n = 1; i < t->n; i++) {
		const struct option_row *row = &t->rows[i];
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
	if (value >= FIRST_LONG && (size_t)(value - FIRST_LONG) < t->n)
		return &t->rows[value - FIRST_LONG];
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].letter && t->rows[i].letter == value)
			return &t->rows[i];
	return NULL;
}

static void say_unknown(const struct option_table *t, const char *word)
{
	const char **names = calloc(t->n + 1, sizeof(*names));
	size_t len = strcspn(word, "=");
	char name[64];
	const char *near;
	size_t n = 0;

	if (!names || strncmp(word, "--", 2) || len >= sizeof(name)) {
		say("unknown option '%s': --help lists them", word);
		free(names);
		return;
	}
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].name)
			names[n++] = t->rows[i].name;
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
	printf("%-28s%s%s\n", left, strlen(left) > 27 ? " " : "", row->help);
}

void options_help(const struct option_table *t)
{
	static const struct option_row help = { "help", 'h', NULL, "this text", NULL, NULL, 0 };

	printf("usage: porttrace %s\n\n%s\n", t->usage, t->about);
	for (size_t i = 0; i < t->n; i++) {
		if (t->rows[i].section)
			printf("\n%s:\n", t->rows[i].section);
		if (t->rows[i].help)
			help_row(&t->rows[i]);
	}
	help_row(&help);
}
