// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/stream_options.h"
#include "cmd/option_words.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

void stream_options_init(struct stream_options *options)
{
	*options = (struct stream_options){ .output = &sink_table };
	options->filter.records = 1u << RECORD_OPEN | 1u << RECORD_CLOSE;
	columns_default(&options->columns);
}

void stream_options_settle(struct stream_options *options)
{
	const struct filter *filter = &options->filter;

	options->wants.events = filter->records;
	options->wants.tcp = filter->tcp || !filter->udp;
	options->wants.udp = filter->udp || !filter->tcp;
	options->wants.descendants = filter->n_pids;
}

bool stream_options_host_netns(struct stream_options *options, uint32_t inode)
{
	struct filter *filter = &options->filter;

	if (!options->netns_host || filter->n_netns == FILTER_MANY_MAX)
		return false;
	if (!inode)
		say("--netns host: which network namespace is the host's cannot be known from here, "
		    "and nothing of it is shown");
	filter->netns[filter->n_netns++] = inode;
	return true;
}

void stream_options_free(struct stream_options *options)
{
	filter_free(&options->filter);
}

bool stream_options_color(const struct stream_options *options, int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	if ((no_color && *no_color) || (term && !strcmp(term, "dumb")))
		return false;
	return isatty(fd);
}

enum flag_code {
	FLAG_TCP,
	FLAG_UDP,
	FLAG_4,
	FLAG_6,
	FLAG_NUMERIC,
	FLAG_NO_EXISTING,
	FLAG_JSON,
	FLAG_STATS,
	FLAG_STRICT,
	FLAG_ALL,
	FLAG_JOURNAL,
	FLAG_ALERTS,
	FLAG_NOTHING
};

static int set_flag(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;

	(void)value;
	switch ((enum flag_code)row->code) {
	case FLAG_TCP:
		o->filter.tcp = true;
		break;
	case FLAG_UDP:
		o->filter.udp = true;
		break;
	case FLAG_4:
		o->filter.ipv4 = true;
		break;
	case FLAG_6:
		o->filter.ipv6 = true;
		break;
	case FLAG_NUMERIC:
		o->numeric = true;
		break;
	case FLAG_NO_EXISTING:
		o->no_existing = true;
		break;
	case FLAG_JSON:
		o->output = &sink_json;
		break;
	case FLAG_STATS:
		o->stats = true;
		break;
	case FLAG_STRICT:
		o->strict = true;
		break;
	case FLAG_ALL:
		o->all = true;
		break;
	case FLAG_JOURNAL:
		o->journal = true;
		break;
	case FLAG_ALERTS:
		o->alerts = true;
		break;
	case FLAG_NOTHING:
		break;
	}
	return STATUS_OK;
}

static int add_event(struct stream_options *o, const char *word)
{
	static const char *const names[] = { "open",   "close", "change", "bind",  "connect",
					     "accept", "end",   "fail",   "state", "all" };
	static const uint32_t records[] = {
		1u << RECORD_OPEN,    1u << RECORD_CLOSE,
		1u << RECORD_CHANGE,  1u << RECORD_BIND,
		1u << RECORD_CONNECT, 1u << RECORD_ACCEPT,
		1u << RECORD_END,     1u << RECORD_FAIL,
		1u << RECORD_STATE,   ((1u << RECORD_KINDS) - 1) & ~(1u << RECORD_TASK),
	};
	size_t i = 0;

	while (i < COUNT(names) && strcmp(names[i], word) != 0)
		i++;
	if (i == COUNT(names))
		return option_unknown_word("event", word, names, COUNT(names));
	o->filter.records |= records[i];
	return STATUS_OK;
}

static int set_events(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;

	(void)row;
	o->filter.records = 0;
	return option_each_word(o, value, add_event);
}

static int set_output(void *target, const struct option_row *row, const char *value)
{
	static const char *const names[] = { "table", "json", "csv" };
	struct stream_options *o = target;

	(void)row;
	o->output = sink_by_name(value);
	return o->output ? STATUS_OK : option_unknown_word("output", value, names, COUNT(names));
}

