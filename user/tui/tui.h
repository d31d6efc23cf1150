/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What "top" shows: events in, a screen out. It knows nothing of where events come from,
 * and does nothing by itself: what a key asks for is returned as an intent. Times are
 * CLOCK_BOOTTIME in ns and come as arguments, so that all of it can be replayed.
 */
#ifndef PORTTRACE_TUI_TUI_H
#define PORTTRACE_TUI_TUI_H

#include "alert/alert.h"
#include "enrich/enrich.h"
#include "model/event.h"
#include "model/filter.h"
#include "model/procs.h"
#include "output/columns.h"

struct tui;

enum tui_tab { TUI_PORTS, TUI_CONNECTIONS, TUI_ALERTS, TUI_HISTORY, TUI_TABS };

/* What somebody at the keys wants of the caller. */
enum tui_wish {
	TUI_NOTHING,
	TUI_QUIT,
	TUI_DETAILS,  /* all that is known of .event, in a pane */
	TUI_CLOSE,    /* close the port of .event */
	TUI_KILL,     /* end the process of .event */
	TUI_ENTERED,  /* .tab is looked at for the first time */
	TUI_ANSWERED, /* the question of the pane: .yes; the pane stays, without its question */
	TUI_PANE_LEFT, /* the pane was closed; what writes to it may end. A question: the answer is no */
};

struct tui_intent {
	enum tui_wish wish;
	enum tui_tab tab;
	/* What is selected, as a row has it; borrowed until tui is called again. */
	const struct event *event;
	bool open; /* its port is open now, and event is of its opening */
	bool yes;
};

struct tui_setup {
	struct procs
		*procs; /* borrowed, as all here; outlives tui: rows hold references to processes */
	struct enrich *enrich; /* for the cells */
	bool color; /* else bold, underlined and reverse, and marks, which are always there */
	bool mouse; /* clicks and the wheel; a terminal's own way to select text goes then */
	const struct column_list *columns; /* of the ports; NULL, or none in it: those of tui */
	/*
	 * A filter out of a line such as "--tcp --port 8000-8100"; an empty line is never asked.
	 * NULL: it has a mistake, and why says it in one line. It lives until drop(filter, arg).
	 */
	const struct filter *(*parse)(const char *line, struct buf *why, void *arg);
	void (*drop)(const struct filter *filter, void *arg);
	void *arg;
};

/* Facts of the line at the bottom; texts are copied, NULL: no word of it. */
struct tui_facts {
	const char *hooks;  /* "fentry, cgroup" */
	const char *losses; /* "nothing lost", "lost: 12 opens" */
	bool lost;          /* which makes that text stand out */
	const char *canary; /* "canary seen 4 s ago" */
	bool blind;         /* it was not seen: stands out */
};

/*
 * Takes the terminal at stdin and stdout: its state is given back by tui_close(), at
 * exit(), and where a signal such as SIGSEGV ends the process. One at a time. 0; -ENOTTY: one
 * of them is no terminal; -ENXIO: what TERM names is not known, or cannot move its cursor; -ENOMEM.
 */
int tui_open(struct tui **tui, const struct tui_setup *setup, uint64_t now_ns);
/* The terminal is as it was. Does nothing to NULL. */
void tui_close(struct tui *tui);

/*
 * An event that is enriched and judged: ports, and connections as far as they are told, those
 * that are there already as EVENT_EXISTING. Nothing is drawn yet. 0 or -ENOMEM.
 */
int tui_event(struct tui *tui, const struct event *event, uint64_t now_ns);
/* Alerts that are told as a number. 0 or -ENOMEM. */
int tui_counted(struct tui *tui, const struct alert_count *count, uint64_t now_ns);
void tui_facts(struct tui *tui, const struct tui_facts *facts);
/* Drops all ports that are open, for a source that tells them all again. */
void tui_forget(struct tui *tui);
/* One line, until the next key: "tcp/8080 is closed". */
void tui_message(struct tui *tui, const char *text);

/* Something is to be read from stdin: the next key. False: no more of them wait. */
bool tui_key(struct tui *tui, uint64_t now_ns, struct tui_intent *intent);
/* The terminal is as it was, until tui_resize() and tui_draw(): for SIGTSTP, which is not handled here. */
void tui_leave(struct tui *tui);
/* SIGWINCH: the terminal has another size. */
void tui_resize(struct tui *tui);

/* When tui_draw() is due; UINT64_MAX: not before something happens. To be asked after each of the above. */
uint64_t tui_due(const struct tui *tui, uint64_t now_ns);
/* Draws what has changed, if it is due. */
void tui_draw(struct tui *tui, uint64_t now_ns);

/* A pane over the table, empty; one that is there is replaced. */
void tui_pane_open(struct tui *tui, const char *title);
/* More of its text, in any pieces; lines end with '\n'. 0 or -ENOMEM. */
int tui_pane_text(struct tui *tui, const char *text, size_t len);
/* A line below the text that waits for an answer, "[y/N]" behind it. */
void tui_pane_ask(struct tui *tui, const char *question);
bool tui_pane_is_open(const struct tui *tui);
void tui_pane_close(struct tui *tui);

#endif
