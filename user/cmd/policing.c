// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/policing.h"

#include "base/log.h"
#include "base/terminal.h"
#include "base/wrap.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define HANG 2

/* What is indented is a line of the policy, with a caret below: it stays as it is. */
static void put_sentences(const struct buf *text, struct buf *out)
{
	size_t width = terminal_width(STDERR_FILENO);

	for (size_t at = 0; at < text->len;) {
		const char *line = text->data + at;
		const char *eol = memchr(line, '\n', text->len - at);
		size_t n = eol ? (size_t)(eol - line) : text->len - at;

		wrap_line(out, line, n, *line == ' ' ? 0 : width, HANG);
		buf_putc(out, '\n');
		at += n + 1;
	}
}

void policing_put_problems(const struct policy_problems *problems)
{
	struct buf text = { 0 }, wrapped = { 0 };

	policy_problems_put(problems, &text);
	put_sentences(&text, &wrapped);
	say_text(wrapped.data, wrapped.len);
	buf_free(&text);
	buf_free(&wrapped);
}

int policing_load(struct policy **out, const char *path)
{
	struct policy_problems problems = { 0 };
	int err = policy_load(out, path ? path : POLICY_DEFAULT_PATH, &problems);

	if (problems.n)
		policing_put_problems(&problems);
	if (err && !problems.n_errors)
		say("the policy cannot be read: %s", strerror(-err));
	policy_problems_free(&problems);
	return err ? STATUS_USAGE : STATUS_OK;
}

int policing_open(struct judge **out, const char *path, struct enrich *enrich)
{
	struct policy *policy;
	int status = policing_load(&policy, path);

	if (status)
		return status;
	*out = judge_new(policy, enrich);
	if (*out)
		return STATUS_OK;
	say("out of memory");
	return STATUS_NO_TRACING;
}

bool policing_has_default(void)
{
	return !access(POLICY_DEFAULT_PATH, F_OK);
}
