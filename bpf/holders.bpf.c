// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds what is open now: every descriptor of every process, in every
 * network namespace.
 *
 * The program runs once for a task, and goes through its descriptors by itself:
 * iter/task_file would call it for each, with a reference to the file, which
 * takes longer, and finishes a close() of its owner in our process. Here nothing is
 * held, so all may go away and be used again while it is read: a row counts if
 * the descriptor still led to the socket when it was done.
 */
#define MAPS_LIVE_HERE
#include "holder_files.bpf.h"
#include "holder_task.bpf.h"
#include "maps.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* A table that is shared is its leader's; a leader that is gone has none any more. */
static __always_inline struct files_struct *own_files(struct task_struct *task)
{
	struct files_struct *files = BPF_CORE_READ(task, files);

	if (TASK_FIELD(task, pid) != TASK_FIELD(task, tgid) &&
	    files == BPF_CORE_READ(task, group_leader, files))
		return (void *)0;
	return files;
}

static __always_inline void begin_run(struct reader *reader, u64 run)
{
	reader->now.run = run;
	reader->now.task = 0;
	reader->exe.from = reader->cgroup.from = reader->net.net = reader->told_net = 0;
	reader->last_tgid = 0;
	if (!reader->host_netns)
		reader->host_netns = find_host_netns();
}

/* Where the program comes back to a task, since the page was full, it goes on where it was. */
static __always_inline void begin_task(struct reader *reader, struct task_struct *task)
{
	struct task_now *now = &reader->now;

	if (now->task == (u64)task && now->start_ns == TASK_FIELD(task, start_boottime))
		return;
	now->task = (u64)task;
	now->start_ns = TASK_FIELD(task, start_boottime);
	now->word = now->left = now->done = now->told = 0;
	__builtin_memset(&now->rec, 0, sizeof(now->rec));
	task_fill(&now->rec, task);
}

/* By process, since a process is told as one; some in a row, since they often are of a kind. */
static __always_inline bool is_of_part(const struct snapshot_page *page, struct task_struct *task)
{
	return (TASK_FIELD(task, tgid) >> 3 & (page->parts - 1)) == page->part;
}

#define GO_ON 0
#define COME_BACK 1 /* to the same task: read() fails with EAGAIN */

SEC("iter/task")
int snap_holders(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct reader *reader = reader_of();
	u64 run = ctx->meta->session_id;
	struct files_struct *files;

	if (!task || !reader)
		return GO_ON;
	if (reader->now.run != run)
		begin_run(reader, run);
	if (!is_of_part(page_of(reader), task))
		return GO_ON;
	files = own_files(task);
	if (!files)
		return GO_ON;
	begin_task(reader, task);
	if (!tell_own_netns(reader, task))
		return COME_BACK;
	if (!look_at_files(reader, files))
		return COME_BACK;
	if (reader->now.told && !tell_holder_task(reader, task))
		return COME_BACK;
	return GO_ON;
}
