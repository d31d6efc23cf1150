// SPDX-License-Identifier: GPL-2.0-only
#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "doctor.h"
#include "harness.h"
#include "shapes.h"
#include "sockets.h"

static long long number_of(const json_t *value)
{
	return json_is_real(value) ? (long long)json_real_value(value) : json_integer_value(value);
}

static void copy_text(char *to, size_t size, const json_t *from)
{
	const char *text = json_string_value(from);

	snprintf(to, size, "%s", text ? text : "");
}

void event_parse(struct event *event, const char *line)
{
	json_error_t error;

	memset(event, 0, sizeof(*event));
	event->line = strdup(line);
	event->json = json_loads(line, JSON_REJECT_DUPLICATES, &error);
	/*
	 * A cookie made while another was being made on that CPU counts down from
	 * 2^64 - 1 (include/linux/cookie.h); jansson's integers end at 2^63 - 1.
	 */
	if (!event->json)
		event->json = json_loads(line, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL,
					 &error);
	if (!event->json || !json_is_object(event->json))
		test_fail("a line is no JSON object: %s: %s", error.text, line);
	shapes_note(event->json, line);
	if (number_of(event_get(event, "v")) != 1)
		test_fail("a line lacks \"v\":1: %s", line);
	copy_text(event->name, sizeof(event->name), event_get(event, "event"));
	/* When a port that was recovered has closed, nobody knows. */
	if (!event->name[0] ||
	    (!json_is_string(event_get(event, "time")) && strcmp(event->name, "recovered") != 0))
		test_fail("a line lacks event or time: %s", line);
	copy_text(event->proto, sizeof(event->proto), event_get(event, "proto"));
	copy_text(event->addr, sizeof(event->addr), event_get(event, "local.addr"));
	copy_text(event->of, sizeof(event->of), event_get(event, "recovered"));
	event->port = (int)number_of(event_get(event, "local.port"));
	copy_text(event->comm, sizeof(event->comm), event_get(event, "process.comm"));
	copy_text(event->kind, sizeof(event->kind), event_get(event, "kind"));
	event->remote_port = (int)number_of(event_get(event, "remote.port"));
	event->pid = (pid_t)number_of(event_get(event, "process.pid"));
	event->netns = (unsigned long)number_of(event_get(event, "netns.inode"));
	event->count = number_of(event_get(event, "count"));
}

json_t *event_get(const struct event *event, const char *path)
{
	json_t *at = event->json;
	char key[64];

	while (at && *path) {
		size_t len = strcspn(path, ".");

		if (len >= sizeof(key))
			test_fail("the test's own path is too long: %s", path);
		memcpy(key, path, len);
		key[len] = '\0';
		at = json_object_get(at, key);
		path += len + (path[len] == '.');
	}
	return at;
}

long long event_num(const struct event *event, const char *path)
{
	json_t *value = event_get(event, path);

	check(json_is_number(value), "%s is no number or is absent in %s", path, event->line);
	return number_of(value);
}

long long event_num_or_0(const struct event *event, const char *path)
{
	return number_of(event_get(event, path));
}

const char *event_text(const struct event *event, const char *path)
{
	json_t *value = event_get(event, path);

	check(json_is_string(value), "%s is no string or is absent in %s", path, event->line);
	return json_string_value(value);
}

void expect_num(const struct event *event, const char *path, long long want)
{
	long long value = event_num(event, path);

	check(value == want, "%s is %lld, expected %lld, in %s", path, value, want, event->line);
}

/*
 * Cgroup programs make cookies, and tracing programs since v5.12 from a socket that is an
 * argument of theirs: a listener, but not what a descriptor of bind() leads to.
 */
static bool cookie_is_made(const char *proto)
{
	struct utsname host;
	int major = 0, minor = 0;
	bool udp = strncmp(proto, "udp", 3) == 0;

	if (given_by(udp ? "open udp" : "open tcp", "cgroup"))
		return true;
	if (udp || !given_by("open tcp", "fentry"))
		return false;
	if (uname(&host) || sscanf(host.release, "%d.%d", &major, &minor) != 2)
		return true;
	return major > 5 || (major == 5 && minor >= 12);
}

void expect_cookie(const struct event *event, int fd)
{
	if (event_get(event, "socket.cookie") || cookie_is_made(event->proto))
		expect_num(event, "socket.cookie", (long long)sock_cookie(fd));
}

void expect_text(const struct event *event, const char *path, const char *want)
{
	const char *value = event_text(event, path);

	check(!strcmp(value, want), "%s is \"%s\", expected \"%s\", in %s", path, value, want,
	      event->line);
}

void expect_bool(const struct event *event, const char *path, bool want)
{
	json_t *value = event_get(event, path);

	check(json_is_boolean(value) && json_boolean_value(value) == want, "%s is not %s in %s",
	      path, want ? "true" : "false", event->line);
}

void expect_process(const struct event *event, pid_t pid)
{
	expect_num(event, "process.pid", pid);
	expect_text(event, "process.source", "kernel");
}

void expect_owner(const struct event *event, pid_t pid)
{
	expect_num(event, "process.pid", pid);
	expect_text(event, "process.source", "socket");
}

size_t event_holders(const struct event *event)
{
	return json_array_size(event_get(event, "holders"));
}

bool event_held_by(const struct event *event, pid_t pid)
{
	json_t *holders = event_get(event, "holders");
	json_t *holder;
	size_t i;

	json_array_foreach(holders, i, holder) {
		if (number_of(json_object_get(holder, "pid")) == pid)
			return true;
	}
	return false;
}
