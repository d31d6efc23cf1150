// SPDX-License-Identifier: GPL-2.0-only
/* Messages, while the terminal that stderr may be is drawn on. */
#include "base/log.h"
#include "cmd/top_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Messages that are kept until the terminal is given back. */
#define SAID_MAX ((size_t)64 * 1024)

/* On the status line its first line, without the program's name. */
static void show_message(struct top *top, const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);
	size_t skip = say_name(text, len);
	char line[512];

	if (end)
		len = (size_t)(end - text);
	text += skip;
	len -= skip;
	snprintf(line, sizeof(line), "%.*s", (int)(len < sizeof(line) ? len : sizeof(line)), text);
	tui_message(top->tui, line);
}

static void take_message(const char *text, size_t len, void *arg)
{
	struct top *top = arg;

	if (top->said.len + len <= SAID_MAX)
		buf_put(&top->said, text, len);
	else
		top->unsaid++;
	if (top->tui)
		show_message(top, text, len);
}

void top_say_to(struct top *top, void (*take)(const char *text, size_t len, void *arg), void *arg)
{
	say_to(take ? take : take_message, take ? arg : top);
}

void top_say_kept(struct top *top)
{
	say_to(NULL, NULL);
	if (top->said.len)
		say_lines(top->said.data, top->said.len);
	if (top->unsaid)
		say("%" PRIu64 " more messages were not kept", top->unsaid);
	buf_free(&top->said);
}

void top_show_first(struct top *top)
{
	if (top->said.len)
		show_message(top, top->said.data, top->said.len);
}
