// SPDX-License-Identifier: GPL-2.0-only
/* Many connections by many processes that come and go: each told once, and each by its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "load.h"
#include "stats.h"
#include "tests.h"
#include "tracer.h"

/* How often each was told, by the client's port. */
struct told {
	unsigned char connect;
	unsigned char accept;
	unsigned char client_end;
	unsigned char server_end;
};

static void expect_client(const struct event *event, const struct load_conn *conn)
{
	char name[16];

	snprintf(name, sizeof(name), "load-%d", conn->serial);
	check(event->pid == conn->client && !strcmp(event->comm, name),
	      "`%s` of port %d by %s (%d), it was %s (%d)", event->name, event->port, event->comm,
	      event->pid, name, conn->client);
}

static void expect_server(const struct event *event, const struct load_conn *conn)
{
	check(event->pid == conn->server, "`%s` from port %d by %d, it was %d", event->name,
	      event->remote_port, event->pid, conn->server);
}

static void take(const struct load *load, struct told *told, const struct event *event)
{
	int client = event->port - LOAD_FIRST, server = event->remote_port - LOAD_FIRST;
	int total = load_total(load);

	if (event->remote_port == LOAD_PORT && client >= 0 && client < total) {
		if (!strcmp(event->name, "connect"))
			told[client].connect++;
		else if (!strcmp(event->name, "end"))
			told[client].client_end++;
		else
			test_fail("a `%s` of port %d", event->name, event->port);
		expect_client(event, &load->conns[client]);
	} else if (event->port == LOAD_PORT && server >= 0 && server < total) {
		if (!strcmp(event->name, "accept"))
			told[server].accept++;
		else if (!strcmp(event->name, "end"))
			told[server].server_end++;
		else
			test_fail("a `%s` from port %d", event->name, event->remote_port);
		expect_server(event, &load->conns[server]);
	}
}

/* What was said to be lost of that kind, or of connections without saying which. */
static long long lost_of(const struct tracer *tracer, const char *kind)
{
	long long lost = 0;

	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];

		if (!strcmp(event->name, "lost") &&
		    (!strcmp(event->kind, kind) || !strcmp(event->kind, "connection")))
			lost += event->count;
	}
	return lost;
}

static void expect_missing(const struct tracer *tracer, const char *kind, int missing)
{
	check(missing <= lost_of(tracer, kind), "%d `%s`s were neither told nor counted as lost",
	      missing, kind);
}

static void expect_once(const struct tracer *tracer, const struct load *load,
			const struct told *told)
{
	int connects = 0, accepts = 0, ends = 0;

	for (int i = 0; i < load_total(load); i++) {
		check(told[i].connect <= 1 && told[i].accept <= 1 && told[i].client_end <= 1 &&
			      told[i].server_end <= 1,
		      "port %d: %d connects, %d accepts, %d ends of the client, %d of the server",
		      LOAD_FIRST + i, told[i].connect, told[i].accept, told[i].client_end,
		      told[i].server_end);
		connects += !told[i].connect;
		accepts += !told[i].accept;
		ends += !told[i].client_end + !told[i].server_end;
	}
	expect_missing(tracer, "connect", connects);
	expect_missing(tracer, "accept", accepts);
	expect_missing(tracer, "end", ends);
}

static void run_flood(int clients, int each)
{
	struct told *told = calloc(LOAD_MAX, sizeof(*told));
	struct tracer *tracer;
	struct load *load;

	need("acceptor");
	tracer = tracer_launch(&(struct launch){ .args = { "-e", "open,close,connect,accept,end" },
						 .no_lines = true });
	tracer_ready(tracer);
	load = load_start(2, clients, each);
	load_join(load);
	tracer_resync_all(tracer);
	for (size_t i = 0; i < tracer->count; i++)
		take(load, told, tracer->events[i]);
	expect_once(tracer, load, told);
	printf("      %d connections, %d processes by the pid of another\n", load_total(load),
	       load->reused);
	free(told);
}

static void flood(void)
{
	run_flood(120 / config.scale, 50);
}

/* A process for each connection or two, most of them by the same two pids. */
static void flood_of_processes(void)
{
	run_flood(1000 / config.scale, 2);
}

const struct test flood_tests[] = {
	{ "flood", "12,000 connections: each once, by its own processes, or counted as lost", flood,
	  60 },
	{ "flood-of-processes", "a process for every two connections, with the pids of others",
	  flood_of_processes, 60 },
	{ 0 },
};
