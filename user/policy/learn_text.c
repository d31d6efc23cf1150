// SPDX-License-Identifier: GPL-2.0-only
/* What was learnt, as a policy that a person reads. */
#include "policy/learn.h"

#include "base/escape.h"
#include "policy/learnt.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A rule with more than this many numbers becomes two, so that a line stays one. */
#define PORTS_A_RULE 24

#define DEFAULT_RULE "default alert:warning\n"

struct text {
	const struct learn *learn;
	struct learnt **sorted;
	const char *beside; /* a text whose REVIEW is known; NULL: none */
	size_t beside_len;
	struct buf *out;
	struct learn_counts *counts;
};

/* --- order: those that make one rule come together --------------------------------------------- */

static int in_order(const void *a, const void *b)
{
	const struct learnt *la = *(struct learnt *const *)a, *lb = *(struct learnt *const *)b;
	int order = learnt_compare_who(la, lb);

	if (!order)
		order = la->ephemeral - lb->ephemeral;
	if (!order)
		order = (la->scopes > lb->scopes) - (la->scopes < lb->scopes);
	return order ? order : la->port - lb->port;
}

/* Under REVIEW each port and scope has a line of its own, so that it is known again. */
static bool same_rule(const struct learnt *a, const struct learnt *b)
{
	return !learnt_compare_who(a, b) && a->ephemeral == b->ephemeral &&
	       (a->review || a->scopes == b->scopes);
}

/* How many from the first on are one rule. */
static size_t run_of(struct learnt *const *all, size_t n)
{
	size_t run = 1;

	while (run < n && run < PORTS_A_RULE && same_rule(all[0], all[run]))
		run++;
	return run;
}

/* --- words ---------------------------------------------------------------------------------- */

static void put_number(struct buf *out, uint64_t n, const char *one, const char *many)
{
	buf_put_u64(out, n);
	buf_putc(out, ' ');
	buf_puts(out, n == 1 ? one : many);
}

static void put_time(struct buf *out, uint64_t time_s)
{
	time_t time = (time_t)time_s;
	struct tm utc;
	char text[40];

	if (gmtime_r(&time, &utc) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc))
		buf_puts(out, text);
}

static void put_span(struct buf *out, uint64_t first_s, uint64_t last_s, const char *between)
{
	put_time(out, first_s);
	if (first_s == last_s)
		return;
	buf_puts(out, between);
	put_time(out, last_s);
}

/* In a comment: no byte of it can end the line. */
static void put_comment(struct buf *out, const char *before, const char *text)
{
	buf_puts(out, before);
	escape_puts(out, text);
	buf_putc(out, '\n');
}

/* When, and how often: of all that is one rule. */
static void put_seen(struct buf *out, struct learnt *const *all, size_t n)
{
	uint64_t first_s = all[0]->first_s, last_s = all[0]->last_s, count = 0;

	for (size_t i = 0; i < n; i++) {
		count += all[i]->count;
		if (all[i]->first_s < first_s)
			first_s = all[i]->first_s;
		if (all[i]->last_s > last_s)
			last_s = all[i]->last_s;
	}
	buf_puts(out, "# ");
	put_number(out, count, "time, ", "times, ");
	put_span(out, first_s, last_s, " to ");
	buf_putc(out, '\n');
}

/* --- REVIEW ----------------------------------------------------------------------------------- */

