// SPDX-License-Identifier: GPL-2.0-only
/* check: holds what is open now against the policy. */
#include "alert/missing.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/terminal.h"
#include "cmd/cmd.h"
#include "cmd/findings.h"
#include "cmd/listing.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define WIDTH_FOR_EXE 160

struct check_options {
	struct stream_options stream; /* first: the shared rows write to it */
	bool quiet;
};

struct checking {
	const struct check_options *options;
	struct listing listing;
	struct findings findings;
	struct missing *missing;
};

/* --- what was found --------------------------------------------------------------- */

static void add_finding(const struct event *event, void *arg)
{
	findings_add(arg, event);
}

static void note_open(const struct event *event, void *arg)
{
	struct checking *c = arg;

	missing_opened(c->missing, &event->socket.local,
		       judge_subject(c->listing.policed.judge, event, judge_process(event)));
}

static void add_missing(const struct event *event, void *arg)
{
	struct checking *c = arg;

	findings_add_missing(&c->findings, event, &c->options->stream.filter,
			     !c->listing.policed.partial);
}

/* Whoever has it open, also where the filter asks for others: it is there. */
static int find_missing(struct checking *c)
{
	const struct filter all = { 0 };
	uint64_t now = boot_now_ns();

	c->missing = missing_new(judge_policy(c->listing.policed.judge));
	if (!c->missing)
		return -ENOMEM;
	if (missing_wanted(c->missing))
		open_now_each(c->listing.now, &all, note_open, c);
	missing_start(c->missing, NULL, now);
	missing_run(c->missing, now, add_missing, c);
	return 0;
}

static int find(struct checking *c)
{
	c->findings.counts.partial = c->listing.policed.partial;
	listing_each(&c->listing, add_finding, &c->findings);
	if (!find_missing(c) && !c->findings.failed) {
		findings_sort(&c->findings);
		return STATUS_OK;
	}
	say("out of memory");
	return STATUS_NO_TRACING;
}

static int answer(const struct finding_counts *counts)
{
	if (findings_any(counts))
		return STATUS_NO;
	return counts->partial || counts->unknown || counts->maybe_missing ? STATUS_NO_TRACING :
									     STATUS_OK;
}

/*
 * --quiet: the line is the answer. Else it is beside the answer, and where all is well a job
 * that mails what it prints has nothing to mail.
 */
static void sum_up(const struct checking *c, int status)
{
	struct buf text = { 0 };

	findings_put_text(&text, &c->findings.counts);
	if (c->options->quiet)
		printf("%.*s\n", (int)text.len, text.data);
	else if (status || c->findings.counts.not_looked_for || isatty(STDERR_FILENO))
		say("%.*s", (int)text.len, text.data);
	buf_free(&text);
}

static int check(struct checking *c)
{
	const struct listing_of found = { findings_each, &c->findings };
	int status = listing_open(&c->listing), printed = STATUS_OK;

	if (!status)
		status = find(c);
	if (status)
		return status;
	status = answer(&c->findings.counts);
	if (!c->options->quiet)
		printed = listing_print(&c->listing, &found);
	sum_up(c, status);
	return printed ? printed : status;
}

static int set_quiet(void *target, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	((struct check_options *)target)->quiet = true;
	return STATUS_OK;
}

/* A path takes half a line: on a terminal of the usual width there would be no room for the reason. */
static const char *columns(void)
{
	size_t width = terminal_width(STDOUT_FILENO);

	return width && width < WIDTH_FOR_EXE ? "finding,severity,proto,local,pid,comm" :
						"finding,severity,proto,local,pid,comm,exe";
}

int cmd_check(int argc, char **argv)
{
	static const struct option_row rows[] = {
		{ "quiet", 'q', NULL, "one line on stdout in place of the findings", NULL,
		  set_quiet, 0 },
	};
	static const struct option_rows own = OPTION_ROWS(rows);
	static const struct option_table table = {
		.parts = { &policy_option, &filter_options, &output_options, &own, &plain_options,
			   &btf_option, &habit_options },
		.page = "porttrace-check(8)",
		.usage = "check [OPTIONS]",
		.about =
			"Holds what is open now against the policy: tells each port that it does not\n"
			"expect, and each that it requires and nobody has. Status 1: there is one.",
	};
	struct check_options options = { 0 };
	struct checking c = {
		.options = &options,
		.listing = { .options = &options.stream,
			     .columns = columns(),
			     .columns_last = "rule,why",
			     .whole = true,
			     .judged = true },
	};
	int status;

	stream_options_init(&options.stream);
	options.stream.columns.n = 0;
	status = options_parse_alone(&table, "check", "the policy is given as --policy", argc, argv,
				     &options);
	if (!status)
		status = check(&c);
	findings_free(&c.findings);
	missing_free(c.missing);
	listing_close(&c.listing);
	stream_options_free(&options.stream);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
