// SPDX-License-Identifier: GPL-2.0-only
/* learn: a policy from what is open now, and from what opens while it is watched. */
#include "policy/learn.h"
#include "alert/judge.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/learn_into.h"
#include "cmd/listing.h"
#include "cmd/option_words.h"
#include "cmd/stream.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL

struct learning {
	struct stream_options options; /* first: it is the target of rows that others have, too */
	struct learn_into into;
	const char *duration; /* as it was given */

	struct learn *learn;
	struct judge *judge;
	uint64_t lost; /* openings, as far as they were counted */
	int err;
};

/* --- from an event to what is learnt ------------------------------------------------------ */

static bool is_open_to_all(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && !S_ISLNK(st.st_mode) && st.st_mode & S_IWOTH;
}

/*
 * Whether everybody may put another file there: the file itself, or any folder on the
 * way, a sticky one like /tmp among them. A path of the kernel's has no links in it.
 */
static bool may_be_replaced(const char *path)
{
	char part[4096];
	size_t len = strlen(path);

	if (*path != '/' || len >= sizeof(part))
		return false;
	for (size_t i = 0; i <= len; i++) {
		if (i && path[i] && path[i] != '/')
			continue;
		memcpy(part, path, i ? i : 1);
		part[i ? i : 1] = '\0';
		if (is_open_to_all(part))
			return true;
	}
	return false;
}

static void learn_event(struct learning *l, const struct event *event)
{
	const struct policy_subject *subject = judge_subject(l->judge, event, judge_process(event));
	const struct learn_seen seen = {
		.subject = subject,
		.time_s = enrich_wall_ns(event->time_ns) / NSEC_PER_SEC,
		.nobody = !event->actor.process && !event->n_holders,
		.writable = subject->standing == EXE_HOST && may_be_replaced(subject->exe),
	};
	int err = learn_see(l->learn, &seen);

	if (err && err != -ENOSPC)
		l->err = err;
}

/* For a stream, which then has nothing to print. */
static bool takes(const struct event *event, void *arg)
{
	struct learning *l = arg;

	if (event->kind == EVENT_LOST)
		l->lost += event->lost_count;
	else if (event_opens(event) && filter_pass(&l->options.filter, event))
		learn_event(l, event);
	return false;
}

static void tell(const struct event *event, void *arg)
{
	takes(event, arg);
}

static int make_judge(struct learning *l, struct enrich *enrich)
{
	l->judge = judge_new(NULL, enrich);
	if (l->judge)
		return STATUS_OK;
	say("out of memory");
	return STATUS_NO_TRACING;
}

/* --- now, and for a while -------------------------------------------------------------------- */

static int learn_now(struct learning *l)
{
	struct listing listing = { .options = &l->options };
	int status = listing_open(&listing);

	if (!status)
		status = make_judge(l, listing.enrich);
	if (!status)
		listing_each(&listing, tell, l);
	judge_free(l->judge);
	listing_close(&listing);
	return status;
}

static int watch(struct learning *l, struct stream *stream)
{
	int err = stream_start(stream);

	if (!err) {
		say("learning for %s: Ctrl-C ends it, and writes what was learnt until then",
		    l->duration);
		err = stream_loop(stream);
	}
	stream_stop(stream);
	if (stream->loop.ended)
		say("ended before its time: what was seen until now is written");
	stream_finish(stream);
	if (l->lost)
		say("%llu records were lost: what was open in such a moment alone may lack",
		    (unsigned long long)l->lost);
	return stream_status(stream, err);
}

/* A terminal that goes after hours of it ends it as Ctrl-C does, unless it is told not to (nohup). */
static int take_hangup(struct loop *loop)
{
	static const int hangup = SIGHUP;
	struct sigaction is;

	if (sigaction(SIGHUP, NULL, &is) || is.sa_handler == SIG_IGN)
		return 0;
	return loop_take_signals(loop, &hangup, 1, NULL, NULL);
}

