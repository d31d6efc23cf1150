// SPDX-License-Identifier: GPL-2.0-only
/* doctor: what it found, for a person. */
#include "cmd/doctor_text.h"

#include "base/wrap.h"
#include "service/confine.h"

#include <string.h>
#include <sys/utsname.h>

/* What the first column takes. */
#define NAME_WIDTH 13

/* A backend that lacks, lacks for one reason nearly everywhere: that is told once. */
struct told {
	const struct attempt *attempts[CAPABILITIES * ATTEMPTS_MAX];
	size_t n;
};

static bool is_told(const struct told *told, const struct attempt *attempt)
{
	for (size_t i = 0; i < told->n; i++)
		if (!strcmp(told->attempts[i]->backend, attempt->backend) &&
		    !strcmp(told->attempts[i]->why, attempt->why))
			return true;
	return false;
}

static void put_name(struct buf *out, const char *name)
{
	buf_puts(out, name);
	buf_fill(out, ' ', NAME_WIDTH - strlen(name));
}

static bool has_failed(const struct attempt *attempt)
{
	return !attempt->holds && *attempt->why;
}

/* Of one backend several rungs may have failed. */
static bool is_named_before(const struct capability_state *state, size_t i)
{
	return i && !strcmp(state->attempts[i].backend, state->attempts[i - 1].backend);
}

static void put_told_above(struct buf *out, const struct capability_state *state,
			   const struct told *told)
{
	const char *before = "- ";

	for (size_t i = 0; i < state->n_attempts; i++) {
		const struct attempt *attempt = &state->attempts[i];

		if (!has_failed(attempt) || !is_told(told, attempt) || is_named_before(state, i))
			continue;
		if (*before == '-')
			put_name(out, "");
		buf_puts(out, before);
		buf_puts(out, attempt->backend);
		before = ", ";
	}
	if (*before != '-')
		buf_puts(out, ": as above\n");
}

static void put_attempts(struct buf *out, const struct capability_state *state, struct told *told)
{
	put_told_above(out, state, told);
	for (size_t i = 0; i < state->n_attempts; i++) {
		const struct attempt *attempt = &state->attempts[i];

		if (!has_failed(attempt) || is_told(told, attempt))
			continue;
		told->attempts[told->n++] = attempt;
		put_name(out, "");
		buf_puts(out, "- ");
		buf_puts(out, attempt->backend);
		buf_puts(out, ": ");
		buf_puts(out, attempt->why);
		buf_putc(out, '\n');
	}
}

static void put_text(struct buf *out, const struct capability_state *state, struct told *told)
{
	const struct attempt *holds = coverage_holds(state);

	put_name(out, state->event);
	if (holds) {
		buf_puts(out, holds->backend);
		buf_puts(out, " (");
		buf_puts(out, holds->hooks);
		buf_putc(out, ')');
	} else {
		buf_puts(out, state->wanted ? "NOT SEEN" :
					      "not looked for: the kernel has it not loaded");
	}
	buf_putc(out, '\n');
	if (state->wanted)
		put_attempts(out, state, told);
	if (!holds || !state->note)
		return;
	put_name(out, "");
	buf_puts(out, "! ");
	buf_puts(out, state->note);
	buf_putc(out, '\n');
}

/* The answer for who has no time for the rest. */
static void put_summary(struct buf *out, const struct coverage *c)
{
	const char *before = "possible; NOT SEEN: ";

	put_name(out, "tracing");
	for (int i = 0; i < CAPABILITIES; i++) {
		if (!c->states[i].wanted || coverage_holds(&c->states[i]))
			continue;
		buf_puts(out, before);
		buf_puts(out, c->states[i].event);
		before = ", ";
	}
	buf_puts(out, *before == 'p' ? "possible; every kind of event is seen\n" : "\n");
}

static void put_where(struct buf *out, const struct coverage *c)
{
	struct utsname host;

	uname(&host);
	put_name(out, "kernel");
	buf_puts(out, host.release);
	buf_putc(out, ' ');
	buf_puts(out, host.machine);
	buf_putc(out, '\n');
	if (!*c->cgroup)
		return;
	put_name(out, "cgroup v2");
	buf_puts(out, c->cgroup);
	buf_puts(out, c->cgroup_partial ? " (a container's part of it alone)\n" : "\n");
}

void doctor_print_text(const struct coverage *c, int err)
{
	struct buf lines = { 0 };
	struct told told = { 0 };

	put_where(&lines, c);
	if (err) {
		put_name(&lines, "tracing");
		buf_puts(&lines, "NOT POSSIBLE: ");
		buf_puts(&lines, c->why);
		buf_putc(&lines, '\n');
	} else {
		put_summary(&lines, c);
		for (int i = 0; i < CAPABILITIES; i++)
			put_text(&lines, &c->states[i], &told);
		confine_put_text(&lines, NAME_WIDTH);
	}
	wrap_print(&lines, NAME_WIDTH);
	buf_free(&lines);
}
