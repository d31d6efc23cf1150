// SPDX-License-Identifier: GPL-2.0-only
/* A snapshot: every descriptor of every process, then the tables of each network namespace. */
#include "base/first_namespace.h"
#include "base/netns.h"
#include "trace/beside.h"
#include "trace/internal.h"
#include "trace/listeners.h"
#include "trace/walk.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE ((size_t)32 * 1024) /* what the kernel has ready at a time */

/* One run of the iterators. */
struct reading {
	struct trace *trace;
	struct procs *procs;
	struct snapshot *snapshot;
	struct snapshot_gaps *gaps;
	struct netns_ways *ways;
	uint32_t netns; /* of the socket before, which nearly always is that of the next */
	struct uncookied uncookied;
	bool has_listeners; /* of TCP, of all namespaces */
	struct buf bytes;   /* of the tables of one namespace */
	/* Those of our own, while others are read. */
	struct buf own_bytes;
	struct beside own;
	bool own_passed;
	bool own_waits;
	bool own_tcp; /* it is one of the tables to be read */
};

static int take_netns(struct reading *reading, const struct decoded *record)
{
	if (record->netns_initial)
		reading->trace->host_netns = record->netns;
	return netns_add(reading->ways,
			 (struct netns_way){
				 .inode = record->netns,
				 .by = record->fd < 0 ? NETNS_BY_PROCESS : NETNS_BY_FD,
				 .tgid = record->task.tgid,
				 .fd = record->fd,
			 });
}

/* A socket is one into its namespace. */
static int take_way(struct reading *reading, const struct decoded *record)
{
	uint32_t netns = record->socket.local.netns;

	if (netns == reading->netns)
		return 0;
	reading->netns = netns;
	return netns_add(reading->ways, (struct netns_way){
						.inode = netns,
						.by = NETNS_BY_SOCKET,
						.tgid = record->task.tgid,
						.fd = record->fd,
					});
}

static int take_socket(struct reading *reading, const struct decoded *record)
{
	int err = uncookied_note(&reading->uncookied, &record->socket);

	return err ? err : snapshot_add(reading->snapshot, record);
}

static int take(struct reading *reading, const struct decoded *record)
{
	int err;

	switch (record->type) {
	case DECODED_TASK:
	case DECODED_ARGS:
		return procs_told(reading->procs, record);
	case DECODED_NETNS:
		return take_netns(reading, record);
	case DECODED_HOLDER:
		err = take_way(reading, record);
		return err ? err : take_socket(reading, record);
	default:
		return take_socket(reading, record);
	}
}

/* Takes the whole records of size bytes. Returns how many bytes those were, or -errno. */
static ssize_t take_records(struct reading *reading, const char *data, size_t size)
{
	struct decoded record;
	size_t at = 0, one;
	int err = 0;

	while (!err && (one = decode_size(data + at, size - at))) {
		if (decode(data + at, one, &record))
			reading->gaps->corrupt++;
		else
			err = take(reading, &record);
		at += one;
	}
	return err ? err : (ssize_t)at;
}

/* As a records_fn. */
static int take_whole(const char *data, size_t size, void *arg)
{
	struct reading *reading = arg;
	ssize_t taken = take_records(reading, data, size);

	if (taken >= 0 && (size_t)taken != size)
		reading->gaps->corrupt++;
	return taken < 0 ? (int)taken : 0;
}

/* --- what no process holds ---------------------------------------------------------- */

/* All that it tells, which is little. */
static int read_iterator(struct buf *bytes, struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));
	ssize_t n = 1;
	int err = 0;

	if (fd < 0)
		return -errno;
	while (!err && n) {
		char *to = buf_reserve(bytes, READ_SIZE);

		if (!to) {
			err = -ENOMEM;
			break;
		}
		n = read(fd, to, READ_SIZE);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0) {
			err = -errno;
			break;
		}
		bytes->len += (size_t)n;
	}
	close(fd);
	return err;
}

/* TCP of all namespaces. Where that fails the tables of each are read, as if it were not there. */
static int read_listeners(struct reading *reading)
{
	const struct trace *trace = reading->trace;

	if (!trace->iter_listeners || read_iterator(&reading->bytes, trace->iter_listeners) ||
	    !listeners_whole(trace->tables))
		return 0;
	reading->has_listeners = true;
	return take_whole(reading->bytes.data, reading->bytes.len, reading);
}

/* The tables of the namespace that the calling thread is in. */
static int read_both(const struct trace *trace, bool tcp, struct buf *bytes)
{
	int err = tcp ? read_iterator(bytes, trace->iter_tcp) : 0;

	return err || trace->no_udp ? err : read_iterator(bytes, trace->iter_udp);
}

