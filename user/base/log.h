/* SPDX-License-Identifier: GPL-2.0-only */
/* Diagnostics on stderr, for commands alone: the other rooms return -errno. */
#ifndef PORTTRACE_BASE_LOG_H
#define PORTTRACE_BASE_LOG_H

#include <stddef.h>

/*
 * "porttrace: MESSAGE", one line, escaped: a message may quote what a process calls itself. On a
 * terminal it is broken at blanks.
 */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How much of a message is the program's name, which a pane of its own does not need. */
size_t say_name(const char *text, size_t len);

/* Lines as they are, escaped before. */
void say_text(const char *text, size_t len);

/* The same of lines that were taken, see say_to(): as wide as say() makes them. */
void say_lines(const char *text, size_t len);

/*
 * From now on messages, lines as they are, go to take(text, len, arg) and not to stderr; NULL: to
 * stderr again. For who draws on the terminal that stderr may be.
 */
void say_to(void (*take)(const char *text, size_t len, void *arg), void *arg);

/*
 * From now on nobody waits for who does not read stderr: its first message that finds no
 * room has a second, those behind it are counted, and the count is said once there is room.
 */
void say_hurry(void);

/* Exit status of every command. */
enum exit_status {
	STATUS_OK = 0,
	STATUS_NO = 1,         /* the answer is no */
	STATUS_USAGE = 2,      /* wrong usage, policy error */
	STATUS_NO_TRACING = 3, /* a privilege or a kernel feature is missing */
	STATUS_OUTPUT = 4,     /* an output failed */
};

#endif
