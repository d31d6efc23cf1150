// SPDX-License-Identifier: GPL-2.0-only
#include "tracer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "netns.h"
#include "spawn.h"

#define TRACERS_MAX 16
#define DESCRIBED 12  /* events of a tracer in a failure's message */
#define SKIPS_MS 1500 /* a tracer with nothing to do looks for them once a second */

static struct tracer *tracers[TRACERS_MAX];

static struct tracer *tracer_new(void)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));

	for (int i = 0; tracer && i < TRACERS_MAX; i++) {
		if (!tracers[i]) {
			tracers[i] = tracer;
			return tracer;
		}
	}
	test_fail("the test starts too many tracers");
}

struct tracer *tracer_launch(const struct launch *launch)
{
	struct tracer *tracer = tracer_new();

	tracer->text = launch->text;
	tracer->no_lines = launch->no_lines;
	tracer->netns[0] = netns_inode();
	tracer->pid = spawn_porttrace(launch, &tracer->out, &tracer->err);
	return tracer;
}

struct tracer *tracer_start(void)
{
	struct tracer *tracer = tracer_launch(&(struct launch){ 0 });

	tracer_ready(tracer);
	return tracer;
}

struct tracer *tracer_start_events(const char *events)
{
	struct tracer *tracer = tracer_launch(&(struct launch){ .args = { "-e", events } });

	tracer_ready(tracer);
	return tracer;
}

struct tracer *tracer_start_own(const char *events)
{
	struct tracer *tracer;
	char netns[24];

	snprintf(netns, sizeof(netns), "%lu", netns_inode());
	tracer = tracer_launch(&(struct launch){
		.args = { "--stats", "-e", events, "--netns", netns }, .no_lines = true });
	tracer_ready(tracer);
	return tracer;
}

void tracer_add_netns(struct tracer *tracer, unsigned long inode)
{
	for (size_t i = 0; i < ARRAY_SIZE(tracer->netns); i++) {
		if (!tracer->netns[i]) {
			tracer->netns[i] = inode;
			return;
		}
	}
	test_fail("the test names too many namespaces");
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

static const struct event *find_untaken(struct tracer *tracer, const char *name, int port)
{
	for (size_t i = 0; i < tracer->count; i++) {
		struct event *event = tracer->events[i];

		if (!event->taken && event->port == port && !strcmp(event->name, name)) {
			event->taken = true;
			return event;
		}
	}
	return NULL;
}

const struct event *tracer_await(struct tracer *tracer, const char *name, int port, int timeout)
{
	long long end = now_ms() + min_int(timeout, time_left());
	const struct event *event = find_untaken(tracer, name, port);

	while (!event && now_ms() < end) {
		tracer_pump_alive(tracer, (int)(end - now_ms()));
		event = find_untaken(tracer, name, port);
	}
	return event;
}

const struct event *tracer_expect(struct tracer *tracer, const char *name, int port)
{
	const struct event *event = tracer_await(tracer, name, port, time_left());

	check(event, "expected `%s` of port %d, it did not come", name, port);
	return event;
}

void tracer_history(struct tracer *tracer, int port, const char *want)
{
	char told[1024] = "";
	size_t len = 0;

	for (size_t i = 0; i < tracer->count && len < sizeof(told) - 32; i++) {
		if (tracer->events[i]->port == port)
			len += snprintf(told + len, sizeof(told) - len, "%s%s", len ? "," : "",
					tracer->events[i]->name);
	}
	check(!strcmp(told, want), "port %d: expected the events \"%s\", told were \"%s\"", port,
	      want, told);
}

const struct event *tracer_with_remote(const struct tracer *tracer, const char *name, int port)
{
	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];

		if (event->remote_port == port && !strcmp(event->name, name))
			return event;
	}
	return NULL;
}

unsigned int tracer_count(const struct tracer *tracer, const char *name, int port)
{
	unsigned int count = 0;

	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];

		count += (!name || !strcmp(event->name, name)) && (!port || event->port == port);
	}
	return count;
}

void tracer_signal(struct tracer *tracer, int sig)
{
	if (kill(tracer->pid, sig))
		test_fail("kill: %s", strerror(errno));
}

int tracer_wait(struct tracer *tracer)
{
	while (tracer->pid) {
		pid_t pid = waitpid(tracer->pid, &tracer->status, WNOHANG);

		if (pid == tracer->pid)
			tracer->pid = 0;
		else if (pid < 0)
			test_fail("waitpid: %s", strerror(errno));
		else if (!time_left())
			test_fail("porttrace does not end");
		else if (tracer->out < 0 || tracer_pump(tracer, 20) < 0)
			poll(NULL, 0, 1);
	}
	tracer_read_rest(tracer);
	if (WIFSIGNALED(tracer->status))
		return 128 + WTERMSIG(tracer->status);
	return WEXITSTATUS(tracer->status);
}

void tracer_finish_all(void)
{
	for (int i = 0; i < TRACERS_MAX && tracers[i]; i++) {
		int status;

		if (!tracers[i]->pid)
			continue;
		tracer_signal(tracers[i], SIGTERM);
		status = tracer_wait(tracers[i]);
		if (status)
			test_fail("porttrace exited with %d after SIGTERM", status);
	}
}

static bool was_told_of_skips(const struct tracer *tracer)
{
	for (size_t i = 0; i < tracer->count; i++) {
		const json_t *cause = json_object_get(tracer->events[i]->json, "cause");

		if (cause && strstr(json_string_value(cause), "skipped"))
			return true;
	}
	return false;
}

bool tracer_tells_of_skips(void)
{
	long long end = now_ms() + SKIPS_MS;

	for (int i = 0; i < TRACERS_MAX && tracers[i]; i++) {
		struct tracer *tracer = tracers[i];

		do {
			if (was_told_of_skips(tracer))
				return true;
		} while (tracer->pid && tracer->out >= 0 && now_ms() < end &&
			 tracer_pump(tracer, (int)(end - now_ms())) > 0);
	}
	return false;
}

static size_t describe(const struct tracer *tracer, char *text, size_t size)
{
	size_t first = tracer->count > DESCRIBED ? tracer->count - DESCRIBED : 0;
	size_t len = 0;

	for (size_t i = first; i < tracer->count && len < size; i++) {
		const struct event *event = tracer->events[i];

		if (event->line)
			len += snprintf(text + len, size - len, "\n      | %.1500s", event->line);
		else
			len += snprintf(text + len, size - len, "\n      | %s %s %d", event->name,
					event->proto, event->port);
	}
	if (tracer->text && tracer->len && len < size)
		len += snprintf(text + len, size - len, "\n%.4000s", tracer->buf);
	if (tracer->errors_len && len < size)
		len += snprintf(text + len, size - len, "\n      stderr: %s", tracer->errors);
	return len < size ? len : size;
}

void tracer_describe_all(char *text, size_t size)
{
	size_t len = 0;

	for (int i = 0; i < TRACERS_MAX && tracers[i] && len + 64 < size; i++) {
		len += snprintf(text + len, size - len, "\n      events of tracer %d (%zu):", i + 1,
				tracers[i]->count);
		len += describe(tracers[i], text + len, size - len);
	}
}
