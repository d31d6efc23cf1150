/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person is told one by one, and what is counted instead. Of each (port,
 * executable, unit) one alert in ALERT_AGAIN_NS, and one more if it is graver; of each
 * executable ALERT_EXE_MAX, and ALERT_MAX in all, of each severity in ALERT_STORM_NS, so that
 * nothing grave hides among what is less. What is counted is told when that time is
 * over. For the console: JSON and the journal have each event. What is missing is
 * never the same again: it was there between, and nobody may look after it any more.
 *
 * Its memory is bounded by these numbers, and by ALERT_EXES_MAX executables
 * with a count of their own; those of the rest are counted as one.
 */
#ifndef PORTTRACE_ALERT_ALERT_H
#define PORTTRACE_ALERT_ALERT_H

#include "model/event.h"
#include "model/verdict.h"

#define ALERT_AGAIN_NS 60000000000ULL
#define ALERT_STORM_NS 10000000000ULL
#define ALERT_EXE_MAX 20
#define ALERT_MAX 100
#define ALERT_EXES_MAX 64

struct alerts;

enum alert_course {
	ALERT_TELL,  /* now */
	ALERT_AGAIN, /* it was told lately, and is counted */
	ALERT_STORM, /* there are too many of its kind, and it is counted */
};

/* What was counted; texts borrowed during the call. */
struct alert_count {
	enum alert_course course;
	uint64_t count;
	uint64_t span_ns;       /* within this time */
	enum severity severity; /* the worst of them */
	bool many_exes;         /* ALERT_STORM: of those beyond ALERT_EXES_MAX */
	const char *exe;        /* NULL: not known */
	const char *unit;       /* NULL: none */
	/* ALERT_AGAIN */
	const char *proto;
	const struct endpoint *local;
	/* ALERT_STORM: the lowest and the highest port */
	uint16_t first;
	uint16_t last;
};

typedef void (*alert_count_fn)(const struct alert_count *count, void *arg);

/* NULL: no memory. */
struct alerts *alerts_new(void);
void alerts_free(struct alerts *alerts);

/*
 * An event that is unexpected (event_opens(), or EVENT_MISSING), with its verdict. Counts of
 * a time that is over are told before it.
 */
enum alert_course alerts_note(struct alerts *alerts, const struct event *event, uint64_t now_ns,
			      alert_count_fn tell, void *arg);
/*
 * Whether openings of this port by this executable are being counted: then its
 * close is of no interest either.
 */
bool alerts_counts(const struct alerts *alerts, const struct event *event);

/* When alerts_run() is due; UINT64_MAX: not before an alert. */
uint64_t alerts_due(const struct alerts *alerts);
/* Tells the counts whose time is over. */
void alerts_run(struct alerts *alerts, uint64_t now_ns, alert_count_fn tell, void *arg);
/* Tells all counts: it ends. */
void alerts_finish(struct alerts *alerts, uint64_t now_ns, alert_count_fn tell, void *arg);

#endif
