// SPDX-License-Identifier: GPL-2.0-only
/* Dumps of each network namespace, joined by inode with the descriptors of /proc. */
#include "diag/channel.h"
#include "diag/diag.h"
#include "diag/inodes.h"
#include "diag/procfs.h"

#include "base/loop.h"
#include "base/netns.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORT_STATES (1u << TCP_LISTEN)
#define UDP_PORT_STATES (1u << TCP_CLOSE)
#define CONN_STATES (1u << TCP_ESTABLISHED)
/* All that are a connection: a socket in none of them has no peer. */
#define ALL_STATES (0xfffu & ~(1u << 0 | 1u << TCP_CLOSE))

struct reading {
	struct procs *procs;
	struct snapshot *snapshot;
	const struct diag_wants *wants;
	struct diag_gaps *gaps;
	struct netns_ways *ways;
	struct channel *channel;
	uint32_t netns; /* the one that is read */
	bool any;       /* some protocol answered */
	struct inodes mptcp;
	struct snapshot_row **by_inode; /* owned; sorted: where sockets are joined with holders */
	/* The process whose descriptors are looked at. */
	uint32_t tgid;
	int dir;
	struct process *process; /* NULL: none of its descriptors mattered yet */
	struct decoded record;
};

/* --- one namespace ------------------------------------------------------------- */

static int add_row(const struct diag_message *row, void *arg)
{
	struct reading *reading = arg;
	struct decoded *record = &reading->record;

	if (!row->socket.local.port)
		return 0;
	record->type = DECODED_SOCKET;
	record->socket = row->socket;
	record->socket.local.netns = reading->netns;
	record->connection = (struct connection){ .remote = row->remote,
						  .new_state = tcp_state_name(row->socket.state) };
	record->connection.remote.netns = reading->netns;
	record->time_ns = boot_now_ns();
	return snapshot_add(reading->snapshot, record);
}

/* Of a listener of MPTCP: its TCP socket has the same (mptcp_subflow_create_socket()). */
static int note_mptcp(const struct diag_message *row, void *arg)
{
	struct reading *reading = arg;

	return row->socket.inode ? inodes_add(&reading->mptcp, row->socket.inode) : 0;
}

/* Both families of a protocol. */
static int dump(struct reading *reading, uint16_t proto, uint32_t states, channel_tell tell)
{
	struct channel_question question = { .proto = proto, .states = states };
	int err = 0;

	for (int i = 0; i < 2 && !err; i++) {
		question.family = i ? AF_INET6 : AF_INET;
		err = channel_dump(reading->channel, &question, &reading->gaps->interrupted, tell,
				   reading);
	}
	return err;
}

/* A protocol this kernel does not have is none: *lacks says so where it matters. */
static int dump_if_there(struct reading *reading, uint16_t proto, uint32_t states, bool *lacks)
{
	int err = dump(reading, proto, states, add_row);

	if (err == -ENOENT || err == -EOPNOTSUPP || err == -EPROTONOSUPPORT) {
		if (lacks)
			*lacks = true;
		return 0;
	}
	reading->any |= !err;
	return err;
}

/* Asking for it would load it. */
static bool sctp_is_loaded(void)
{
	return !access("/proc/thread-self/net/sctp", F_OK);
}

static int read_tables(struct reading *reading)
{
	bool connections = reading->wants->connections;
	uint32_t states = connections ? ALL_STATES : PORT_STATES;
	uint32_t udp_states = UDP_PORT_STATES | (connections ? CONN_STATES : 0);
	int err = dump_if_there(reading, IPPROTO_TCP, states, &reading->gaps->no_tcp);

	if (!err)
		err = dump_if_there(reading, IPPROTO_UDP, udp_states, &reading->gaps->no_udp);
	if (!err)
		err = dump_if_there(reading, IPPROTO_UDPLITE, udp_states, NULL);
	if (!err && sctp_is_loaded())
		err = dump_if_there(reading, IPPROTO_SCTP, states, NULL);
	if (!err) {
		err = dump(reading, IPPROTO_MPTCP, PORT_STATES, note_mptcp);
		/* EINVAL: before v5.9 the attribute was not known. */
		if (err == -ENOENT || err == -EINVAL || err == -EOPNOTSUPP)
			err = 0;
	}
	return err;
}

static int read_netns(uint32_t inode, void *arg)
{
	struct reading *reading = arg;
	int err = channel_open(&reading->channel);

	if (err)
		return err;
	reading->netns = inode;
	err = read_tables(reading);
	channel_close(reading->channel);
	reading->channel = NULL;
	return err;
}

/* --- all of them ------------------------------------------------------------------- */

static void note_gap(int err, void *arg)
{
	struct diag_gaps *gaps = ((struct reading *)arg)->gaps;

	/* It went along with its last process; or it is a namespace of another kind. */
	if (err == -ENOENT || err == -ESRCH || err == -EBADF || err == -EINVAL)
		return;
	gaps->netns++;
	gaps->netns_err = err;
}

