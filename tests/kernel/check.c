// SPDX-License-Identifier: GPL-2.0-only
/* check: what is open before a policy, and what of it is told. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event.h"
#include "opener.h"
#include "policy.h"
#include "tests.h"
#include "text.h"

/* Nobody else has these: they are looked for on the whole host. */
#define REQUIRED "47111"
#define REQUIRED_RANGE "47120-47129"
#define OF_RANGE 47125
#define ON_HOST 47131

static struct outcome outcome;

static struct opener listener(const char *addr, int port)
{
	struct opener opener = opener_start(AS_SELF);

	opener_open(&opener, &(struct spec){ .addr = addr, .port = port });
	return opener;
}

static void check_by(const char *policy)
{
	run_here(&outcome, "check", "--policy", policy, NULL);
}

/* The only finding, as JSON. */
static struct event finding_by(const char *policy)
{
	struct event event;
	char *end;

	run_here(&outcome, "check", "--policy", policy, "-j", NULL);
	expect_status(&outcome, 1);
	end = strchr(outcome.out, '\n');
	check(end && !end[1], "not one line: %s", outcome.out);
	*end = '\0';
	event_parse(&event, outcome.out);
	return event;
}

/* --- each kind -------------------------------------------------------------------- */

/* A job that mails what it prints has nothing to mail. */
static void expected(void)
{
	listener("127.0.0.1", 8080);
	listener("127.0.0.1", 8081);
	check_by(policy_write("allow tcp/8080 on=loopback exe=%s\n"
			      "ignore tcp/8081\ndefault alert:crit\n",
			      self_exe()));
	expect_status(&outcome, 0);
	check(!outcome.out[0] && !outcome.err[0], "it says: %s%s", outcome.out, outcome.err);
}

static void unexpected(void)
{
	struct opener opener = listener("127.0.0.1", 8080);
	struct event event = finding_by(policy_write("allow tcp/22\ndefault alert:crit\n"));

	check(!strcmp(event.name, "existing") && event.port == 8080, "another: %s", event.line);
	expect_text(&event, "finding", "unexpected");
	expect_text(&event, "verdict", "unexpected");
	expect_text(&event, "severity", "crit");
	expect_text(&event, "rule", "default");
	check(strstr(event_text(&event, "why"), "tcp/8080"), "why: %s", event.line);
	expect_num(&event, "process.pid", opener.child.pid);
	expect_text(&event, "process.exe", self_exe());
}

/* The number is named, and it is not the one that was meant. */
static void changed(void)
{
	struct event event;
	char rule[64];

	listener("127.0.0.1", 8080);
	event = finding_by(policy_write("# first line\nallow tcp/8080 exe=/usr/sbin/other\n"));
	expect_text(&event, "finding", "changed");
	expect_text(&event, "severity", "warning");
	snprintf(rule, sizeof(rule), "%s:2", POLICY_NAME);
	check(strstr(event_text(&event, "why"), rule) &&
		      strstr(event_text(&event, "why"), "/usr/sbin/other") &&
		      strstr(event_text(&event, "why"), self_exe()),
	      "why: %s", event.line);
}

static void wider(void)
{
	struct event event;

	listener("0.0.0.0", 8080);
	event = finding_by(policy_write("allow tcp/8080 on=loopback\n"));
	expect_text(&event, "finding", "changed");
	check(strstr(event_text(&event, "why"), "0.0.0.0"), "why: %s", event.line);
}

/* It is looked for on the whole host: the filter that a test lives by would drop it. */
static void run_for_required(const char *policy, const char *port)
{
	const char *args[] = { "check", "--policy", policy, "-j", "-P", port, NULL };

	run_porttrace(args, false, &outcome);
}

static void missing(void)
{
	const char *policy = policy_write("allow udp/*\nrequire tcp/" REQUIRED "\n");
	struct opener opener;
	struct event event;

	run_for_required(policy, REQUIRED);
	expect_status(&outcome, 1);
	check(strchr(outcome.out, '\n') && !strchr(outcome.out, '\n')[1], "not one line: %s",
	      outcome.out);
	*strchr(outcome.out, '\n') = '\0';
	event_parse(&event, outcome.out);
	expect_text(&event, "event", "missing");
	expect_text(&event, "finding", "missing");
	expect_num(&event, "local.port", atoi(REQUIRED));
	expect_text(&event, "rule", POLICY_NAME ":2");
	check(!event_get(&event, "local.addr") && !event_get(&event, "process"), "made up: %s",
	      event.line);

	opener = listener("127.0.0.1", atoi(REQUIRED));
	run_for_required(policy, REQUIRED);
	expect_status(&outcome, 0);
	opener_close(&opener);
	run_for_required(policy, REQUIRED);
	expect_status(&outcome, 1);
}

