// SPDX-License-Identifier: GPL-2.0-only
#include "trace/rungs.h"

#define P(id) PROGRAM_BIT(PROGRAM_##id)
#define RUNG(id, ...)                        \
	{                                    \
		CAPABILITY_##id, __VA_ARGS__ \
	}

#define COSTS_SYSCALLS "slows every system call of every process while attached"
#define CALL_FUNCTIONS "__sys_bind, __sys_listen, __sys_connect_file; cgroup bind, connect"
#define NO_BIND_ADDRESS "the address asked for in a bind is not known"
#define UNBOUND_LATE "a port given up by connect(AF_UNSPEC) is told when its socket closes"

#define FE_BINDS (P(FE_SYS_BIND) | P(FE_BIND))
#define FE_LISTENS (P(FE_SYS_LISTEN) | P(FE_LISTEN))
#define KP_SYS_BINDS (P(KP_SYS_BIND_BEGIN) | P(KP_SYS_BIND))
#define KP_SYS_LISTENS (P(KP_SYS_LISTEN_BEGIN) | P(KP_SYS_LISTEN))
#define KP_BINDS (KP_SYS_BINDS | P(KP_BIND_BEGIN) | P(KP_BIND))
#define KP_LISTENS (KP_SYS_LISTENS | P(KP_LISTEN_BEGIN) | P(KP_LISTEN))
#define KP_CONNECTS (P(KP_CONNECT_BEGIN) | P(KP_CONNECT))
#define KP_STARTS (P(KP_LISTEN_START) | P(KP_LISTEN_STARTED))
#define CG_UDP_BINDS (P(POST_BIND4) | P(POST_BIND6) | P(CG_ASKS4) | P(CG_ASKS6))
#define CG_ADDRESSES (P(CG_BIND4) | P(CG_BIND6) | P(CG_CONNECT4) | P(CG_CONNECT6))
#define TP_CONNS (P(TP_CONN) | P(TP_CONN_AGAIN))

