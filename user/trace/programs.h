/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs of bpf/hook_*.bpf.c. */
#ifndef PORTTRACE_TRACE_PROGRAMS_H
#define PORTTRACE_TRACE_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of a 64-bit set. */
enum program {
	/* cgroup */
	PROGRAM_SOCKOPS,
	PROGRAM_POST_BIND4,
	PROGRAM_POST_BIND6,
	PROGRAM_CG_ASKS4, /* behind post_bind: attached before it */
	PROGRAM_CG_ASKS6,
	PROGRAM_SOCK_RELEASE,
	PROGRAM_SOCKOPS_CONN,
	PROGRAM_BOUND4,
	PROGRAM_BOUND6,
	PROGRAM_CONN_RELEASE,
	PROGRAM_CG_BIND4,
	PROGRAM_CG_BIND6,
	PROGRAM_CG_CONNECT4,
	PROGRAM_CG_CONNECT6,
	/* tracepoint */
	PROGRAM_TP_STATE,
	PROGRAM_SYS_LISTEN,
	PROGRAM_SYS_BIND,
	PROGRAM_TP_CONN_AGAIN, /* before the other: attached behind it, and so run after it */
	PROGRAM_TP_CONN,
	PROGRAM_TP_SCTP,
	PROGRAM_SYS_ACCEPT,
	PROGRAM_CALLS,
	PROGRAM_TP_FORK,
	PROGRAM_TP_FREE,
	/* fentry, fexit */
	PROGRAM_LISTEN_START,
	PROGRAM_LISTEN_STOP,
	PROGRAM_UDP_DESTROY4,
	PROGRAM_UDP_DESTROY6,
	PROGRAM_FE_TCP_STATE,
	PROGRAM_FE_ACCEPT,
	PROGRAM_FE_CONNECT,
	PROGRAM_FE_SYS_BIND,
	PROGRAM_FE_SYS_LISTEN,
	PROGRAM_FE_BIND,
	PROGRAM_FE_LISTEN,
	PROGRAM_FE_AUTOBIND,
	PROGRAM_FE_UDP_GONE4,
	PROGRAM_FE_UDP_GONE6,
	/* kprobe: those with a return come in pairs */
	PROGRAM_KP_LISTEN_START,
	PROGRAM_KP_LISTEN_STARTED,
	PROGRAM_KP_LISTEN_STOP,
	PROGRAM_KP_UDP_DESTROY4,
	PROGRAM_KP_UDP_DESTROY6,
	PROGRAM_KP_TCP_STATE,
	PROGRAM_KP_ACCEPT,
	PROGRAM_KP_CONNECT_BEGIN,
	PROGRAM_KP_CONNECT,
	PROGRAM_KP_SYS_BIND_BEGIN,
	PROGRAM_KP_SYS_BIND,
	PROGRAM_KP_SYS_LISTEN_BEGIN,
	PROGRAM_KP_SYS_LISTEN,
	PROGRAM_KP_BIND_BEGIN,
	PROGRAM_KP_BIND,
	PROGRAM_KP_LISTEN_BEGIN,
	PROGRAM_KP_LISTEN,
	PROGRAM_KP_AUTOBIND_BEGIN,
	PROGRAM_KP_AUTOBIND,
	PROGRAM_KP_UDP_GONE4,
	PROGRAM_KP_UDP_GONE6,
	/* no hooks */
	PROGRAM_WAITING,  /* an iterator over connections nobody has accepted */
	PROGRAM_FLAG_OLD, /* the snapshot, which can flag what is older than the trace */
	PROGRAMS
};

_Static_assert((int)PROGRAMS <= 64, "a set of programs is 64 bits");

enum attach_way {
	BY_SECTION, /* as its section says */
	BY_FENTRY,
	BY_KPROBE,
	BY_CGROUP_ROOT,
	BY_MAP_ITERATOR,
	BY_SNAPSHOT, /* is not of this object */
};

struct program_row {
	const char *name; /* in the object */
	enum attach_way attach;
	bool connections;     /* uses the ring of connections */
	bool of_ports;        /* each of its runs is about a port */
	enum program instead; /* does all that this one does as well; itself: none */
};

extern const struct program_row programs[PROGRAMS];

/*
 * Whether the kernel skips a run that is re-entered on its CPU, by the program's
 * recursion guard (bpf_prog_info.recursion_misses). Those of cgroups have none.
 */
bool program_may_be_skipped(enum program program);

#define PROGRAM_BIT(program) (UINT64_C(1) << (program))

#endif
