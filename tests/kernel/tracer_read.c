// SPDX-License-Identifier: GPL-2.0-only
/* Reading what a tracer says. */
#include "tracer.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "marker.h"
#include "shapes.h"

#define BUF_MAX (1 << 26)

static bool of_interest(const struct tracer *tracer, const struct event *event)
{
	/* What cannot be seen at all is told once, at start: no event of this test. */
	if (!strcmp(event->name, "lost") && !event->count && !strstr(event->line, "\"blind: "))
		return false;
	if (!event->netns)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(tracer->netns); i++) {
		if (tracer->netns[i] == event->netns)
			return true;
	}
	return false;
}

static void event_free(struct event *event)
{
	free(event->line);
	json_decref(event->json);
	event->line = NULL;
	event->json = NULL;
}

static void keep_event(struct tracer *tracer, const struct event *event)
{
	struct event *copy = malloc(sizeof(*copy));

	if (tracer->count == tracer->room) {
		tracer->room = tracer->room ? tracer->room * 2 : 256;
		tracer->events = reallocarray(tracer->events, tracer->room,
					      sizeof(*tracer->events));
	}
	if (!copy || !tracer->events)
		test_fail("out of memory");
	*copy = *event;
	tracer->events[tracer->count++] = copy;
}

static void take_line(struct tracer *tracer, const char *line)
{
	struct event event;

	event_parse(&event, line);
	if (!of_interest(tracer, &event)) {
		event_free(&event);
		return;
	}
	if (marker_note(tracer, &event)) {
		event_free(&event);
		return;
	}
	if (tracer->no_lines)
		event_free(&event);
	keep_event(tracer, &event);
}

/* Cuts complete lines off the buffer; in text mode all of it stays. */
static void take_lines(struct tracer *tracer)
{
	char *start = tracer->buf;
	char *end;

	if (tracer->text)
		return;
	while ((end = memchr(start, '\n', tracer->len - (start - tracer->buf)))) {
		*end = '\0';
		if (strlen(start) != (size_t)(end - start))
			test_fail("a line has a NUL in it: %s", start);
		take_line(tracer, start);
		start = end + 1;
	}
	tracer->len -= start - tracer->buf;
	memmove(tracer->buf, start, tracer->len);
}

static ssize_t read_stdout(struct tracer *tracer)
{
	ssize_t len;

	if (tracer->size - tracer->len < 65536) {
		tracer->size = tracer->size * 2 + 131072;
		if (tracer->size > BUF_MAX)
			test_fail("a line of more than %d bytes", BUF_MAX);
		tracer->buf = realloc(tracer->buf, tracer->size);
		if (!tracer->buf)
			test_fail("out of memory");
	}
	len = read(tracer->out, tracer->buf + tracer->len, tracer->size - tracer->len - 1);
	if (len <= 0)
		return len;
	tracer->len += len;
	tracer->buf[tracer->len] = '\0';
	take_lines(tracer);
	return len;
}

static void read_stderr(struct tracer *tracer)
{
	size_t room = sizeof(tracer->errors) - 1 - tracer->errors_len;
	char rest[512];
	ssize_t len;

	if (room)
		len = read(tracer->err, tracer->errors + tracer->errors_len, room);
	else
		len = read(tracer->err, rest, sizeof(rest));
	if (len > 0 && room)
		tracer->errors_len += len;
	if (len <= 0) {
		close(tracer->err);
		tracer->err = -1;
	}
}

void tracer_read_rest(struct tracer *tracer)
{
	struct pollfd fd = { .fd = tracer->err, .events = POLLIN };

	while (tracer->err >= 0 && poll(&fd, 1, 0) > 0)
		read_stderr(tracer);
}

int tracer_pump(struct tracer *tracer, int timeout)
{
	struct pollfd fds[2] = { { .fd = tracer->out, .events = POLLIN },
				 { .fd = tracer->err, .events = POLLIN } };
	int ready = poll(fds, 2, timeout);

	if (ready <= 0)
		return 0;
	if (fds[1].revents)
		read_stderr(tracer);
	if (fds[0].revents && read_stdout(tracer) <= 0)
		return -1;
	return 1;
}

int tracer_pump_alive(struct tracer *tracer, int timeout)
{
	int got = tracer_pump(tracer, timeout);

	if (got < 0) {
		while (tracer->err >= 0 && tracer_pump(tracer, 200) != 0)
			;
		test_fail("porttrace ended by itself, status %d", tracer_wait(tracer));
	}
	return got;
}
