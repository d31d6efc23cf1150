// SPDX-License-Identifier: GPL-2.0-only
/* The line behind '/': the filters of the command line, or a word alone. */
#include "base/log.h"
#include "cmd/option_words.h"
#include "cmd/top_internal.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64

struct line_filter {
	struct stream_options options; /* of which the filter is handed out */
	char *line;                    /* what filters point into, as the next */
	char *globs[FILTER_MANY_MAX];
	size_t n_globs;
};

/* The end of a word, of which quotes are taken away. */
static char *take_word(char **rest)
{
	char *from = *rest + strspn(*rest, " \t"), *to = from, *word = from;
	int quote = 0; /* that has not ended yet */

	if (!*from) {
		*rest = from;
		return NULL;
	}
	for (; *from && (quote || !strchr(" \t", *from)); from++) {
		if (quote ? *from == quote : *from == '\'' || *from == '"')
			quote = quote ? 0 : *from;
		else
			*to++ = *from;
	}
	*rest = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

/* A number is a port, anything else a part of a process's name. */
static int take_operand(struct line_filter *lf, const char *word)
{
	static const struct option_row comm = { .name = "comm" };
	char *glob;

	if (*word >= '0' && *word <= '9')
		return option_set_ports(&lf->options, NULL, word);
	if (lf->n_globs == FILTER_MANY_MAX || asprintf(&glob, "*%s*", word) < 0) {
		say("too many words");
		return STATUS_USAGE;
	}
	lf->globs[lf->n_globs++] = glob;
	return option_set_comm(&lf->options, &comm, glob);
}

static int parse_words(struct line_filter *lf)
{
	static const struct option_table table = { .parts = { &filter_options }, .no_help = true };
	static char name[] = "top";
	char *words[WORDS_MAX + 1] = { name }, *rest = lf->line;
	int n = 1, first, status;

	while (n < WORDS_MAX && (words[n] = take_word(&rest)))
		n++;
	words[n] = NULL;
	status = options_parse(&table, n, words, &lf->options, &first);
	for (int i = first; !status && i < n; i++)
		status = take_operand(lf, words[i]);
	return status;
}

/* What is wrong comes as a message for stderr; the first one, without its end. */
static void take_why(const char *text, size_t len, void *arg)
{
	size_t skip = say_name(text, len);
	struct buf *why = arg;

	if (why->len)
		return;
	text += skip;
	len -= skip;
	while (len && text[len - 1] == '\n')
		len--;
	buf_put(why, text, len);
}

static void free_filter(struct line_filter *lf)
{
	stream_options_free(&lf->options);
	for (size_t i = 0; i < lf->n_globs; i++)
		free(lf->globs[i]);
	free(lf->line);
	free(lf);
}

const struct filter *top_filter_parse(const char *line, struct buf *why, void *arg)
{
	struct line_filter *lf = calloc(1, sizeof(*lf));
	struct top *top = arg;
	int status = STATUS_NO_TRACING;

	if (!lf)
		return NULL;
	lf->options.output = &sink_table;
	lf->line = strdup(line);
	top_say_to(top, take_why, why);
	if (lf->line)
		status = parse_words(lf);
	if (!status)
		stream_options_host_netns(&lf->options,
					  trace_host_netns(session_trace(top->stream.session)));
	top_say_to(top, NULL, NULL);
	if (!status && !why->len)
		return &lf->options.filter;
	free_filter(lf);
	return NULL;
}

void top_filter_drop(const struct filter *filter, void *arg)
{
	(void)arg;
	free_filter((struct line_filter *)((char *)filter -
					   offsetof(struct line_filter, options.filter)));
}
