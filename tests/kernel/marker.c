// SPDX-License-Identifier: GPL-2.0-only
#include "marker.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"
#include "sockets.h"

#define READY_WAIT 250 /* ms a probe is given before the next one */

static int next_marker = MARKER_FIRST;

bool marker_note(struct tracer *tracer, const struct event *event)
{
	if (event->remote_port >= MARKER_FIRST && !strcmp(event->name, "end"))
		tracer->marker_end = event->remote_port;
	if (event->port < MARKER_FIRST)
		return event->remote_port >= MARKER_FIRST;
	if (!strcmp(event->name, "open"))
		tracer->marker_told = tracer->marker_open = event->port;
	else if (!strcmp(event->name, "close"))
		tracer->marker_told = tracer->marker_close = event->port;
	else if (!strcmp(event->name, "existing"))
		tracer->marker_told = event->port;
	return true;
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

static int marker_listen(void)
{
	return tcp_listen("127.0.0.1", next_marker);
}

static void await_marker(struct tracer *tracer, const int *told, int port, const char *what)
{
	while (*told != port) {
		if (!time_left())
			test_fail("the %s of the marker on port %d did not come", what, port);
		tracer_pump_alive(tracer, time_left());
	}
}

/* A probe opened before the hooks were attached is told as existing, or never. */
static bool probe_seen(struct tracer *tracer, int port)
{
	long long end = now_ms() + min_int(READY_WAIT * config.scale, time_left());

	while (tracer->marker_told != port && now_ms() < end)
		tracer_pump_alive(tracer, min_int((int)(end - now_ms()), time_left()));
	return tracer->marker_open == port;
}

void tracer_ready(struct tracer *tracer)
{
	bool seen = false;

	while (!seen) {
		int fd = marker_listen();

		seen = probe_seen(tracer, next_marker);
		if (!seen && !time_left())
			test_fail("porttrace does not tell of a listener opened after its start");
		close(fd);
		next_marker++;
	}
	if (!tracer->no_close)
		await_marker(tracer, &tracer->marker_close, next_marker - 1, "close");
}

static void await_closed(struct tracer *tracer, int port)
{
	if (tracer->no_close)
		await_marker(tracer, &tracer->marker_open, port, "open");
	else
		await_marker(tracer, &tracer->marker_close, port, "close");
}

void tracer_sync(struct tracer *tracer)
{
	int port = next_marker++;

	close(tcp_listen("127.0.0.1", port));
	await_closed(tracer, port);
}

/* A connection that is made, accepted and reset. */
static void marker_connection(int port)
{
	struct linger reset = { .l_onoff = 1 };
	int listener = tcp_listen("127.0.0.1", port);
	int client = tcp_connect(0, port);
	int server = accept(listener, NULL, NULL);

	if (server < 0 || setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)))
		test_fail("the marker's connection: %s", strerror(errno));
	close(client);
	close(server);
	close(listener);
}

void tracer_sync_all(struct tracer *tracer)
{
	int port = next_marker++;

	marker_connection(port);
	await_marker(tracer, &tracer->marker_end, port, "end of the connection");
	await_closed(tracer, port);
}

void tracer_resync_all(struct tracer *tracer)
{
	long long end = 0;
	int port = 0;

	while (!port || tracer->marker_end != port) {
		check(time_left() > 0, "after a loss, no marker is told any more");
		if (now_ms() >= end) {
			port = next_marker++;
			marker_connection(port);
			end = now_ms() + 4LL * READY_WAIT * config.scale;
		}
		tracer_pump_alive(tracer, min_int((int)(end - now_ms()), time_left()));
	}
}

void tracer_resync(struct tracer *tracer)
{
	long long end = 0;
	int port = 0;

	while (!port || tracer->marker_close != port) {
		check(time_left() > 0, "after a loss, no marker is told any more");
		if (now_ms() >= end) {
			close(marker_listen());
			port = next_marker++;
			end = now_ms() + (long long)READY_WAIT * config.scale;
		}
		tracer_pump_alive(tracer, min_int((int)(end - now_ms()), time_left()));
	}
}