/* Of a range any one will do; one that somebody else holds will not. */
static void missing_of_range(void)
{
	listener("127.0.0.1", OF_RANGE);
	run_for_required(policy_write("require tcp/" REQUIRED_RANGE "\n"), REQUIRED_RANGE);
	expect_status(&outcome, 0);
	run_for_required(policy_write("require tcp/" REQUIRED_RANGE " exe=/usr/sbin/other\n"),
			 REQUIRED_RANGE);
	expect_status(&outcome, 1);
	expect_out(&outcome, "\"finding\":\"missing\"");
	expect_out(&outcome, "\"finding\":\"changed\"");
}

/* --- what is told, and how ------------------------------------------------------------ */

/* Sockets of one port that one process has are one finding; those of two are two. */
static void once_a_port(void)
{
	const struct spec shared = { .addr = "127.0.0.1", .port = 8080, .flags = SPEC_REUSEPORT };
	struct opener opener = opener_start(AS_SELF), other = opener_start(AS_SELF);

	for (int i = 0; i < 3; i++)
		opener_open(&opener, &shared);
	finding_by(policy_write("default alert\n"));
	opener_open(&other, &shared);
	check_by(policy_write("default alert\n"));
	expect_status(&outcome, 1);
	expect_said(&outcome, "2 unexpected (worst: warning); 0 ports");
}

/* The whole of it, the gravest first. */
static void table(void)
{
	struct opener opener = listener("127.0.0.1", 8080);
	char expect[4096];

	opener_open(&opener, &(struct spec){ .addr = "0.0.0.0", .port = 8081 });
	opener_open(&opener, &(struct spec){ .addr = "::1", .port = 8082 });
	run_here(&outcome, "check", "--policy",
		 policy_write("alert:info tcp/8080\nalert:crit tcp/8082\nallow tcp/8081\n"
			      "default alert\n"),
		 "--columns", "finding,severity,proto,local,pid,comm,rule", NULL);
	expect_status(&outcome, 1);
	snprintf(expect, sizeof(expect),
		 "FINDING SEVERITY PROTO LOCAL PID COMM RULE\n"
		 "UNEXPECTED crit tcp [::1]:8082 %d %s live.policy:2\n"
		 "UNEXPECTED info tcp 127.0.0.1:8080 %d %s live.policy:1\n",
		 opener.child.pid, self_comm(), opener.child.pid, self_comm());
	check(text_same_words(outcome.out, expect), "not %s but %s", expect, outcome.out);
	check(!strcmp(outcome.err,
		      "porttrace: 2 unexpected (worst: crit); 1 port is as the policy wants\n"),
	      "stderr: %s", outcome.err);
}

static void csv(void)
{
	listener("127.0.0.1", 8080);
	run_here(&outcome, "check", "-o", "csv", "--columns", "finding,local", "--policy",
		 policy_write("default alert\n"), NULL);
	expect_status(&outcome, 1);
	check(!strcmp(outcome.out, "finding,local\nUNEXPECTED,127.0.0.1:8080\n"), "not csv: %s",
	      outcome.out);
}

/* One line, on stdout, whatever is found: what a monitoring system shows. */
static void quiet(void)
{
	const char *policy = policy_write("allow tcp/8080\nignore tcp/8081\ndefault alert:info\n");

	listener("127.0.0.1", 8080);
	listener("127.0.0.1", 8081);
	run_here(&outcome, "check", "-q", "--policy", policy, NULL);
	expect_status(&outcome, 0);
	check(!strcmp(outcome.out, "ok; 1 port is as the policy wants, 1 is ignored\n"),
	      "stdout: %s", outcome.out);
	listener("127.0.0.1", 8082);
	run_here(&outcome, "check", "-q", "--policy", policy, NULL);
	expect_status(&outcome, 1);
	check(!strcmp(outcome.out,
		      "1 unexpected (worst: info); 1 port is as the policy wants, 1 is "
		      "ignored\n"),
	      "stdout: %s", outcome.out);
	check(!outcome.err[0], "stderr: %s", outcome.err);
}

/* A filter leaves findings out, and says so of what it cannot be asked of. */
static void filtered(void)
{
	const char *policy = policy_write("require tcp/" REQUIRED "\ndefault alert\n");

	listener("127.0.0.1", 8080);
	listener("127.0.0.1", 8081);
	run_here(&outcome, "check", "--policy", policy, "-P", "8081", NULL);
	expect_status(&outcome, 1);
	expect_said(&outcome, "1 unexpected (worst: warning)");
	expect_said(&outcome, "1 required port that is not open does not pass the filter");
	run_here(&outcome, "check", "--policy", policy, "--comm", "nobody-is-called-so", NULL);
	expect_status(&outcome, 0);
	check(!outcome.out[0], "stdout: %s", outcome.out);
}

/* --- what cannot be known --------------------------------------------------------------- */

