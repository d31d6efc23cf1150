// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/learn_into.h"

#include "base/log.h"
#include "base/replace.h"
#include "base/version.h"
#include "base/whole.h"
#include "cmd/policing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITTEN_BY "porttrace " PORTTRACE_VERSION
#define POLICY_MODE 0644 /* who has a port anybody may ask, and then it is judged */

/* NULL: stdout. */
static const char *target_of(const struct learn_into *into)
{
	const char *target = into->write ? into->write : into->merge;

	return target && strcmp(target, "-") != 0 ? target : NULL;
}

/* A policy that was there keeps its owner and its mode; that of --merge is replaced unasked. */
static struct replace_how how_of(const struct learn_into *into)
{
	bool merged = into->merge && (!into->write || !strcmp(into->write, into->merge));

	return (struct replace_how){ .mode = POLICY_MODE,
				     .over = into->force || merged,
				     .keep_mode = merged };
}

static int say_unwritten(const char *path, int err)
{
	if (err == -EEXIST) {
		say("%s is there already: --force replaces it, --merge %s adds to it what is new",
		    path, path);
		return STATUS_USAGE;
	}
	say("%s cannot be written: %s", path,
	    err == -EINVAL ? "it is no plain file" :
	    err == -ELOOP  ? "it is a link, and another user's" :
			     strerror(-err));
	return STATUS_OUTPUT;
}

/* --- the policy that is there --------------------------------------------------------------- */

static int read_text(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = read_whole(fd, SIZE_MAX, text);
	close(fd);
	return err;
}

/* As it is now: who edited it while we learnt must not lose that. */
static void read_again(struct learn_into *into)
{
	struct buf text = { 0 };
	int err = read_text(into->merge, &text);

	if (err) {
		say("%s cannot be read any more (%s): it is written as it was", into->merge,
		    strerror(-err));
		buf_free(&text);
		return;
	}
	if (text.len != into->text.len ||
	    (text.len && memcmp(text.data, into->text.data, text.len) != 0))
		say("%s was edited meanwhile: that stays; some of what is added may be in it already",
		    into->merge);
	buf_free(&into->text);
	into->text = text;
}

int learn_into_open(struct learn_into *into)
{
	const char *target = target_of(into);
	const struct replace_how how = how_of(into);
	int err, status;

	if (into->force && !into->write) {
		say("--force is for --write FILE");
		return STATUS_USAGE;
	}
	err = target ? replace_check(target, &how) : 0;
	if (err && !(into->merge && err == -ENOENT)) /* which is said better where it is read */
		return say_unwritten(target, err);
	if (!into->merge)
		return STATUS_OK;
	status = policing_load(&into->known, into->merge);
	if (status)
		return status;
	err = read_text(into->merge, &into->text);
	if (!err)
		return STATUS_OK;
	say("%s cannot be read: %s", into->merge, strerror(-err));
	return STATUS_USAGE;
}

void learn_into_close(struct learn_into *into)
{
	policy_free(into->known);
	buf_free(&into->text);
}

/* --- writing -------------------------------------------------------------------------------- */

/* A reader that left has what it wanted. */
static int write_stdout(const struct buf *text)
{
	int err = write_whole(STDOUT_FILENO, text->data, text->len);

	if (!err || err == -EPIPE)
		return STATUS_OK;
	say("output failed: %s", strerror(-err));
	return STATUS_OUTPUT;
}

/* After hours of learning it is not thrown away: where the file cannot be had, it goes to stdout. */
static int write_file(const struct learn_into *into, const char *target, const struct buf *text,
		      const struct learn_counts *counts)
{
	const struct replace_how how = how_of(into);
	int err = replace_file(target, text->data, text->len, &how);

	if (!err) {
		say("%s: %zu rule%s%s, %zu under REVIEW", target, counts->rules,
		    counts->rules == 1 ? "" : "s", into->merge ? " added" : "", counts->reviews);
		return STATUS_OK;
	}
	say_unwritten(target, err);
	say("what was learnt goes to stdout");
	write_stdout(text);
	return STATUS_OUTPUT;
}

static int write_to(const struct learn_into *into, const struct buf *text,
		    const struct learn_counts *counts)
{
	const char *target = target_of(into);

	if (text->failed) {
		say("out of memory");
		return STATUS_OUTPUT;
	}
	if (counts->dropped)
		say("%zu ports were too many, and are not in it", counts->dropped);
	if (!target)
		return write_stdout(text);
	if (into->merge && how_of(into).keep_mode && !counts->rules && !counts->reviews) {
		say("%s: nothing is new", target);
		return STATUS_OK;
	}
	return write_file(into, target, text, counts);
}

int learn_into_write(struct learn_into *into, const struct learn *learn)
{
	struct learn_counts counts;
	struct buf text = { 0 };
	int status;

	if (into->merge) {
		read_again(into);
		buf_put(&text, into->text.data, into->text.len);
		learn_put_new(learn, WRITTEN_BY, into->text.data, into->text.len, &text, &counts);
	} else {
		learn_put(learn, WRITTEN_BY, &text, &counts);
	}
	status = write_to(into, &text, &counts);
	buf_free(&text);
	return status;
}
