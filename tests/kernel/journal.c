// SPDX-License-Identifier: GPL-2.0-only
/* watch --journal, against a real journald. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "event.h"
#include "hostile.h"
#include "journald.h"
#include "netns.h"
#include "opener.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "text.h"
#include "tracer.h"

#define CATALOG "dist/porttrace.catalog"

static struct tracer *start(void)
{
	struct tracer *tracer = tracer_launch(&(struct launch){ .args = { "--journal" } });

	tracer_ready(tracer);
	return tracer;
}

static void expect(const json_t *entry, const char *name, const char *want)
{
	const char *value = journald_field(entry, name);

	check(!strcmp(value, want), "%s is %s, expected %s", name, value, want);
}

static void expect_number(const json_t *entry, const char *name, long want)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", want);
	expect(entry, name, text);
}

/* Matches for a port of that process: others on this host open ports as well. */
static const char *of(pid_t pid, int port)
{
	static char matches[96];

	snprintf(matches, sizeof(matches), "-t porttrace PORTTRACE_PID=%d PORTTRACE_PORT=%d", pid,
		 port);
	return matches;
}

/* No field of ours is shown as numbers, or not at all. */
static void expect_texts(json_t *entry)
{
	const char *name;
	json_t *value;

	json_object_foreach(entry, name, value) {
		if (!strncmp(name, "PORTTRACE_", 10) || !strcmp(name, "MESSAGE"))
			check(json_is_string(value), "%s is no text to journalctl", name);
	}
}

/* --- what is in an entry ---------------------------------------------------------- */

static void expect_listener(json_t *entry, const char *event)
{
	expect(entry, "SYSLOG_IDENTIFIER", "porttrace");
	expect(entry, "PORTTRACE_EVENT", event);
	expect(entry, "PRIORITY", "5");
	expect(entry, "PORTTRACE_PROTO", "tcp");
	expect(entry, "PORTTRACE_ADDR", "127.0.0.1");
	expect(entry, "PORTTRACE_PORT", "8080");
	expect_number(entry, "PORTTRACE_PID", getpid());
	expect(entry, "PORTTRACE_COMM", self_comm());
	expect(entry, "PORTTRACE_EXE", self_exe());
	expect(entry, "PORTTRACE_USER", "root");
	expect_number(entry, "OBJECT_PID", getpid());
	check(*journald_field(entry, "PORTTRACE_NETNS"), "no namespace");
	check(*journald_field(entry, "PORTTRACE_TIME"), "no time");
	check(atol(journald_field(entry, "PORTTRACE_SEQ")) > 0, "no number");
	expect_texts(entry);
}

static void entry_fields(void)
{
	struct tracer *tracer;
	json_t *entries;
	int fd;

	journald_prepare();
	journald_start();
	tracer = start();
	fd = tcp_listen("127.0.0.1", 8080);
	tracer_expect(tracer, "open", 8080);
	sock_close(fd);
	tracer_expect(tracer, "close", 8080);
	entries = journald_await(of(getpid(), 8080), 2);
	check(json_array_size(entries) == 2, "%zu entries, expected 2", json_array_size(entries));
	expect_listener(json_array_get(entries, 0), "open");
	expect(json_array_get(entries, 0), "MESSAGE_ID", "0b241cb1bf724fb2a0adf0f81b4cdde4");
	expect_listener(json_array_get(entries, 1), "close");
	expect(json_array_get(entries, 1), "MESSAGE_ID", "19d0a43743714c0898bcd518a5bf8218");
	check(strstr(journald_field(json_array_get(entries, 0), "MESSAGE"),
		     "opened tcp 127.0.0.1:8080 by "),
	      "the message is %s", journald_field(json_array_get(entries, 0), "MESSAGE"));
	check(!tracer->errors[0], "on stderr: %s", tracer->errors);
}

