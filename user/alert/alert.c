// SPDX-License-Identifier: GPL-2.0-only
#include "alert/alert.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* One that was told. The tree compares all but the rest. */
struct told {
	struct endpoint local;
	bool mptcp;
	char *exe;  /* owned; "": not known */
	char *unit; /* owned; "": none */
	uint64_t told_ns;
	uint64_t again;
	enum severity severity;
	TAILQ_ENTRY(told) next;
};

TAILQ_HEAD(told_list, told);

/* An executable in a storm. */
struct storm {
	char *exe;                 /* owned; "": not known */
	uint64_t told[SEVERITIES]; /* of each severity */
	uint64_t count;
	enum severity severity;
	uint16_t first;
	uint16_t last;
};

struct alerts {
	void *tree;                /* of struct told */
	struct told_list list;     /* the oldest first: all are kept for the same time */
	uint64_t storm_ns;         /* when this time of the storms began; 0: none runs */
	uint64_t told[SEVERITIES]; /* in it, of each severity */
	size_t n_storms;
	struct storm storms[ALERT_EXES_MAX + 1]; /* the last: all others */
};

static int compare_texts(const struct told *a, const struct told *b)
{
	int order = strcmp(a->exe, b->exe);

	return order ? order : strcmp(a->unit, b->unit);
}

static int compare(const void *va, const void *vb)
{
	const struct told *a = va, *b = vb;
	int order = memcmp(&a->local, &b->local, sizeof(a->local));

	if (!order)
		order = (int)a->mptcp - (int)b->mptcp;
	return order ? order : compare_texts(a, b);
}

struct alerts *alerts_new(void)
{
	struct alerts *alerts = calloc(1, sizeof(*alerts));

	if (alerts)
		TAILQ_INIT(&alerts->list);
	return alerts;
}

static void told_free(struct told *told)
{
	free(told->exe);
	free(told->unit);
	free(told);
}

static void nothing(void *node)
{
	(void)node;
}

void alerts_free(struct alerts *alerts)
{
	struct told *told;

	if (!alerts)
		return;
	tdestroy(alerts->tree, nothing);
	while ((told = TAILQ_FIRST(&alerts->list))) {
		TAILQ_REMOVE(&alerts->list, told, next);
		told_free(told);
	}
	for (size_t i = 0; i <= ALERT_EXES_MAX; i++)
		free(alerts->storms[i].exe);
	free(alerts);
}

/* What it is compared by, borrowed. */
static struct told key_of(const struct event *event)
{
	const struct process *process = event->actor.process;
	const struct place *place = process ? process->place : NULL;

	return (struct told){
		.local = event->socket.local,
		.mptcp = event->socket.mptcp,
		.exe = process && process->exe ? process->exe : "",
		.unit = place && place->unit ? (char *)place->unit : "",
	};
}

/* --- the same again ---------------------------------------------------------------------- */

static void tell_again(const struct told *told, uint64_t span_ns, alert_count_fn tell, void *arg)
{
	struct socket_info socket = { .local = told->local, .mptcp = told->mptcp };
	struct alert_count count = {
		.course = ALERT_AGAIN,
		.count = told->again,
		.span_ns = span_ns,
		.severity = told->severity,
		.exe = *told->exe ? told->exe : NULL,
		.unit = *told->unit ? told->unit : NULL,
		.proto = proto_name(&socket),
		.local = &told->local,
	};

	if (told->again)
		tell(&count, arg);
}

static void forget_told(struct alerts *alerts, struct told *told)
{
	tdelete(told, &alerts->tree, compare);
	TAILQ_REMOVE(&alerts->list, told, next);
	told_free(told);
}

/* Without memory it is told again the next time. */
static void remember(struct alerts *alerts, const struct told *key, const struct event *event,
		     uint64_t now_ns)
{
	struct told *told = malloc(sizeof(*told));

	if (!told)
		return;
	*told = *key;
	told->exe = strdup(key->exe);
	told->unit = strdup(key->unit);
	told->told_ns = now_ns;
	told->severity = event->verdict->severity;
	if (!told->exe || !told->unit || !tsearch(told, &alerts->tree, compare)) {
		told_free(told);
		return;
	}
	TAILQ_INSERT_TAIL(&alerts->list, told, next);
}

static struct told *find_told(const struct alerts *alerts, const struct told *key)
{
	struct told **found = tfind(key, &alerts->tree, compare);

	return found ? *found : NULL;
}

/* --- storms ------------------------------------------------------------------------------ */

static void tell_storm(const struct alerts *alerts, const struct storm *storm, uint64_t span_ns,
		       alert_count_fn tell, void *arg)
{
	struct alert_count count = {
		.course = ALERT_STORM,
		.count = storm->count,
		.span_ns = span_ns,
		.severity = storm->severity,
		.many_exes = storm == &alerts->storms[ALERT_EXES_MAX],
		.exe = storm->exe && *storm->exe ? storm->exe : NULL,
		.first = storm->first,
		.last = storm->last,
	};

	if (storm->count)
		tell(&count, arg);
}

