/* SPDX-License-Identifier: GPL-2.0-only */
/* What all rooms speak: processes, sockets, events. */
#ifndef PORTTRACE_MODEL_EVENT_H
#define PORTTRACE_MODEL_EVENT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136 /* some C libraries do not know it */
#endif

#define COMM_LEN 16

enum event_kind {
	EVENT_EXISTING,
	EVENT_OPEN,
	EVENT_CHANGE,
	EVENT_CLOSE,
	EVENT_LOST,
	EVENT_RECOVERED,
	EVENT_BIND,
	EVENT_CONNECT,
	EVENT_ACCEPT,
	EVENT_END,
	EVENT_FAIL,
	EVENT_STATE,
	EVENT_MISSING, /* a port that a policy requires, and nobody has open */
	EVENT_KINDS
};

/* "existing", "open", … */
const char *event_kind_name(enum event_kind kind);

/* Where a process runs, as its cgroup tells; the texts follow. NULL: there is none. */
struct place {
	const char *unit;      /* systemd's, of the system: "nginx.service" */
	const char *user_unit; /* below it, of the user's manager */
	const char *container; /* "docker:ID" */
	const char *pod;       /* the uid of a Kubernetes pod */
};

/* How much of a container's name is shown to a person: an id's first twelve characters. */
size_t container_shown(const char *container);

/*
 * A program in a process. (tgid, start_ns) is the process; exec_id tells one
 * program of it from the next. Owned by model/procs, by reference count.
 */
struct process {
	uint64_t start_ns; /* since boot */
	uint64_t exec_id;
	uint64_t cgroup_id;
	uint32_t tgid;
	uint32_t uid;
	uint32_t gid;
	uint32_t ppid;
	uint32_t exe_dev;
	uint64_t exe_inode;
	char comm[COMM_LEN + 1];
	char parent_comm[COMM_LEN + 1];
	char *exe;  /* owned; NULL: unknown, or a kernel thread */
	char *args; /* owned; each ended by NUL; NULL: unknown */
	size_t args_len;
	char *cgroup_path;   /* owned; NULL: unknown */
	struct place *place; /* owned, by one free(); NULL: not looked up yet */
	bool kthread;
	bool deleted;        /* exe was unlinked, or is a memfd */
	bool exe_truncated;  /* the path lacks its beginning */
	bool args_truncated; /* the arguments lack their end */
	bool described;      /* exe and cgroup were caught in the kernel */
	bool asked;          /* a filter asks for it, or for an ancestor of it */
	bool proc_asked;     /* /proc was read for what lacked */
	uint64_t version;    /* changes with what it says, and never comes again */
	unsigned int refs;
};

/* Something of it has been filled in or replaced. */
void process_changed(struct process *process);

/* What the kernel side tells: what an event comes from, and what losses are counted by. */
enum record_kind {
	RECORD_TASK,
	RECORD_OPEN,
	RECORD_CLOSE,
	RECORD_CHANGE,
	RECORD_BIND,
	RECORD_CONNECT,
	RECORD_ACCEPT,
	RECORD_END,
	RECORD_FAIL,
	RECORD_STATE,
	RECORD_KINDS
};

const char *record_kind_name(enum record_kind kind);

enum process_source {
	SOURCE_UNKNOWN,
	SOURCE_KERNEL, /* caught in its own context */
	SOURCE_SOCKET, /* remembered from when it opened the socket */
	SOURCE_PROC,   /* found later, by its descriptor */
};

/* How sure it is that an executable is what the host has at its path. */
enum exe_standing {
	EXE_UNKNOWN, /* no path, or not to be found out */
	EXE_HOST,    /* the file at that path of the host's mount namespace */
	EXE_OTHER,   /* another file has that path there, or none: a container's, a bind mount's */
	EXE_DELETED, /* unlinked; what had its path may have been replaced */
	EXE_MEMFD,   /* never had a path */
};

/* Somebody doing something: the process, and what may differ by thread and moment. */
struct actor {
	struct process *process; /* NULL: unknown */
	uint32_t tid;            /* 0: unknown */
	uint32_t uid;
	uint32_t gid;
	char comm[COMM_LEN + 1];
	enum process_source source;
};

/* A port: what accepts traffic. Compared bytewise: no padding, unused address bytes zero. */
struct endpoint {
	uint32_t netns; /* inode */
	uint32_t ifindex;
	uint16_t family;  /* AF_INET, AF_INET6 */
	uint16_t proto;   /* IPPROTO_* */
	uint16_t port;    /* host order */
	uint16_t v6only;  /* 0, 1 */
	uint8_t addr[16]; /* network order, IPv4 in the first four */
};

_Static_assert(sizeof(struct endpoint) == 32, "endpoint has no padding");

