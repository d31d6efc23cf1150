/* SPDX-License-Identifier: GPL-2.0-only */
/* What the unit tests share: cmocka, text of a buffer, what was printed, made-up records. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The content as a string, which lives until the buffer is touched again. */
static inline const char *text_of(struct buf *b)
{
	char *end = buf_reserve(b, 1);

	assert_non_null(end);
	*end = '\0';
	return b->data;
}

/* The buffer holds exactly this, and is empty afterwards. */
#define assert_text(b, expected)                           \
	do {                                               \
		assert_string_equal(text_of(b), expected); \
		buf_clear(b);                              \
	} while (0)

/* "… PART …" is in text. */
#define assert_contains(text, part)                                      \
	do {                                                             \
		if (!strstr(text, part))                                 \
			fail_msg("\"%s\" is not in \"%s\"", part, text); \
	} while (0)

/* What call(arg) writes to descriptor fd. It must not assert, and fit into a pipe. */
static inline int captured(int fd, int (*call)(void *arg), void *arg, char *text, size_t size)
{
	int saved = dup(fd), ends[2], status;
	size_t at = 0;
	ssize_t n;

	assert_return_code(saved, 0);
	assert_return_code(pipe(ends), 0);
	fflush(stdout);
	dup2(ends[1], fd);
	close(ends[1]);
	status = call(arg);
	fflush(stdout);
	dup2(saved, fd); /* the last writer of the pipe is gone: the read ends */
	close(saved);
	while ((n = read(ends[0], text + at, size - 1 - at)) > 0)
		at += (size_t)n;
	text[at] = '\0';
	close(ends[0]);
	return status;
}

/* --- records as they come out of decode() ------------------------------------------- */

#define A_NETNS 7 /* no namespace's inode is that low */

static inline struct endpoint an_endpoint(uint16_t proto, uint16_t port)
{
	return (struct endpoint){
		.netns = A_NETNS, .family = AF_INET, .proto = proto, .port = port
	};
}

static inline struct task_ref a_task(uint32_t tgid)
{
	struct task_ref task = {
		.start_ns = tgid * 1000000000ULL,
		.exec_id = 1,
		.cgroup_id = 77,
		.tgid = tgid,
		.tid = tgid,
		.uid = 1000,
		.gid = 100,
	};

	snprintf(task.comm, sizeof(task.comm), "comm%u", tgid);
	return task;
}

/* A TCP socket at 0.0.0.0:port that may share it, of process tgid; its cookie: sk + 1000. */
static inline struct decoded a_record(enum decoded_type type, uint64_t sk, uint16_t port,
				      uint32_t tgid)
{
	return (struct decoded){
		.type = type,
		.socket = { .sk = sk,
			    .cookie = sk + 1000,
			    .backlog = 128,
			    .reuseport = true,
			    .local = an_endpoint(IPPROTO_TCP, port) },
		.task = a_task(tgid),
	};
}

static inline struct decoded a_port_record(enum record_kind kind, uint64_t sk, uint16_t port,
					   uint32_t tgid, uint64_t time_ns)
{
	struct decoded record = a_record(DECODED_PORT, sk, port, tgid);

	record.kind = kind;
	record.time_ns = time_ns;
	record.cause = kind == RECORD_CLOSE ? CLOSE_CLOSED : CLOSE_UNKNOWN;
	return record;
}

/* --- an event as a sink sees it ------------------------------------------------------ */

/* Python serving 8080 on every IPv4 address, from a shell. */
static inline struct process a_process(void)
{
	static char exe[] = "/usr/bin/python3", args[] = "python3\0-m\0http.server",
		    cgroup[] = "/user.slice";

	return (struct process){
		.start_ns = 123456789,
		.exec_id = 1,
		.cgroup_id = 77,
		.tgid = 4242,
		.uid = 1000,
		.gid = 100,
		.ppid = 4100,
		.comm = "python3",
		.parent_comm = "bash",
		.exe = exe,
		.args = args,
		.args_len = sizeof(args),
		.cgroup_path = cgroup,
		.described = true,
		.refs = 1,
	};
}

static inline struct event an_event(enum event_kind kind, struct process *process)
{
	struct event event = {
		.kind = kind,
		.from = kind == EVENT_CLOSE ? RECORD_CLOSE : RECORD_OPEN,
		.socket = { .sk = 1,
			    .cookie = 9,
			    .backlog = 128,
			    .local = an_endpoint(IPPROTO_TCP, 8080) },
		.sharing = kind == EVENT_CLOSE ? 0 : 1,
	};

	if (!process)
		return event;
	event.actor = (struct actor){ .process = process,
				      .tid = 4243,
				      .uid = process->uid,
				      .gid = process->gid,
				      .source = SOURCE_KERNEL };
	memcpy(event.actor.comm, process->comm, sizeof(event.actor.comm));
	return event;
}

#endif
