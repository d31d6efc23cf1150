// SPDX-License-Identifier: GPL-2.0-only
#include "session/open_now.h"

#include "base/first_namespace.h"
#include "base/log.h"
#include "base/proc.h"
#include "diag/held.h"
#include "enrich/enrich.h"
#include "session/gaps.h"
#include "session/open_diag.h"
#include "trace/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct open_now {
	struct trace *trace;
	struct procs *procs;
	struct snapshot snapshot;
	uint32_t host_netns;
	struct open_diag diag; /* what was read without trace */
	struct held_sockets held;
	bool hides_holders; /* of processes that are not seen */
	bool partial;
	bool args;
};

static int read_without_bpf(struct open_now *now, const struct open_now_wants *wants,
			    const char *why)
{
	int status = open_diag_read(&now->diag, &now->snapshot, wants->connections,
				    wants->quiet ? NULL : why);

	now->host_netns = now->diag.host_netns;
	now->hides_holders = now->diag.hides_holders;
	now->partial = now->diag.partial;
	return status;
}

static void say_hidden(void)
{
	say("what is outside of this pid namespace is not seen, neither what processes hold "
	    "there nor the network namespaces they live in: run in the host's");
}

/* The privilege is there, and the tables cannot be read: that is no answer at all. */
static int read_tables(struct open_now *now, const struct open_now_wants *wants)
{
	char why[COVERAGE_WHY];
	struct snapshot_gaps gaps;
	const struct tables_wants tables = {
		.connections = wants->connections,
		.no_tcp = wants->no_tcp,
		.no_udp = wants->no_udp,
		.args = wants->args,
		.btf_path = wants->btf_path,
		.all_seen = held_all_seen,
		.all_seen_arg = &now->held,
	};
	int err = trace_open_tables(&now->trace, &tables, why);

	if (err && *why)
		return read_without_bpf(now, wants, why);
	if (!err)
		err = trace_snapshot(now->trace, now->procs, &now->snapshot, &gaps);
	if (err) {
		say("%s", *why ? why : strerror(-err));
		return STATUS_NO_TRACING;
	}
	now->host_netns = trace_host_netns(now->trace);
	if (!wants->quiet)
		say_unread_netns(&gaps);
	now->hides_holders = now->snapshot.holders_hidden;
	now->partial = now->hides_holders || gaps.netns || gaps.corrupt;
	if (now->hides_holders && !wants->quiet)
		say_hidden();
	if (gaps.corrupt && !wants->quiet)
		say("some rows of the kernel's tables made no sense, and are not shown");
	return STATUS_OK;
}

int open_now_read(struct open_now **out, const struct open_now_wants *wants)
{
	struct open_now *now = calloc(1, sizeof(*now));
	int status = STATUS_NO_TRACING;

	if (now)
		now->procs = procs_new();
	if (!now || !now->procs) {
		say("out of memory");
		free(now);
		return status;
	}
	now->args = wants->args;
	snapshot_init(&now->snapshot, now->procs);
	status = read_tables(now, wants);
	if (status)
		open_now_free(now);
	else
		*out = now;
	return status;
}

void open_now_free(struct open_now *now)
{
	if (!now)
		return;
	trace_close(now->trace);
	netns_free(&now->diag.ways);
	held_free(&now->held);
	snapshot_free(&now->snapshot);
	procs_free(now->procs);
	free(now);
}

const struct snapshot *open_now_snapshot(const struct open_now *now)
{
	return &now->snapshot;
}

bool open_now_hides_holders(const struct open_now *now)
{
	return now->hides_holders;
}

bool open_now_is_partial(const struct open_now *now)
{
	return now->partial;
}

bool open_now_foreign_pids(const struct open_now *now)
{
	return now->trace && !in_first_namespace("pid", PID_INIT_INO);
}

uint32_t open_now_host_netns(const struct open_now *now)
{
	return now->host_netns;
}

int open_now_netns_fd(const struct open_now *now, uint32_t inode)
{
	return now->trace ? trace_netns_open(now->trace, inode) :
			    netns_open_any(&now->diag.ways, inode);
}

/* No process has more ancestors than this that anybody would ask for. */
#define ANCESTORS_MAX 64

static bool asks_for(const struct filter *filter, uint32_t pid)
{
	for (size_t i = 0; i < filter->n_pids; i++)
		if (filter->pids[i] == pid)
			return true;
	return false;
}

/* A filter for pids means their descendants, too. */
static void note_descendant(const struct filter *filter, struct process *process)
{
	uint32_t pid = process->ppid;

	if (filter->n_pids && !process->described)
		pid = proc_parent(process->tgid);
	for (int i = 0; filter->n_pids && !process->asked && pid && i < ANCESTORS_MAX; i++) {
		process->asked = asks_for(filter, pid);
		pid = proc_parent(pid);
	}
}

/* What a filter looks at; it costs something only where the kernel side could not see the path. */
static void prepare(const struct filter *filter, const struct snapshot_row *row)
{
	for (size_t i = 0; i < row->n_holders; i++) {
		struct process *process = row->holders[i];

		enrich_place(process);
		if (!process->exe || process->exe_truncated)
			enrich_process(process);
		note_descendant(filter, process);
	}
}

static void tell_row(struct open_now *now, const struct snapshot_row *row, uint32_t sharing,
		     const struct filter *filter, event_fn tell, void *arg)
{
	const struct connection connection = { .remote = row->remote, .new_state = row->state };
	struct event event = {
		.kind = EVENT_EXISTING,
		.from = RECORD_OPEN,
		.time_ns = row->time_ns,
		.socket = row->socket,
		.actor = snapshot_actor(row),
		.holders = row->holders,
		.n_holders = row->n_holders,
		.holders_known = row->n_holders || !now->hides_holders,
		.sharing = sharing,
		.connection = row->socket.connected ? &connection : NULL,
	};

	prepare(filter, row);
	if (!filter_pass(filter, &event))
		return;
	for (size_t i = 0; now->args && i < row->n_holders; i++)
		enrich_process(row->holders[i]);
	tell(&event, arg);
}

/* How many rows from the first on are one port, or one connection. */
static size_t run_of(const struct snapshot *snapshot, size_t first)
{
	const struct socket_info *a = &snapshot->rows[first]->socket;
	size_t n = 1;

	while (!a->connected && first + n < snapshot->n) {
		const struct socket_info *b = &snapshot->rows[first + n]->socket;

		if (b->connected || memcmp(&a->local, &b->local, sizeof(a->local)) != 0)
			break;
		n++;
	}
	return n;
}

static void each_of(struct open_now *now, bool of_host, const struct filter *filter, event_fn tell,
		    void *arg)
{
	const struct snapshot *snapshot = &now->snapshot;
	size_t n;

	for (size_t i = 0; i < snapshot->n; i += n) {
		n = run_of(snapshot, i);
		if ((snapshot->rows[i]->socket.local.netns == now->host_netns) != of_host)
			continue;
		for (size_t j = 0; j < n; j++)
			tell_row(now, snapshot->rows[i + j], (uint32_t)n, filter, tell, arg);
	}
}

void open_now_each(struct open_now *now, const struct filter *filter, event_fn tell, void *arg)
{
	each_of(now, true, filter, tell, arg);
	each_of(now, false, filter, tell, arg);
}
