/* SPDX-License-Identifier: GPL-2.0-only */
/* A cgroup of this test, called as docker calls them with systemd: a unit, and a container. */
#ifndef LIVE_CGROUP_H
#define LIVE_CGROUP_H

enum cgroup_version {
	CGROUP_V2,
	CGROUP_V1,     /* in a hierarchy of v1 alone */
	CGROUP_ENGINE, /* in v2, called as the service that runs containers is */
};

#define CGROUP_ENGINES "engine.service"

/* Makes it; of v1 and of the engine both may be made. It is removed at the end. Skips the test where no such hierarchy is in reach. */
void cgroup_make(enum cgroup_version version);

/* The calling process goes there, to both if there are two. */
void cgroup_enter(void);

/* What porttrace must say of who is in it. */
const char *cgroup_path(void);
const char *cgroup_unit(void);
const char *cgroup_container(void);

#endif