static int set_columns(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;
	const char *names[COLUMNS_MAX], *bad = value;
	int err = columns_parse(value, &o->columns, &bad);

	(void)row;
	if (!err)
		return STATUS_OK;
	if (err == -E2BIG) {
		say("--columns: too many columns");
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < columns_n; i++)
		names[i] = columns_all[i].name;
	return option_unknown_word("column", bad, names, columns_n);
}

static int set_color(void *target, const struct option_row *row, const char *value)
{
	static const char *const names[] = { "auto", "always", "never" };
	struct stream_options *o = target;

	(void)row;
	for (size_t i = 0; i < COUNT(names); i++) {
		if (!strcmp(names[i], value)) {
			o->color = (enum color_when)i;
			return STATUS_OK;
		}
	}
	return option_unknown_word("color", value, names, COUNT(names));
}

int option_duration(const char *name, const char *value, uint64_t *ns)
{
	if (!parse_duration(value, ns))
		return STATUS_OK;
	say("--%s '%s': it takes a time such as 500ms, 30s, 5m, 24h, or a number of seconds", name,
	    value);
	return STATUS_USAGE;
}

static int set_for(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;

	o->has_duration = true;
	return option_duration(row->name, value, &o->duration_ns);
}

static int set_count(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;

	(void)row;
	if (!parse_u64(value, UINT64_MAX, &o->count) && o->count)
		return STATUS_OK;
	say("--count '%s': it takes a number from 1 up", value);
	return STATUS_USAGE;
}

static int set_hooks(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;

	(void)row;
	return option_backend(value, &o->wants.force_hooks);
}

static int set_policy(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;

	(void)row;
	o->policy = value;
	return STATUS_OK;
}

static int set_btf(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;

	(void)row;
	o->wants.btf_path = value;
	return STATUS_OK;
}

/* Two of them are not for every command, and others come between. */
#define PORT_ROW 4
#define PID_ROW 5

static const struct option_row filters[] = {
	{ "tcp", 't', NULL, "TCP ports", "filters (joined by \"and\"; a list within one by \"or\")",
	  set_flag, FLAG_TCP },
	{ "udp", 'u', NULL, "UDP and UDP-Lite ports", NULL, set_flag, FLAG_UDP },
	{ "ipv4", '4', NULL, "IPv4, mapped addresses too", NULL, set_flag, FLAG_4 },
	{ "ipv6", '6', NULL, "IPv6, dual-stack sockets too", NULL, set_flag, FLAG_6 },
	{ "port", 'P', "LIST", "ports, as 22,8000-8100; of a connection either end's", NULL,
	  option_set_ports, 0 },
	{ "pid", 0, "LIST", "processes and their descendants", NULL, option_set_pid, 0 },
	{ "user", 'U', "LIST", "users, by name or number", NULL, option_set_user, 0 },
	{ "comm", 0, "GLOB", "short process name", NULL, option_set_comm, 0 },
	{ "exe", 0, "GLOB", "executable; without '/': its last part", NULL, option_set_exe, 0 },
	{ "unit", 0, "GLOB", "systemd unit, of the system or of a user", NULL, option_set_unit, 0 },
	{ "container", 0, "GLOB", "container: docker:ID, or the ID alone", NULL,
	  option_set_container, 0 },
	{ "netns", 0, "LIST", "network namespaces: self, host, INODE, PATH", NULL, option_set_netns,
	  0 },
	{ "scope", 0, "LIST", "loopback, link, private, public, any, multicast", NULL,
	  option_set_scope, 0 },
};

static const struct option_row events[] = {
	/* first: event_option */
	{ "events", 'e', "LIST", "open close change bind connect accept end fail state all", "what",
	  set_events, 0 },
	{ "no-existing", 0, NULL, "only what happens from now on", NULL, set_flag,
	  FLAG_NO_EXISTING },
	{ "for", 0, "TIME", "end after TIME: 500ms, 30s, 5m, 24h", NULL, set_for, 0 },
	{ "count", 'c', "N", "end after N events; 'existing' does not count", NULL, set_count, 0 },
};

