/* SPDX-License-Identifier: GPL-2.0-only */
/* What came of a run: each port, who, how long; and whom it was connected to. */
#ifndef PORTTRACE_OUTPUT_SUMMARY_H
#define PORTTRACE_OUTPUT_SUMMARY_H

#include "base/buf.h"
#include "model/event.h"

struct summary_row {
	struct socket_info socket; /* of a peer: local is the other end */
	char comm[COMM_LEN + 1];
	uint32_t pid; /* 0: not known */
	uint64_t opened_ns;
	uint64_t open_ns; /* how long, in all */
	uint64_t times;
	bool open;
	bool peer;                      /* it connected to this */
	char holder_comm[COMM_LEN + 1]; /* of one that stays open, as far as it is known */
	uint32_t holder_pid;
};

struct summary {
	struct summary_row *rows; /* owned */
	size_t n;
	size_t cap;
	uint64_t beyond; /* ports and peers that found no place */
};

void summary_note(struct summary *summary, const struct event *event);
/* How many ports are open still. */
size_t summary_open(const struct summary *summary);
/* Text for a person, every name in it escaped. */
void summary_print(const struct summary *summary, struct buf *out);
void summary_free(struct summary *summary);

#endif
