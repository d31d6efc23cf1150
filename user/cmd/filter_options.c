// SPDX-License-Identifier: GPL-2.0-only
/* The filters, from words. */
#include "cmd/option_words.h"

#include "base/log.h"
#include "cmd/accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

int option_unknown_word(const char *what, const char *word, const char *const *names, size_t n)
{
	const char *near = nearest_word(word, names, n);
	char all[512] = "";

	for (size_t i = 0; i < n; i++) {
		strncat(all, i ? ", " : "", sizeof(all) - strlen(all) - 1);
		strncat(all, names[i], sizeof(all) - strlen(all) - 1);
	}
	if (near)
		say("unknown %s '%s': did you mean '%s'? There are: %s", what, word, near, all);
	else
		say("unknown %s '%s': there are: %s", what, word, all);
	return STATUS_USAGE;
}

int option_each_word(struct stream_options *o, const char *value,
		     int (*set)(struct stream_options *o, const char *word))
{
	char *copy = strdup(value), *rest = copy, *word;
	int status = STATUS_OK;

	while (!status && (word = next_word(&rest)))
		status = set(o, word);
	free(copy);
	return status;
}

int option_backend(const char *value, const char **backend)
{
	static const char *const names[] = { "fentry", "kprobe", "cgroup", "tracepoint" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(names[i], value)) {
			*backend = names[i];
			return STATUS_OK;
		}
	}
	return option_unknown_word("backend", value, names, sizeof(names) / sizeof(*names));
}

int option_set_ports(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;
	const char *bad = "out of memory";

	(void)row;
	if (!parse_ports(value, &o->filter.ports, &bad))
		return STATUS_OK;
	say("--port '%s': %s; it takes numbers and ranges, as 22,8000-8100", value, bad);
	return STATUS_USAGE;
}

static int too_many(const char *what)
{
	say("--%s: at most %d at once", what, FILTER_MANY_MAX);
	return STATUS_USAGE;
}

static int add_pid(struct stream_options *o, const char *word)
{
	uint64_t pid;

	if (parse_u64(word, INT32_MAX, &pid) || !pid) {
		say("--pid '%s': a pid is a number from 1 up", word);
		return STATUS_USAGE;
	}
	if (o->filter.n_pids == FILTER_MANY_MAX)
		return too_many("pid");
	o->filter.pids[o->filter.n_pids++] = (uint32_t)pid;
	return STATUS_OK;
}

int option_set_pid(void *target, const struct option_row *row, const char *value)
{
	(void)row;
	return option_each_word(target, value, add_pid);
}

static int add_user(struct stream_options *o, const char *word)
{
	uint32_t uid;
	uint64_t number;

	if (account_user(word, &uid) != ACCOUNT_FOUND) {
		if (parse_u64(word, UINT32_MAX - 1, &number)) {
			say("--user '%s': there is no such user on this host; a number works too",
			    word);
			return STATUS_USAGE;
		}
		uid = (uint32_t)number;
	}
	if (o->filter.n_uids == FILTER_MANY_MAX)
		return too_many("user");
	o->filter.uids[o->filter.n_uids++] = uid;
	return STATUS_OK;
}

int option_set_user(void *target, const struct option_row *row, const char *value)
{
	(void)row;
	return option_each_word(target, value, add_user);
}

/* A glob may have commas of its own: the option is given again for another. */
static int add_glob(const char **globs, size_t *n, const struct option_row *row, const char *value)
{
	if (*n == FILTER_MANY_MAX)
		return too_many(row->name);
	globs[(*n)++] = value;
	return STATUS_OK;
}

int option_set_comm(void *target, const struct option_row *row, const char *value)
{
	struct filter *f = &((struct stream_options *)target)->filter;

	return add_glob(f->comms, &f->n_comms, row, value);
}

int option_set_exe(void *target, const struct option_row *row, const char *value)
{
	struct filter *f = &((struct stream_options *)target)->filter;

	return add_glob(f->exes, &f->n_exes, row, value);
}

int option_set_unit(void *target, const struct option_row *row, const char *value)
{
	struct filter *f = &((struct stream_options *)target)->filter;

	return add_glob(f->units, &f->n_units, row, value);
}

int option_set_container(void *target, const struct option_row *row, const char *value)
{
	struct filter *f = &((struct stream_options *)target)->filter;

	return add_glob(f->containers, &f->n_containers, row, value);
}

/* Of the network namespace that a path leads to. 0 or -errno; -EINVAL: it is something else. */
static int netns_of_path(const char *path, uint64_t *inode)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), type;
	struct stat st;

	if (fd < 0)
		return -errno;
	type = ioctl(fd, NS_GET_NSTYPE);
	if (type == CLONE_NEWNET && !fstat(fd, &st))
		*inode = st.st_ino;
	close(fd);
	return type == CLONE_NEWNET ? 0 : -EINVAL;
}

static int add_netns(struct stream_options *o, const char *word)
{
	uint64_t inode = 0;
	int err;

	if (!strcmp(word, "host")) {
		o->netns_host = true;
		return STATUS_OK;
	}
	if (!strcmp(word, "self"))
		word = "/proc/self/ns/net";
	if (parse_u64(word, UINT32_MAX, &inode)) {
		err = netns_of_path(word, &inode);
		if (err) {
			say("--netns '%s': %s; it takes self, host, an inode, or a path such as "
			    "/run/netns/NAME",
			    word, err == -EINVAL ? "no network namespace" : strerror(-err));
			return STATUS_USAGE;
		}
	}
	if (o->filter.n_netns == FILTER_MANY_MAX)
		return too_many("netns");
	o->filter.netns[o->filter.n_netns++] = (uint32_t)inode;
	return STATUS_OK;
}

int option_set_netns(void *target, const struct option_row *row, const char *value)
{
	(void)row;
	return option_each_word(target, value, add_netns);
}

static int add_scope(struct stream_options *o, const char *word)
{
	const char *names[SCOPES];

	for (int i = 0; i < SCOPES; i++) {
		names[i] = scope_name((enum scope)i);
		if (strcmp(names[i], word) != 0)
			continue;
		o->filter.scopes |= 1u << i;
		return STATUS_OK;
	}
	return option_unknown_word("scope", word, names, SCOPES);
}

int option_set_scope(void *target, const struct option_row *row, const char *value)
{
	(void)row;
	return option_each_word(target, value, add_scope);
}