static int note_netns(uint32_t tgid, int dir, void *arg)
{
	struct reading *reading = arg;
	uint32_t inode = dir < 0 ? 0 : procfs_netns(dir);

	if (!inode)
		return 0;
	return netns_add(reading->ways, (struct netns_way){ .inode = inode,
							    .by = NETNS_BY_PROCESS,
							    .tgid = tgid });
}

/* --- holders ------------------------------------------------------------------- */

static int by_inode(const void *a, const void *b)
{
	uint64_t ia = (*(struct snapshot_row *const *)a)->socket.inode;
	uint64_t ib = (*(struct snapshot_row *const *)b)->socket.inode;

	return ia < ib ? -1 : ia > ib;
}

static struct snapshot_row *row_of(const struct reading *reading, uint64_t inode)
{
	struct snapshot_row key = { .socket.inode = inode }, *wanted = &key, **found;

	found = reading->snapshot->n ? bsearch(&wanted, reading->by_inode, reading->snapshot->n,
					       sizeof(struct snapshot_row *), by_inode) :
				       NULL;
	return found ? *found : NULL;
}

static int index_by_inode(struct reading *reading)
{
	const struct snapshot *snapshot = reading->snapshot;

	free(reading->by_inode);
	reading->by_inode = calloc(snapshot->n + 1, sizeof(struct snapshot_row *));
	if (!reading->by_inode)
		return -ENOMEM;
	if (!snapshot->n)
		return 0;
	memcpy(reading->by_inode, snapshot->rows, snapshot->n * sizeof(struct snapshot_row *));
	qsort(reading->by_inode, snapshot->n, sizeof(struct snapshot_row *), by_inode);
	inodes_sort(&reading->mptcp);
	for (size_t i = 0; i < snapshot->n; i++)
		snapshot->rows[i]->socket.mptcp |= inodes_has(&reading->mptcp,
							      snapshot->rows[i]->socket.inode);
	return 0;
}

static int add_holder(struct reading *reading, struct snapshot_row *row)
{
	const struct process *process = reading->process;
	struct decoded *record = &reading->record;

	record->type = DECODED_HOLDER;
	record->socket = row->socket;
	record->time_ns = row->time_ns;
	record->task = (struct task_ref){ .tgid = process->tgid, .start_ns = process->start_ns };
	return snapshot_add(reading->snapshot, record);
}

static int take_fd(enum procfs_link kind, uint64_t inode, int fd, void *arg)
{
	struct reading *reading = arg;
	struct snapshot_row *row;

	if (kind == PROCFS_NETNS)
		return netns_add(reading->ways, (struct netns_way){ .inode = (uint32_t)inode,
								    .by = NETNS_BY_FD,
								    .tgid = reading->tgid,
								    .fd = fd });
	row = row_of(reading, inode);
	if (!row)
		return 0;
	if (!reading->process)
		reading->process = procfs_process(reading->procs, reading->tgid, reading->dir);
	return reading->process ? add_holder(reading, row) : 0;
}

static int take_process(uint32_t tgid, int dir, void *arg)
{
	struct reading *reading = arg;
	int err = dir;

	reading->tgid = tgid;
	reading->dir = dir;
	if (dir >= 0)
		err = procfs_each_fd(dir, take_fd, reading);
	procs_put(reading->procs, reading->process);
	reading->process = NULL;
	if (procfs_is_ours(err))
		return err;
	if (err < 0 && !procfs_has_ended(err))
		reading->gaps->processes += dir < 0 || !procfs_is_kernel_thread(dir);
	return 0;
}

static int find_holders(struct reading *reading)
{
	int err = index_by_inode(reading);

	reading->gaps->processes = 0;
	return err || !reading->wants->holders ? err : procfs_each(take_process, reading);
}

static int read_once(struct reading *reading)
{
	const struct netns_tour tour = { read_netns, note_gap, reading };
	int err;

	reading->gaps->netns = 0;
	err = netns_tour(reading->ways, &tour);
	if (!err && !reading->any)
		err = -EOPNOTSUPP;
	return err ? err : find_holders(reading);
}

/* A namespace that only a descriptor keeps is found with the holders: then all is read again. */
static int read_all(struct reading *reading)
{
	int err = procfs_each(note_netns, reading);
	size_t n;

	if (!err)
		err = netns_add_mounted(reading->ways);
	n = reading->ways->n;
	if (!err)
		err = read_once(reading);
	return err || reading->ways->n == n ? err : read_once(reading);
}

int diag_snapshot(struct procs *procs, struct snapshot *out, const struct diag_wants *wants,
		  struct netns_ways *ways, struct diag_gaps *gaps)
{
	struct reading reading = {
		.procs = procs, .snapshot = out, .wants = wants, .gaps = gaps, .ways = ways
	};
	int err;

	*gaps = (struct diag_gaps){ 0 };
	err = read_all(&reading);
	snapshot_sort(out);
	netns_sort(ways);
	free(reading.by_inode);
	inodes_free(&reading.mptcp);
	return err;
}
