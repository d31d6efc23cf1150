/* SPDX-License-Identifier: GPL-2.0-only */
/* Sinks behind one table of functions: an event in, bytes out. None knows where they go. */
#ifndef PORTTRACE_OUTPUT_SINK_H
#define PORTTRACE_OUTPUT_SINK_H

#include "base/buf.h"
#include "enrich/enrich.h"
#include "model/event.h"
#include "output/columns.h"

struct sink {
	const struct sink_ops *ops;
	struct enrich *enrich; /* borrowed */
	struct column_list columns;
	bool color;
	size_t width; /* of the terminal; 0: none, lines are as long as they are */
	bool long_lived; /* the table says where a day begins; where no terminal shows it, of which the first is */
	void *arg; /* of a sink that is a command's own */
};

struct sink_ops {
	const char *name; /* as -o takes it */
	/* Before the first event; may be NULL. */
	void (*begin)(const struct sink *sink, struct buf *out);
	void (*event)(const struct sink *sink, const struct event *event, struct buf *out);
	/* Behind the last one, for a sink that has to see all of them first; may be NULL. */
	void (*end)(const struct sink *sink, struct buf *out);
};

extern const struct sink_ops sink_table;
extern const struct sink_ops sink_json;
extern const struct sink_ops sink_csv;
/* What is open now, as a table whose columns are as wide as what is in them. */
extern const struct sink_ops sink_listing;

/* By name; NULL: no such sink. */
const struct sink_ops *sink_by_name(const char *name);

#endif
