/* SPDX-License-Identifier: GPL-2.0-only */
/* Cells: of columns_all, some of them a part of the detail as well. */
#ifndef PORTTRACE_OUTPUT_CELLS_H
#define PORTTRACE_OUTPUT_CELLS_H

#include "output/columns.h"

/* Each appends what struct column's put() does. */
void column_put_time(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_event(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_proto(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_local(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_port(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_family(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_scope(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_service(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_backlog(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_cookie(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_inode(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_queue(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_hook(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_pid(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_tid(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_user(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_uid(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_parent(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_cgroup(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_holders(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_netns(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_lifetime(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_comm(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_args(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_exe(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_remote(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_latency(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_state(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_sent(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_received(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_errno(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_op(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_unit(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_container(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_class(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_origin(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_verdict(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_finding(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_severity(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_rule(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_why(const struct event *e, struct enrich *enrich, struct buf *out);
/* In capitals, which stand out without colours. */
void cell_put_upper(const char *word, struct buf *out);
/* "*:PORT", "*:FIRST-LAST" of EVENT_MISSING */
void cell_put_missing(const struct event *e, struct buf *out);
/* "ADDR:PORT", "[ADDR]:PORT" */
void cell_put_endpoint(const struct endpoint *end, struct buf *out);
void column_put_detail(const struct event *e, struct enrich *enrich, struct buf *out);

#endif
