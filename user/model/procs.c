// SPDX-License-Identifier: GPL-2.0-only
#include "model/procs.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* Twice the kernel side's table. */
#define IDLE_MAX 4096

/* process comes first: the tree compares entries and bare keys alike. */
struct proc_entry {
	struct process process;
	TAILQ_ENTRY(proc_entry) idle;
};

TAILQ_HEAD(idle_list, proc_entry);

struct procs {
	void *tree;            /* of struct proc_entry, by (tgid, start_ns, exec_id) */
	struct process *last;  /* found; NULL: none that is left */
	struct idle_list idle; /* without references, least recently used first */
	size_t n_idle;
};

static int compare(const void *a, const void *b)
{
	const struct process *pa = a, *pb = b;

	if (pa->tgid != pb->tgid)
		return pa->tgid < pb->tgid ? -1 : 1;
	if (pa->start_ns != pb->start_ns)
		return pa->start_ns < pb->start_ns ? -1 : 1;
	if (pa->exec_id != pb->exec_id)
		return pa->exec_id < pb->exec_id ? -1 : 1;
	return 0;
}

static void proc_entry_free(void *arg)
{
	struct proc_entry *entry = arg;

	free(entry->process.exe);
	free(entry->process.args);
	free(entry->process.cgroup_path);
	free(entry->process.place);
	free(entry);
}

struct procs *procs_new(void)
{
	struct procs *procs = calloc(1, sizeof(*procs));

	if (procs)
		TAILQ_INIT(&procs->idle);
	return procs;
}

void procs_free(struct procs *procs)
{
	if (!procs)
		return;
	tdestroy(procs->tree, proc_entry_free);
	free(procs);
}

int process_by_age(const void *a, const void *b)
{
	const struct process *pa = *(struct process *const *)a, *pb = *(struct process *const *)b;

	if (pa->start_ns != pb->start_ns)
		return pa->start_ns < pb->start_ns ? -1 : 1;
	if (pa->tgid != pb->tgid)
		return pa->tgid < pb->tgid ? -1 : 1;
	return pa < pb ? -1 : pa > pb;
}

struct process *procs_ref(struct process *process)
{
	process->refs++;
	return process;
}

static void trim(struct procs *procs)
{
	while (procs->n_idle > IDLE_MAX) {
		struct proc_entry *oldest = TAILQ_FIRST(&procs->idle);

		TAILQ_REMOVE(&procs->idle, oldest, idle);
		procs->n_idle--;
		if (procs->last == &oldest->process)
			procs->last = NULL;
		tdelete(&oldest->process, &procs->tree, compare);
		proc_entry_free(oldest);
	}
}

void procs_put(struct procs *procs, struct process *process)
{
	struct proc_entry *entry = (struct proc_entry *)process;

	if (!process || --process->refs)
		return;
	TAILQ_INSERT_TAIL(&procs->idle, entry, idle);
	procs->n_idle++;
	trim(procs);
}

static struct process *enter(struct procs *procs, const struct task_ref *task)
{
	struct proc_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->process = (struct process){
		.tgid = task->tgid,
		.start_ns = task->start_ns,
		.exec_id = task->exec_id,
		.cgroup_id = task->cgroup_id,
		.uid = task->uid,
		.gid = task->gid,
		.kthread = task->kthread,
		.asked = task->asked,
		.refs = 1,
	};
	memcpy(entry->process.comm, task->comm, sizeof(task->comm));
	process_changed(&entry->process);
	if (!tsearch(&entry->process, &procs->tree, compare)) {
		free(entry);
		return NULL;
	}
	return &entry->process;
}

/* Records of one process come in a row: the last one found is looked at first. */
static struct process *find(struct procs *procs, const struct process *key)
{
	struct process **found;

	if (procs->last && !compare(procs->last, key))
		return procs->last;
	found = tfind(key, &procs->tree, compare);
	if (found)
		procs->last = *found;
	return found ? *found : NULL;
}

struct process *procs_get(struct procs *procs, const struct task_ref *task)
{
	struct process key = { .tgid = task->tgid,
			       .start_ns = task->start_ns,
			       .exec_id = task->exec_id };
	struct process *process = find(procs, &key);

	if (!process)
		return enter(procs, task);
	process->asked |= task->asked;
	if (!process->refs++) {
		TAILQ_REMOVE(&procs->idle, (struct proc_entry *)process, idle);
		procs->n_idle--;
	}
	return process;
}

/* Replaces *text by a copy of n bytes; keeps what is there if there is no memory. */
static int replace(char **text, const char *from, size_t n)
{
	char *copy = malloc(n + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, from, n);
	copy[n] = '\0';
	free(*text);
	*text = copy;
	return 0;
}

static int take_task(struct process *process, const struct decoded *record)
{
	int err = 0;

	/* Told again where it was, it keeps what /proc said, which may not know it any more. */
	if (!process->cgroup_path || process->cgroup_id != record->task.cgroup_id) {
		free(process->place);
		process->place = NULL;
	}
	process->ppid = record->ppid;
	process->exe_dev = record->exe_dev;
	process->exe_inode = record->exe_inode;
	process->deleted = record->deleted;
	process->exe_truncated = record->exe_truncated;
	process->cgroup_id = record->task.cgroup_id;
	process->described = true;
	memcpy(process->parent_comm, record->parent_comm, sizeof(process->parent_comm));
	if (*record->exe)
		err = replace(&process->exe, record->exe, strlen(record->exe));
	/* The root of the hierarchy is the path without components. */
	if (!err && !record->cgroup_truncated)
		err = replace(&process->cgroup_path, *record->cgroup ? record->cgroup : "/",
			      *record->cgroup ? strlen(record->cgroup) : 1);
	return err;
}

int procs_told(struct procs *procs, const struct decoded *record)
{
	struct process *process = procs_get(procs, &record->task);
	int err = 0;

	if (!process)
		return -ENOMEM;
	if (record->type == DECODED_TASK) {
		err = take_task(process, record);
	} else if (record->args_len) {
		err = replace(&process->args, record->args, record->args_len);
		if (!err)
			process->args_len = record->args_len;
		process->args_truncated = record->args_truncated;
	}
	process_changed(process);
	procs_put(procs, process);
	return err;
}