/* journalctl -u shows what is about a unit, if root says so. */
static void entry_unit(void)
{
	struct opener opener;
	struct tracer *tracer;
	char query[128];
	json_t *entries;

	cgroup_make(CGROUP_V2);
	journald_prepare();
	journald_start();
	opener = opener_start(AS_PLACE);
	tracer = start();
	opener_open(&opener, &(struct spec){ .addr = "127.0.0.1", .port = 8081 });
	tracer_expect(tracer, "open", 8081);
	snprintf(query, sizeof(query), "-u %s", cgroup_unit());
	entries = journald_await(query, 1);
	expect(json_array_get(entries, 0), "PORTTRACE_PORT", "8081");
	expect(json_array_get(entries, 0), "PORTTRACE_UNIT", cgroup_unit());
	expect(json_array_get(entries, 0), "PORTTRACE_CONTAINER", cgroup_container());
	expect(json_array_get(entries, 0), "OBJECT_SYSTEMD_UNIT", cgroup_unit());
	child_kill(&opener.child);
}

static void entry_hostile(void)
{
	struct child child;
	struct tracer *tracer;
	json_t *entries;
	char options[128], *text;

	journald_prepare();
	journald_start();
	tracer = start();
	child = hostile_start("8082");
	tracer_expect(tracer, "open", 8082);
	entries = journald_await(of(child.pid, 8082), 1);
	expect(json_array_get(entries, 0), "PORTTRACE_COMM", HOSTILE_SHOWN);
	expect_texts(json_array_get(entries, 0));
	snprintf(options, sizeof(options), "-o cat %s", of(child.pid, 8082));
	text = journald_ask(options);
	check(!strstr(text, "blob data"), "journalctl shows a blob: %s", text);
	check(strchr(text, '\n') == text + strlen(text) - 1, "not one line: %s", text);
	text_expect_harmless(text, strlen(text));
	child_kill(&child);
}

/* Too large for a datagram, which is bounded by net.core.wmem_default: arguments of the worst kind. */
#define ARGS 65000

static void entry_large(void)
{
	static char arg[ARGS];
	const char *args[] = { "named", "8083", "large", arg, NULL };
	struct child child;
	char options[128];
	json_t *entries;
	size_t len;

	memset(arg, '\x01', sizeof(arg) - 1);
	journald_prepare();
	journald_start();
	child = helper_start(self_exe(), args);
	step_await(child.ctl);
	start();
	snprintf(options, sizeof(options), "-a %s", of(child.pid, 8083));
	entries = journald_await(options, 1);
	expect(json_array_get(entries, 0), "PORTTRACE_EVENT", "existing");
	len = strlen(journald_field(json_array_get(entries, 0), "PORTTRACE_ARGS"));
	check(len > 4 * (size_t)(ARGS - 1), "%zu bytes of arguments", len);
	check(strlen(journald_field(json_array_get(entries, 0), "MESSAGE")) <= 2000,
	      "the message is not cut");
	child_kill(&child);
}

/* --- verdicts ----------------------------------------------------------------------- */

#define POLICY "/run/test.policy"
#define UNEXPECTED "MESSAGE_ID=905648f542924f4f848c26aa8c7412d8"

static void write_policy(const char *text)
{
	FILE *file = fopen(POLICY, "we");

	if (!file || fputs(text, file) < 0 || fclose(file))
		test_fail(POLICY ": %s", strerror(errno));
}

static struct tracer *start_with_policy(const char *text)
{
	struct tracer *tracer;

	journald_prepare();
	journald_start();
	write_policy(text);
	tracer = tracer_launch(&(struct launch){ .args = { "--journal", "--policy", POLICY } });
	tracer_ready(tracer);
	return tracer;
}

/* The first about a port of ours that matches. */
static json_t *await_entry(const char *event, int port, const char *matches)
{
	char query[192];
	json_t *entries;

	snprintf(query, sizeof(query), "PORTTRACE_EVENT=%s %s %s", event, of(getpid(), port),
		 matches);
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
	expect(entry, "PRIORITY", "5");
	expect(entry, "PORTTRACE_VERDICT", "expected");
	expect(entry, "PORTTRACE_RULE", "test.policy:1");
	entry = await_entry("open", 8091, "-p crit " UNEXPECTED);
	expect(entry, "PORTTRACE_VERDICT", "unexpected");
	expect(entry, "PORTTRACE_RULE", "test.policy:2");
	check(!strncmp(journald_field(entry, "MESSAGE"), "UNEXPECTED: opened tcp 127.0.0.1:8091 ",
		       38),
	      "the message is %s", journald_field(entry, "MESSAGE"));
	expect(await_entry("close", 8091, ""), "PRIORITY", "5");
}

