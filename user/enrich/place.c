// SPDX-License-Identifier: GPL-2.0-only
/* Unit, container and pod of a process, by its cgroup: looked up once for each process. */
#include "base/procdir.h"
#include "enrich/cgroup_path.h"
#include "enrich/internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX ((size_t)16 * 1024) /* of /proc/PID/cgroup: a path may have 4,096 bytes */

static const char *put(char **to, const char *text)
{
	const char *start = *to;
	size_t n = strlen(text) + 1;

	if (n == 1)
		return NULL;
	memcpy(*to, text, n);
	*to += n;
	return start;
}

static struct place *place_new(const struct cgroup_names *names)
{
	size_t size = strlen(names->unit) + strlen(names->user_unit) + strlen(names->container) +
		      strlen(names->pod) + 4;
	struct place *place = malloc(sizeof(*place) + size);
	char *to;

	if (!place)
		return NULL;
	to = (char *)(place + 1);
	*place = (struct place){
		.unit = put(&to, names->unit),
		.user_unit = put(&to, names->user_unit),
		.container = put(&to, names->container),
		.pod = put(&to, names->pod),
	};
	return place;
}

/* A path that was too long for the kernel side, or of a process that it did not describe. */
static void take_path(struct process *process, const char *text)
{
	const char *line = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text;

	if (!line || process->cgroup_path)
		return;
	line += *line == '\n' ? 4 : 3;
	/* "/..": outside of our cgroup namespace, so no path from the root. */
	if (*line == '/' && strncmp(line, "/..", 3) != 0)
		process->cgroup_path = strndup(line, strcspn(line, "\n"));
}

static bool is_nowhere(const struct cgroup_names *names)
{
	return !*names->unit && !*names->container && !*names->pod;
}

/* The start is compared last: it costs most, and is worth it only for what would be believed. */
static void believe(struct process *process, int dir, const char *text, struct cgroup_names *names)
{
	struct cgroup_names told;

	cgroup_file_parse(text, &told);
	if (is_nowhere(&told) && process->cgroup_path)
		return;
	if (!procdir_is(dir, process->start_ns))
		return;
	take_path(process, text);
	*names = told;
}

static void look_into_proc(struct process *process, struct cgroup_names *names)
{
	int dir = procdir_open(process->tgid);
	struct buf text = { 0 };

	if (dir < 0)
		return;
	procdir_read(dir, "cgroup", &text, FILE_MAX);
	buf_putc(&text, '\0');
	if (!text.failed)
		believe(process, dir, text.data, names);
	buf_free(&text);
	close(dir);
}

void enrich_place(struct process *process)
{
	struct cgroup_names names = { 0 };

	if (process->place)
		return;
	if (process->cgroup_path)
		cgroup_path_parse(process->cgroup_path, &names);
	if (!process->kthread &&
	    (!process->cgroup_path || old_cgroups_know(process, !is_nowhere(&names))))
		look_into_proc(process, &names);
	process->place = place_new(&names);
	process_changed(process);
}

const char *enrich_unit(struct enrich *enrich, const struct process *process)
{
	(void)enrich;
	return process->place ? process->place->unit : NULL;
}

const char *enrich_container(struct enrich *enrich, const struct process *process)
{
	(void)enrich;
	return process->place ? process->place->container : NULL;
}
