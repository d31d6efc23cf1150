/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records that cross from the kernel side to user/model/decode.c, over the
 * ring buffer and out of the snapshot iterators. The one header both sides
 * include.
 *
 * Rules: a record starts with struct rec_head; every field has a fixed width;
 * a record is zeroed before it is filled, but for text behind its own length;
 * every size is asserted below. All
 * integers are in host order, addresses in network order.
 */
#ifndef PORTTRACE_ABI_H
#define PORTTRACE_ABI_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

enum rec_type {
	REC_TASK = 1,   /* who a process is: told once for each (tgid, start, exec, cgroup) */
	REC_ARGS = 2,   /* its arguments, right behind the REC_TASK */
	REC_PORT = 3,   /* a port opened or closed */
	REC_HOLDER = 4, /* snapshot: a process has a descriptor of this socket */
	REC_SOCKET = 5, /* snapshot: this socket is open, whoever holds it */
	REC_NETNS = 6,  /* snapshot: a network namespace and a way to it */
	REC_CONN = 7,   /* a connection, a bind, a call that failed */
	REC_TYPE_MAX
};

/*
 * What a REC_PORT (the first three) or a REC_CONN tells. The index of the
 * produced and lost counters, too, and the bit in shared_state.events.
 */
enum rec_kind {
	KIND_TASK = 0, /* no event at all: counts REC_TASK and REC_ARGS */
	KIND_OPEN = 1,
	KIND_CLOSE = 2,
	KIND_CHANGE = 3, /* listen again, with another backlog */
	KIND_BIND = 4,
	KIND_CONNECT = 5,
	KIND_ACCEPT = 6,
	KIND_END = 7,
	KIND_FAIL = 8,
	KIND_STATE = 9,
	KIND_MAX
};

/* Why a record could not be delivered. */
enum loss_cause {
	LOSS_RING_FULL = 0, /* the reader was too slow */
	LOSS_MAP_FULL = 1,  /* a table of sockets is full: what follows may go untold */
	LOSS_CAUSE_MAX
};

/* Which hook saw it. */
enum hook_id {
	HOOK_NONE = 0,
	HOOK_SOCKOPS_LISTEN = 1,
	HOOK_SOCKOPS_STATE = 2,
	HOOK_POST_BIND = 3,
	HOOK_SOCK_RELEASE = 4,
	HOOK_TP_STATE = 5,
	HOOK_SYS_LISTEN = 6,
	HOOK_SYS_BIND = 7,
	HOOK_LISTEN_START = 8,
	HOOK_LISTEN_STOP = 9,
	HOOK_UDP_DESTROY = 10,
	HOOK_TCP_STATE = 11,
	HOOK_ACCEPT = 12,
	HOOK_SYS_ACCEPT = 13,
	HOOK_CONNECT = 14,
	HOOK_SYS_CALL = 15,
	HOOK_BIND = 16,
	HOOK_LISTEN = 17,
	HOOK_AUTOBIND = 18,
	HOOK_SCTP_STATE = 19,
	HOOK_WAITING = 20,
	HOOK_SOCKOPS_CONN = 21,
	HOOK_MAX
};

/* The way a process went into the kernel. */
enum origin_id { ORIGIN_UNKNOWN = 0, ORIGIN_SYSCALL = 1, ORIGIN_IO_URING = 2, ORIGIN_MAX };

/* struct rec_conn.op: which call failed. */
enum call_op { CALL_NONE = 0, CALL_BIND = 1, CALL_LISTEN = 2, CALL_CONNECT = 3, CALL_MAX };

/* How a port closed. */
enum close_reason {
	REASON_NONE = 0,
	REASON_CLOSED = 1,       /* close, shutdown, connect(AF_UNSPEC) */
	REASON_PROCESS_EXIT = 2, /* the last holder ended */
	REASON_DESTROYED = 3,    /* by SOCK_DESTROY (ss -K): its holders still have it */
	REASON_MAX
};

