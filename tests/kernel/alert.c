// SPDX-License-Identifier: GPL-2.0-only
/* watch --policy: verdicts, alerts, the same again, and storms. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "netns.h"
#include "policing.h"
#include "process.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"

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

/* Which namespace is the host's is known only once the first event comes. */
static void host_alone(void)
{
	static const char *const args[] = { "watch", "--policy", POLICY_PATH, "--netns", "host",
					    "--for", "1ms",      "--port",    "48080",   NULL };
	static struct outcome outcome;

	policing_prepare();
	file_write(POLICY_PATH, 0644, "default alert\n");
	tcp_listen("127.0.0.1", 48080);
	run_porttrace(args, false, &outcome);
	check(!outcome.status, "status %d: %s", outcome.status, outcome.err);
	check(!strstr(outcome.out, "48080"), "what the filter drops is told: %s", outcome.out);
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
	{ "alert-host", "no alert from where --netns host does not look", host_alone, 0 },
	{ "alert-verdict", "existing, open and close have finding, verdict, rule and why", verdicts,
	  0 },
	{ "alert-only", "--alerts tells what is unexpected alone, whatever -e says", alerts_only,
	  0 },
	{ "alert-console", "an alert has a line of its own, with colour on top", console, 0 },
	{ "alert-fold", "the same again is one alert and a count; JSON has each", fold, 0 },
	{ "alert-refused", "a policy with errors, or that others can write to: exit 2", refused,
	  0 },
	{ 0 },
};

const struct test storm_tests[] = {
	{ "alert-storm", "10,000 alerts: summarised in the table, each in JSON", storm, 60 },
	{ 0 },
};
