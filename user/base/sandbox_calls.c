// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the loop does, and what the C library and its modules for names do in its
 * place: those of Debian, of glibc and musl, on x86-64 and arm64. No program is
 * started, no thread, no BPF program is loaded, no memory is writable and executable.
 */
#include "base/sandbox_calls.h"

#include <linux/bpf.h>
#include <linux/nsfs.h>
#include <linux/perf_event.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define ALLOW(name)                  \
	{                            \
		name, 0, 0, { 0 }, 0 \
	}
#define ALLOW_IF(name, arg, ...)                                                     \
	{                                                                            \
		name, arg, 0, { __VA_ARGS__ },                                       \
			sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t) \
	}

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif
#define TCGETS2_NUMBER 0x802c542a

const struct sandbox_call sandbox_calls_all[] = {
	/* The loop. */
	ALLOW("epoll_create1"),
	ALLOW("epoll_ctl"),
	ALLOW("epoll_pwait"),
	ALLOW("epoll_pwait2"),
	ALLOW("epoll_wait"),
	ALLOW("poll"),
	ALLOW("ppoll"),
	ALLOW("pselect6"),
	ALLOW("select"),
	ALLOW("restart_syscall"),
	ALLOW("rt_sigaction"),
	ALLOW("rt_sigprocmask"),
	ALLOW("rt_sigreturn"),
	ALLOW("signalfd4"),
	ALLOW("clock_gettime"),
	ALLOW("clock_getres"),
	ALLOW("clock_nanosleep"),
	ALLOW("gettimeofday"),
	ALLOW("nanosleep"),
	ALLOW("time"),
	ALLOW("timerfd_create"),
	ALLOW("timerfd_gettime"),
	ALLOW("timerfd_settime"),
	ALLOW("exit"),
	ALLOW("exit_group"),
	ALLOW("sched_yield"),

	/* Descriptors. */
	ALLOW("close"),
	ALLOW("close_range"),
	ALLOW("dup"),
	ALLOW("dup2"),
	ALLOW("dup3"),
	ALLOW("eventfd2"),
	ALLOW("fcntl"),
	ALLOW("memfd_create"),
	ALLOW("pipe2"),
	ALLOW("lseek"),
	ALLOW("pread64"),
	ALLOW("preadv"),
	ALLOW("pwrite64"),
	ALLOW("read"),
	ALLOW("readv"),
	ALLOW("write"),
	ALLOW("writev"),
	ALLOW_IF("ioctl", 1, TCGETS, TCGETS2_NUMBER, TIOCGWINSZ, FIONBIO, FIONREAD, TIOCOUTQ,
		 SIOCGSKNS, SIOCGIFNAME, SIOCGIFINDEX, NS_GET_USERNS, NS_GET_PARENT, NS_GET_NSTYPE,
		 PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_SET_BPF),

	/* Files: /proc, the policy, the state, numbers, names of users and services. */
	ALLOW("access"),
	ALLOW("faccessat"),
	ALLOW("faccessat2"),
	ALLOW("fadvise64"),
	ALLOW("fchmod"),
	ALLOW("fchown"),
	ALLOW("fdatasync"),
	ALLOW("flock"),
	ALLOW("fstat"),
	ALLOW("fstatfs"),
	ALLOW("fsync"),
	ALLOW("ftruncate"),
	ALLOW("getcwd"),
	ALLOW("getdents64"),
	ALLOW("linkat"),
	ALLOW("lstat"),
	ALLOW("mkdir"),
	ALLOW("mkdirat"),
	ALLOW("newfstatat"),
	ALLOW("open"),
	ALLOW("openat"),
	ALLOW("openat2"),
	ALLOW("readlink"),
	ALLOW("readlinkat"),
	ALLOW("rename"),
	ALLOW("renameat"),
	ALLOW("renameat2"),
	ALLOW("stat"),
	ALLOW("statfs"),
	ALLOW("statx"),
	ALLOW("name_to_handle_at"),
	ALLOW("umask"),
	ALLOW("unlink"),
	ALLOW("unlinkat"),

	/* Sockets: the canary, the journal, the manager; and who knows names. */
	ALLOW_IF("socket", 0, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK),
	ALLOW("bind"),
	ALLOW("connect"),
	ALLOW("getpeername"),
	ALLOW("getsockname"),
	ALLOW("getsockopt"),
	ALLOW("listen"),
	ALLOW("recvfrom"),
	ALLOW("recvmmsg"),
	ALLOW("recvmsg"),
	ALLOW("sendmmsg"),
	ALLOW("sendmsg"),
	ALLOW("sendto"),
	ALLOW("setsockopt"),
	ALLOW("shutdown"),
	ALLOW("socketpair"),

	/* The kernel's tables and maps; a hook that waited for its protocol. */
	ALLOW_IF("bpf", 0, BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM,
		 BPF_MAP_GET_NEXT_KEY, BPF_MAP_LOOKUP_BATCH, BPF_OBJ_GET_INFO_BY_FD,
		 BPF_ITER_CREATE, BPF_LINK_CREATE, BPF_LINK_DETACH, BPF_PROG_DETACH,
		 BPF_RAW_TRACEPOINT_OPEN),
	ALLOW_IF("setns", 1, CLONE_NEWNET),
	ALLOW("pidfd_open"),
	ALLOW("pidfd_getfd"),

	/* Memory. */
	ALLOW("brk"),
	ALLOW("madvise"),
	ALLOW("mincore"),
	ALLOW("mremap"),
	ALLOW("munmap"),
	{ "mmap", 2, PROT_WRITE | PROT_EXEC, { 0, PROT_WRITE, PROT_EXEC }, 3 },
	{ "mprotect", 2, PROT_EXEC, { 0 }, 1 },
	ALLOW("futex"),
	ALLOW("getrandom"),
	ALLOW("membarrier"),
	ALLOW("rseq"),
	ALLOW("set_robust_list"),
	ALLOW_IF("prctl", 0, PR_SET_VMA, PR_GET_NAME, PR_CAPBSET_READ),

	/* Who and where we are; what is asked for before it is tried. */
	ALLOW("capget"),
	ALLOW("getegid"),
	ALLOW("geteuid"),
	ALLOW("getgid"),
	ALLOW("getgroups"),
	ALLOW("getpgrp"),
	ALLOW("getpid"),
	ALLOW("getppid"),
	ALLOW("getresgid"),
	ALLOW("getresuid"),
	ALLOW("getrusage"),
	ALLOW("gettid"),
	ALLOW("getuid"),
	ALLOW("sched_getaffinity"),
	ALLOW("sysinfo"),
	ALLOW("uname"),
};

const size_t sandbox_n_calls = sizeof(sandbox_calls_all) / sizeof(*sandbox_calls_all);
