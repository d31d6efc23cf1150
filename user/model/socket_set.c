// SPDX-License-Identifier: GPL-2.0-only
#include "model/socket_set.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct member {
	uint64_t sk;
	uint64_t cookie;
	struct endpoint local; /* all zero where the cookie is known */
};

/* No padding: members are compared as bytes. */
_Static_assert(sizeof(struct member) == 16 + sizeof(struct endpoint), "member has no padding");

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct member));
}

static struct member member_of(const struct socket_info *socket, uint64_t cookie)
{
	struct member member = { .sk = socket->sk, .cookie = cookie };

	if (!cookie)
		member.local = socket->local;
	return member;
}

int socket_set_add(struct socket_set *set, const struct socket_info *socket)
{
	struct member *member = malloc(sizeof(*member)), **found;

	if (!member)
		return -ENOMEM;
	*member = member_of(socket, socket->cookie);
	found = tsearch(member, &set->tree, compare);
	if (!found || *found != member)
		free(member);
	return found ? 0 : -ENOMEM;
}

bool socket_set_has(const struct socket_set *set, const struct socket_info *socket)
{
	struct member exact = member_of(socket, socket->cookie);
	struct member unknown = member_of(socket, 0);

	return tfind(&exact, &set->tree, compare) || tfind(&unknown, &set->tree, compare);
}

void socket_set_free(struct socket_set *set)
{
	tdestroy(set->tree, free);
	set->tree = NULL;
}
