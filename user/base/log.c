// SPDX-License-Identifier: GPL-2.0-only
#include "base/log.h"

#include "base/escape.h"
#include "base/out.h"
#include "base/terminal.h"
#include "base/wrap.h"

#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How long a reader of stderr that has no room is waited for, once. */
#define PATIENCE_MS 1000

/* What goes on in another line of the terminal is indented: it is no message of its own. */
#define HANG 2

static bool hurried;
static void (*taker)(const char *text, size_t len, void *arg);
static void *taker_arg;
static struct out out;
static uint64_t unsaid;

void say_hurry(void)
{
	hurried = true;
	unsaid = 0;
	out_open(&out, STDERR_FILENO);
}

static void put_unsaid(void)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "porttrace: %" PRIu64 " messages are not here: stderr was not read\n", unsaid);
	buf_puts(&out.buf, text);
	unsaid = 0;
}

/* What does not fit waits, and until it is written all others are counted: no line is torn. */
static void put_hurried(const char *text, size_t len)
{
	struct pollfd room = { .events = POLLOUT };

	if (!len)
		return;
	if (out.buf.len && out_flush(&out) > 0) {
		unsaid++;
		return;
	}
	if (unsaid)
		put_unsaid();
	buf_put(&out.buf, text, len);
	room.fd = out.fd;
	if (out_flush(&out) > 0 && poll(&room, 1, PATIENCE_MS) > 0)
		out_flush(&out);
	if (!out.err)
		return;
	buf_free(&out.buf); /* nowhere left to say so */
	out.err = 0;
}

void say_to(void (*take)(const char *text, size_t len, void *arg), void *arg)
{
	taker = take;
	taker_arg = arg;
}

void say_text(const char *text, size_t len)
{
	if (taker) {
		taker(text, len, taker_arg);
		return;
	}
	if (hurried) {
		put_hurried(text, len);
		return;
	}
	if (write(STDERR_FILENO, text, len) < 0) {
		/* Nowhere left to say so. */
	}
}

void say_lines(const char *text, size_t len)
{
	size_t width = terminal_width(STDERR_FILENO), n;
	struct buf wrapped = { 0 };

	for (size_t at = 0; at < len; at += n + 1) {
		const char *end = memchr(text + at, '\n', len - at);

		n = end ? (size_t)(end - text) - at : len - at;
		wrap_line(&wrapped, text + at, n, width, HANG);
		buf_putc(&wrapped, '\n');
	}
	say_text(wrapped.data, wrapped.len);
	buf_free(&wrapped);
}

static const char name[] = "porttrace: ";

size_t say_name(const char *text, size_t len)
{
	size_t n = sizeof(name) - 1;

	return len >= n && !memcmp(text, name, n) ? n : 0;
}

void say(const char *format, ...)
{
	struct buf line = { 0 }, wrapped = { 0 };
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	buf_puts(&line, name);
	escape_puts(&line, text);
	/* How wide it is for whoever takes it is theirs to know. */
	wrap_line(&wrapped, line.data, line.len, taker ? 0 : terminal_width(STDERR_FILENO), HANG);
	buf_putc(&wrapped, '\n');
	if (!line.failed && !wrapped.failed)
		say_text(wrapped.data, wrapped.len);
	buf_free(&line);
	buf_free(&wrapped);
}
