/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an alert adds to a table: a line that is found without colours, by its
 * eight '!' where all others have the time.
 */
#ifndef PORTTRACE_OUTPUT_ALERT_LINE_H
#define PORTTRACE_OUTPUT_ALERT_LINE_H

#include "alert/alert.h"
#include "base/buf.h"
#include "output/sink.h"

/* Of an event that has a verdict: what was found, why, by which rule, and by whom. */
void alert_put_line(const struct sink *sink, const struct event *event, struct buf *out);

/* What was counted instead of being told one by one. */
void alert_put_count(const struct sink *sink, const struct alert_count *count, struct buf *out);
/* The same without what makes it a line of a table: "12 MORE in 10 s: ports 1-9 by /usr/bin/x". */
void alert_put_count_words(const struct alert_count *count, struct buf *out);

#endif
