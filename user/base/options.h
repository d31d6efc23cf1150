/* SPDX-License-Identifier: GPL-2.0-only */
/* Command lines from tables: the same rows parse, and print the help. */
#ifndef PORTTRACE_BASE_OPTIONS_H
#define PORTTRACE_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct option_row {
	const char *name;    /* long name, NULL: none */
	char letter;         /* 0: none */
	const char *arg;     /* how help names the argument; NULL: takes none */
	const char *help;    /* NULL: accepted, not shown */
	const char *section; /* help's heading; NULL: that of the row before */
	/*
	 * Takes value (NULL without arg) into target. On failure says why with
	 * say() and returns an exit status; 0 goes on.
	 */
	int (*set)(void *target, const struct option_row *row, const char *value);
	int code; /* for set to tell rows apart */
};

#define OPTIONS_HELP (-1) /* options_parse: the help was printed, end with STATUS_OK */

/* Rows that commands may have in common. */
struct option_rows {
	const struct option_row *rows;
	size_t n;
};

#define OPTION_ROWS(array)                                \
	{                                                 \
		(array), sizeof(array) / sizeof(*(array)) \
	}
#define OPTION_PARTS 14

struct option_table {
	const struct option_rows *parts[OPTION_PARTS]; /* in the order of the help; NULL ends them */
	const char *usage;                             /* the line behind "usage: porttrace" */
	const char *about;                             /* what follows it */
	bool no_help;      /* nothing can be printed: --help is as unknown as any */
	bool operands_end; /* the first operand ends the options: it is a command with its own */
	const char *page;  /* of the manual, as "porttrace(8)" */
};

/*
 * Parses argv[1..] by the rows; --help is added by itself. Options and operands
 * may be mixed, unless operands_end; "--" ends the options. Returns 0, OPTIONS_HELP, or an exit
 * status after saying what was wrong; then *first is the first operand's index.
 */
int options_parse(const struct option_table *table, int argc, char **argv, void *target,
		  int *first);
/*
 * The same for a command that takes no operand. instead: what somebody who gives one may have
 * meant, as "a port is given as --port"; NULL: nothing.
 */
int options_parse_alone(const struct option_table *table, const char *command, const char *instead,
			int argc, char **argv, void *target);
void options_help(const struct option_table *table);

#endif
