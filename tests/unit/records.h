/* SPDX-License-Identifier: GPL-2.0-only */
/* One record of each type, as the kernel side writes them: to change one thing in, and decode. */
#ifndef UNIT_RECORDS_H
#define UNIT_RECORDS_H

#include "abi.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* From the leaf to the root, as the walk finds them; the cgroup's ends at the unnamed root. */
#define RECORD_EXE "python3\0bin\0usr"
#define RECORD_CGROUP "x.service\0system.slice\0"
#define RECORD_ARGV "python3\0-m\0http.server"

union record_args {
	struct rec_args rec;
	char bytes[sizeof(struct rec_args) + sizeof(RECORD_ARGV)];
};

struct records {
	struct rec_task_info task;
	struct rec_port open;
	struct rec_port close;
	struct rec_port change;
	struct rec_holder holder;
	struct rec_open_socket socket;
	struct rec_netns netns;
	struct rec_conn conns[KIND_MAX - KIND_BIND]; /* by kind, from KIND_BIND */
	union record_args args;
};

#define RECORDS (8 + KIND_MAX - KIND_BIND)

struct record_view {
	const void *data;
	size_t size;
};

static inline struct rec_head record_head(enum rec_type type, enum rec_kind kind, size_t size)
{
	return (struct rec_head){ (__u16)type, (__u16)kind, (__u32)size };
}

static inline struct rec_socket record_socket(void)
{
	return (struct rec_socket){
		.sk = 0xffff888001020304,
		.cookie = 99,
		.netns = 4026531840,
		.ifindex = 3,
		.backlog = 128,
		.port = 8080,
		.family = AF_INET,
		.proto = IPPROTO_TCP,
		.state = 10, /* LISTEN */
		.addr = { 192, 168, 1, 2 },
	};
}

static inline struct rec_found record_found(void)
{
	return (struct rec_found){
		.inode = 5000000000,
		.accept_queue = 3,
		.flags = FOUND_F_QUEUE,
		.remote_port = 443,
		.remote_addr = { 198, 51, 100, 7 },
	};
}

static inline struct rec_task record_task(void)
{
	return (struct rec_task){
		.start_ns = 1000000001,
		.exec_id = 5,
		.cgroup_id = 77,
		.tgid = 4242,
		.tid = 4243,
		.uid = 1000,
		.gid = 100,
		.comm = "python3",
	};
}

static inline struct rec_port record_port(enum rec_kind kind, enum hook_id hook)
{
	return (struct rec_port){
		.head = record_head(REC_PORT, kind, sizeof(struct rec_port)),
		.time_ns = 5000000001,
		.sock = record_socket(),
		.task = record_task(),
		.hook = hook,
		.reason = kind == KIND_CLOSE ? REASON_CLOSED : REASON_NONE,
	};
}

static inline void records_fill_task(struct rec_task_info *task)
{
	*task = (struct rec_task_info){
		.head = record_head(REC_TASK, KIND_TASK, sizeof(*task)),
		.task = record_task(),
		.ppid = 4100,
		.exe_len = sizeof(RECORD_EXE),
		.cgroup_len = sizeof(RECORD_CGROUP),
		.exe_dev = 0x800001,
		.exe_inode = 123456,
		.parent_comm = "bash",
	};
	memcpy(task->exe, RECORD_EXE, sizeof(RECORD_EXE));
	memcpy(task->cgroup, RECORD_CGROUP, sizeof(RECORD_CGROUP));
}

static inline void records_fill_args(union record_args *args)
{
	memset(args, 0, sizeof(*args));
	args->rec.head = record_head(REC_ARGS, KIND_TASK, sizeof(args->bytes));
	args->rec.start_ns = record_task().start_ns;
	args->rec.exec_id = record_task().exec_id;
	args->rec.tgid = record_task().tgid;
	args->rec.args_len = sizeof(RECORD_ARGV);
	memcpy(args->bytes + sizeof(struct rec_args), RECORD_ARGV, sizeof(RECORD_ARGV));
}

/* To a port 443, with everything of it set that any kind has. */
static inline struct rec_conn record_conn(enum rec_kind kind)
{
	return (struct rec_conn){
		.head = record_head(REC_CONN, kind, sizeof(struct rec_conn)),
		.time_ns = 8000000001,
		.sock = record_socket(),
		.task = record_task(),
		.span_ns = 1500000,
		.bytes_sent = 1000000000001,
		.bytes_received = 22,
		.remote_addr = { 198, 51, 100, 7 },
		.remote_port = 443,
		.hook = HOOK_SOCKOPS_CONN,
		.error = kind == KIND_FAIL ? 111 : 0,
		.op = kind == KIND_FAIL ? CALL_CONNECT : CALL_NONE,
		.old_state = 2,
		.new_state = 1,
		.origin = ORIGIN_SYSCALL,
		.flags = CONN_F_BYTES,
	};
}

static inline void records_fill(struct records *r)
{
	memset(r, 0, sizeof(*r));
	records_fill_task(&r->task);
	records_fill_args(&r->args);
	r->open = record_port(KIND_OPEN, HOOK_SOCKOPS_LISTEN);
	r->close = record_port(KIND_CLOSE, HOOK_SOCK_RELEASE);
	r->change = record_port(KIND_CHANGE, HOOK_SYS_LISTEN);
	r->holder = (struct rec_holder){
		.head = record_head(REC_HOLDER, KIND_TASK, sizeof(r->holder)),
		.time_ns = 6000000001,
		.sock = record_socket(),
		.found = record_found(),
		.task = record_task(),
		.fd = 3,
	};
	r->socket = (struct rec_open_socket){
		.head = record_head(REC_SOCKET, KIND_TASK, sizeof(r->socket)),
		.time_ns = 7000000001,
		.sock = record_socket(),
		.found = record_found(),
	};
	r->netns = (struct rec_netns){
		.head = record_head(REC_NETNS, KIND_TASK, sizeof(r->netns)),
		.netns = 4026531840,
		.tgid = 1,
		.fd = -1,
		.is_initial = 1,
	};
	for (int kind = KIND_BIND; kind < KIND_MAX; kind++)
		r->conns[kind - KIND_BIND] = record_conn((enum rec_kind)kind);
}

static inline void records_view(const struct records *r, struct record_view views[RECORDS])
{
	const struct record_view all[] = {
		{ &r->task, sizeof(r->task) },     { &r->args, sizeof(r->args.bytes) },
		{ &r->open, sizeof(r->open) },     { &r->close, sizeof(r->close) },
		{ &r->change, sizeof(r->change) }, { &r->holder, sizeof(r->holder) },
		{ &r->socket, sizeof(r->socket) }, { &r->netns, sizeof(r->netns) },
	};

	memcpy(views, all, sizeof(all));
	views += sizeof(all) / sizeof(*all);
	for (int kind = KIND_BIND; kind < KIND_MAX; kind++)
		*views++ = (struct record_view){ &r->conns[kind - KIND_BIND], sizeof(*r->conns) };
}

#endif
