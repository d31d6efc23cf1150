// SPDX-License-Identifier: GPL-2.0-only
#include "trace/programs.h"

/* About ports; about connections; the same in place of another. */
#define PORTS(id, name, way) \
	[PROGRAM_##id] = { name, way, false, (way) != BY_SECTION, PROGRAM_##id }
#define CONNS(id, name, way) [PROGRAM_##id] = { name, way, true, false, PROGRAM_##id }
#define UNLESS(id, name, way, other) \
	[PROGRAM_##id] = { name, way, false, (way) != BY_SECTION, PROGRAM_##other }
#define CONNS_UNLESS(id, name, way, other) \
	[PROGRAM_##id] = { name, way, true, false, PROGRAM_##other }

const struct program_row programs[PROGRAMS] = {
	UNLESS(SOCKOPS, "cg_sockops", BY_CGROUP_ROOT, SOCKOPS_CONN),
	UNLESS(POST_BIND4, "cg_post_bind4", BY_CGROUP_ROOT, BOUND4),
	UNLESS(POST_BIND6, "cg_post_bind6", BY_CGROUP_ROOT, BOUND6),
	UNLESS(CG_ASKS4, "cg_asks4", BY_CGROUP_ROOT, CG_BIND4),
	UNLESS(CG_ASKS6, "cg_asks6", BY_CGROUP_ROOT, CG_BIND6),
	UNLESS(SOCK_RELEASE, "cg_sock_release", BY_CGROUP_ROOT, CONN_RELEASE),
	CONNS(SOCKOPS_CONN, "cg_sockops_conn", BY_CGROUP_ROOT),
	CONNS(BOUND4, "cg_bound4", BY_CGROUP_ROOT),
	CONNS(BOUND6, "cg_bound6", BY_CGROUP_ROOT),
	CONNS(CONN_RELEASE, "cg_conn_release", BY_CGROUP_ROOT),
	CONNS(CG_BIND4, "cg_bind4", BY_CGROUP_ROOT),
	CONNS(CG_BIND6, "cg_bind6", BY_CGROUP_ROOT),
	CONNS(CG_CONNECT4, "cg_connect4", BY_CGROUP_ROOT),
	CONNS(CG_CONNECT6, "cg_connect6", BY_CGROUP_ROOT),

	PORTS(TP_STATE, "tp_state", BY_SECTION),
	UNLESS(SYS_LISTEN, "tp_sys_exit_listen", BY_SECTION, CALLS),
	UNLESS(SYS_BIND, "tp_sys_exit_bind", BY_SECTION, CALLS),
	CONNS(TP_CONN, "tp_conn_state", BY_SECTION),
	CONNS(TP_CONN_AGAIN, "tp_conn_state_again", BY_SECTION),
	PORTS(TP_SCTP, "tp_sctp", BY_SECTION),
	CONNS_UNLESS(SYS_ACCEPT, "tp_sys_exit_accept", BY_SECTION, CALLS),
	CONNS(CALLS, "tp_calls", BY_SECTION),
	PORTS(TP_FORK, "tp_fork", BY_SECTION),
	PORTS(TP_FREE, "tp_free", BY_SECTION),

	PORTS(LISTEN_START, "fe_listen_start", BY_FENTRY),
	PORTS(LISTEN_STOP, "fe_listen_stop", BY_FENTRY),
	UNLESS(UDP_DESTROY4, "fe_udp_destroy4", BY_FENTRY, FE_UDP_GONE4),
	UNLESS(UDP_DESTROY6, "fe_udp_destroy6", BY_FENTRY, FE_UDP_GONE6),
	CONNS(FE_TCP_STATE, "fe_tcp_state", BY_FENTRY),
	CONNS(FE_ACCEPT, "fe_accept", BY_FENTRY),
	CONNS(FE_CONNECT, "fe_connect", BY_FENTRY),
	CONNS(FE_SYS_BIND, "fe_sys_bind", BY_FENTRY),
	CONNS(FE_SYS_LISTEN, "fe_sys_listen", BY_FENTRY),
	CONNS(FE_BIND, "fe_bind", BY_FENTRY),
	CONNS(FE_LISTEN, "fe_listen", BY_FENTRY),
	CONNS(FE_AUTOBIND, "fe_autobind", BY_FENTRY),
	CONNS(FE_UDP_GONE4, "fe_udp_gone4", BY_FENTRY),
	CONNS(FE_UDP_GONE6, "fe_udp_gone6", BY_FENTRY),

	PORTS(KP_LISTEN_START, "kp_listen_start", BY_KPROBE),
	PORTS(KP_LISTEN_STARTED, "kp_listen_started", BY_KPROBE),
	PORTS(KP_LISTEN_STOP, "kp_listen_stop", BY_KPROBE),
	UNLESS(KP_UDP_DESTROY4, "kp_udp_destroy4", BY_KPROBE, KP_UDP_GONE4),
	UNLESS(KP_UDP_DESTROY6, "kp_udp_destroy6", BY_KPROBE, KP_UDP_GONE6),
	CONNS(KP_TCP_STATE, "kp_tcp_state", BY_KPROBE),
	CONNS(KP_ACCEPT, "kp_accept", BY_KPROBE),
	CONNS(KP_CONNECT_BEGIN, "kp_connect_begin", BY_KPROBE),
	CONNS(KP_CONNECT, "kp_connect", BY_KPROBE),
	CONNS(KP_SYS_BIND_BEGIN, "kp_sys_bind_begin", BY_KPROBE),
	CONNS(KP_SYS_BIND, "kp_sys_bind", BY_KPROBE),
	CONNS(KP_SYS_LISTEN_BEGIN, "kp_sys_listen_begin", BY_KPROBE),
	CONNS(KP_SYS_LISTEN, "kp_sys_listen", BY_KPROBE),
	CONNS(KP_BIND_BEGIN, "kp_bind_begin", BY_KPROBE),
	CONNS(KP_BIND, "kp_bind", BY_KPROBE),
	CONNS(KP_LISTEN_BEGIN, "kp_listen_begin", BY_KPROBE),
	CONNS(KP_LISTEN, "kp_listen", BY_KPROBE),
	CONNS(KP_AUTOBIND_BEGIN, "kp_autobind_begin", BY_KPROBE),
	CONNS(KP_AUTOBIND, "kp_autobind", BY_KPROBE),
	CONNS(KP_UDP_GONE4, "kp_udp_gone4", BY_KPROBE),
	CONNS(KP_UDP_GONE6, "kp_udp_gone6", BY_KPROBE),

	CONNS(WAITING, "conn_waiting", BY_MAP_ITERATOR),
	PORTS(FLAG_OLD, "snap_tcp_flag", BY_SNAPSHOT),
};

bool program_may_be_skipped(enum program program)
{
	enum attach_way way = programs[program].attach;

	return way != BY_CGROUP_ROOT && way != BY_MAP_ITERATOR && way != BY_SNAPSHOT;
}
