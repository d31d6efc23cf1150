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
	escape_text(&line, text, strlen(text));
	buf_putc(&line, '\n');
	if (!line.failed && write(STDERR_FILENO, line.data, line.len) < 0) {
		/* Nowhere left to say so. */
	}
	buf_free(&line);
}
