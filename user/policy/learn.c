// SPDX-License-Identifier: GPL-2.0-only
/* Gathers what is open: who it is, by what lasts, and which ports of which scopes. */
#include "policy/learn.h"

#include "policy/learnt.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ids of containers are made of these, and are at least that long in their short form. */
#define ID_CHARS "0123456789abcdef"
#define ID_SHORT 12

struct learn *learn_new(const struct policy *known)
{
	struct learn *learn = calloc(1, sizeof(*learn));

	if (learn)
		learn->known = known;
	return learn;
}

static void learnt_free(struct learnt *learnt)
{
	free(learnt->unit);
	free(learnt->exe);
	free(learnt->container);
	free(learnt->user);
	free(learnt->why);
	free(learnt);
}

static void nothing(void *node)
{
	(void)node;
}

void learn_free(struct learn *learn)
{
	if (!learn)
		return;
	tdestroy(learn->tree, nothing);
	for (size_t i = 0; i < learn->n; i++)
		learnt_free(learn->all[i]);
	free(learn->all);
	free(learn);
}

/* --- order ------------------------------------------------------------------------------ */

/* What is not known comes last: a rule with one key fewer would shadow the others. */
static int compare_text(const char *a, const char *b)
{
	if (!a || !b)
		return !a - !b;
	return strcmp(a, b);
}

int learnt_compare_who(const struct learnt *a, const struct learnt *b)
{
	int order = !!a->review - !!b->review;

	if (!order)
		order = compare_text(a->unit, b->unit);
	if (!order)
		order = compare_text(a->exe, b->exe);
	if (!order)
		order = compare_text(a->container, b->container);
	if (!order)
		order = compare_text(a->user, b->user);
	if (!order)
		order = strcmp(a->proto, b->proto);
	if (!order)
		order = (a->review > b->review) - (a->review < b->review);
	return order ? order : compare_text(a->why, b->why);
}

static int compare(const void *a, const void *b)
{
	const struct learnt *la = a, *lb = b;
	int order = learnt_compare_who(la, lb);

	if (!order)
		order = la->ephemeral - lb->ephemeral;
	return order ? order : la->port - lb->port;
}

/* --- who ---------------------------------------------------------------------------------- */

/*
 * Whether a unit has this name tomorrow, too. Scopes are made at run time, for a
 * session, a container, a command; what systemd-run starts gets a number.
 */
static bool unit_lasts(const char *unit)
{
	size_t len = strlen(unit);

	if (!strcmp(unit, "init.scope"))
		return true;
	return strncmp(unit, "run-", 4) != 0 && (len < 6 || strcmp(unit + len - 6, ".scope") != 0);
}

/* "lxc:web" has a name, "docker:3f2a…" an id, which goes with the container. */
static bool container_lasts(const char *container)
{
	const char *name = strchr(container, ':');

	name = name ? name + 1 : container;
	return strlen(name) < ID_SHORT || name[strspn(name, ID_CHARS)];
}

/* Any container of its runtime; one without a runtime is any at all. */
static char *any_of_runtime(const char *container)
{
	const char *colon = strchr(container, ':');
	char *text;
	int n = colon ? (int)(colon - container) : 0;

	return asprintf(&text, "%.*s", n, container) < 0 ? NULL : text;
}

/* A name that looks like a number would be taken for one. */
static bool is_number(const char *text)
{
	return !text[strspn(text, "0123456789")];
}

static char *user_text(const struct policy_subject *subject)
{
	char *text;

	if (subject->user && !is_number(subject->user))
		return strdup(subject->user);
	if (!subject->uid_known || asprintf(&text, "%u", subject->uid) < 0)
		return NULL;
	return text;
}

/* Not known, or known that there is none. */
static bool is_none(const char *text)
{
	return !text || !*text;
}

static unsigned int review_of_exe(const struct learn_seen *seen)
{
	const struct policy_subject *subject = seen->subject;

	switch (subject->standing) {
	case EXE_HOST:
		return seen->writable ? REVIEW_WRITABLE : 0;
	case EXE_DELETED:
		return REVIEW_DELETED;
	case EXE_MEMFD:
		return REVIEW_MEMFD;
	case EXE_OTHER:
		/* Of a container that is as it should be: what it runs is its own business. */
		return is_none(subject->container) ? REVIEW_OTHER : 0;
	default:
		return is_none(subject->container) ? REVIEW_UNKNOWN : 0;
	}
}

/* A copy of what is there. False: no memory. */
static bool copy(char **out, const char *text, bool wanted)
{
	if (wanted && !is_none(text))
		*out = strdup(text);
	return *out || !wanted || is_none(text);
}

