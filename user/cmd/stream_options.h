/* SPDX-License-Identifier: GPL-2.0-only */
/* The options that commands which show ports have in common. */
#ifndef PORTTRACE_CMD_STREAM_OPTIONS_H
#define PORTTRACE_CMD_STREAM_OPTIONS_H

#include "base/options.h"
#include "model/filter.h"
#include "output/sink.h"
#include "trace/trace.h"

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct stream_options {
	struct filter filter;
	const struct sink_ops *output;
	struct column_list columns;
	enum color_when color;
	bool numeric;
	bool no_existing;
	bool stats;
	bool has_duration;
	uint64_t duration_ns;
	uint64_t count;  /* 0: no bound */
	bool netns_host; /* --netns host: stream_options_host_netns() resolves it */
	bool all;        /* -a: connections as well */
	bool strict;
	bool journal;        /* log to journald, too */
	const char *policy;  /* --policy; NULL: not said */
	bool alerts;         /* --alerts: what the policy does not expect alone */
	const char *state;   /* --state; NULL: nothing is kept */
	const char *metrics; /* --metrics; NULL: none are written */
	struct trace_wants wants;
};

/*
 * Parts of an option_table whose target is a struct stream_options, or a
 * struct that begins with one.
 */
extern const struct option_rows filter_options;
/* The same in two parts, for a command whose operand is the port: what lacks is --port. */
extern const struct option_rows protocol_options;
extern const struct option_rows who_options;
/* And for one whose operand is the process: what lacks is --pid. */
extern const struct option_rows socket_options;
extern const struct option_rows where_options;
extern const struct option_rows output_options;
/* Without --output: of a command that shows a table of its own. */
extern const struct option_rows look_options;
extern const struct option_rows journal_option;
extern const struct option_rows plain_options; /* of any command: -j, -n */
extern const struct option_rows numeric_option;
extern const struct option_rows watched_policy_option; /* --policy, of a stream that has none */
extern const struct option_rows event_options;         /* of a stream: which events, and how long */
extern const struct option_rows event_option;          /* which events, alone */
extern const struct option_rows tracing_options;
extern const struct option_rows btf_option;
extern const struct option_rows policy_option; /* --policy, of those that have a default */
extern const struct option_rows alert_options; /* --policy and --alerts, of a stream that has none */
extern const struct option_rows service_options; /* of a stream that runs for months */
extern const struct option_rows all_option;      /* -a: connections as well */
extern const struct option_rows habit_options;   /* -l, -p: what they ask for is shown anyway */

/* struct option_table.parts of "watch". */
#define WATCH_OPTIONS                                                                              \
	{                                                                                          \
		&filter_options, &event_options, &output_options, &journal_option, &plain_options, \
			&alert_options, &service_options, &tracing_options, &btf_option,           \
			&habit_options                                                             \
	}

void stream_options_init(struct stream_options *options);
/* Once all options are read: what has to be traced for them. */
void stream_options_settle(struct stream_options *options);
/*
 * Which namespace is the host's: --netns host asks for it from now on. False:
 * it did not ask, or there are too many others.
 */
bool stream_options_host_netns(struct stream_options *options, uint32_t inode);
void stream_options_free(struct stream_options *options);
/* Whether to color what goes to this descriptor. */
bool stream_options_color(const struct stream_options *options, int fd);

#endif
