// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/policy_case.h"

#include "base/log.h"
#include "base/parse.h"
#include "cmd/accounts.h"
#include "cmd/cmd.h"
#include "cmd/option_words.h"

#include <arpa/inet.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* --- the port --------------------------------------------------------------------------- */

static int set_proto(struct policy_case *c, const char *word)
{
	static const char *const names[] = { "tcp", "udp", "udplite", "mptcp", "sctp" };

	for (size_t i = 0; i < COUNT(names); i++) {
		if (!strcmp(word, names[i])) {
			c->subject.proto = names[i];
			return STATUS_OK;
		}
	}
	return option_unknown_word("protocol", word, names, COUNT(names));
}

/* "127.0.0.1:80", "[::1]:80", "*:80" for all addresses. */
static int set_local(struct policy_case *c, char *word)
{
	char *colon = strrchr(word, ':'), *addr = word;
	uint64_t port = 0;
	size_t len;

	if (!colon || parse_u64(colon + 1, UINT16_MAX, &port) || !port) {
		say("'%s' has no port: it takes 127.0.0.1:80, [::1]:80, or *:80 for all addresses",
		    word);
		return STATUS_USAGE;
	}
	*colon = '\0';
	len = strlen(addr);
	c->local.family = AF_INET;
	if (len > 1 && *addr == '[' && addr[len - 1] == ']') {
		addr[len - 1] = '\0';
		addr++;
		c->local.family = AF_INET6;
	}
	c->local.port = (uint16_t)port;
	if (!strcmp(addr, "*") || inet_pton(c->local.family, addr, c->local.addr) == 1)
		return STATUS_OK;
	say("'%s' is no address: it takes 127.0.0.1, [::1], or * for all addresses", word);
	return STATUS_USAGE;
}

/* --- its process ------------------------------------------------------------------------ */

static int set_exe(struct policy_case *c, const char *value)
{
	c->subject.exe = value;
	/* Unless another word says otherwise, it is taken for what it says. */
	if (c->subject.standing == EXE_UNKNOWN)
		c->subject.standing = strncmp(value, "memfd:", 6) ? EXE_HOST : EXE_MEMFD;
	if (!*value || *value == '/' || !strncmp(value, "memfd:", 6))
		return STATUS_OK;
	say("exe '%s': it takes a path, memfd:NAME, or nothing for a socket of the kernel", value);
	return STATUS_USAGE;
}

static int parse_word(const char *key, const char *value, bool *yes)
{
	*yes = !strcmp(value, "yes") || !strcmp(value, "ok");
	if (*yes || !strcmp(value, "no"))
		return STATUS_OK;
	say("%s '%s': it takes yes or no", key, value);
	return STATUS_USAGE;
}

static int set_deleted(struct policy_case *c, const char *value)
{
	bool yes;
	int status = parse_word("exe-deleted", value, &yes);

	if (status || !yes)
		return status;
	c->subject.deleted = true;
	if (c->subject.standing != EXE_OTHER) /* in whichever order they are given */
		c->subject.standing = EXE_DELETED;
	return STATUS_OK;
}

static int set_host(struct policy_case *c, const char *value)
{
	bool yes;
	int status = parse_word("exe-host", value, &yes);

	if (!status && !yes)
		c->subject.standing = EXE_OTHER;
	return status;
}

static int set_ephemeral(struct policy_case *c, const char *value)
{
	c->subject.picked_known = true;
	return parse_word("ephemeral", value, &c->subject.picked);
}

/* A name without a user on this machine is a name all the same. */
static int set_user(struct policy_case *c, const char *value)
{
	struct passwd entry, *found = NULL;
	char text[4096];
	uint64_t uid;

	if (parse_u64(value, UINT32_MAX, &uid)) {
		c->subject.user = value;
		c->subject.uid_known = account_user(value, &c->subject.uid) == ACCOUNT_FOUND;
		return STATUS_OK;
	}
	c->subject.uid_known = true;
	c->subject.uid = (uint32_t)uid;
	if (getpwuid_r((uid_t)uid, &entry, text, sizeof(text), &found) || !found)
		return STATUS_OK;
	snprintf(c->user, sizeof(c->user), "%s", found->pw_name);
	c->subject.user = c->user;
	return STATUS_OK;
}

