// SPDX-License-Identifier: GPL-2.0-only
#include "base/log.h"

#include "base/escape.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void say(const char *format, ...)
{
	struct buf line = { 0 };
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	buf_puts(&line, "porttrace: ");
	for (char *part = text, *end; part; part = end) {
		/* A message may have lines of its own; they are indented. */
		end = strchr(part, '\n');
		escape_text(&line, part, end ? (size_t)(end - part) : strlen(part));
		buf_puts(&line, end ? "\n  " : "\n");
		if (end)
			end++;
	}
	if (!line.failed && write(STDERR_FILENO, line.data, line.len) < 0) {
		/* Nowhere left to say so. */
	}
	buf_free(&line);
}
