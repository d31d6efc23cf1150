/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that the kernel side and user/trace share: switches going down,
 * counters coming up. Mapped, so that reading it costs nothing.
 */
#ifndef PORTTRACE_SHARED_H
#define PORTTRACE_SHARED_H

#include "abi.h"

/* Entries of the map "sockets": ports open at once on a host, with room. */
#define SOCKETS_MAX 262144
/* Processes told and not told again, on either ring; user/model/procs.c keeps more than this. */
#define TOLD_TASKS_MAX 2048

/* Entries of the map "conns": connections open at once, both ends of local ones counted. */
#define CONNS_MAX 131072

/* Entries of the map "calls": threads in the middle of a connect at once. */
#define CALLS_MAX 16384

/* Entries of the map "asked": threads in the middle of a bind at once. */
#define ASKED_MAX 4096

/* Powers of two, so that the kernel side may index with a mask. */
#define COUNTER_KINDS 16
#define COUNTER_CAUSES 2

_Static_assert((int)KIND_MAX <= COUNTER_KINDS, "a counter for each kind");
_Static_assert((int)LOSS_CAUSE_MAX <= COUNTER_CAUSES, "a counter for each cause");

/* struct kernel_filter.by: which maps have a say. */
#define FILTER_TCP 0x01 /* or */
#define FILTER_UDP 0x02
#define FILTER_PORT 0x04
#define FILTER_PID 0x08
#define FILTER_UID 0x10
#define FILTER_NETNS 0x20

/* Key of the map "filter_ids". */
struct filter_key {
	__u32 by; /* FILTER_PID, FILTER_UID, FILTER_NETNS */
	__u32 id;
};

#define FILTER_IDS_MAX 65536

/* The map "filter_ports": a bit for each port. */
#define FILTER_PORT_WORDS (65536 / 64)

struct shared_state {
	/* down */
	__u32 ready;        /* 0: every handler returns at once */
	__u32 reader_polls; /* the reader comes by itself: no wake-ups needed */
	__u32 snapshotting; /* tell the close of UDP sockets nobody told the opening of */
	/*
	 * The snapshot may hold a socket for a moment, as its way into a namespace; if
	 * its owner closes it just then, it is released by us, and we are not who closed it.
	 */
	__u32 reader_tgid;
	/* Nothing else sees a shutdown: ask the kernel to call back for each new listener. */
	__u32 flag_listeners;
	__u32 conn_reader_polls; /* as reader_polls, for the ring of connections */
	__u32 events;            /* bits of enum rec_kind: what somebody asked for */
	__u32 accept_hooked;     /* who accepts is seen: an accept is told then, and not before */
	__u32 connect_hooked; /* how a connect() ended is seen: it tells what no state change does */
	__u32 bind_hooked;    /* binds are told by the end of their call */
	__u32 autobind_hooked; /* and autobinds of UDP by a function of their own */
	__u32 ends_by_release; /* a connection from before ends with its last descriptor */
	__u32 filter;          /* FILTER_*; 0: everything passes */
	/* up */
	__s64 waiting; /* connections that are established and not accepted, as far as not told */
	__u64 produced[COUNTER_KINDS];
	__u64 lost[COUNTER_KINDS][COUNTER_CAUSES];
	__u64 lost_from; /* CLOCK_BOOTTIME of the first and last loss since the reader cleared it */
	__u64 lost_to;
};

/* Value of the map "sockets", keyed by the socket's address. */
struct known_socket {
	__u64 cookie;
	__u32 backlog;
	__u32 port;
};

/* struct conn_state.flags */
#define CONN_ACTIVE 0x01       /* it was connecting, before it was established */
#define CONN_SIMULTANEOUS 0x02 /* both ends were */
#define CONN_ACCEPTED 0x04     /* owner is who accepted it */
#define CONN_TOLD 0x08         /* its connect or accept was told */
#define CONN_OLD 0x10          /* older than the trace; owner was found holding it */
#define CONN_UDP 0x20
#define CONN_AUTOBOUND 0x40 /* told as such */
#define CONN_OWNED 0x80     /* owner is known */

/* Value of the map "conns", keyed by the socket's address. */
struct conn_state {
	__u64 cookie;
	__u64 since_ns;       /* CLOCK_BOOTTIME: it began to connect */
	__u64 established_ns; /* 0: not yet */
	__u16 flags;          /* CONN_* */
	__u8 origin;          /* enum origin_id: of its connect() */
	__u8 sock_flags;      /* SOCK_F_MPTCP, SOCK_F_KERNEL */
	__u32 netns;          /* inode; 0: this and sock_flags were not read */
	struct rec_task owner;
};

/* Constants of both objects of the snapshot (.rodata), set before they are loaded. */
struct snapshot_config {
	__u8 conns; /* connections are entered into the map "conns": their ends are to be told */
	__u8 unfollowed; /* no hooks beside it: nothing is entered anywhere */
	__u8 args;       /* of each process, for which the program has to be sleepable */
	__u8 conn_rows;  /* rows of connections, too */
	__u8 casts; /* RDONLY_CAST stands for the kernel's function; the types below are known */
	__u8 pad[3];
	__u32 file; /* types, by their numbers in the kernel */
	__u32 socket_alloc;
	__u32 sock;
	__u32 inet_listen_hashbucket;
};

/* No helper has this number. */
#define RDONLY_CAST 0x7fffff

/*
 * What a walk over the processes tells in one go, record behind record (.bss of
 * the holders' object). Not by the iterator's own buffer: what a process has to tell
 * may be more than that holds, and what does not fit is lost there.
 */
#define SNAPSHOT_PAGE 65536

/* Walks at once, each over a part of the processes. A power of two. */
#define WALKS_MAX 2

struct snapshot_page {
	__u32 tid;   /* down: the thread that walks, in the initial pid namespace */
	__u32 parts; /* a power of two */
	__u32 part;
	__u32 len; /* up */
	__u8 bytes[SNAPSHOT_PAGE];
};

/* The map "listener_parts", of the hash of listeners: what is told of one is in one read(). */
#define LISTENER_PARTS 256

struct listener_part {
	__u64 node; /* where the kernel side is */
	__u64 lost; /* up: not all of the part was seen */
};

/* The map "noted": a power of two. */
#define NOTED_MAX 65536

struct noted {
	__u64 cookie;
	__u64 sk;
};

/* Beside enum call_op: functions whose end is of interest, and is in no record. */
#define CALL_LISTEN_START 16
#define CALL_AUTOBIND 17

/*
 * Value of the map "calls", keyed by (enum call_op, thread): one that is under
 * way; or by a socket's address: its cookie, of a connect whose failure was told.
 */
struct call {
	__u64 sk;
	__u8 sent;     /* connect: a SYN was, so that state changes tell how it ends */
	__u8 has_addr; /* the address asked for is known, from the kernel's copy */
	__u16 port;    /* host order */
	__u32 pad;
	__u8 addr[16];
};

/* Slots of the map "rings". */
enum ring_slot { SLOT_PORTS = 0, SLOT_CONNS = 1, SLOTS = 2 };

/* Key of the map "told_tasks": the cgroup it was told with is the value. */
struct told_key {
	__u64 start_ns;
	__u64 exec_id;
	__u32 tgid;
	__u32 slot; /* on which ring */
};

#endif
