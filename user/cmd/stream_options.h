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
	bool netns_host; /* resolved once the snapshot knows it */
	bool strict;
	struct trace_wants wants;
};

/* Rows for an option_table whose target is a struct stream_options. */
extern const struct option_row stream_option_rows[];
extern const size_t stream_option_rows_n;

void stream_options_init(struct stream_options *options);
/* Once all options are read: what has to be traced for them. */
void stream_options_settle(struct stream_options *options);
void stream_options_free(struct stream_options *options);
/* Whether to color what goes to this descriptor. */
bool stream_options_color(const struct stream_options *options, int fd);

#endif
