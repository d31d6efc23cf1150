/* SPDX-License-Identifier: GPL-2.0-only */
/* Diagnostics on stderr, for commands alone: the other rooms return -errno. */
#ifndef PORTTRACE_BASE_LOG_H
#define PORTTRACE_BASE_LOG_H

/* "porttrace: MESSAGE", one line, escaped: a message may quote what a process calls itself. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Exit status of every command. */
enum exit_status {
	STATUS_OK = 0,
	STATUS_NO = 1,         /* the answer is no */
	STATUS_USAGE = 2,      /* wrong usage, policy error */
	STATUS_NO_TRACING = 3, /* a privilege or a kernel feature is missing */
	STATUS_OUTPUT = 4,     /* an output failed */
};

#endif