/* struct rec_socket.flags */
#define SOCK_F_REUSEPORT 0x01
#define SOCK_F_V6ONLY 0x02
#define SOCK_F_KERNEL 0x04    /* made by the kernel itself, no descriptor */
#define SOCK_F_MPTCP 0x08     /* the subflow that stands for an MPTCP listener */
#define SOCK_F_CONNECTED 0x10 /* a UDP socket that has a peer; snapshot: any connection */
#define SOCK_F_TRACKED 0x20   /* snapshot: the kernel side knew it already */
#define SOCK_F_UNTRACKED 0x40 /* close: a socket no open was told of */
#define SOCK_F_REUSEADDR 0x80

/* struct rec_socket.port_by: how the socket came to its number. */
enum port_by { PORT_BY_UNKNOWN = 0, PORT_BY_BIND = 1, PORT_BY_KERNEL = 2, PORT_BY_MAX };

/* struct rec_task.flags */
#define TASK_F_KTHREAD 0x01
#define TASK_F_EXE_DELETED 0x02   /* the file was unlinked, or never had a name (memfd) */
#define TASK_F_EXE_TRUNCATED 0x04 /* the path's beginning is missing */
#define TASK_F_ARGS_TRUNCATED 0x08
#define TASK_F_EXITING 0x10
#define TASK_F_ARGS_UNREAD 0x20 /* another process's memory: not readable from here */
#define TASK_F_CGROUP_TRUNCATED 0x40
#define TASK_F_BYSTANDER 0x80 /* acts for somebody else: the socket's owner is another */
#define TASK_F_ASKED 0x100    /* the filter asks for it, or for an ancestor of it */

struct rec_head {
	__u16 type; /* enum rec_type */
	__u16 kind; /* enum rec_kind */
	__u32 size; /* of the whole record, this head included */
};

struct rec_socket {
	__u64 sk;     /* the kernel's address of it: a key, never shown */
	__u64 cookie; /* 0: not made yet (sock_gen_cookie) */
	__u32 netns;  /* inode */
	__u32 ifindex;
	__u32 backlog; /* sk_max_ack_backlog */
	__u16 port;
	__u16 family;  /* AF_INET, AF_INET6 */
	__u16 proto;   /* IPPROTO_* */
	__u8 state;    /* TCP_* */
	__u8 flags;    /* SOCK_F_* */
	__u32 port_by; /* enum port_by */
	__u8 addr[16]; /* IPv4 in the first four bytes */
};

/* The process, as far as it may change between two events of it. */
struct rec_task {
	__u64 start_ns;  /* since boot (task_struct.start_boottime of the leader) */
	__u64 exec_id;   /* grows with each execve (task_struct.self_exec_id) */
	__u64 cgroup_id; /* cgroup v2 */
	__u32 tgid;      /* in the initial pid namespace */
	__u32 tid;
	__u32 uid; /* effective, in the initial user namespace */
	__u32 gid;
	__u32 flags; /* TASK_F_* */
	__u32 pad;
	char comm[16]; /* the leader's, not the thread's */
};

struct rec_port {
	struct rec_head head;
	__u64 time_ns; /* CLOCK_BOOTTIME */
	struct rec_socket sock;
	struct rec_task task;
	__u32 hook;   /* enum hook_id */
	__u16 reason; /* enum close_reason */
	__u16 origin; /* enum origin_id */
};

/* struct rec_conn.flags */
#define CONN_F_AUTOBIND 0x01
#define CONN_F_NO_OWNER 0x02 /* task is empty: whose it is, is not known here */
#define CONN_F_OWNER 0x04    /* task was remembered: it is not who runs now */
#define CONN_F_BYTES 0x08    /* the byte counts are known */
#define CONN_F_NO_LOCAL 0x10 /* sock has no address of its own yet */
#define CONN_F_FOUND 0x20    /* task was found by the snapshot, holding the socket */
#define CONN_F_PASSIVE 0x40  /* it was accepted, or waits to be */

