// SPDX-License-Identifier: GPL-2.0-only
/* watch --policy: verdicts, alerts, what is missing, and a policy that is read again. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "event.h"
#include "harness.h"
#include "netns.h"
#include "policing.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "text.h"

/* Ports of the harness are no business of ours, nor those of others on this host. */
#define MARKERS "ignore any/61000-65535\n"

/* --- verdicts --------------------------------------------------------------------- */

static void expect_found(const struct event *event, const char *finding, const char *severity,
			 const char *rule)
{
	expect_text(event, "finding", finding);
	expect_text(event, "verdict", "unexpected");
	expect_text(event, "severity", severity);
	expect_text(event, "rule", rule);
	check(*event_text(event, "why"), "no reason");
}

static void verdicts(void)
{
	const struct event *event;
	struct tracer *tracer;
	int fd;

	policing_prepare();
	file_write(POLICY_PATH, 0644,
		   MARKERS "allow tcp/8081 exe=%s netns=%lu\n"
			   "allow tcp/8082 exe=/no/such/program\n"
			   "alert:crit tcp/8080 netns=%lu\ndefault alert:info\n",
		   self_exe(), netns_inode(), netns_inode());
	fd = tcp_listen("127.0.0.1", 8080);
	tracer = policing_start(NULL);
	expect_found(tracer_expect(tracer, "existing", 8080), "unexpected", "crit",
		     "porttrace.policy:4");
	sock_close(fd);
	event = tracer_expect(tracer, "close", 8080);
	expect_text(event, "verdict", "unexpected");
	check(!event_get(event, "finding"), "its end is found");
	open_once(8081);
	event = tracer_expect(tracer, "open", 8081);
	expect_text(event, "verdict", "expected");
	expect_text(event, "rule", "porttrace.policy:2");
	check(!event_get(event, "finding") && !event_get(event, "severity"), "it is found");
	open_once(8082);
	event = tracer_expect(tracer, "open", 8082);
	expect_found(event, "changed", "info", "default");
	check(strstr(event_text(event, "why"), self_exe()), "why does not name the executable");
	open_once(8083);
	expect_found(tracer_expect(tracer, "open", 8083), "unexpected", "info", "default");
}

static void alerts_only(void)
{
	static const char *const options[] = { "--alerts", "-e", "fail", NULL };
	struct tracer *tracer;

	policing_prepare();
	/* What says that it streams must be told. */
	file_write(POLICY_PATH, 0644, "allow tcp/8080\nignore tcp/8081\ndefault alert\n");
	tracer = tracer_launch(&(struct launch){
		.args = { "--policy", POLICY_PATH, options[0], options[1], options[2] } });
	tracer->no_close = true;
	tracer_ready(tracer);
	open_once(8080);
	open_once(8081);
	open_once(8082);
	tracer_expect(tracer, "open", 8082); /* whatever -e says */
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "");
	tracer_history(tracer, 8081, "");
	tracer_history(tracer, 8082, "open");
}

static void console(void)
{
	static const char *const options[] = { "--color", "always", NULL };
	static const char alert[] = "\n\033[1;31m!!!!!!!! CRIT      UNEXPECTED: ";
	const char *row, *line;
	struct tracer *tracer;

	policing_prepare();
	file_write(POLICY_PATH, 0644, "allow tcp/8081\nalert:crit tcp/8080\ndefault ignore\n");
	tracer = policing_start_table(options);
	open_once(8080);
	open_once(8081);
	await_text(tracer, ":8081");
	row = strstr(tracer->buf, "127.0.0.1:8080");
	check(row, "no row of the port");
	line = strchr(row, '\n');
	check(line && !strncmp(line, alert, strlen(alert)), "no line of the alert below its row");
	check(line && strstr(line, "[porttrace.policy:2] by "), "it names no rule");
	check(times_in(tracer->buf, "!!!!!!!! ") == 1, "more than one alert");
}

/* --- what is missing -------------------------------------------------------------- */