/* Who holds it is hidden: neither is it a finding, nor is there none. */
static void unprivileged(void)
{
	host_listener(ON_HOST);
	run_as_nobody(&outcome, "check", "-P", "47131", "--policy",
		      policy_write("allow tcp/47131 exe=%s\ndefault alert\n", self_exe()), NULL);
	expect_status(&outcome, 3);
	check(!outcome.out[0], "a finding that cannot be known: %s", outcome.out);
	expect_said(&outcome, "not everything is shown");
	expect_said(&outcome, "unknown: nothing found in what is seen");
	expect_said(&outcome, "of 1 port it cannot be known from here");
}

/* What lets it through asks for nothing that is hidden. Still there may be more. */
static void unprivileged_expected(void)
{
	host_listener(ON_HOST);
	run_as_nobody(&outcome, "check", "-q", "-P", "47131", "--policy",
		      policy_write("allow tcp/47131 on=loopback\nrequire tcp/47131 exe=/bin/other\n"
				   "default alert\n"),
		      NULL);
	expect_status(&outcome, 3);
	check(!strcmp(outcome.out,
		      "unknown: nothing found in what is seen; 1 port is as the policy "
		      "wants; 1 required port may be open where it is not seen; not "
		      "everything is seen\n"),
	      "stdout: %s", outcome.out);
}

/* Between the two tables that are read a port seems to be nobody's: that is no finding. */
static void opens_and_closes(int ctl, void *arg)
{
	(void)arg;
	step_give(ctl);
	for (;;)
		close(tcp_listen("127.0.0.1", 8080));
}

static void meanwhile(void)
{
	const char *policy = policy_write("allow tcp/8080 exe=%s\ndefault alert\n", self_exe());
	struct child child = child_start(opens_and_closes, NULL);

	step_await(child.ctl);
	for (int i = 0; i < 20; i++) {
		check_by(policy);
		expect_status(&outcome, 0);
	}
	child_kill(&child);
}

/* --- a policy that is none ----------------------------------------------------------------- */

static void the_default(void)
{
	listener("127.0.0.1", 8080);
	policy_write_default("allow tcp/8080\n");
	run_here(&outcome, "check", "-q", NULL);
	expect_status(&outcome, 0);
	expect_out(&outcome, "1 port is as the policy wants");
	check(!unlink("/etc/porttrace/porttrace.policy"), "unlink: %s", strerror(errno));
	run_here(&outcome, "check", NULL);
	expect_status(&outcome, 2);
	check(!outcome.out[0], "stdout: %s", outcome.out);
	expect_said(&outcome, "/etc/porttrace/porttrace.policy");
	expect_said(&outcome, "porttrace learn");
}

static void refused(const char *policy, const char *says)
{
	check_by(policy);
	expect_status(&outcome, 2);
	expect_said(&outcome, says);
	check(!outcome.out[0], "stdout: %s", outcome.out);
}

static void bad(void)
{
	const char *args[] = { "check", "some.policy", NULL };
	const char *policy;

	listener("127.0.0.1", 8080);
	refused(policy_write("allow tcp/8080 ex=/bin/x\nallow tcp/99999\n"), ":2:");
	expect_said(&outcome, ":1:");
	expect_said(&outcome, "exe");
	refused("/nonexistent/policy", "/nonexistent/policy");
	policy = policy_write("allow tcp/8080\n");
	check(!chmod(policy, 0666), "chmod: %s", strerror(errno));
	refused(policy, policy);
	run_porttrace(args, false, &outcome);
	expect_status(&outcome, 2);
	expect_said(&outcome, "--policy some.policy");
}

const struct test check_tests[] = {
	{ "check-expected", "a policy that is met says nothing, with status 0", expected, 0 },
	{ "check-unexpected", "a port no rule allows is a finding, with who has it", unexpected,
	  0 },
	{ "check-changed", "another executable than the rule's is CHANGED", changed, 0 },
	{ "check-wider", "and so is a wider address", wider, 0 },
	{ "check-missing", "a required port that is not open is MISSING, until it is", missing, 0 },
	{ "check-missing-range", "of a range any will do, if the right one has it",
	  missing_of_range, 0 },
	{ "check-once", "sockets of one port and process are one finding", once_a_port, 0 },
	{ "check-table", "the table, the gravest first, and the summary", table, 0 },
	{ "check-csv", "findings as CSV", csv, 0 },
	{ "check-quiet", "one line on stdout", quiet, 0 },
	{ "check-filter", "a filter leaves findings out, and says of which it cannot be asked",
	  filtered, 0 },
	{ "check-nobody", "what cannot be seen is neither a finding nor none", unprivileged, 0 },
	{ "check-nobody-expected", "nor is all well where there may be more", unprivileged_expected,
	  0 },
	{ "check-meanwhile", "a port that opens just then is not said to be nobody's", meanwhile,
	  60 },
	{ "check-default", "the default policy, and what to do where there is none", the_default,
	  0 },
	{ "check-bad", "a policy that is wrong, and one that others may write", bad, 0 },
	{ NULL, NULL, NULL, 0 },
};
