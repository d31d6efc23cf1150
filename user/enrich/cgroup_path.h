/* SPDX-License-Identifier: GPL-2.0-only */
/* What the path of a cgroup says: systemd unit, container, pod. Text in, text out. */
#ifndef PORTTRACE_ENRICH_CGROUP_PATH_H
#define PORTTRACE_ENRICH_CGROUP_PATH_H

#define CGROUP_NAME_MAX 256 /* NAME_MAX, and the NUL */

/* Each empty where the path does not say. */
struct cgroup_names {
	char unit[CGROUP_NAME_MAX];           /* of the system's manager: "nginx.service" */
	char user_unit[CGROUP_NAME_MAX];      /* of a user's manager, below user@UID.service */
	char container[16 + CGROUP_NAME_MAX]; /* "docker:ID", "lxc:NAME"; the id whole */
	char pod[40];                         /* the uid of a Kubernetes pod */
};

/*
 * Of a path from the root of a hierarchy, "/system.slice/nginx.service". The
 * outermost container is named: what is below was named by the container
 * itself, and may say anything.
 */
void cgroup_path_parse(const char *path, struct cgroup_names *out);

/*
 * Of the text of /proc/PID/cgroup, a line for each hierarchy. Units are those of
 * name=systemd where there is one, since on a hybrid host a container may have
 * moved in the old hierarchies alone; a container is taken from any of them.
 */
void cgroup_file_parse(const char *text, struct cgroup_names *out);

#endif