/* What was learnt until something ended it is learnt: *begun says that it did begin. */
static int learn_for(struct learning *l, bool *begun)
{
	struct stream stream = {
		.options = &l->options,
		.takes = takes,
		.arg = l,
		.outlives_output = true,
		.begins_late = true,
	};
	struct coverage coverage;
	int status, err = loop_init(&stream.loop);

	*begun = false;
	if (!err)
		err = take_hangup(&stream.loop);
	if (err) {
		say("cannot start: %s", strerror(-err));
		return STATUS_NO_TRACING;
	}
	stream_options_settle(&l->options);
	status = stream_open(&stream, STDOUT_FILENO, &coverage);
	if (!status)
		status = make_judge(l, stream.enrich);
	if (!status) {
		*begun = true;
		status = watch(l, &stream);
	}
	judge_free(l->judge);
	stream_close(&stream);
	loop_free(&stream.loop);
	return status;
}

static int learn_all(struct learning *l)
{
	int status = learn_into_open(&l->into), written;
	bool begun = true;

	if (status)
		return status;
	l->learn = learn_new(l->into.known);
	if (!l->learn) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	if (l->options.has_duration)
		status = learn_for(l, &begun);
	else
		status = learn_now(l);
	if (l->err)
		say("not all that was open is in it: %s", strerror(-l->err));
	if (status && (!l->options.has_duration || !begun))
		return status;
	written = learn_into_write(&l->into, l->learn);
	return written ? written : status;
}

/* --- the command line ---------------------------------------------------------------------- */

static int set_for(void *target, const struct option_row *row, const char *value)
{
	struct learning *l = target;

	l->options.has_duration = true;
	l->duration = value;
	return option_duration(row->name, value, &l->options.duration_ns);
}

static int set_write(void *target, const struct option_row *row, const char *value)
{
	struct learning *l = target;

	(void)row;
	l->into.write = value;
	return STATUS_OK;
}

static int set_merge(void *target, const struct option_row *row, const char *value)
{
	struct learning *l = target;

	(void)row;
	l->into.merge = value;
	return STATUS_OK;
}

static int set_force(void *target, const struct option_row *row, const char *value)
{
	struct learning *l = target;

	(void)row;
	(void)value;
	l->into.force = true;
	return STATUS_OK;
}

static const struct option_row what_rows[] = {
	{ "for", 0, "TIME", "and what opens within TIME: 30s, 5m, 24h, or till Ctrl-C", "what",
	  set_for, 0 },
};

static const struct option_row into_rows[] = {
	{ "write", 'w', "FILE", "to FILE, which must not be there yet, and not to stdout", "output",
	  set_write, 0 },
	{ "force", 0, NULL, "replace the FILE of --write", NULL, set_force, 0 },
	{ "merge", 0, "FILE", "add what is new to the policy FILE, and change nothing", NULL,
	  set_merge, 0 },
};

static const struct option_rows what_options = OPTION_ROWS(what_rows);
static const struct option_rows into_options = OPTION_ROWS(into_rows);

static int parse(struct learning *l, int argc, char **argv)
{
	static const struct option_table table = {
		.parts = { &what_options, &filter_options, &into_options, &tracing_options,
			   &btf_option },
		.page = "porttrace-learn(8)",
		.usage = "learn [OPTIONS]",
		.about =
			"Writes a policy that lets through what is open now, to be read before it is\n"
			"used. What looks wrong (an executable that is deleted, in memory alone, or that\n"
			"everybody may replace; a port of nobody) is written commented out, under REVIEW.",
	};

	return options_parse_alone(&table, "learn", "a file to write is given as --write", argc,
				   argv, l);
}

int cmd_learn(int argc, char **argv)
{
	struct learning l = { 0 };
	int status;

	stream_options_init(&l.options);
	status = parse(&l, argc, argv);
	if (!status)
		status = learn_all(&l);
	learn_free(l.learn);
	learn_into_close(&l.into);
	stream_options_free(&l.options);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