const struct rung rungs[] = {
	RUNG(TCP_OPEN, "fentry", "inet_csk_listen_start", P(LISTEN_START), NULL),
	RUNG(TCP_OPEN, "cgroup", "sockops TCP_LISTEN_CB", P(SOCKOPS), NULL),
	RUNG(TCP_OPEN, "kprobe", "inet_csk_listen_start", KP_STARTS, NULL),
	RUNG(TCP_OPEN, "tracepoint", "sys_exit listen", P(SYS_LISTEN),
	     "listeners of io_uring and of the kernel are not seen to open"),

	RUNG(TCP_CLOSE, "fentry", "inet_csk_listen_stop", P(LISTEN_STOP), NULL),
	RUNG(TCP_CLOSE, "cgroup", "sockops STATE_CB, sock_release", P(SOCKOPS) | P(SOCK_RELEASE),
	     NULL),
	RUNG(TCP_CLOSE, "kprobe", "inet_csk_listen_stop", P(KP_LISTEN_STOP), NULL),
	RUNG(TCP_CLOSE, "tracepoint", "inet_sock_set_state", P(TP_STATE), NULL),

	RUNG(TCP_SHUT, "fentry", "inet_csk_listen_stop", P(LISTEN_STOP), NULL),
	RUNG(TCP_SHUT, "cgroup", "STATE_CB, asked for by the snapshot", P(SOCKOPS) | P(FLAG_OLD),
	     NULL),
	RUNG(TCP_SHUT, "kprobe", "inet_csk_listen_stop", P(KP_LISTEN_STOP), NULL),
	RUNG(TCP_SHUT, "tracepoint", "inet_sock_set_state", P(TP_STATE),
	     "costs every TCP connection a little"),

	RUNG(UDP_OPEN, "cgroup", "post_bind4, post_bind6", CG_UDP_BINDS, NULL),
	RUNG(UDP_OPEN, "fentry", "__sys_bind, __sys_bind_socket", FE_BINDS, NULL),
	RUNG(UDP_OPEN, "fentry", "__sys_bind", P(FE_SYS_BIND), NULL),
	RUNG(UDP_OPEN, "kprobe", "__sys_bind, __sys_bind_socket", KP_BINDS, NULL),
	RUNG(UDP_OPEN, "kprobe", "__sys_bind", KP_SYS_BINDS, NULL),
	RUNG(UDP_OPEN, "tracepoint", "sys_exit bind", P(SYS_BIND),
	     "binds of io_uring are not seen"),

	RUNG(UDP_CLOSE, "fentry", "udp_destroy_sock, udpv6_destroy_sock",
	     P(UDP_DESTROY4) | P(UDP_DESTROY6), UNBOUND_LATE),
	RUNG(UDP_CLOSE, "cgroup", "sock_release", P(SOCK_RELEASE), UNBOUND_LATE),
	RUNG(UDP_CLOSE, "kprobe", "udp_destroy_sock, udpv6_destroy_sock",
	     P(KP_UDP_DESTROY4) | P(KP_UDP_DESTROY6), UNBOUND_LATE),

	RUNG(CHANGE, "fentry", "__sys_listen, __sys_listen_socket", FE_LISTENS, NULL),
	RUNG(CHANGE, "fentry", "__sys_listen", P(FE_SYS_LISTEN), NULL),
	RUNG(CHANGE, "kprobe", "__sys_listen, __sys_listen_socket", KP_LISTENS, NULL),
	RUNG(CHANGE, "kprobe", "__sys_listen", KP_SYS_LISTENS, NULL),
	RUNG(CHANGE, "tracepoint", "sys_exit listen", P(SYS_LISTEN), COSTS_SYSCALLS),

	RUNG(SCTP, "tracepoint", "inet_sock_set_state", P(TP_SCTP),
	     "attached once the kernel has SCTP loaded; costs every TCP connection a little then"),

	RUNG(CONNECTIONS, "cgroup", "sockops", P(SOCKOPS_CONN),
	     "the step of a new connection into SYN_RECV is not seen"),
	RUNG(CONNECTIONS, "tracepoint", "inet_sock_set_state, twice", TP_CONNS,
	     "since v5.12 the kernel skips a run now and then; it counts them"),
	RUNG(CONNECTIONS, "fentry", "tcp_set_state", P(FE_TCP_STATE),
	     "since v5.12 the kernel skips a run now and then; it counts them. Steps into LISTEN "
	     "and SYN_RECV are not seen"),
	RUNG(CONNECTIONS, "kprobe", "tcp_set_state", P(KP_TCP_STATE),
	     "the kernel skips a run now and then. Steps into LISTEN and SYN_RECV are not seen"),

	RUNG(OLD_END, "cgroup", "STATE_CB, asked for by the snapshot",
	     P(SOCKOPS_CONN) | P(FLAG_OLD), NULL),
	RUNG(OLD_END, "cgroup", "sock_release", P(SOCKOPS_CONN) | P(CONN_RELEASE),
	     "it is told when its last descriptor closes, with the bytes until then"),
	RUNG(OLD_END, "tracepoint", "inet_sock_set_state, twice", TP_CONNS, NULL),
	RUNG(OLD_END, "fentry", "tcp_set_state", P(FE_TCP_STATE), NULL),
	RUNG(OLD_END, "kprobe", "tcp_set_state", P(KP_TCP_STATE), NULL),

	RUNG(ACCEPTOR, "fentry", "security_sock_graft", P(FE_ACCEPT) | P(WAITING), NULL),
	RUNG(ACCEPTOR, "kprobe", "security_sock_graft", P(KP_ACCEPT) | P(WAITING), NULL),
	RUNG(ACCEPTOR, "kprobe", "security_sock_graft", P(KP_ACCEPT),
	     "a connection that nobody accepts is told when it ends"),
	RUNG(ACCEPTOR, "tracepoint", "sys_exit accept", P(SYS_ACCEPT) | P(WAITING),
	     "an accept by io_uring is told with the listener's process; " COSTS_SYSCALLS),

	RUNG(UDP_CONNECT, "fentry", "__sys_connect_file", P(FE_CONNECT), NULL),
	RUNG(UDP_CONNECT, "kprobe", "__sys_connect_file", KP_CONNECTS, NULL),
	RUNG(UDP_CONNECT, "tracepoint", "sys_exit connect", P(CALLS),
	     "a connect by io_uring is not seen; " COSTS_SYSCALLS),

	RUNG(UDP_END, "fentry", "udp_destroy_sock, udpv6_destroy_sock",
	     P(FE_UDP_GONE4) | P(FE_UDP_GONE6), NULL),
	RUNG(UDP_END, "cgroup", "sock_release", P(CONN_RELEASE), NULL),
	RUNG(UDP_END, "kprobe", "udp_destroy_sock, udpv6_destroy_sock",
	     P(KP_UDP_GONE4) | P(KP_UDP_GONE6), NULL),

	RUNG(BIND, "cgroup", "post_bind4, post_bind6", P(BOUND4) | P(BOUND6), NULL),
	RUNG(BIND, "fentry", "__sys_bind, __sys_bind_socket", FE_BINDS, NULL),
	RUNG(BIND, "fentry", "__sys_bind", P(FE_SYS_BIND), NULL),
	RUNG(BIND, "kprobe", "__sys_bind, __sys_bind_socket", KP_BINDS, NULL),
	RUNG(BIND, "kprobe", "__sys_bind", KP_SYS_BINDS, NULL),
	RUNG(BIND, "tracepoint", "sys_exit bind", P(CALLS),
	     "a bind by io_uring is not seen; " COSTS_SYSCALLS),

	RUNG(AUTOBIND, "fentry", "inet_autobind, __sys_connect_file",
	     P(FE_AUTOBIND) | P(FE_CONNECT), NULL),
	RUNG(AUTOBIND, "kprobe", "inet_autobind, __sys_connect_file",
	     P(KP_AUTOBIND_BEGIN) | P(KP_AUTOBIND) | KP_CONNECTS, NULL),
	RUNG(AUTOBIND, "tracepoint", "sys_exit connect", P(CALLS),
	     "a UDP port picked for a sendto() is not seen; " COSTS_SYSCALLS),

	/* Those with _socket came with bind and listen by io_uring: without them there are none. */
	RUNG(FAIL, "fentry", CALL_FUNCTIONS ", __sys_bind_socket, __sys_listen_socket",
	     FE_BINDS | FE_LISTENS | P(FE_CONNECT) | CG_ADDRESSES, NULL),
	RUNG(FAIL, "fentry", CALL_FUNCTIONS,
	     P(FE_SYS_BIND) | P(FE_SYS_LISTEN) | P(FE_CONNECT) | CG_ADDRESSES, NULL),
	RUNG(FAIL, "fentry", CALL_FUNCTIONS, P(FE_SYS_BIND) | P(FE_SYS_LISTEN) | P(FE_CONNECT),
	     NO_BIND_ADDRESS),
	RUNG(FAIL, "kprobe", CALL_FUNCTIONS ", __sys_bind_socket, __sys_listen_socket",
	     KP_BINDS | KP_LISTENS | KP_CONNECTS | CG_ADDRESSES, NULL),
	RUNG(FAIL, "kprobe", CALL_FUNCTIONS,
	     KP_SYS_BINDS | KP_SYS_LISTENS | KP_CONNECTS | CG_ADDRESSES, NULL),
	RUNG(FAIL, "kprobe", CALL_FUNCTIONS, KP_SYS_BINDS | KP_SYS_LISTENS | KP_CONNECTS,
	     NO_BIND_ADDRESS),
	RUNG(FAIL, "tracepoint", "sys_exit bind, listen, connect; cgroup bind, connect",
	     P(CALLS) | CG_ADDRESSES, "calls by io_uring are not seen; " COSTS_SYSCALLS),
	RUNG(FAIL, "tracepoint", "sys_exit bind, listen, connect", P(CALLS),
	     "the address asked for is not known; calls by io_uring are not seen; " COSTS_SYSCALLS),

	RUNG(DESCENDANTS, "tracepoint", "sched_process_fork, sched_process_free",
	     P(TP_FORK) | P(TP_FREE), NULL),
};

const size_t rungs_n = sizeof(rungs) / sizeof(*rungs);