static int read_own(void *arg)
{
	struct reading *reading = arg;

	return read_both(reading->trace, reading->own_tcp, &reading->own_bytes);
}

/* --- all of it ---------------------------------------------------------------------- */

/* Its listeners may be known already; a cookie that one of them lacks is made there alone. */
static bool needs_tcp(const struct reading *reading, uint32_t netns)
{
	if (reading->trace->no_tcp)
		return false;
	return !reading->has_listeners || uncookied_has(&reading->uncookied, netns);
}

static int read_tables(uint32_t inode, void *arg)
{
	struct reading *reading = arg;
	const struct trace *trace = reading->trace;
	bool is_own = !reading->own_passed, tcp = needs_tcp(reading, inode);
	int err;

	reading->own_passed = true;
	if (tcp && trace->all_seen &&
	    trace->all_seen(reading->snapshot, inode, trace->all_seen_arg))
		return 0;
	if (is_own && walk_may_be_two(trace)) {
		reading->own_waits = true;
		reading->own_tcp = tcp;
		beside_start(&reading->own, read_own, reading);
		return 0;
	}
	buf_clear(&reading->bytes);
	err = read_both(trace, tcp, &reading->bytes);
	return err ? err : take_whole(reading->bytes.data, reading->bytes.len, reading);
}

static void note_gap(int err, void *arg)
{
	struct reading *reading = arg;

	/* EINVAL: a namespace of another kind, mounted or open as this one's are. */
	if (err == -EINVAL)
		return;
	/*
	 * A process that ended takes its namespace along, and so does a socket that
	 * closed (EBADF). But in a pid namespace of our own /proc does not know the
	 * numbers the kernel side gives.
	 */
	if ((err == -ENOENT || err == -ESRCH || err == -EBADF) &&
	    in_first_namespace("pid", PID_INIT_INO))
		return;
	reading->gaps->netns++;
	reading->gaps->err = err;
}

/* Our own tables come first, and are read beside all others: a thread stays in its namespace. */
static int read_all_tables(struct reading *reading)
{
	const struct netns_tour tour = { read_tables, note_gap, reading };
	int err = netns_tour(reading->ways, &tour), own_err;

	if (!reading->own_waits)
		return err;
	own_err = beside_join(&reading->own);
	if (!err)
		err = own_err;
	return err ? err : take_whole(reading->own_bytes.data, reading->own_bytes.len, reading);
}

/* The kernel side reports a namespace once; another run starts with an empty list. */
static int forget_seen(struct trace *trace)
{
	int fd = bpf_object__find_map_fd_by_name(trace->holders, "seen_netns");
	__u32 key;

	while (fd >= 0 && !bpf_map_get_next_key(fd, NULL, &key))
		if (bpf_map_delete_elem(fd, &key))
			break;
	return fd < 0 ? fd : 0;
}

/* bpf_setsockopt() is older than the option it would have to set: only doing it tells. */
static bool flag_was_refused(struct trace *trace)
{
	int fd = bpf_object__find_map_fd_by_name(trace->tables, "flag_refused");
	__u32 key = 0, refused = 0;

	return trace->flags_listeners && !bpf_map_lookup_elem(fd, &key, &refused) && refused;
}

int trace_snapshot(struct trace *trace, struct procs *procs, struct snapshot *out,
		   struct snapshot_gaps *gaps)
{
	struct reading reading = {
		.trace = trace,
		.procs = procs,
		.snapshot = out,
		.gaps = gaps,
		.ways = &trace->ways,
	};
	int err;

	*gaps = (struct snapshot_gaps){ 0 };
	if (!trace->holders)
		return -EOPNOTSUPP;
	netns_free(&trace->ways);
	/* The iterator goes through the processes of our pid namespace (bpf_iter_task(), v5.8). */
	out->holders_hidden = !in_first_namespace("pid", PID_INIT_INO);
	err = forget_seen(trace);
	if (!err)
		err = walk_holders(trace, take_whole, &reading);
	if (!err)
		err = read_listeners(&reading);
	if (!err)
		err = netns_add_mounted(reading.ways);
	if (!err)
		err = read_all_tables(&reading);
	gaps->shut_unseen = trace->shut_by_flag && flag_was_refused(trace);
	buf_free(&reading.bytes);
	buf_free(&reading.own_bytes);
	uncookied_free(&reading.uncookied);
	snapshot_sort(out);
	return err;
}

int trace_netns_open(const struct trace *trace, uint32_t inode)
{
	return netns_open_any(&trace->ways, inode);
}
