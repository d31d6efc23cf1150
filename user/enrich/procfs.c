// SPDX-License-Identifier: GPL-2.0-only
/* What /proc still knows of a process the kernel side told us of. */
#include "base/procdir.h"
#include "enrich/internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGS_MAX ((size_t)64 * 1024)

static void read_args(int dir, struct process *process)
{
	struct buf args = { 0 };

	procdir_read(dir, "cmdline", &args, ARGS_MAX);
	if (args.failed || !args.len || (process->args && args.len <= process->args_len)) {
		buf_free(&args);
		return;
	}
	free(process->args);
	process->args = args.data;
	process->args_len = args.len;
	process->args_truncated = args.len == ARGS_MAX;
}

static void read_exe(int dir, struct process *process)
{
	char path[PATH_MAX + 16];
	bool deleted;
	char *copy;

	if (procdir_link(dir, "exe", path, sizeof(path), &deleted) <= 0)
		return;
	process->deleted |= deleted;
	copy = strdup(path);
	if (!copy)
		return;
	free(process->exe);
	process->exe = copy;
	process->exe_truncated = false;
}

/* Arguments and executable, if they lack. */
static void complete(struct process *process, int dir)
{
	if (!process->args || process->args_truncated)
		read_args(dir, process);
	if (!process->exe || process->exe_truncated)
		read_exe(dir, process);
}

static bool is_complete(const struct process *process)
{
	return process->args && !process->args_truncated && process->exe && !process->exe_truncated;
}

void enrich_process(struct process *process)
{
	int dir;

	enrich_place(process);
	if (process->proc_asked || process->kthread || is_complete(process))
		return;
	process->proc_asked = true;
	dir = procdir_open_same(process->tgid, process->start_ns);
	if (dir < 0)
		return;
	complete(process, dir);
	process_changed(process);
	close(dir);
}

void enrich_inhabitants(struct enrich *enrich, const struct event *event)
{
	uint32_t netns = event->socket.local.netns;

	if (event->actor.process)
		enrich_inhabitant(enrich, netns, event->actor.process);
	for (size_t i = 0; i < event->n_holders; i++)
		enrich_inhabitant(enrich, netns, event->holders[i]);
}

void enrich_event(struct enrich *enrich, const struct event *event)
{
	if (event->actor.process)
		enrich_process(event->actor.process);
	for (size_t i = 0; i < event->n_holders; i++)
		enrich_process(event->holders[i]);
	enrich_inhabitants(enrich, event);
}
