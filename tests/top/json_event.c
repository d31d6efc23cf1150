// SPDX-License-Identifier: GPL-2.0-only
#include "json_event.h"

#include "model/verdict.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* One event, and what it points to. */
struct told {
	struct event event;
	struct verdict verdict;
	struct connection connection;
	struct process *holders[16];
};

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static uint64_t number_of(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static bool is_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* "2026-11-22T06:31:02.123456Z" */
static uint64_t time_of(const char *text)
{
	struct tm tm = { 0 };
	const char *fraction = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;

	if (!fraction)
		return 0;
	return (uint64_t)timegm(&tm) * 1000000000ULL + (uint64_t)(strtod(fraction, NULL) * 1e9);
}

static int word_of(const char *word, int n, const char *(*name)(int i))
{
	for (int i = 0; word && i < n; i++)
		if (name(i) && !strcmp(name(i), word))
			return i;
	return -1;
}

static const char *kind_name(int i)
{
	return event_kind_name((enum event_kind)i);
}

static const char *severity_text(int i)
{
	return severity_name((enum severity)i);
}

static const char *cause_name(int i)
{
	return close_cause_name((enum close_cause)i);
}

static enum record_kind record_of(enum event_kind kind)
{
	static const enum record_kind records[EVENT_KINDS] = {
		[EVENT_EXISTING] = RECORD_OPEN,   [EVENT_OPEN] = RECORD_OPEN,
		[EVENT_RECOVERED] = RECORD_OPEN,  [EVENT_CHANGE] = RECORD_OPEN,
		[EVENT_CLOSE] = RECORD_CLOSE,     [EVENT_BIND] = RECORD_BIND,
		[EVENT_CONNECT] = RECORD_CONNECT, [EVENT_ACCEPT] = RECORD_ACCEPT,
		[EVENT_END] = RECORD_END,         [EVENT_FAIL] = RECORD_FAIL,
		[EVENT_STATE] = RECORD_STATE,
	};

	return records[kind];
}

static uint16_t proto_of(const char *word)
{
	if (!strcmp(word, "tcp") || !strcmp(word, "mptcp"))
		return IPPROTO_TCP;
	if (!strcmp(word, "sctp"))
		return IPPROTO_SCTP;
	return !strcmp(word, "udp") ? IPPROTO_UDP : IPPROTO_UDPLITE;
}

static void read_end(const json_t *object, const json_t *line, struct endpoint *end)
{
	const char *addr = text_of(object, "addr"), *proto = text_of(line, "proto");
	const json_t *socket = json_object_get(line, "socket");

	end->family = addr && strchr(addr, ':') ? AF_INET6 : AF_INET;
	end->proto = proto ? proto_of(proto) : 0;
	end->port = (uint16_t)number_of(object, "port");
	end->netns = (uint32_t)number_of(json_object_get(line, "netns"), "inode");
	end->v6only = is_true(socket, "v6only");
	if (addr)
		inet_pton(end->family, addr, end->addr);
}

static void read_place(const json_t *cgroup, struct process *process)
{
	static const struct place none;
	const char *unit = text_of(cgroup, "unit"), *container = text_of(cgroup, "container");
	size_t size = sizeof(none) + strlen(unit ? unit : "") + strlen(container ? container : "") +
		      2;
	char *to;

	if (process->place)
		return;
	process->place = calloc(1, size);
	if (!process->place)
		abort();
	to = (char *)(process->place + 1);
	if (unit) {
		process->place->unit = to;
		to = stpcpy(to, unit) + 1;
	}
	if (container) {
		process->place->container = to;
		stpcpy(to, container);
	}
}

static void read_args(const json_t *args, struct process *process)
{
	size_t size = 0, i;
	const json_t *arg;
	char *to;

	json_array_foreach(args, i, arg)
		size += strlen(json_string_value(arg)) + 1;
	if (!size || process->args)
		return;
	process->args = to = malloc(size);
	if (!to)
		abort();
	process->args_len = size;
	json_array_foreach(args, i, arg)
		to = stpcpy(to, json_string_value(arg)) + 1;
}

/* With a reference. NULL: it is not known. */
static struct process *read_process(const json_t *object, const json_t *cgroup, struct procs *procs)
{
	struct task_ref task = {
		.tgid = (uint32_t)number_of(object, "pid"),
		.start_ns = number_of(object, "start_ns"),
		.uid = (uint32_t)number_of(object, "uid"),
		.gid = (uint32_t)number_of(object, "gid"),
	};
	const char *comm = text_of(object, "comm"), *exe = text_of(object, "exe");
	struct process *process;

	if (!object)
		return NULL;
	strncpy(task.comm, comm ? comm : "", sizeof(task.comm) - 1);
	process = procs_get(procs, &task);
	if (!process)
		abort();
	if (exe && !process->exe)
		process->exe = strdup(exe);
	process->deleted = is_true(object, "deleted");
	read_args(json_object_get(object, "args"), process);
	read_place(cgroup, process);
	return process;
}

static void read_actor(const json_t *line, struct procs *procs, struct actor *actor)
{
	const json_t *object = json_object_get(line, "process");
	struct process *process = read_process(object, json_object_get(line, "cgroup"), procs);

	if (!process)
		return;
	actor->process = process;
	actor->tid = (uint32_t)number_of(object, "tid");
	actor->uid = process->uid;
	actor->gid = process->gid;
	memcpy(actor->comm, process->comm, sizeof(actor->comm));
}

static void read_holders(const json_t *line, struct procs *procs, struct told *told)
{
	const json_t *holders = json_object_get(line, "holders"), *holder;
	size_t i;

	told->event.holders_known = holders;
	told->event.holders = told->holders;
	json_array_foreach(holders, i, holder) {
		if (i == sizeof(told->holders) / sizeof(*told->holders))
			break;
		told->holders[told->event.n_holders++] = read_process(
			holder, json_object_get(holder, "cgroup"), procs);
	}
}

/* An opening that is unexpected is an alert here. */
static void read_verdict(const json_t *line, struct told *told)
{
	const char *word = text_of(line, "verdict"), *finding = text_of(line, "finding");
	int severity = word_of(text_of(line, "severity"), SEVERITIES, severity_text);

	if (!word)
		return;
	told->verdict.kind = !strcmp(word, "expected") ? VERDICT_EXPECTED :
			     !strcmp(word, "ignored")  ? VERDICT_IGNORED :
							 VERDICT_UNEXPECTED;
	told->verdict.severity = severity < 0 ? SEVERITY_WARNING : (enum severity)severity;
	told->verdict.changed = finding && !strcmp(finding, "changed");
	told->verdict.missing = told->event.kind == EVENT_MISSING;
	told->verdict.rule = text_of(line, "rule");
	told->verdict.why = text_of(line, "why");
	told->event.verdict = &told->verdict;
	told->event.alert = told->verdict.kind == VERDICT_UNEXPECTED && event_opens(&told->event);
}

static void read_connection(const json_t *line, struct told *told)
{
	const json_t *remote = json_object_get(line, "remote");
	enum event_kind kind = told->event.kind;

	if (!remote && kind != EVENT_BIND && kind != EVENT_FAIL && kind != EVENT_STATE)
		return;
	read_end(remote, line, &told->connection.remote);
	told->connection.passive = kind == EVENT_ACCEPT || is_true(line, "passive");
	told->connection.op = "connect";
	told->connection.old_state = told->connection.new_state = "ESTAB";
	told->event.connection = &told->connection;
}

static void read_lost(const json_t *line, struct event *event)
{
	event->lost_count = number_of(line, "count");
	event->lost_kind = "open";
	event->lost_cause = "the ring was full";
}

static void read_socket(const json_t *line, struct socket_info *socket)
{
	const json_t *object = json_object_get(line, "socket");
	const char *proto = text_of(line, "proto");

	read_end(json_object_get(line, "local"), line, &socket->local);
	socket->cookie = number_of(object, "cookie");
	socket->sk = socket->cookie;
	socket->backlog = (uint32_t)number_of(line, "backlog");
	socket->mptcp = proto && !strcmp(proto, "mptcp");
	socket->state = socket->local.proto == IPPROTO_TCP ? TCP_LISTEN : TCP_CLOSE;
}

/* False: it is none. */
static bool read_line(const json_t *line, struct procs *procs, struct told *told)
{
	int kind = word_of(text_of(line, "event"), EVENT_KINDS, kind_name);
	int cause = word_of(text_of(line, "reason"), CLOSE_DESTROYED + 1, cause_name);
	struct event *event = &told->event;

	if (kind < 0)
		return false;
	*told = (struct told){ .event = { .kind = (enum event_kind)kind } };
	event->from = record_of(event->kind);
	event->time_ns = time_of(text_of(line, "time"));
	event->lifetime_ns = number_of(line, "lifetime_ns");
	event->sharing = (uint32_t)number_of(line, "sharing");
	event->cause = cause < 0 ? CLOSE_UNKNOWN : (enum close_cause)cause;
	read_socket(line, &event->socket);
	read_actor(line, procs, &event->actor);
	read_holders(line, procs, told);
	read_verdict(line, told);
	read_connection(line, told);
	read_lost(line, event);
	return true;
}

void json_events(const char *path, struct procs *procs,
		 void (*tell)(const struct event *event, void *arg), void *arg)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;

	for (int n = 1; file && getline(&line, &cap, file) > 0; n++) {
		json_t *object = json_loads(line, 0, NULL);
		struct told told;

		if (!object || !read_line(object, procs, &told)) {
			fprintf(stderr, "%s:%d is no event\n", path, n);
			exit(2);
		}
		tell(&told.event, arg);
		procs_put(procs, told.event.actor.process);
		for (size_t i = 0; i < told.event.n_holders; i++)
			procs_put(procs, told.holders[i]);
		json_decref(object);
	}
	if (!file) {
		perror(path);
		exit(2);
	}
	free(line);
	fclose(file);
}
