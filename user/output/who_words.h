/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of which the screen of one port is made. */
#ifndef PORTTRACE_OUTPUT_WHO_WORDS_H
#define PORTTRACE_OUTPUT_WHO_WORDS_H

#include "output/who.h"

/* Whatever a process can choose, escaped. */
void who_text(struct buf *out, const char *text);
/* "python3 (4242)" */
void who_name(struct buf *out, const char *comm, uint32_t pid);
/* By name, or "uid 1000". */
void who_user(struct buf *out, struct enrich *enrich, uint32_t uid);
/* "1 thread", "2 threads" */
void who_count(struct buf *out, uint64_t n, const char *one, const char *many);
/* The beginning of a line; "" goes on with what the line before is about. */
void who_label(struct buf *out, const char *text);

/* The line on what the policy says, if there is one. */
void who_put_policy(struct buf *out, const struct port_facts *facts);
/* The lines about the process, and about all that hold the port. */
void who_put_process(struct buf *out, struct enrich *enrich, const struct port_facts *facts);

#endif
