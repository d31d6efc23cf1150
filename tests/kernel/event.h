/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of porttrace's JSON, and what a test asks of it. */
#ifndef LIVE_EVENT_H
#define LIVE_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

struct event {
	char *line;   /* as it came, NULL if the tracer keeps no lines */
	json_t *json; /* NULL likewise */
	char name[16];
	char proto[12];
	char addr[48];
	char of[8]; /* recovered: "open" or "close", else "" */
	int port;
	int remote_port;     /* 0: the line has none */
	pid_t pid;           /* likewise */
	char comm[20];       /* of the process, else "" */
	char kind[16];       /* lost: of what, else "" */
	unsigned long netns; /* 0: the line has none */
	long long count;     /* lost: how many, else 0 */
	bool taken;          /* by tracer_expect() */
};

/* Fails the test when the line is not an event of the documented form. */
void event_parse(struct event *event, const char *line);

/* What a path like "process.parent.pid" leads to; NULL when absent. */
json_t *event_get(const struct event *event, const char *path);

/* Each fails the test when the value is absent or another one. */
long long event_num(const struct event *event, const char *path);
const char *event_text(const struct event *event, const char *path);
void expect_num(const struct event *event, const char *path, long long want);
void expect_text(const struct event *event, const char *path, const char *want);
/* The cookie of this socket; absent only where the hooks in use cannot make one. */
void expect_cookie(const struct event *event, int fd);
void expect_bool(const struct event *event, const char *path, bool want);

/* The value of a line that has one, else 0. */
long long event_num_or_0(const struct event *event, const char *path);

/* The process of the event is this one, seen in its own context. */
void expect_process(const struct event *event, pid_t pid);

/* The same, remembered from when it took the socket. */
void expect_owner(const struct event *event, pid_t pid);

/* holders[] of an `existing`: how many, and whether a process is one. */
size_t event_holders(const struct event *event);
bool event_held_by(const struct event *event, pid_t pid);

#endif
