// SPDX-License-Identifier: GPL-2.0-only
/* watch --journal, where the journal is not there, or does not read. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "await.h"
#include "entries.h"
#include "netns.h"
#include "policy.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"

static void journal_absent(void)
{
	struct tracer *tracer;

	journald_prepare();
	tracer = journal_start();
	for (int port = 8085; port < 8088; port++) {
		tcp_listen("127.0.0.1", port);
		tracer_expect(tracer, "open", port);
	}
	await_error(tracer, "the journal cannot be reached");
	journald_start();
	for (int port = 8085; port < 8088; port++)
		json_decref(journald_await(entries_of(getpid(), port), 1));
	await_error(tracer, "the journal is reached again");
	check(times_in(tracer->errors, "\n") == 2, "it says more than that: %s", tracer->errors);
}

/* --- nothing lacks that is not counted ----------------------------------------------- */

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
	expect_field(entry, "PORTTRACE_EVENT", "lost");
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
	tracer = journal_start();
	for (int i = 0; i < MANY; i++) {
		sock_close(tcp_listen("127.0.0.1", FIRST + i));
		if (i == MANY / 3)
			journald_kill();
		if (i == MANY / 2)
			journald_start();
	}
	tracer_expect(tracer, "close", FIRST + MANY - 1);
	snprintf(query, sizeof(query), "PORTTRACE_EVENT=close %s",
		 entries_of(getpid(), FIRST + MANY - 1));
	account = await_account(query);
	check(account.lost == 0, "%ld entries lost", account.lost);
	for (int i = 0; i < MANY; i += MANY / 8) {
		snprintf(query, sizeof(query), "PORTTRACE_EVENT=open %s",
			 entries_of(getpid(), FIRST + i));
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
	tracer = journal_start();
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
	json_decref(journald_await(entries_of(getpid(), FIRST + 1), 1));
}

#define STORM 10000

/*
 * Each alert is there, though the journal read none of them while they came. By a process
 * with few arguments: ours may be thousands of bytes, of which each entry has a copy.
 */
static void journal_storm(void)
{
	struct launch launch = {
		.args = { "--journal", "--alerts", "--policy" },
		.text = true,
	};
	static const char *const storm[] = { "each", "20000", "10000", NULL };
	struct child child;
	json_t *entries;

	journald_prepare();
	journald_start();
	launch.args[3] = policy_write("alert tcp/8080 netns=%lu\n"
				      "alert:crit tcp/20000-29999 netns=%lu\ndefault ignore\n",
				      netns_inode(), netns_inode());
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

const struct test journal_loss_tests[] = {
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
