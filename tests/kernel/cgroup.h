/* SPDX-License-Identifier: GPL-2.0-only */
/* A cgroup of this test, called as docker calls them with systemd: a unit, and a container. */
#ifndef LIVE_CGROUP_H
#define LIVE_CGROUP_H

enum cgroup_version {
	CGROUP_V2,
	CGROUP_V1, /* in a hierarchy of v1 alone */
};

/* Makes it, once; it is removed at the end. Skips the test where no such hierarchy is in reach. */
void cgroup_make(enum cgroup_version version);

/* The calling process goes there. */
void cgroup_enter(void);

/* What porttrace must say of who is in it. */
const char *cgroup_path(void);
const char *cgroup_unit(void);
const char *cgroup_container(void);

#endif
