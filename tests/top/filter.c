// SPDX-License-Identifier: GPL-2.0-only
/* The filters of the command line, as a person types them: what is said on stderr is the mistake. */
#include "filter.h"

#include "cmd/stream_options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct typed {
	struct stream_options options;
	char *line;
};

static int parse(struct typed *typed)
{
	static const struct option_table table = { .parts = { &filter_options } };
	static char name[] = "top";
	char *words[33] = { name }, *rest = typed->line, *word;
	int n = 1;

	while (n < 32 && (word = strsep(&rest, " ")))
		if (*word)
			words[n++] = word;
	return options_parse_alone(&table, "the filter", "a port is given as --port", n, words,
				   &typed->options);
}

/* What is said to descriptor fd goes to text instead, without "porttrace: ". */
static void take_said(int fd, struct buf *text)
{
	static const char prefix[] = "porttrace: ";
	char said[512];
	ssize_t n = pread(fd, said, sizeof(said), 0);
	size_t skip = sizeof(prefix) - 1;

	if (n > (ssize_t)skip && !memcmp(said, prefix, skip))
		buf_put(text, said + skip, strcspn(said + skip, "\n"));
}

const struct filter *typed_filter(const char *line, struct buf *why, void *arg)
{
	struct typed *typed = calloc(1, sizeof(*typed));
	int saved = dup(STDERR_FILENO), said = memfd_create("said", MFD_CLOEXEC), status;

	(void)arg;
	if (!typed || saved < 0 || said < 0)
		abort();
	typed->line = strdup(line);
	dup2(said, STDERR_FILENO);
	status = parse(typed);
	dup2(saved, STDERR_FILENO);
	close(saved);
	take_said(said, why);
	close(said);
	if (!status)
		return &typed->options.filter;
	free(typed->line);
	free(typed);
	return NULL;
}

void typed_filter_drop(const struct filter *filter, void *arg)
{
	struct typed *typed = (struct typed *)((char *)filter -
					       offsetof(struct typed, options.filter));

	(void)arg;
	stream_options_free(&typed->options);
	free(typed->line);
	free(typed);
}