static void end_storms(struct alerts *alerts, uint64_t now_ns, alert_count_fn tell, void *arg)
{
	for (size_t i = 0; i <= ALERT_EXES_MAX; i++) {
		tell_storm(alerts, &alerts->storms[i], now_ns - alerts->storm_ns, tell, arg);
		free(alerts->storms[i].exe);
	}
	memset(alerts->storms, 0, sizeof(alerts->storms));
	alerts->n_storms = 0;
	memset(alerts->told, 0, sizeof(alerts->told));
	alerts->storm_ns = 0;
}

static struct storm *find_storm(struct alerts *alerts, const char *exe)
{
	for (size_t i = 0; i < alerts->n_storms; i++)
		if (!strcmp(alerts->storms[i].exe, exe))
			return &alerts->storms[i];
	return NULL;
}

/* The executable's, or that of all others. */
static struct storm *storm_of(struct alerts *alerts, const char *exe)
{
	struct storm *storm = find_storm(alerts, exe);

	if (storm)
		return storm;
	storm = &alerts->storms[alerts->n_storms];
	if (alerts->n_storms == ALERT_EXES_MAX)
		return storm;
	storm->exe = strdup(exe);
	if (!storm->exe)
		return &alerts->storms[ALERT_EXES_MAX];
	alerts->n_storms++;
	return storm;
}

static void count_in(struct storm *storm, const struct event *event)
{
	uint16_t port = event->socket.local.port;

	if (!storm->count || port < storm->first)
		storm->first = port;
	if (!storm->count || port > storm->last)
		storm->last = port;
	if (!storm->count || event->verdict->severity > storm->severity)
		storm->severity = event->verdict->severity;
	storm->count++;
}

/* --- both -------------------------------------------------------------------------------- */

enum alert_course alerts_note(struct alerts *alerts, const struct event *event, uint64_t now_ns,
			      alert_count_fn tell, void *arg)
{
	enum severity severity = event->verdict->severity;
	bool is_missing = event->kind == EVENT_MISSING;
	struct told key = key_of(event), *told;
	struct storm *storm;

	alerts_run(alerts, now_ns, tell, arg);
	told = is_missing ? NULL : find_told(alerts, &key);
	if (told && severity > told->severity) {
		told->severity = severity;
		return ALERT_TELL;
	}
	if (told) {
		told->again++;
		return ALERT_AGAIN;
	}
	if (!alerts->storm_ns)
		alerts->storm_ns = now_ns;
	storm = storm_of(alerts, key.exe);
	if (storm->told[severity] >= ALERT_EXE_MAX || alerts->told[severity] >= ALERT_MAX) {
		count_in(storm, event);
		return ALERT_STORM;
	}
	storm->told[severity]++;
	alerts->told[severity]++;
	if (!is_missing)
		remember(alerts, &key, event, now_ns);
	return ALERT_TELL;
}

bool alerts_counts(const struct alerts *alerts, const struct event *event)
{
	struct told key = key_of(event);
	const struct told *told = find_told(alerts, &key);
	const struct storm *storm;

	if (told)
		return told->again;
	storm = find_storm((struct alerts *)alerts, key.exe);
	return storm ? storm->count : alerts->storms[ALERT_EXES_MAX].count;
}

uint64_t alerts_due(const struct alerts *alerts)
{
	const struct told *oldest = TAILQ_FIRST(&alerts->list);
	uint64_t due = oldest ? oldest->told_ns + ALERT_AGAIN_NS : UINT64_MAX;

	if (alerts->storm_ns && alerts->storm_ns + ALERT_STORM_NS < due)
		due = alerts->storm_ns + ALERT_STORM_NS;
	return due;
}

void alerts_run(struct alerts *alerts, uint64_t now_ns, alert_count_fn tell, void *arg)
{
	struct told *told;

	if (alerts->storm_ns && now_ns - alerts->storm_ns >= ALERT_STORM_NS)
		end_storms(alerts, now_ns, tell, arg);
	while ((told = TAILQ_FIRST(&alerts->list)) && now_ns - told->told_ns >= ALERT_AGAIN_NS) {
		tell_again(told, now_ns - told->told_ns, tell, arg);
		forget_told(alerts, told);
	}
}

void alerts_finish(struct alerts *alerts, uint64_t now_ns, alert_count_fn tell, void *arg)
{
	struct told *told;

	end_storms(alerts, now_ns, tell, arg);
	while ((told = TAILQ_FIRST(&alerts->list))) {
		tell_again(told, now_ns - told->told_ns, tell, arg);
		forget_told(alerts, told);
	}
}