struct rec_conn {
	struct rec_head head;
	__u64 time_ns; /* CLOCK_BOOTTIME: when it happened, which may be before it was told */
	struct rec_socket sock; /* the local end */
	struct rec_task task;
	__u64 span_ns; /* connect: the latency; end: the lifetime; 0: not known */
	__u64 bytes_sent;
	__u64 bytes_received;
	__u8 remote_addr[16]; /* of the local end's family */
	__u16 remote_port;    /* 0: there is no remote end */
	__u16 hook;           /* enum hook_id */
	__u16 error;          /* errno; 0: the kernel kept none */
	__u8 op;              /* enum call_op */
	__u8 old_state;       /* TCP_* */
	__u8 new_state;
	__u8 origin; /* enum origin_id */
	__u8 flags;  /* CONN_F_* */
	__u8 pad[5];
};

#define EXE_MAX 256
#define CGROUP_PATH_MAX 256
#define ARGS_SMALL 256
#define ARGS_LARGE 4096
#define NAME_SLACK 256 /* a name copied at the last offset still fits */

/*
 * Paths come as the walk found them: components from the leaf to the root,
 * each ended by NUL. The reader turns them round.
 */
struct rec_task_info {
	struct rec_head head;
	struct rec_task task;
	__u32 ppid;
	__u32 exe_len;
	__u32 cgroup_len;
	__u32 exe_dev; /* s_dev, kernel encoding */
	__u64 exe_inode;
	char parent_comm[16];
	char exe[EXE_MAX + NAME_SLACK];
	char cgroup[CGROUP_PATH_MAX + NAME_SLACK];
};

struct rec_args {
	struct rec_head head;
	__u64 start_ns; /* of which process: as in its rec_task */
	__u64 exec_id;
	__u32 tgid;
	__u32 flags;    /* TASK_F_ARGS_* */
	__u32 args_len; /* as in /proc/PID/cmdline: each argument ended by NUL */
	__u32 pad;
	char args[]; /* room for ARGS_SMALL or ARGS_LARGE */
};

/* struct rec_found.flags */
#define FOUND_F_QUEUE 0x01 /* accept_queue is known */

/* What a row of the snapshot says beyond the socket: nothing a hook has to pay for. */
struct rec_found {
	__u64 inode;          /* of the socket's file, as in /proc/PID/fd; 0: it has none */
	__u32 accept_queue;   /* of a listener: established, and not accepted yet */
	__u16 flags;          /* FOUND_F_* */
	__u16 remote_port;    /* 0: there is no remote end */
	__u8 remote_addr[16]; /* of the local end's family */
};

struct rec_holder {
	struct rec_head head;
	__u64 time_ns;
	struct rec_socket sock;
	struct rec_found found;
	struct rec_task task;
	__u32 fd;
	__u32 pad;
};

struct rec_open_socket {
	struct rec_head head;
	__u64 time_ns;
	struct rec_socket sock;
	struct rec_found found;
};

struct rec_netns {
	struct rec_head head;
	__u32 netns;
	__u32 tgid;
	__s32 fd; /* -1: the process lives in it; else its descriptor of the namespace */
	__u32 is_initial;
};

_Static_assert(sizeof(struct rec_head) == 8, "abi: rec_head");
_Static_assert(sizeof(struct rec_socket) == 56, "abi: rec_socket");
_Static_assert(sizeof(struct rec_task) == 64, "abi: rec_task");
_Static_assert(sizeof(struct rec_port) == 144, "abi: rec_port");
_Static_assert(sizeof(struct rec_conn) == 192, "abi: rec_conn");
_Static_assert(sizeof(struct rec_task_info) == 1136, "abi: rec_task_info");
_Static_assert(sizeof(struct rec_args) == 40, "abi: rec_args");
_Static_assert(sizeof(struct rec_found) == 32, "abi: rec_found");
_Static_assert(sizeof(struct rec_holder) == 176, "abi: rec_holder");
_Static_assert(sizeof(struct rec_open_socket) == 104, "abi: rec_open_socket");
_Static_assert(sizeof(struct rec_netns) == 24, "abi: rec_netns");

#endif
