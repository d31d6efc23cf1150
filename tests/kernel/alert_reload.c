// SPDX-License-Identifier: GPL-2.0-only
/* watch --policy: a policy that is read again. */
#include <signal.h>
#include <string.h>

#include "event.h"
#include "policing.h"
#include "sockets.h"
#include "tests.h"

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

const struct test alert_reload_tests[] = {
	{ "alert-reload", "SIGHUP: a broken file changes nothing, a good one judges again", reload,
	  0 },
	{ "alert-reload-graver", "what is graver by another policy is told, though told lately",
	  reload_graver, 0 },
	{ "alert-hangup", "without a policy SIGHUP ends the trace", hangup_ends, 0 },
	{ 0 },
};