/* The port that stays closed is the clock: when it is told, five seconds are over. */
static void missing(void)
{
	const struct event *event;
	struct tracer *tracer;
	int restarted, gone;

	policing_prepare();
	file_write(POLICY_PATH, 0644,
		   MARKERS "require tcp/8080 netns=%lu\nrequire tcp/8081 netns=%lu\n"
			   "require tcp/8082-8090 netns=%lu\ndefault ignore\n",
		   netns_inode(), netns_inode(), netns_inode());
	restarted = tcp_listen("127.0.0.1", 8080);
	gone = tcp_listen("127.0.0.1", 8081);
	tracer = policing_start(NULL);
	event = tracer_expect(tracer, "missing", 8082);
	expect_found(event, "missing", "warning", "porttrace.policy:4");
	expect_num(event, "local.last_port", 8090);
	check(!event_get(event, "local.addr"), "it has an address");
	sock_close(restarted);
	sock_close(gone);
	restarted = tcp_listen("127.0.0.1", 8080);
	expect_found(tracer_expect(tracer, "missing", 8081), "missing", "warning",
		     "porttrace.policy:3");
	check(!tracer_count(tracer, "missing", 8080), "a restart is an alarm");
	gone = tcp_listen("127.0.0.1", 8081); /* and it can be missing again */
	sock_close(gone);
	tracer_expect(tracer, "missing", 8081);
	check(!tracer_count(tracer, "missing", 8080), "what is open is missing");
	sock_close(restarted);
}

/* As many as were asked for, though more is missing at the same time. */
static void counted(void)
{
	struct tracer *tracer;

	policing_prepare();
	file_write(POLICY_PATH, 0644,
		   "require tcp/8080 netns=%lu\nrequire tcp/8081 netns=%lu\n"
		   "require tcp/8082 netns=%lu\ndefault ignore\n",
		   netns_inode(), netns_inode(), netns_inode());
	tracer = tracer_launch(&(struct launch){
		.args = { "--policy", POLICY_PATH, "--alerts", "--count", "2" } });
	check(!tracer_wait(tracer), "it failed");
	tracer_expect(tracer, "missing", 8080);
	tracer_expect(tracer, "missing", 8081);
	check(!tracer_count(tracer, "missing", 8082), "more than --count asks for");
}

/* It is back at once, but so much is before that in the stream that porttrace cannot know yet. */
static void missing_unread(void)
{
	struct tracer *tracer;
	long long until;
	int fd;

	policing_prepare();
	file_write(POLICY_PATH, 0644, MARKERS "require tcp/8080 netns=%lu\ndefault ignore\n",
		   netns_inode());
	fd = tcp_listen("127.0.0.1", 8080);
	tracer = policing_start(NULL);
	sock_close(fd);
	tracer_expect(tracer, "close", 8080);
	for (int i = 0; i < 1000; i++)
		open_once(8081);
	fd = tcp_listen("127.0.0.1", 8080);
	/* Nobody reads for longer than it may be closed. */
	for (until = now_ms() + 6000; now_ms() < until;)
		poll(NULL, 0, 100);
	tracer_sync(tracer);
	check(tracer_count(tracer, "open", 8080) == 1, "it did not open");
	check(!tracer_count(tracer, "missing", 8080), "a restart is an alarm");
	sock_close(fd);
}

/* With --alerts: two rules for a port, and one that is missing again soon after it was. */
static void missing_again(void)
{
	struct tracer *tracer;
	int fd;

	policing_prepare();
	file_write(POLICY_PATH, 0644,
		   "require tcp/8080 netns=%lu on=127.0.0.1\n"
		   "require tcp/8080 netns=%lu on=127.0.0.2\ndefault ignore\n",
		   netns_inode(), netns_inode());
	tracer = tracer_launch(
		&(struct launch){ .args = { "--policy", POLICY_PATH, "--alerts" }, .text = true });
	await_text(tracer, "[porttrace.policy:1]");
	await_text(tracer, "[porttrace.policy:2]");
	fd = tcp_listen("127.0.0.1", 8080);
	sock_close(fd);
	await_text(tracer, "MISSING: closed, and not back within 5 s");
}