/*
 * By what it is named from now on. A rule's exe= is for the host's file alone, so
 * that a container goes by its unit, or by its name if it has one. A user may change
 * after the port was opened, so he is named only where nothing else narrows it down.
 */
static int identify(struct learnt *who, const struct learn_seen *seen)
{
	const struct policy_subject *s = seen->subject;
	bool contained = !is_none(s->container), host = s->standing == EXE_HOST, ok;
	bool lasts = contained && container_lasts(s->container);

	who->review = seen->nobody || (s->exe && !*s->exe) ? REVIEW_NOBODY : review_of_exe(seen);
	ok = copy(&who->unit, s->unit, s->unit && unit_lasts(s->unit));
	ok &= copy(&who->exe, s->exe, host || !contained || who->review);
	ok &= copy(&who->container, s->container, lasts);
	if (contained && !lasts && !who->unit && !host) {
		who->container = any_of_runtime(s->container);
		who->review |= REVIEW_CONTAINER;
		ok &= who->container != NULL;
	}
	if (!who->unit && (!contained || host))
		who->user = user_text(s);
	return ok ? 0 : -ENOMEM;
}

static void identify_port(struct learnt *who, const struct policy_subject *subject)
{
	uint16_t port = subject->local->port;

	snprintf(who->proto, sizeof(who->proto), "%s", subject->proto);
	who->ephemeral = subject->picked_known && subject->picked;
	if (!who->ephemeral)
		who->port = port;
	if (!subject->picked_known && subject->ephemeral_first &&
	    port >= subject->ephemeral_first && port <= subject->ephemeral_last)
		who->review |= REVIEW_PICKED;
}

/* Whether it is new; what the policy says against it is for somebody to read. */
static int ask_policy(const struct learn *learn, struct learnt *who,
		      const struct policy_subject *subject, bool *is_new)
{
	struct judgement judgement;
	const struct verdict *verdict = &judgement.verdict;
	int n = 0;

	*is_new = true;
	if (!learn->known)
		return 0;
	policy_judge(learn->known, subject, &judgement);
	*is_new = verdict->kind == VERDICT_UNEXPECTED;
	if (!*is_new || (!verdict->changed && !strcmp(verdict->rule, "default")))
		return 0;
	who->review |= REVIEW_POLICY;
	if (verdict->why)
		n = asprintf(&who->why, "%s", verdict->why);
	else
		n = asprintf(&who->why, "%s alerts about it", verdict->rule);
	if (n >= 0)
		return 0;
	who->why = NULL;
	return -ENOMEM;
}

/* --- gathering ------------------------------------------------------------------------------ */

static void count(struct learnt *learnt, const struct learn_seen *seen)
{
	learnt->scopes |= 1u << endpoint_scope(seen->subject->local);
	if (!learnt->count || seen->time_s < learnt->first_s)
		learnt->first_s = seen->time_s;
	if (seen->time_s > learnt->last_s)
		learnt->last_s = seen->time_s;
	learnt->count++;
}

static int grow(struct learn *learn)
{
	size_t cap = learn->cap ? learn->cap * 2 : 64;
	struct learnt **all = reallocarray(learn->all, cap, sizeof(struct learnt *));

	if (!all)
		return -ENOMEM;
	learn->all = all;
	learn->cap = cap;
	return 0;
}

/* Takes over who, unless the same is there already: then that is returned. NULL: no room. */
static struct learnt *enter(struct learn *learn, struct learnt *who, int *err)
{
	struct learnt **found = tfind(who, &learn->tree, compare);

	*err = 0;
	if (found)
		return *found;
	if (learn->n == LEARN_MAX) {
		learn->dropped++;
		*err = -ENOSPC;
		return NULL;
	}
	if (learn->n == learn->cap)
		*err = grow(learn);
	if (*err || !tsearch(who, &learn->tree, compare)) {
		*err = -ENOMEM;
		return NULL;
	}
	learn->all[learn->n++] = who;
	return who;
}

int learn_see(struct learn *learn, const struct learn_seen *seen)
{
	struct learnt *who = calloc(1, sizeof(*who)), *entered = NULL;
	bool is_new = false;
	int err = who ? identify(who, seen) : -ENOMEM;

	if (!err) {
		identify_port(who, seen->subject);
		err = ask_policy(learn, who, seen->subject, &is_new);
	}
	if (!err && is_new)
		entered = enter(learn, who, &err);
	if (entered)
		count(entered, seen);
	if (who && entered != who)
		learnt_free(who);
	return err;
}
