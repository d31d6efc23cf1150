/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of "top" share. */
#ifndef PORTTRACE_CMD_TOP_INTERNAL_H
#define PORTTRACE_CMD_TOP_INTERNAL_H

#include "cmd/alerting.h"
#include "cmd/errand.h"
#include "cmd/stream.h"
#include "service/canary.h"
#include "tui/tui.h"

struct top_pane {
	struct errand *errand; /* NULL: none is at work */
	int (*work)(const struct socket_info *, const struct stream_options *,
		    const struct consent *);
	struct socket_info socket; /* of the port it is about */
};

/* What the line at the bottom says. */
struct top_facts {
	char hooks[128];
	uint64_t lost;  /* records, as far as counted */
	bool uncounted; /* and more, of which nobody knows how many */
	struct canary canary;
	const char *no_canary; /* why there is none; NULL: there is one */
	uint64_t seen_ns;      /* that of another, last; 0: never */
};

/* Connections are told by a child. */
struct top_connections {
	struct errand *errand; /* NULL: nobody has looked at them yet, or it has ended */
	struct buf wire;       /* of what it wrote, not a whole record yet */
	char hooks[64];        /* that it uses */
};

struct top {
	struct stream_options options; /* first: the target of their rows */
	bool mouse;
	struct stream stream;
	struct alerting alerting;
	struct metering metering; /* writes nothing: alerting wants one */
	struct coverage coverage;
	struct tui *tui; /* NULL: the terminal is not ours yet, or no more */
	struct timer draw;
	struct buf said; /* on stderr, once the terminal is given back */
	uint64_t unsaid; /* messages that were too many */
	struct top_pane pane;
	struct top_facts facts;
	struct top_connections connections;
	uint64_t input_ns; /* when the keys at hand came */
};

/* --- top_messages.c ---------------------------------------------------------------------------- */

/* Messages go to take() for a while; NULL: they are shown, and kept for stderr, again. */
void top_say_to(struct top *top, void (*take)(const char *text, size_t len, void *arg), void *arg);
/* On the screen, what was said before there was one. */
void top_show_first(struct top *top);
/* All of them on stderr, and from now on. */
void top_say_kept(struct top *top);

/* --- top_pane.c: a port's pane, and the child that does what is asked for in it ----------------- */

void top_pane_who(struct top *top, const struct tui_intent *intent);
void top_pane_close(struct top *top, const struct tui_intent *intent);
void top_pane_kill(struct top *top, const struct tui_intent *intent);
void top_pane_answer(struct top *top, bool yes);
/* The pane is gone, or goes: so does its child. */
void top_pane_leave(struct top *top);

/* --- top_facts.c ------------------------------------------------------------------------------- */

/* Before stream_open(): the canary takes its events first. */
void top_facts_open(struct top *top);
/* Attached, and what is open is told. */
void top_facts_start(struct top *top);
void top_facts_lost(struct top *top, const struct event *event);
void top_facts_show(struct top *top);
void top_facts_close(struct top *top);

/* --- top_connections.c --------------------------------------------------------------------------- */

/* Has them told from now on, and those that are there. */
void top_connections_start(struct top *top);
void top_connections_close(struct top *top);

/* --- top_filter.c: struct tui_setup's parse and drop ------------------------------------------- */

const struct filter *top_filter_parse(const char *line, struct buf *why, void *arg);
void top_filter_drop(const struct filter *filter, void *arg);

#endif