/* --- the same again, and storms --------------------------------------------------- */

static void fold(void)
{
	static const char *const options[] = { "--alerts", NULL };
	struct tracer *table, *json;

	policing_prepare();
	file_write(POLICY_PATH, 0644, MARKERS "alert tcp/8080\nalert tcp/8081\ndefault ignore\n");
	table = policing_start_table(options);
	json = policing_start(NULL);
	for (int i = 0; i < 3; i++)
		open_once(8080);
	open_once(8081);
	await_text(table, ":8081");
	check(times_in(table->buf, " open ") == 2, "not one row for each port");
	check(times_in(table->buf, "UNEXPECTED: ") == 2, "not one alert for each port");
	finish(table);
	check(strstr(table->buf, "!!!!!!!! WARNING   2 MORE in "), "what was folded is not told");
	tracer_sync(json);
	tracer_history(json, 8080, "open,close,open,close,open,close");
}

#define STORM 10000

static void expect_sum(const char *text, unsigned int want)
{
	unsigned int sum = times_in(text, "UNEXPECTED: "), lines = times_in(text, "!!!!!!!! ");

	check(sum < 200 && lines < 300, "%u alerts in %u lines are not summarised", sum, lines);
	for (const char *at = text; (at = strstr(at, " MORE in ")); at += 9) {
		const char *digit = at;

		while (digit > text && digit[-1] >= '0' && digit[-1] <= '9')
			digit--;
		check(strstr(at, self_exe()), "a storm without its executable");
		sum += (unsigned int)strtoul(digit, NULL, 10);
	}
	check(sum == want, "%u alerts were told or counted, there were %u", sum, want);
}

static unsigned int opened(const struct tracer *tracer)
{
	unsigned int n = 0;

	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];

		n += event->port >= 10000 && event->port < 10000 + STORM &&
		     (!strcmp(event->name, "open") || !strcmp(event->of, "open"));
	}
	return n;
}

static void storm(void)
{
	static const char *const options[] = { "--alerts", NULL };
	int ports = STORM / config.scale;
	struct tracer *table, *json;

	policing_prepare();
	file_write(POLICY_PATH, 0644,
		   MARKERS "alert tcp/8080\nalert tcp/10000-19999\ndefault ignore\n");
	table = policing_start_table(options);
	json = tracer_launch(
		&(struct launch){ .args = { "--policy", POLICY_PATH }, .no_lines = true });
	tracer_ready(json);
	for (int i = 0; i < ports; i++) {
		open_once(10000 + i);
		if (i % 100 == 0) {
			tracer_pump(table, 0);
			tracer_pump(json, 0);
		}
	}
	tracer_resync(json);
	check(opened(json) == (unsigned int)ports, "%u of %d in JSON", opened(json), ports);
	finish(table);
	expect_sum(table->buf, (unsigned int)ports);
}

/* --- a policy that is read again -------------------------------------------------- */

static void reload(void)
{
	struct tracer *tracer;
	int fd, other;

	policing_prepare();
	file_write(POLICY_PATH, 0644, MARKERS "alert tcp/8081\ndefault ignore\n");
	tracer = policing_start(NULL);
	fd = tcp_listen("127.0.0.1", 8080);
	other = tcp_listen("127.0.0.1", 8081);
	expect_text(tracer_expect(tracer, "open", 8080), "verdict", "ignored");
	expect_text(tracer_expect(tracer, "open", 8081), "verdict", "unexpected");
	file_write(POLICY_PATH, 0644, "alert tcp/8080 exxe=/x\n");
	tracer_signal(tracer, SIGHUP);
	await_error(tracer, "porttrace.policy:1:16: error: ");
	await_error(tracer, "what was read before holds on");
	open_once(8082);
	expect_text(tracer_expect(tracer, "open", 8082), "verdict", "ignored");
	/* Told is what is unexpected now, and was not. */
	file_write(POLICY_PATH, 0644, MARKERS "alert tcp/8080,8081\ndefault alert:crit\n");
	tracer_signal(tracer, SIGHUP);
	expect_found(tracer_expect(tracer, "existing", 8080), "unexpected", "warning",
		     "porttrace.policy:2");
	await_error(tracer, "the policy was read again: rules 2");
	open_once(8083);
	expect_found(tracer_expect(tracer, "open", 8083), "unexpected", "crit", "default");
	tracer_sync(tracer);
	tracer_history(tracer, 8081, "open");
	sock_close(fd);
	sock_close(other);
}

