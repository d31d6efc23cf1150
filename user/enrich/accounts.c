// SPDX-License-Identifier: GPL-2.0-only
/* Users and groups, by the databases of nsswitch.conf(5). */
#include "enrich/internal.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* More than a Linux process can be in is not asked for (NGROUPS_MAX). */
#define GROUPS_MAX 65536
#define ENTRY_MAX ((size_t)1024 * 1024) /* of a group with all its members */

/* Groups of a process of that user. The key comes first: the tree compares it alone. */
struct membership {
	uint64_t key;       /* uid << 32 | gid */
	const char **names; /* owned, but for "" */
	gid_t *numbers;
	size_t n;
};

static char *look_up_user(uint64_t uid, void *arg)
{
	struct passwd entry, *found = NULL;
	char *text = NULL, *name = NULL;
	int err = ERANGE;

	(void)arg;
	for (size_t size = 1024; err == ERANGE && size <= ENTRY_MAX; size *= 4) {
		free(text);
		text = malloc(size);
		err = text ? getpwuid_r((uid_t)uid, &entry, text, size, &found) : ENOMEM;
	}
	if (!err && found)
		name = strdup(found->pw_name);
	free(text);
	return name;
}

const char *enrich_account(struct enrich *enrich, uint32_t uid)
{
	return name_cache_get(&enrich->users, uid, look_up_user, NULL);
}

const char *enrich_user(struct enrich *enrich, uint32_t uid)
{
	return enrich->numeric ? NULL : enrich_account(enrich, uid);
}

/* A group's entry has its members in it, and may be long. "": it has no name. */
static const char *group_name(gid_t gid)
{
	struct group entry, *found = NULL;
	char *text = NULL, *name = NULL;
	int err = ERANGE;

	for (size_t size = 1024; err == ERANGE && size <= ENTRY_MAX; size *= 4) {
		free(text);
		text = malloc(size);
		err = text ? getgrgid_r(gid, &entry, text, size, &found) : ENOMEM;
	}
	if (!err && found)
		name = strdup(found->gr_name);
	free(text);
	return name ? name : "";
}

/* Groups by number, gid first: getgrouplist(3) puts it in. NULL: no memory. */
static gid_t *group_numbers(const char *user, gid_t gid, int *n)
{
	gid_t *numbers = NULL, *grown;
	int room = 32, found = -1;

	*n = 1;
	while (found < 0 && room <= GROUPS_MAX) {
		grown = reallocarray(numbers, (size_t)room, sizeof(*numbers));
		if (!grown)
			break;
		numbers = grown;
		numbers[0] = gid;
		*n = room;
		found = user ? getgrouplist(user, gid, numbers, n) : 0;
		room *= 2;
	}
	if (!user || found < 0)
		*n = 1; /* the group of the process is known in any case */
	return numbers;
}

/* Takes the numbers. */
static void name_groups(struct membership *member, gid_t *numbers, size_t n)
{
	member->numbers = numbers;
	member->names = calloc(n, sizeof(*member->names));
	for (size_t i = 0; member->names && i < n; i++) {
		member->names[i] = group_name(numbers[i]);
		member->n++;
	}
}

static int compare(const void *a, const void *b)
{
	uint64_t ka = *(const uint64_t *)a, kb = *(const uint64_t *)b;

	return ka < kb ? -1 : ka > kb;
}

static void membership_free(void *arg)
{
	struct membership *member = arg;

	for (size_t i = 0; i < member->n; i++)
		if (*member->names[i])
			free((char *)member->names[i]);
	free(member->names);
	free(member->numbers);
	free(member);
}

static struct membership *look_up(struct enrich *enrich, uint32_t uid, uint32_t gid)
{
	struct membership *member = calloc(1, sizeof(*member));
	gid_t *numbers;
	int n;

	if (!member)
		return NULL;
	member->key = (uint64_t)uid << 32 | gid;
	numbers = group_numbers(enrich_account(enrich, uid), gid, &n);
	if (numbers)
		name_groups(member, numbers, (size_t)n);
	if (tsearch(member, &enrich->groups, compare))
		return member;
	membership_free(member);
	return NULL;
}

struct enrich_groups enrich_groups(struct enrich *enrich, uint32_t uid, uint32_t gid)
{
	uint64_t key = (uint64_t)uid << 32 | gid;
	struct membership **found = tfind(&key, &enrich->groups, compare);
	const struct membership *member = found ? *found : look_up(enrich, uid, gid);

	if (!member)
		return (struct enrich_groups){ 0 };
	return (struct enrich_groups){ member->names, member->numbers, member->n };
}

void enrich_forget_accounts(struct enrich *enrich)
{
	tdestroy(enrich->groups, membership_free);
	enrich->groups = NULL;
	name_cache_free(&enrich->users);
}
