// SPDX-License-Identifier: GPL-2.0-only
#include "enrich/portrait.h"

#include "base/procdir.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool portrait_is_memfd(const struct process *process)
{
	return process->deleted && process->exe && !strncmp(process->exe, "/memfd:", 7);
}

/* --- links -------------------------------------------------------------------------------- */

/* Where a link of the process leads; *deleted: it leads nowhere any more. NULL: not readable. */
static char *read_link(int dir, const char *name, bool *deleted)
{
	char path[PATH_MAX + 16];

	return procdir_link(dir, name, path, sizeof(path), deleted) > 0 ? strdup(path) : NULL;
}

/* Inode of a namespace; 0: not readable. */
static uint32_t namespace_of(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, 0) ? 0 : (uint32_t)st.st_ino;
}

static void read_links(struct portrait *portrait, int dir, const struct process *process)
{
	struct stat own, st;
	bool deleted;

	portrait->cwd = read_link(dir, "cwd", &portrait->cwd_deleted);
	portrait->restricted = !portrait->cwd && errno == EACCES;
	portrait->root = read_link(dir, "root", &deleted);
	if (portrait->root && !strcmp(portrait->root, "/")) {
		free(portrait->root);
		portrait->root = NULL;
	}
	portrait->mounts = namespace_of(dir, "ns/mnt");
	portrait->other_mounts = portrait->mounts && !stat("/proc/self/ns/mnt", &own) &&
				 own.st_ino != portrait->mounts;
	/* Of another mount namespace the path would be looked for among other files. */
	portrait->replaced = process->deleted && process->exe && !portrait->other_mounts &&
			     !portrait->root && !stat(process->exe, &st);
}

/* --- ancestors ------------------------------------------------------------------------------ */

/* The effective one. The owner of the folder is root for what is not dumpable (proc(5)). */
static uint32_t uid_of(int dir)
{
	struct buf text = { 0 };
	uint32_t uid = UINT32_MAX;
	char *line;

	procdir_read(dir, "status", &text, 4096);
	buf_putc(&text, '\0');
	/* "Uid:" and four numbers (proc_pid_status(5)): real, effective, saved, of file systems. */
	line = text.failed ? NULL : strstr(text.data, "\nUid:\t");
	line = line ? strchr(line + strlen("\nUid:\t"), '\t') : NULL;
	if (line)
		uid = (uint32_t)strtoul(line, NULL, 10);
	buf_free(&text);
	return uid;
}

/*
 * A parent is older than its child: what started later has the number of one
 * that is gone. Returns the descriptor of the parent's folder, or -1.
 */
static int enter_parent(struct portrait *portrait, const struct procdir_stat *child,
			struct procdir_stat *parent)
{
	struct ancestor *to = &portrait->ancestors[portrait->n_ancestors];
	int dir = procdir_open(child->ppid);

	if (dir < 0)
		return -1;
	if (procdir_stat(dir, parent) || parent->start_ticks > child->start_ticks) {
		close(dir);
		return -1;
	}
	*to = (struct ancestor){ .pid = child->ppid,
				 .uid = uid_of(dir),
				 .start_ns = parent->start_ticks * procdir_tick_ns() };
	memcpy(to->comm, parent->comm, sizeof(to->comm));
	portrait->n_ancestors++;
	return dir;
}

static void read_ancestors(struct portrait *portrait, int own)
{
	struct procdir_stat child, parent;

	if (procdir_stat(own, &child))
		return;
	while (child.ppid && portrait->n_ancestors < PORTRAIT_ANCESTORS_MAX) {
		int dir = enter_parent(portrait, &child, &parent);

		if (dir < 0)
			return;
		close(dir);
		child = parent;
	}
	portrait->more_ancestors = child.ppid;
}

/* --------------------------------------------------------------------------------------------- */

void portrait_read(struct portrait *portrait, const struct process *process)
{
	int dir = procdir_open_same(process->tgid, process->start_ns);

	*portrait = (struct portrait){ 0 };
	if (dir < 0)
		return;
	portrait->read = true;
	if (!process->kthread)
		read_links(portrait, dir, process);
	read_ancestors(portrait, dir);
	close(dir);
}

void portrait_free(struct portrait *portrait)
{
	free(portrait->cwd);
	free(portrait->root);
	*portrait = (struct portrait){ 0 };
}