/* Lately told or not: that it is graver now is told. */
static void reload_graver(void)
{
	static const char *const options[] = { "--alerts", NULL };
	struct tracer *table;
	int fd;

	policing_prepare();
	file_write(POLICY_PATH, 0644, "alert:info tcp/8080\ndefault ignore\n");
	table = policing_start_table(options);
	fd = tcp_listen("127.0.0.1", 8080);
	await_text(table, "!!!!!!!! INFO      UNEXPECTED: ");
	file_write(POLICY_PATH, 0644, "alert:crit tcp/8080\ndefault ignore\n");
	tracer_signal(table, SIGHUP);
	await_text(table, "!!!!!!!! CRIT      UNEXPECTED: ");
	check(times_in(table->buf, " existing ") == 1, "no row of it");
	sock_close(fd);
}

static void hangup_ends(void)
{
	struct tracer *tracer = tracer_start();

	tracer_signal(tracer, SIGHUP);
	check(tracer_wait(tracer) == 128 + SIGHUP, "without a policy SIGHUP does not end it");
}

/* --- policies that are refused ---------------------------------------------------- */

static void expect_refused(const char *why)
{
	struct tracer *tracer = tracer_launch(
		&(struct launch){ .args = { "--policy", POLICY_PATH, "--for", "1s" } });
	int status = tracer_wait(tracer);

	check(status == 2, "%s: exit status %d, expected 2", why, status);
	check(strstr(tracer->errors, why), "stderr does not say \"%s\"", why);
	check(!tracer->count, "it told something");
}

static void refused(void)
{
	policing_prepare();
	expect_refused(strerror(ENOENT));
	file_write(POLICY_PATH, 0666, "default alert\n");
	expect_refused("others may write");
	file_write(POLICY_PATH, 0644, "default alert\n");
	check(!chown(POLICY_PATH, 65534, 0), "chown");
	expect_refused("owned");
	check(!chown(POLICY_PATH, 0, 0), "chown");
	file_write(POLICY_PATH, 0644, "allow tcp/99999\nallow tpc/1\n");
	expect_refused(":2:7: error: ");
}

const struct test alert_tests[] = {
	{ "alert-verdict", "existing, open and close have finding, verdict, rule and why", verdicts,
	  0 },
	{ "alert-only", "--alerts tells what is unexpected alone, whatever -e says", alerts_only,
	  0 },
	{ "alert-console", "an alert has a line of its own, with colour on top", console, 0 },
	{ "alert-missing", "required: at the start, and 5 s after a close, but for a restart",
	  missing, 40 },
	{ "alert-missing-unread", "a reader that is slow makes no restart an alarm", missing_unread,
	  30 },
	{ "alert-missing-again", "what is missing is told for each rule, and each time it went",
	  missing_again, 30 },
	{ "alert-count", "--count holds for what is missing, too", counted, 0 },
	{ "alert-fold", "the same again is one alert and a count; JSON has each", fold, 0 },
	{ "alert-reload", "SIGHUP: a broken file changes nothing, a good one judges again", reload,
	  0 },
	{ "alert-reload-graver", "what is graver by another policy is told, though told lately",
	  reload_graver, 0 },
	{ "alert-hangup", "without a policy SIGHUP ends the trace", hangup_ends, 0 },
	{ "alert-refused", "a policy with errors, or that others can write to: exit 2", refused,
	  0 },
	{ 0 },
};

const struct test storm_tests[] = {
	{ "alert-storm", "10,000 alerts: summarised in the table, each in JSON", storm, 60 },
	{ 0 },
};
