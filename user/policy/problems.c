// SPDX-License-Identifier: GPL-2.0-only
/* Problems of a policy: a list of them, and how a person sees it. */
#include "base/escape.h"
#include "policy/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX 1024
#define INDENT 4
/* How much of a long line is shown before the place, and in all: bytes. */
#define SHOWN_BEFORE 60
#define SHOWN_MAX 160

_Static_assert(SHOWN_MAX > SHOWN_BEFORE + 2 * 3, "the place is within what is shown");

/* How many characters the first n bytes are; what is not UTF-8 counts by bytes. */
static unsigned int characters(const char *text, size_t n)
{
	unsigned int count = 0;
	uint32_t code_point;

	for (size_t i = 0; i < n; count++) {
		size_t len = utf8_decode(text + i, n - i, &code_point);

		i += len ? len : 1;
	}
	return count;
}

static struct policy_problem *problem_new(struct policy_problems *problems)
{
	size_t cap = problems->cap ? problems->cap * 2 : 8;
	struct policy_problem *all;

	if (problems->n == POLICY_PROBLEMS_MAX) {
		problems->cut = true;
		return NULL;
	}
	if (problems->n == problems->cap) {
		all = reallocarray(problems->all, cap, sizeof(*all));
		if (!all) {
			problems->cut = true;
			return NULL;
		}
		problems->all = all;
		problems->cap = cap;
	}
	problems->all[problems->n] = (struct policy_problem){ .width = 1 };
	return &problems->all[problems->n++];
}

void complain(const struct line *line, enum problem_level level, struct span where,
	      const char *suggestion, const char *format, ...)
{
	struct policy_problem *problem = problem_new(line->problems);
	char message[MESSAGE_MAX];
	va_list args;

	if (level == PROBLEM_ERROR)
		line->problems->n_errors++;
	else
		line->problems->n_warnings++;
	if (!problem)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	problem->level = level;
	problem->file = strdup(line->file);
	problem->order = line->order;
	problem->line = line->number;
	problem->message = strdup(message);
	problem->suggestion = suggestion ? strdup(suggestion) : NULL;
	problem->text = line->text ? strndup(line->text, line->len) : NULL;
	if (where.at && line->text) {
		problem->column = 1 + characters(line->text, (size_t)(where.at - line->text));
		problem->width = characters(where.at, where.len);
		problem->width += !problem->width;
	}
}

/* Stable: of one line they stay in the order in which they were found. */
void problems_sort(struct policy_problems *problems)
{
	for (size_t i = 1; i < problems->n; i++) {
		struct policy_problem one = problems->all[i];
		size_t at = i;

		for (; at; at--) {
			const struct policy_problem *before = &problems->all[at - 1];

			if (before->order < one.order ||
			    (before->order == one.order && before->line <= one.line))
				break;
			problems->all[at] = *before;
		}
		problems->all[at] = one;
	}
}

static void put_place(struct buf *out, const struct policy_problem *problem)
{
	escape_puts(out, problem->file ? problem->file : "?");
	buf_putc(out, ':');
	if (!problem->line)
		return;
	buf_put_u64(out, problem->line);
	buf_putc(out, ':');
	if (!problem->column)
		return;
	buf_put_u64(out, problem->column);
	buf_putc(out, ':');
}

/* Bytes of text as they are shown: tabs are blanks, all else is escaped. Returns its width. */
static unsigned int put_part(struct buf *out, const char *text, size_t n)
{
	size_t from = out->len;

	for (size_t i = 0; i < n; i++) {
		size_t run = 0;

		while (i + run < n && text[i + run] != '\t')
			run++;
		escape_text(out, text + i, run);
		i += run;
		if (i < n)
			buf_putc(out, ' ');
	}
	return out->failed ? 0 : characters(out->data + from, out->len - from);
}

/* The byte at which the n-th character begins. */
static size_t byte_of(const char *text, size_t len, unsigned int n)
{
	uint32_t code_point;
	size_t i = 0;

	for (; n && i < len; n--) {
		size_t step = utf8_decode(text + i, len - i, &code_point);

		i += step ? step : 1;
	}
	return i;
}

/* To where a character begins, if it is one: of UTF-8 no more than three bytes follow the first. */
static size_t whole_from(const char *text, size_t at)
{
	for (size_t i = 0; i < 3 && at && ((unsigned char)text[at] & 0xc0) == 0x80; i++)
		at--;
	return at;
}

/* The line, or what is around the place, and a caret below that. */
static void put_line(struct buf *out, const struct policy_problem *problem)
{
	const char *text = problem->text;
	size_t len = strlen(text), at = byte_of(text, len, problem->column - 1);
	size_t end = at + byte_of(text + at, len - at, problem->width);
	size_t from = 0, to = len;
	unsigned int before, width;

	if (len > SHOWN_MAX && at > SHOWN_BEFORE)
		from = whole_from(text, at - SHOWN_BEFORE);
	if (to > from + SHOWN_MAX)
		to = whole_from(text, from + SHOWN_MAX);
	end = end > to ? to : end;
	buf_fill(out, ' ', INDENT);
	if (from)
		buf_puts(out, "...");
	before = (from ? 3 : 0) + put_part(out, text + from, at - from);
	width = put_part(out, text + at, end - at);
	put_part(out, text + end, to - end);
	if (to < len)
		buf_puts(out, "...");
	buf_putc(out, '\n');
	buf_fill(out, ' ', INDENT + before);
	buf_putc(out, '^');
	if (width > 1)
		buf_fill(out, '~', width - 1);
	buf_putc(out, '\n');
}

static void put_problem(struct buf *out, const struct policy_problem *problem)
{
	put_place(out, problem);
	buf_puts(out, problem->level == PROBLEM_ERROR ? " error: " : " warning: ");
	escape_puts(out, problem->message ? problem->message : "out of memory");
	if (problem->suggestion) {
		buf_puts(out, ": did you mean '");
		escape_puts(out, problem->suggestion);
		buf_puts(out, "'?");
	}
	buf_putc(out, '\n');
	if (problem->text && problem->column)
		put_line(out, problem);
}

void policy_problems_put(const struct policy_problems *problems, struct buf *out)
{
	for (size_t i = 0; i < problems->n; i++)
		put_problem(out, &problems->all[i]);
	if (!problems->cut)
		return;
	buf_put_u64(out, problems->n_errors + problems->n_warnings - problems->n);
	buf_puts(out, " more problems are not shown\n");
}

void policy_problems_free(struct policy_problems *problems)
{
	for (size_t i = 0; i < problems->n; i++) {
		free(problems->all[i].file);
		free(problems->all[i].text);
		free(problems->all[i].message);
		free(problems->all[i].suggestion);
	}
	free(problems->all);
	*problems = (struct policy_problems){ 0 };
}