static int set_group(struct policy_case *c, const char *value)
{
	bool all_known = true;
	char *rest = c->groups_text, *name;

	if (strlen(value) >= sizeof(c->groups_text)) {
		say("group: a list of less than %zu characters", sizeof(c->groups_text));
		return STATUS_USAGE;
	}
	memcpy(c->groups_text, value, strlen(value) + 1);
	c->subject.groups = c->groups;
	while (*value && (name = next_word(&rest))) {
		uint32_t gid = 0;

		if (c->subject.n_groups == CASE_GROUPS_MAX) {
			say("more than %d groups", CASE_GROUPS_MAX);
			return STATUS_USAGE;
		}
		all_known &= account_group(name, &gid) == ACCOUNT_FOUND;
		c->group_ids[c->subject.n_groups] = gid;
		c->groups[c->subject.n_groups++] = name;
	}
	c->subject.group_ids = all_known ? c->group_ids : NULL;
	c->subject.gid_known = all_known && c->subject.n_groups;
	c->subject.gid = c->group_ids[0];
	return STATUS_OK;
}

static int set_unit(struct policy_case *c, const char *value)
{
	c->subject.unit = value;
	return STATUS_OK;
}

static int set_container(struct policy_case *c, const char *value)
{
	c->subject.container = value;
	return STATUS_OK;
}

static int set_netns(struct policy_case *c, const char *value)
{
	uint64_t inode;

	c->subject.netns = value;
	if (!parse_u64(value, UINT32_MAX, &inode)) {
		c->subject.netns_inode = (uint32_t)inode;
		c->subject.netns = "";
	}
	return STATUS_OK;
}

static int set_iface(struct policy_case *c, const char *value)
{
	c->subject.iface = value;
	return STATUS_OK;
}

static const struct {
	const char *name;
	int (*set)(struct policy_case *c, const char *value);
	bool asked; /* by a rule with a key of this name */
} keys[] = {
	{ "exe", set_exe, true },
	{ "user", set_user, true },
	{ "group", set_group, true },
	{ "unit", set_unit, true },
	{ "container", set_container, true },
	{ "netns", set_netns, true },
	{ "iface", set_iface, true },
	{ "ephemeral", set_ephemeral, true },
	{ "exe-deleted", set_deleted, false },
	{ "exe-host", set_host, false },
};

static int set_key(struct policy_case *c, char *word)
{
	const char *names[COUNT(keys)];
	char *equals = strchr(word, '=');

	if (!equals) {
		say("'%s': KEY=VALUE belongs here; a key with nothing behind it means that there is none",
		    word);
		return STATUS_USAGE;
	}
	*equals = '\0';
	for (size_t i = 0; i < COUNT(keys); i++) {
		names[i] = keys[i].name;
		if (strcmp(word, names[i]) != 0)
			continue;
		if (c->given & 1u << i) {
			say("%s= is given twice", word);
			return STATUS_USAGE;
		}
		c->given |= 1u << i;
		return keys[i].set(c, equals + 1);
	}
	return option_unknown_word("key", word, names, COUNT(keys));
}

int policy_case_parse(struct policy_case *out, char **words, int n)
{
	int status;

	*out = (struct policy_case){ .subject = { .local = &out->local } };
	status = set_proto(out, words[0]);
	if (!status)
		status = set_local(out, words[1]);
	for (int i = 2; !status && i < n; i++)
		status = set_key(out, words[i]);
	return status;
}

void policy_case_unknown(const struct policy_case *given, const struct policy *policy, char *out,
			 size_t size)
{
	size_t at = 0;

	*out = '\0';
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (given->given & 1u << i || !keys[i].asked || !policy_asks(policy, keys[i].name))
			continue;
		at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "", keys[i].name);
	}
}