/* A reload with an error is told, and the policy before stays in force. */
static void entry_reload(void)
{
	struct tracer *tracer = start_with_policy("alert:crit tcp/8092,8093\ndefault ignore\n");

	write_policy("allow tcp/8092-\n");
	tracer_signal(tracer, SIGHUP);
	expect(json_array_get(journald_await("-t porttrace PORTTRACE_EVENT=policy-refused", 1), 0),
	       "PRIORITY", "3");
	tcp_listen("127.0.0.1", 8092);
	await_entry("open", 8092, "-p crit " UNEXPECTED);
	write_policy("allow tcp/8093\ndefault ignore\n");
	tracer_signal(tracer, SIGHUP);
	json_decref(journald_await("-t porttrace PORTTRACE_EVENT=policy-loaded", 1));
	tcp_listen("127.0.0.1", 8093);
	expect(await_entry("open", 8093, "-p notice"), "PORTTRACE_VERDICT", "expected");
}

/* --- what journalctl -x says ------------------------------------------------------ */

static void copy_file(const char *from, const char *to)
{
	char text[65536];
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	size_t n;

	if (!in || !out)
		test_fail("%s: %s", in ? to : from, strerror(errno));
	n = fread(text, 1, sizeof(text), in);
	check(n > 0 && n < sizeof(text) && fwrite(text, 1, n, out) == n, "%s", from);
	fclose(in);
	fclose(out);
}

