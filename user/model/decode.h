/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes from the kernel side into the model's words. The one place that reads bpf/abi.h records. */
#ifndef PORTTRACE_MODEL_DECODE_H
#define PORTTRACE_MODEL_DECODE_H

#include "model/event.h"

#define DECODED_PATH_MAX 1024

enum decoded_type {
	DECODED_TASK,
	DECODED_ARGS,
	DECODED_PORT,
	DECODED_HOLDER,
	DECODED_SOCKET,
	DECODED_NETNS,
	DECODED_CONN,
};

/* The short form of a process, as every record of one has it. */
struct task_ref {
	uint64_t start_ns;
	uint64_t exec_id;
	uint64_t cgroup_id;
	uint32_t tgid;
	uint32_t tid;
	uint32_t uid;
	uint32_t gid;
	bool kthread;
	bool bystander; /* acted for somebody else */
	bool asked;     /* a filter asks for it, or for an ancestor */
	char comm[COMM_LEN + 1];
};

struct decoded {
	enum decoded_type type;
	enum record_kind kind; /* DECODED_PORT, DECODED_CONN; of a loss counter elsewhere */
	uint64_t time_ns;
	size_t size; /* of the record, to step to the next */
	struct socket_info socket;
	struct task_ref task;
	enum close_cause cause;
	enum origin origin;
	bool untracked;   /* the close of a socket no open was told of */
	const char *hook; /* static */
	/* DECODED_CONN; of DECODED_HOLDER and DECODED_SOCKET: remote and new_state */
	struct connection connection;
	enum process_source source; /* of the task; SOURCE_UNKNOWN: there is none */
	uint64_t span_ns;
	/* DECODED_TASK: complete paths, NUL-ended; empty: unknown */
	uint32_t ppid;
	uint32_t exe_dev;
	uint64_t exe_inode;
	bool deleted;
	bool exe_truncated;
	bool cgroup_truncated;
	bool args_truncated;
	char parent_comm[COMM_LEN + 1];
	char exe[DECODED_PATH_MAX];
	char cgroup[DECODED_PATH_MAX];
	/* DECODED_ARGS: points into the record */
	const char *args;
	size_t args_len;
	/* DECODED_HOLDER, DECODED_NETNS */
	int fd;
	/* DECODED_NETNS */
	uint32_t netns;
	bool netns_initial;
};

/*
 * Reads the record at data (size bytes left, any alignment). Returns 0, or
 * -EBADMSG where it is short, of an unknown type, or says of itself what
 * cannot be; *out is then not to be used.
 */
int decode(const void *data, size_t size, struct decoded *out);

/* How long the record at data says it is; 0 where it is not whole: more of it has to be read. */
size_t decode_size(const void *data, size_t size);

#endif