static void put_reasons(struct buf *out, const struct learnt *who)
{
	static const struct {
		unsigned int bit;
		const char *text;
	} reasons[] = {
		{ REVIEW_NOBODY,
		  "no process is known to have it: the kernel's own, or on its way to one" },
		{ REVIEW_UNKNOWN, "whether the executable is the host's could not be found out" },
		{ REVIEW_OTHER,
		  "on the host another file has this path, or none: exe= would not match" },
		{ REVIEW_DELETED,
		  "the executable was deleted or replaced since it started: restart it" },
		{ REVIEW_MEMFD, "the executable is in memory alone, and never had a file" },
		{ REVIEW_WRITABLE,
		  "everybody may write to the executable, or to a folder on the way to it" },
		{ REVIEW_CONTAINER,
		  "its container has an id and no name that lasts: this is any of the runtime" },
		{ REVIEW_PICKED, "whether the kernel picked this port is not known here" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (who->review & reasons[i].bit)
			put_comment(out, "# ", reasons[i].text);
	if (who->why)
		put_comment(out, "# the policy is against it: ", who->why);
	if (who->exe && who->review & (REVIEW_OTHER | REVIEW_UNKNOWN | REVIEW_MEMFD))
		put_comment(out, "# it is called ", who->exe);
}

/* Whether the other text has this very line. */
static bool has_line(const struct text *t, const char *line, size_t len)
{
	const char *at = t->beside, *end = at + t->beside_len, *found;

	while (at && (found = memmem(at, (size_t)(end - at), line, len))) {
		if (found == t->beside || found[-1] == '\n')
			return true;
		at = found + 1;
	}
	return false;
}

/* Those lines of one that the other text has not. */
static void put_lines(struct text *t, struct learnt *const *one, struct buf *lines)
{
	for (unsigned int scope = 0; scope < SCOPES; scope++) {
		size_t before = lines->len;

		if (!((*one)->scopes & 1u << scope))
			continue;
		learnt_put_rule(lines, one, 1, 1u << scope);
		if (lines->failed)
			return;
		if (has_line(t, lines->data + before, lines->len - before))
			lines->len = before;
		else
			t->counts->reviews++;
	}
}

/* --- the text ----------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static void put_heading(struct text *t, const struct learnt *who, const struct learnt *before)
{
	if (before && !before->review == !who->review && same_text(before->unit, who->unit))
		return;
	if (who->review && (!before || !before->review))
		buf_puts(t->out, "\n# REVIEW: what follows is not let through. Look at each, and "
				 "take its \"#allow\" out of the\n# comment if it is right.\n");
	put_comment(t->out, "\n# --- ", who->unit ? who->unit : "in no systemd unit that lasts");
}

/* Puts one rule, or several under REVIEW, unless the other text has them; true: it was put. */
static bool put_one(struct text *t, struct learnt *const *all, size_t n,
		    const struct learnt *before)
{
	struct buf lines = { 0 };
	bool any;

	for (size_t i = 0; all[0]->review && i < n; i++)
		put_lines(t, all + i, &lines);
	if (!all[0]->review) {
		learnt_put_rule(&lines, all, n, all[0]->scopes);
		t->counts->rules++;
	}
	t->out->failed |= lines.failed;
	any = lines.len > 0;
	if (any) {
		put_heading(t, all[0], before);
		buf_putc(t->out, '\n');
		put_reasons(t->out, all[0]);
		if (n == PORTS_A_RULE && !(before && !learnt_compare_who(before, all[0])))
			buf_puts(t->out, "# so many: if it picks the numbers itself, a range "
					 "says what is meant\n");
		put_seen(t->out, all, n);
		buf_put(t->out, lines.data, lines.len);
	}
	buf_free(&lines);
	return any;
}

/* The part with rules, or that under REVIEW. */
static void put_part(struct text *t, bool review)
{
	const struct learnt *before = NULL;
	size_t n;

	for (size_t i = 0; i < t->learn->n; i += n) {
		n = run_of(t->sorted + i, t->learn->n - i);
		if (!t->sorted[i]->review == review)
			continue;
		if (put_one(t, t->sorted + i, n, before))
			before = t->sorted[i];
	}
}

static bool sort(struct text *t)
{
	const struct learn *learn = t->learn;

	*t->counts = (struct learn_counts){ .dropped = learn->dropped };
	t->sorted = calloc(learn->n + 1, sizeof(struct learnt *));
	if (!t->sorted) {
		t->out->failed = true;
		return false;
	}
	if (!learn->n)
		return true;
	memcpy(t->sorted, learn->all, learn->n * sizeof(struct learnt *));
	qsort(t->sorted, learn->n, sizeof(struct learnt *), in_order);
	return true;
}

static void put_span_of_all(struct buf *out, const struct learn *learn)
{
	uint64_t first_s = UINT64_MAX, last_s = 0;

	for (size_t i = 0; i < learn->n; i++) {
		if (learn->all[i]->first_s < first_s)
			first_s = learn->all[i]->first_s;
		if (learn->all[i]->last_s > last_s)
			last_s = learn->all[i]->last_s;
	}
	if (learn->n)
		put_span(out, first_s, last_s, " to ");
	else
		buf_puts(out, "nothing was open");
	buf_putc(out, '\n');
}

static void put_dropped(const struct text *t)
{
	if (!t->counts->dropped)
		return;
	buf_puts(t->out, "# ");
	put_number(t->out, t->counts->dropped, "port was", "ports were");
	buf_puts(t->out, " too many, and left away.\n");
}

void learn_put(const struct learn *learn, const char *by, struct buf *out,
	       struct learn_counts *counts)
{
	struct text t = { .learn = learn, .out = out, .counts = counts };

	if (!sort(&t))
		return;
	buf_puts(out, "# Learnt by ");
	escape_puts(out, by);
	buf_puts(out, ": ");
	put_span_of_all(out, learn);
	put_dropped(&t);
	buf_puts(out,
		 "# It was open, which does not say that it should have been:\n# read this before "
		 "you trust it.\n");
	put_part(&t, false);
	buf_puts(out, "\n" DEFAULT_RULE);
	put_part(&t, true);
	free(t.sorted);
}

void learn_put_new(const struct learn *learn, const char *by, const char *text, size_t len,
		   struct buf *out, struct learn_counts *counts)
{
	struct buf added = { 0 };
	struct text t = {
		.learn = learn, .beside = text, .beside_len = len, .out = &added, .counts = counts
	};

	if (!sort(&t))
		added.failed = true;
	put_part(&t, false);
	put_part(&t, true);
	if (counts->rules + counts->reviews) {
		buf_puts(out, len && text[len - 1] != '\n' ? "\n" : "");
		buf_puts(out, "\n# Added by ");
		escape_puts(out, by);
		buf_puts(out, ": ");
		put_span_of_all(out, learn);
		put_dropped(&t);
		buf_put(out, added.data, added.len);
	}
	out->failed |= added.failed;
	buf_free(&added);
	free(t.sorted);
}