static void install_catalog(void)
{
	static const char *const dirs[] = { "/usr/lib/systemd/catalog",
					    "/var/lib/systemd/catalog" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (access(dirs[i], F_OK) || mount("tmpfs", dirs[i], "tmpfs", 0, NULL))
			test_skip("%s: %s", dirs[i], strerror(errno));
	copy_file(CATALOG, "/usr/lib/systemd/catalog/porttrace.catalog");
	check(!system("journalctl --update-catalog"), "journalctl --update-catalog failed");
}

static void entry_catalog(void)
{
	struct tracer *tracer;
	char options[128], *text;

	journald_prepare();
	install_catalog();
	journald_start();
	tracer = start();
	tcp_listen("127.0.0.1", 8084);
	tracer_expect(tracer, "open", 8084);
	json_decref(journald_await(of(getpid(), 8084), 1));
	snprintf(options, sizeof(options), "-x %s", of(getpid(), 8084));
	text = journald_ask(options);
	check(strstr(text, "Subject: tcp port 8084 opened"), "journalctl -x says: %s", text);
	check(strstr(text, "tcp port 8084 at 127.0.0.1"), "journalctl -x says: %s", text);
	check(strstr(text, "porttrace close tcp/8084"), "journalctl -x says: %s", text);
	text_expect_harmless(text, strlen(text));
}

/* --- a journal that is not there, or does not read --------------------------------- */

static void await_error(struct tracer *tracer, const char *what)
{
	while (!strstr(tracer->errors, what)) {
		check(time_left() > 0, "stderr does not say \"%s\": %s", what, tracer->errors);
		tracer_pump_alive(tracer, 100);
	}
}

static unsigned int count_of(const char *text, const char *what)
{
	unsigned int n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void journal_absent(void)
{
	struct tracer *tracer;

	journald_prepare();
	tracer = start();
	for (int port = 8085; port < 8088; port++) {
		tcp_listen("127.0.0.1", port);
		tracer_expect(tracer, "open", port);
	}
	await_error(tracer, "the journal cannot be reached");
	journald_start();
	for (int port = 8085; port < 8088; port++)
		json_decref(journald_await(of(getpid(), port), 1));
	await_error(tracer, "the journal is reached again");
	check(count_of(tracer->errors, "\n") == 2, "it says more than that: %s", tracer->errors);
}

/* The numbers of the entries: each that lacks is in the count of a loss. */
struct account {
	size_t entries;
	size_t distinct;
	long last;
	long lost;
};

static void count_loss(const json_t *entry, struct account *account)
{
	if (strcmp(journald_field_or_none(entry, "MESSAGE_ID"), "1edadbd0c61844258e11d4bfab8aa4d5"))
		return;
	expect(entry, "PORTTRACE_EVENT", "lost");
	check(*journald_field(entry, "PORTTRACE_FROM") && *journald_field(entry, "PORTTRACE_TO"),
	      "a loss without its time");
	account->lost += atol(journald_field(entry, "PORTTRACE_COUNT"));
}

static struct account take_account(void)
{
	static unsigned char seen[200000];
	struct account account = { 0 };
	json_t *entries = journald_read("-t porttrace "
					"--output-fields=MESSAGE_ID,PORTTRACE_EVENT,PORTTRACE_SEQ,"
					"PORTTRACE_COUNT,PORTTRACE_FROM,PORTTRACE_TO");
	json_t *entry;
	size_t i;

	memset(seen, 0, sizeof(seen));
	json_array_foreach(entries, i, entry) {
		long seq = atol(journald_field(entry, "PORTTRACE_SEQ"));

		check(seq > 0 && seq < (long)sizeof(seen), "the number %ld", seq);
		if (seen[seq]++)
			continue;
		account.distinct++;
		if (seq > account.last)
			account.last = seq;
		count_loss(entry, &account);
	}
	account.entries = json_array_size(entries);
	json_decref(entries);
	return account;
}

/* Nothing lacks that is not counted; as soon as the last event is there. */
static struct account await_account(const char *last)
{
	struct account account;

	json_decref(journald_await(last, 1));
	for (;;) {
		account = take_account();
		if (account.distinct + (size_t)account.lost == (size_t)account.last)
			return account;
		check(time_left() > 0, "%zu entries and %ld lost, of %ld", account.distinct,
		      account.lost, account.last);
		poll(NULL, 0, 50);
	}
}

#define FIRST 20000
#define MANY 400

/* In the middle of a stream of events it is killed, and then started again. */
static void journal_killed(void)
{
	struct tracer *tracer;
	char query[128];
	json_t *entries;
	struct account account;

	journald_prepare();
	journald_start();
	tracer = start();
	for (int i = 0; i < MANY; i++) {
		sock_close(tcp_listen("127.0.0.1", FIRST + i));
		if (i == MANY / 3)
			journald_kill();
		if (i == MANY / 2)
			journald_start();
	}
	tracer_expect(tracer, "close", FIRST + MANY - 1);
	snprintf(query, sizeof(query), "PORTTRACE_EVENT=close %s", of(getpid(), FIRST + MANY - 1));
	account = await_account(query);
	check(account.lost == 0, "%ld entries lost", account.lost);
	for (int i = 0; i < MANY; i += MANY / 8) {
		snprintf(query, sizeof(query), "PORTTRACE_EVENT=open %s", of(getpid(), FIRST + i));
		entries = journald_read(query);
		check(json_array_size(entries) > 0, "port %d is not in the journal", FIRST + i);
		json_decref(entries);
	}
	check(account.entries < account.distinct + 200, "%zu entries for %zu", account.entries,
	      account.distinct);
}

/* What waits at the end has a second; then it is said. */
static void journal_unheard(void)
{
	struct tracer *tracer;
	int status;

	journald_prepare();
	journald_start();
	tracer = start();
	json_decref(journald_await("-t porttrace", 1));
	journald_stop();
	for (int i = 0; i < MANY; i++)
		sock_close(tcp_listen("127.0.0.1", FIRST + i));
	tracer_expect(tracer, "close", FIRST + MANY - 1);
	tracer_signal(tracer, SIGTERM);
	status = tracer_wait(tracer);
	check(status == 0, "exit status %d", status);
	check(strstr(tracer->errors, "entries did not reach the journal"), "stderr: %s",
	      tracer->errors);
}

/* More than may wait for the journal. */
#define FLOOD 12000

static void journal_full(void)
{
	struct launch launch = { .args = { "--journal", "--netns" }, .no_lines = true };
	struct account account;
	struct tracer *tracer;
	char netns[24];

	snprintf(netns, sizeof(netns), "%lu", netns_inode());
	launch.args[2] = netns;
	journald_prepare();
	journald_start();
	tracer = tracer_launch(&launch);
	tracer_ready(tracer);
	journald_stop();
	for (int i = 0; i < FLOOD; i++)
		sock_close(tcp_listen("127.0.0.1", FIRST));
	tracer_sync(tracer);
	check(tracer_count(tracer, "close", FIRST) == FLOOD, "%u of %d closes were told",
	      tracer_count(tracer, "close", FIRST), FLOOD);
	await_error(tracer, "entries for it are lost from now on");
	journald_continue();
	account = await_account("MESSAGE_ID=1edadbd0c61844258e11d4bfab8aa4d5");
	check(account.lost > 0 && account.lost < 2L * FLOOD, "%ld lost", account.lost);
	await_error(tracer, "lost, as the journal is told, too");
	tcp_listen("127.0.0.1", FIRST + 1);
	json_decref(journald_await(of(getpid(), FIRST + 1), 1));
}

#define STORM 10000

/*
 * Each alert is there, though the journal read none of them while they came. By a process
 * with few arguments: ours may be thousands of bytes, of which each entry has a copy.
 */
static void journal_storm(void)
{
	struct launch launch = {
		.args = { "--journal", "--policy", POLICY, "--alerts" },
		.text = true,
	};
	static const char *const storm[] = { "each", "20000", "10000", NULL };
	struct child child;
	char policy[256];
	json_t *entries;

	journald_prepare();
	journald_start();
	snprintf(policy, sizeof(policy),
		 "alert tcp/8080 netns=%lu\nalert:crit tcp/20000-29999 netns=%lu\n"
		 "default ignore\n",
		 netns_inode(), netns_inode());
	write_policy(policy);
	tcp_listen("127.0.0.1", 8080);
	tracer_launch(&launch);
	json_decref(journald_await("PORTTRACE_EVENT=existing " UNEXPECTED, 1));
	journald_stop();
	child = helper_start(self_exe(), storm);
	child_join(&child);
	journald_continue();
	entries = journald_await("PRIORITY=2 --output-fields=PORTTRACE_SEQ " UNEXPECTED, STORM);
	check(json_array_size(entries) >= STORM, "%zu alerts", json_array_size(entries));
	json_decref(entries);
}

const struct test journal_tests[] = {
	{ "journal-fields", "an open and a close in the journal, with all fields", entry_fields,
	  0 },
	{ "journal-unit", "journalctl -u shows what the unit opened", entry_unit, 0 },
	{ "journal-hostile", "hostile names are text to journalctl", entry_hostile, 0 },
	{ "journal-large", "an entry too large for a datagram arrives", entry_large, 0 },
	{ "journal-alert", "an unexpected port has the priority of its severity", entry_alert, 0 },
	{ "journal-reload", "a policy with an error: told, and the one before holds on",
	  entry_reload, 0 },
	{ "journal-catalog", "journalctl -x explains the entry", entry_catalog, 0 },
	{ "journal-absent", "no journald: said once, and told when there is one", journal_absent,
	  0 },
	{ "journal-killed", "journald killed in mid-stream: nothing is lost", journal_killed, 30 },
	{ "journal-unheard", "what the journal does not take at the end is said", journal_unheard,
	  0 },
	{ 0 },
};

const struct test journal_flood_tests[] = {
	{ "journal-full", "journald stopped: what finds no room is counted in the journal",
	  journal_full, 60 },
	{ "journal-storm", "10,000 alerts while journald is stopped: none lacks", journal_storm,
	  60 },
	{ 0 },
};
