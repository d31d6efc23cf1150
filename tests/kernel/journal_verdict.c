// SPDX-License-Identifier: GPL-2.0-only
/* watch --journal --policy: verdicts in the journal. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "entries.h"
#include "policy.h"
#include "sockets.h"
#include "tests.h"

static struct tracer *start_with_policy(const char *text)
{
	struct launch launch = { .args = { "--journal", "--policy", policy_write("%s", text) } };
	struct tracer *tracer;

	journald_prepare();
	journald_start();
	tracer = tracer_launch(&launch);
	tracer_ready(tracer);
	return tracer;
}

/* The first about a port of ours that matches. */
static json_t *await_entry(const char *event, int port, const char *matches)
{
	char query[192];
	json_t *entries;

	snprintf(query, sizeof(query), "PORTTRACE_EVENT=%s %s %s", event,
		 entries_of(getpid(), port), matches);
	entries = journald_await(query, 1);
	return json_array_get(entries, 0);
}

static void entry_alert(void)
{
	struct tracer *tracer = start_with_policy(
		"allow tcp/8090\nalert:crit tcp/8091\ndefault ignore\n");
	json_t *entry;
	int fd;

	tcp_listen("127.0.0.1", 8090);
	fd = tcp_listen("127.0.0.1", 8091);
	sock_close(fd);
	tracer_expect(tracer, "close", 8091);
	entry = await_entry("open", 8090, "-p notice");
	expect_field(entry, "PRIORITY", "5");
	expect_field(entry, "PORTTRACE_VERDICT", "expected");
	expect_field(entry, "PORTTRACE_RULE", "live.policy:1");
	entry = await_entry("open", 8091, "-p crit " UNEXPECTED);
	expect_field(entry, "PORTTRACE_VERDICT", "unexpected");
	expect_field(entry, "PORTTRACE_RULE", "live.policy:2");
	check(!strncmp(journald_field(entry, "MESSAGE"), "UNEXPECTED: opened tcp 127.0.0.1:8091 ",
		       38),
	      "the message is %s", journald_field(entry, "MESSAGE"));
	expect_field(await_entry("close", 8091, ""), "PRIORITY", "5");
}

/* A reload with an error is told, and the policy before stays in force. */
static void entry_reload(void)
{
	struct tracer *tracer = start_with_policy("alert:crit tcp/8092,8093\ndefault ignore\n");

	policy_write("allow tcp/8092-\n");
	tracer_signal(tracer, SIGHUP);
	expect_field(
		json_array_get(journald_await("-t porttrace PORTTRACE_EVENT=policy-refused", 1), 0),
		"PRIORITY", "3");
	tcp_listen("127.0.0.1", 8092);
	await_entry("open", 8092, "-p crit " UNEXPECTED);
	policy_write("allow tcp/8093\ndefault ignore\n");
	tracer_signal(tracer, SIGHUP);
	json_decref(journald_await("-t porttrace PORTTRACE_EVENT=policy-loaded", 1));
	tcp_listen("127.0.0.1", 8093);
	expect_field(await_entry("open", 8093, "-p notice"), "PORTTRACE_VERDICT", "expected");
}

const struct test journal_verdict_tests[] = {
	{ "journal-alert", "an unexpected port has the priority of its severity", entry_alert, 0 },
	{ "journal-reload", "a policy with an error: told, and the one before holds on",
	  entry_reload, 0 },
	{ 0 },
};