/* One socket of a port. */
struct socket_info {
	uint64_t sk;     /* key: with the cookie it names one socket of this boot */
	uint64_t cookie; /* 0: not known */
	uint64_t inode;  /* of its file; 0: it has none, or it is not known */
	uint32_t backlog;
	uint32_t accept_queue; /* established, and not accepted yet */
	bool queue_known;
	uint8_t state; /* TCP_*; of what has no states TCP_CLOSE, or TCP_ESTABLISHED with a peer */
	bool reuseport;
	bool reuseaddr;
	bool reuse_unknown; /* the two above are not told here */
	bool kernel;
	bool mptcp;
	bool connected; /* UDP with a peer; of what is open now any connection */
	bool tracked;   /* the kernel side tells its close */
	bool listening;
	bool picked_known;
	bool picked; /* the kernel picked the port: nobody asked for this number */
	struct endpoint local;
};

enum close_cause {
	CLOSE_UNKNOWN,
	CLOSE_CLOSED,
	CLOSE_PROCESS_EXIT,
	CLOSE_DESTROYED,
};

/* The way a process went into the kernel. */
enum origin { ORIGIN_NOT_KNOWN, ORIGIN_BY_SYSCALL, ORIGIN_BY_IO_URING };

/* Of a bind, a connection, a call that failed: what a port does not have. */
struct connection {
	struct endpoint remote; /* port 0: there is none */
	uint64_t latency_ns;    /* EVENT_CONNECT of TCP */
	uint64_t bytes_sent;    /* EVENT_END */
	uint64_t bytes_received;
	bool bytes_known;
	bool autobind;         /* EVENT_BIND: the kernel picked the port */
	bool no_local;         /* EVENT_FAIL: the address asked for is not known */
	bool passive;          /* it was accepted, or waits to be */
	int error;             /* EVENT_FAIL: errno; 0: the kernel kept none */
	const char *op;        /* EVENT_FAIL; static */
	const char *old_state; /* EVENT_STATE; static */
	const char *new_state; /* of EVENT_EXISTING the state it is in */
};

struct event {
	enum event_kind kind;
	enum record_kind from; /* what it tells of: an open, a close, a change of backlog */
	uint64_t time_ns;      /* CLOCK_BOOTTIME; 0: not known */
	struct socket_info socket;
	struct actor actor;
	struct process **holders; /* borrowed; EVENT_EXISTING, EVENT_RECOVERED */
	size_t n_holders;
	bool holders_known;
	bool while_down;      /* it happened since the last run of the service, seen by comparing */
	uint32_t sharing;     /* sockets of this port, this one included; 0: not told */
	uint64_t lifetime_ns; /* 0: not known */
	enum close_cause cause;
	enum origin origin;
	const struct connection *connection; /* borrowed; NULL for ports */
	const char *hook;                    /* static: what saw it; NULL: the snapshot */
	const struct verdict *verdict;       /* borrowed; NULL: no policy judged it */
	bool alert;                          /* somebody must know, and was not told lately */
	bool folded;        /* no row of a table: a line that comes later counts it */
	uint16_t last_port; /* EVENT_MISSING: of a range, of which any will do; 0: it is one port */
	/* EVENT_LOST */
	uint64_t lost_count;    /* 0: nobody can know, it was never seen */
	const char *lost_kind;  /* static */
	const char *lost_cause; /* static */
	uint64_t lost_from_ns;
	uint64_t lost_to_ns;
};

/* "LISTEN", … of TCP_*, as ss(8) and RFC 9293 call it; static; NULL: there is none. */
const char *tcp_state_name(unsigned int state);

/* "closed", "process-exit", "destroyed"; NULL: not known. */
const char *close_cause_name(enum close_cause cause);

/* Of an event whose holders are known to be none: "kernel" for a socket of its own, or "none". */
const char *event_no_holder_name(const struct event *event);

/*
 * Whether something is open now that was not, or was not known: what a policy's
 * finding is about, not the end of it.
 */
bool event_opens(const struct event *event);

/* Whether it is about a socket, and not about what is lost or missing. */
bool event_has_socket(const struct event *event);
/* Whether it has an address and a number at this end. */
bool event_has_local(const struct event *event);

/* "syscall", "io_uring"; NULL: not known. */
const char *origin_name(enum origin origin);

/* "ECONNREFUSED"; "E1234" for one that has no name here. Valid until the next call. */
const char *errno_name(int error);

/* "tcp", "udp", "udplite", "mptcp", "sctp"; "any" for none of them, "?" for others. */
const char *proto_name(const struct socket_info *socket);
/* UDP-Lite is meant as well where somebody says UDP. */
static inline bool proto_is_udp(uint16_t proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE;
}

/* An IPv6 socket bound to an IPv4 address. */
bool endpoint_is_mapped(const struct endpoint *local);
/* The address as text, IPv4 for a mapped one. */
void endpoint_addr_text(const struct endpoint *local, char text[INET6_ADDRSTRLEN]);

enum scope {
	SCOPE_LOOPBACK,
	SCOPE_LINK,
	SCOPE_PRIVATE,
	SCOPE_PUBLIC,
	SCOPE_ANY,
	SCOPE_MULTICAST,
	SCOPES
};

/* How far the local address reaches, by RFC 1918, 3927, 4193, 4291, 6598. */
enum scope endpoint_scope(const struct endpoint *local);
const char *scope_name(enum scope scope);

#endif
