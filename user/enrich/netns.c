// SPDX-License-Identifier: GPL-2.0-only
/* Names of network namespaces: the host's, those of ip-netns(8), those of who lives in them. */
#include "base/procdir.h"
#include "enrich/internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NETNS_DIR "/run/netns"

/* So many processes are asked whether they live in a namespace; then it has no name. */
#define TRIES_MAX 16

struct netns_name {
	uint32_t inode; /* first: the tree compares names and bare keys alike */
	unsigned int tries;
	uint64_t tried; /* the version of the process that was asked last */
	char *text;     /* NULL: none yet */
};

static int compare(const void *a, const void *b)
{
	uint32_t ia = *(const uint32_t *)a, ib = *(const uint32_t *)b;

	return ia < ib ? -1 : ia > ib;
}

static void name_free(void *arg)
{
	struct netns_name *name = arg;

	free(name->text);
	free(name);
}

void netns_names_free(struct enrich *enrich)
{
	tdestroy(enrich->netns, name_free);
	enrich->netns = NULL;
}

static char *mounted_name(uint32_t inode)
{
	DIR *dir = opendir(NETNS_DIR);
	struct dirent *entry;
	char *name = NULL;

	while (dir && !name && (entry = readdir(dir))) {
		struct stat st;

		if (entry->d_name[0] != '.' && !fstatat(dirfd(dir), entry->d_name, &st, 0) &&
		    st.st_ino == inode)
			name = strdup(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return name;
}

static struct netns_name *name_of(struct enrich *enrich, uint32_t inode)
{
	struct netns_name **found = tfind(&inode, &enrich->netns, compare), *name;

	if (found)
		return *found;
	name = calloc(1, sizeof(*name));
	if (!name)
		return NULL;
	name->inode = inode;
	if (!tsearch(name, &enrich->netns, compare)) {
		free(name);
		return NULL;
	}
	name->text = mounted_name(inode);
	return name;
}

const char *enrich_netns(struct enrich *enrich, uint32_t inode)
{
	const struct netns_name *name;

	if (inode && inode == enrich->host_netns)
		return "host";
	name = name_of(enrich, inode);
	return name ? name->text : NULL;
}

/* All containers of a pod live in one namespace, whichever opens a port first. */
static char *place_name(const struct place *place)
{
	const char *unit = place->user_unit ? place->user_unit : place->unit;
	char *text = NULL;

	if (place->pod)
		return asprintf(&text, "pod:%s", place->pod) < 0 ? NULL : text;
	if (place->container)
		return strdup(place->container);
	return unit ? strdup(unit) : NULL;
}

/* It may hold a socket of a namespace that it does not live in. */
static bool lives_in(const struct process *process, uint32_t inode)
{
	int dir = procdir_open_same(process->tgid, process->start_ns);
	struct stat st;
	bool lives;

	if (dir < 0)
		return false;
	lives = !fstatat(dir, "ns/net", &st, 0) && st.st_ino == inode;
	close(dir);
	return lives;
}

/* While the host's is not known, it could be this one. */
void enrich_inhabitant(struct enrich *enrich, uint32_t inode, const struct process *process)
{
	const struct place *place = process->place;
	struct netns_name *name;

	if (!inode || !enrich->host_netns || inode == enrich->host_netns || !place ||
	    !(place->pod || place->container || place->unit))
		return;
	name = name_of(enrich, inode);
	if (!name || name->text || name->tries == TRIES_MAX || name->tried == process->version)
		return;
	name->tries++;
	name->tried = process->version;
	if (lives_in(process, inode))
		name->text = place_name(place);
}
