// SPDX-License-Identifier: GPL-2.0-only
/* The text of /proc/PID/cgroup: what the paths of all hierarchies say together. */
#include "enrich/cgroup_part.h"

/* "ID:CONTROLLERS:PATH": the hierarchies in the order in which they are believed. */
enum hierarchy { NAMED_SYSTEMD, UNIFIED, CONTROLLER, HIERARCHIES };

static enum hierarchy hierarchy_of(struct part controllers)
{
	if (part_is(controllers, "name=systemd"))
		return NAMED_SYSTEMD;
	return controllers.len ? CONTROLLER : UNIFIED;
}

/* What out lacks. */
static void add_names(struct cgroup_names *out, const struct cgroup_names *more)
{
	if (!*out->unit) {
		memcpy(out->unit, more->unit, sizeof(out->unit));
		memcpy(out->user_unit, more->user_unit, sizeof(out->user_unit));
	}
	if (!*out->container)
		memcpy(out->container, more->container, sizeof(out->container));
	if (!*out->pod)
		memcpy(out->pod, more->pod, sizeof(out->pod));
}

static void parse_line(struct part line, enum hierarchy wanted, struct cgroup_names *out)
{
	const char *first = memchr(line.at, ':', line.len);
	const char *second = first ? memchr(first + 1, ':',
					    line.len - (size_t)(first + 1 - line.at)) :
				     NULL;
	struct cgroup_names names;
	char path[4096];

	if (!second ||
	    hierarchy_of((struct part){ first + 1, (size_t)(second - first - 1) }) != wanted)
		return;
	copy_out(path, sizeof(path),
		 (struct part){ second + 1, line.len - (size_t)(second + 1 - line.at) });
	cgroup_path_parse(path, &names);
	add_names(out, &names);
}

void cgroup_file_parse(const char *text, struct cgroup_names *out)
{
	memset(out, 0, sizeof(*out));
	for (int wanted = 0; wanted < HIERARCHIES; wanted++) {
		const char *at = text;

		while (*at) {
			size_t n = strcspn(at, "\n");

			parse_line((struct part){ at, n }, (enum hierarchy)wanted, out);
			at += n + (at[n] == '\n');
		}
	}
}
