/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel side, as the rest of the program sees it: attach, consume, take a
 * snapshot, say what is covered and what was lost. No other room knows libbpf.
 */
#ifndef PORTTRACE_TRACE_TRACE_H
#define PORTTRACE_TRACE_TRACE_H

#include "model/decode.h"
#include "model/filter.h"
#include "model/procs.h"
#include "model/snapshot.h"
#include "trace/coverage.h"

struct trace;

struct trace_wants {
	uint32_t events; /* bits of enum record_kind; those of ports come anyway */
	bool tcp;
	bool udp;
	bool descendants; /* the filter's processes are to be followed */
	bool no_shut;     /* a listener that is shut down, and not closed, is of no interest */
	/*
	 * Hooks of which the kernel skips no run come first, so that nobody has to look
	 * for skipped runs; a protocol that is not loaded is not waited for.
	 */
	bool unskippable;
	const char *force_hooks; /* NULL, or the one backend to use (tests) */
	const char *btf_path;    /* NULL, or the kernel's types in a file; outlives the trace */
};

/* Apart, so that no flood of connections can hide a port. */
enum ring_id { RING_PORTS, RING_CONNS, RINGS };

struct trace_counters {
	uint64_t produced[RECORD_KINDS];
	uint64_t delivered[RECORD_KINDS];
	uint64_t lost_ring[RECORD_KINDS]; /* the ring was full */
	uint64_t lost_map
		[RECORD_KINDS]; /* told, but the kernel side cannot follow the socket, or the process */
	uint64_t corrupt;       /* records that made no sense */
	uint64_t lost_from_ns; /* first and last loss since trace_loss_seen() */
	uint64_t lost_to_ns;
};

/*
 * Loads and attaches the best hooks that work here; the kernel side stays
 * silent until trace_start(). coverage says what was tried either way; on
 * failure (-EPERM, -ENOSYS, …) coverage->why is a sentence with the mend.
 */
int trace_open(struct trace **out, const struct trace_wants *wants, struct coverage *coverage);

/*
 * Asked in each network namespace, once the descriptors of all processes are read: whether its
 * tables have no port but those, and no cookie that a row lacks. They are not read then.
 */
typedef bool (*all_seen_fn)(const struct snapshot *so_far, uint32_t netns, void *arg);

struct tables_wants {
	bool connections;     /* those as well */
	all_seen_fn all_seen; /* NULL: the tables are always read */
	void *all_seen_arg;
	bool no_tcp; /* what no process holds of it may be left out */
	bool no_udp;
	bool args;            /* arguments of the processes, as far as the kernel hands them over */
	const char *btf_path; /* as in trace_wants */
};

/*
 * The tables alone, without a hook: for trace_snapshot() and trace_close(), and
 * nothing else. Returns as trace_open() does; where it cannot be done, why is a
 * sentence with the mend.
 */
int trace_open_tables(struct trace **out, const struct tables_wants *wants, char why[COVERAGE_WHY]);
void trace_close(struct trace *trace);

void trace_start(struct trace *trace);
/* The kernel side falls silent; what it told before can still be consumed. */
void trace_stop(struct trace *trace);

/*
 * What the kernel side may drop by itself: protocol, port, pid with its
 * descendants, uid, namespace. May be called again while the trace runs. What
 * passes is still to be filtered. 0 or -errno; on an error everything passes.
 */
int trace_filter(struct trace *trace, const struct filter *filter);
/* Whether a process is one of the filter's pids, or a descendant of one. */
bool trace_follows(const struct trace *trace, uint32_t tgid);
/*
 * After a fork that was not seen: looks for children of those it follows. One whose
 * parent is gone is not found. 0 or -errno.
 */
int trace_follow_again(const struct trace *trace);

/* Readable when records wait; -1: that ring is not there, since nobody asked. */
int trace_fd(const struct trace *trace, enum ring_id ring);

/* Takes a record, which is gone with the call; says whether to go on with the next. */
typedef bool (*take_fn)(const struct decoded *record, const void *raw, void *arg);

/*
 * Hands each waiting record to take, in order, until it says no more: a
 * producer as fast as we are would keep us here for ever. Returns how many
 * were taken, or -errno.
 */
int trace_consume(struct trace *trace, enum ring_id ring, take_fn take, void *arg);

/* While on, the kernel side does not wake the reader, who comes by itself every millisecond. */
void trace_polling(struct trace *trace, enum ring_id ring, bool on);

/*
 * Attaches what waits for a protocol that is loaded by now. 0: nothing to do; 1: something
 * was, and may have been open before: compare with a snapshot; -errno: it could not be, which is
 * not tried again.
 */
int trace_attach_late(struct trace *trace);

/* Has the connections told that nobody has accepted for a while. 0 or -errno. */
int trace_tell_waiting(struct trace *trace);

/*
 * What is open now, in every network namespace that can be reached. While
 * trace_snapshotting() is on, the kernel side also tells the closes that take
 * back a row read a moment before.
 */
struct snapshot_gaps {
	unsigned int netns; /* namespaces that could not be read */
	int err;            /* of the last one */
	uint64_t corrupt;
	bool shut_unseen; /* a listener of before cannot be seen to shut down */
};
/* The rows are sorted. 0, -EOPNOTSUPP where the kernel has no types of its own, or -errno. */
int trace_snapshot(struct trace *trace, struct procs *procs, struct snapshot *out,
		   struct snapshot_gaps *gaps);
void trace_snapshotting(struct trace *trace, bool on);

/*
 * A descriptor of a namespace that the last snapshot found; the caller closes it.
 * -ENOENT: none such, or it is gone; -errno.
 */
int trace_netns_open(const struct trace *trace, uint32_t inode);

void trace_counters(struct trace *trace, struct trace_counters *out);
/*
 * Handler runs the kernel skipped, since they were re-entered on their CPU
 * (recursion_misses). Costs a system call for each program: not for every wake-up.
 */
struct trace_misses {
	uint64_t ports;  /* of hooks that run for ports alone: each is an event nobody saw */
	uint64_t others; /* of hooks that run for more: most were about connections */
	uint64_t conns;  /* at most as many events of connections were seen by nobody */
	uint64_t forks;  /* children of a process that is followed may be among them */
};
void trace_misses(const struct trace *trace, struct trace_misses *out);
/*
 * Whether something may happen that no ring tells of: a skipped run, a protocol
 * that is loaded. If not, the reader may sleep until a ring is readable.
 */
bool trace_must_look(const struct trace *trace);
/* Forgets when the losses so far happened. */
void trace_loss_seen(struct trace *trace);

/* Inode of the initial network namespace: that of the kernel's first process. 0: not known. */
uint32_t trace_host_netns(const struct trace *trace);

/* "1.1" */
const char *trace_libbpf_version(void);

#endif