static const struct option_row outputs[] = {
	{ "output", 'o', "FORMAT", "table, json (an object a line), csv", "output", set_output, 0 },
	{ "columns", 0, "LIST", "columns of table and csv; an unknown one lists them all", NULL,
	  set_columns, 0 },
	{ "color", 0, "WHEN", "auto, always, never; NO_COLOR is honoured", NULL, set_color, 0 },
};

static const struct option_row journal[] = {
	{ "journal", 0, NULL, "log to journald, too", NULL, set_flag, FLAG_JOURNAL },
};

static const struct option_row plains[] = {
	{ "json", 'j', NULL, "JSON, an object a line", "output", set_flag, FLAG_JSON },
	{ "numeric", 'n', NULL, "no names for users and services", NULL, set_flag, FLAG_NUMERIC },
};

static const struct option_row tracing[] = {
	{ "stats", 0, NULL, "at the end, on stderr: records produced, delivered, lost", "tracing",
	  set_flag, FLAG_STATS },
	{ "strict", 0, NULL, "end with status 3 if an event cannot be seen here", "tracing",
	  set_flag, FLAG_STRICT },
	{ "all", 'a', NULL, NULL, NULL, set_flag, FLAG_NOTHING },
	{ "hooks", 0, "BACKEND", "one backend alone: fentry, kprobe, cgroup, tracepoint", NULL,
	  set_hooks, 0 },
};

static const struct option_row btf[] = {
	{ "btf", 0, "FILE", "the kernel's types, where it does not tell them itself", "tracing",
	  set_btf, 0 },
};

/* Habits of ss: what they ask for is what is shown anyway. */
static const struct option_row habits[] = {
	{ "listening", 'l', NULL, NULL, NULL, set_flag, FLAG_NOTHING },
	{ "processes", 'p', NULL, NULL, NULL, set_flag, FLAG_NOTHING },
};

static const struct option_row policy[] = {
	{ "policy", 0, "FILE", "the policy, if not /etc/porttrace/porttrace.policy", "policy",
	  set_policy, 0 },
};

static const struct option_row alerts[] = {
	{ "policy", 0, "FILE", "what should be open: what should not stands out", "policy",
	  set_policy, 0 },
	{ "alerts", 0, NULL, "only what the policy does not expect", NULL, set_flag, FLAG_ALERTS },
};

static const struct option_row all[] = {
	{ "all", 'a', NULL, "connections as well", "what", set_flag, FLAG_ALL },
};

const struct option_rows filter_options = OPTION_ROWS(filters);
const struct option_rows protocol_options = { filters, PORT_ROW };
const struct option_rows who_options = { filters + PORT_ROW + 1, COUNT(filters) - PORT_ROW - 1 };
const struct option_rows socket_options = { filters, PID_ROW };
const struct option_rows where_options = { filters + PID_ROW + 1, COUNT(filters) - PID_ROW - 1 };
const struct option_rows event_option = { events, 1 };
const struct option_rows event_options = OPTION_ROWS(events);
const struct option_rows output_options = OPTION_ROWS(outputs);
const struct option_rows look_options = { outputs + 1, COUNT(outputs) - 1 };
const struct option_rows journal_option = OPTION_ROWS(journal);
const struct option_rows plain_options = OPTION_ROWS(plains);
const struct option_rows numeric_option = { plains + 1, 1 };
const struct option_rows tracing_options = OPTION_ROWS(tracing);
const struct option_rows btf_option = OPTION_ROWS(btf);
const struct option_rows policy_option = OPTION_ROWS(policy);
const struct option_rows alert_options = OPTION_ROWS(alerts);
const struct option_rows watched_policy_option = { alerts, 1 };
const struct option_rows all_option = OPTION_ROWS(all);
const struct option_rows habit_options = OPTION_ROWS(habits);
