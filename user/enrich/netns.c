// SPDX-License-Identifier: GPL-2.0-only
/* Names of network namespaces: the host's, those of ip-netns(8), those of who lives in them. */
#include "base/loop.h"
#include "base/procdir.h"
#include "enrich/internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NETNS_DIR "/run/netns"

/* So many processes are asked whether they live in a namespace; then it has no name. */
#define TRIES_MAX 16

/* The kernel gives a number again as soon as its namespace is gone: a name is good for so long. */
#define VALID_NS 10000000ULL
#define LOOK_AGAIN_NS 1000000000ULL /* where there was none under NETNS_DIR */

struct netns_name {
	uint32_t inode; /* first: the tree compares names and bare keys alike */
	unsigned int tries;
	uint64_t tried; /* the version of the process that was asked last */
	uint64_t looked_ns;
	char *text;   /* NULL: none yet */
	bool mounted; /* under NETNS_DIR; else the name of this process's place: */
	uint32_t tgid;
	uint64_t start_ns;
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

static struct netns_name *get(struct enrich *enrich, uint32_t inode)
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
	return name;
}

static void set_text(struct netns_name *name, char *text, bool mounted)
{
	free(name->text);
	name->text = text;
	name->mounted = text && mounted;
	name->tries = 0;
}

static bool is_mounted(int dir, const char *text, uint32_t inode)
{
	struct stat st;

	return !fstatat(dir, text, &st, 0) && st.st_ino == inode;
}

/* All at once: to look for one after the other would take the square of their number. */
static void read_mounted(struct enrich *enrich, uint64_t now)
{
	DIR *dir = opendir(NETNS_DIR);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct netns_name *name;
		struct stat st;

		if (entry->d_name[0] == '.' || fstatat(dirfd(dir), entry->d_name, &st, 0))
			continue;
		name = get(enrich, (uint32_t)st.st_ino);
		if (name && !(name->mounted && is_mounted(dirfd(dir), name->text, name->inode)))
			set_text(name, strdup(entry->d_name), true);
		if (name)
			name->looked_ns = now;
	}
	if (dir)
		closedir(dir);
	enrich->netns_read_ns = now;
}

static bool is_still_mounted(const struct netns_name *name)
{
	char path[sizeof(NETNS_DIR) + 1 + NAME_MAX];
	struct stat st;

	snprintf(path, sizeof(path), NETNS_DIR "/%s", name->text);
	return !stat(path, &st) && st.st_ino == name->inode;
}

static void refresh(struct enrich *enrich, struct netns_name *name)
{
	uint64_t now = boot_now_ns();
	bool was_mounted = name->mounted;

	if (name->looked_ns && now - name->looked_ns < (was_mounted ? VALID_NS : LOOK_AGAIN_NS))
		return;
	name->looked_ns = now;
	if (was_mounted && is_still_mounted(name))
		return;
	if (was_mounted)
		set_text(name, NULL, false);
	if (!enrich->netns_read_ns || now - enrich->netns_read_ns >= VALID_NS)
		read_mounted(enrich, now);
}

static struct netns_name *name_of(struct enrich *enrich, uint32_t inode)
{
	struct netns_name *name = get(enrich, inode);

	if (name)
		refresh(enrich, name);
	return name;
}

bool enrich_knows_host_netns(const struct enrich *enrich)
{
	return enrich->host_netns;
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
static bool lives_in(uint32_t tgid, uint64_t start_ns, uint32_t inode)
{
	int dir = procdir_open_same(tgid, start_ns);
	struct stat st;
	bool lives;

	if (dir < 0)
		return false;
	lives = !fstatat(dir, "ns/net", &st, 0) && st.st_ino == inode;
	close(dir);
	return lives;
}

/* By the place of one that lives there, until it is gone and another lives there. */
static void name_by_place(struct netns_name *name, const struct process *process)
{
	char *text = place_name(process->place);

	if ((text && name->text && !strcmp(text, name->text)) ||
	    (name->text && lives_in(name->tgid, name->start_ns, name->inode)) ||
	    !lives_in(process->tgid, process->start_ns, name->inode)) {
		free(text);
		return;
	}
	set_text(name, text, false);
	name->tgid = process->tgid;
	name->start_ns = process->start_ns;
}

/* While the host's is not known, it could be this one. */
void enrich_inhabitant(struct enrich *enrich, uint32_t inode, const struct process *process)
{
	const struct place *place = process->place;
	struct netns_name *name;

	if (!inode || !enrich->host_netns || inode == enrich->host_netns || !place)
		return;
	name = name_of(enrich, inode);
	if (!name || name->mounted || name->tries == TRIES_MAX || name->tried == process->version)
		return;
	if (!name->text && !(place->pod || place->container || place->unit))
		return;
	name->tries += !name->text;
	name->tried = process->version;
	name_by_place(name, process);
}
