// SPDX-License-Identifier: GPL-2.0-only
/* What a policy says, in who; and close --unexpected. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "closing.h"
#include "event.h"
#include "policy.h"
#include "tests.h"

/* Nobody else has it. */
#define ON_HOST 47132

static struct outcome outcome;

/* 8080 is allowed, 8081 is not, 8082 is ignored, 8083 is another's. */
static const char *some_policy(void)
{
	return policy_write("allow tcp/8080 exe=%s\nignore tcp/8082\n"
			    "allow tcp/8083 exe=/usr/sbin/other\ndefault alert:crit\n",
			    self_exe());
}

static struct opener open_some(void)
{
	struct opener opener = opener_start(AS_SELF);

	for (int port = 8080; port <= 8083; port++)
		opener_open(&opener, &(struct spec){ .addr = "127.0.0.1", .port = port });
	return opener;
}

/* Which of the four are open. */
static void expect_four(bool a, bool b, bool c, bool d)
{
	const bool open[] = { a, b, c, d };

	for (int i = 0; i < 4; i++)
		expect_open(&outcome, NULL, NULL, 8080 + i, open[i]);
}

/* --- close ------------------------------------------------------------------------ */

static void closes_unexpected(void)
{
	open_some();
	run_close(&outcome, "--unexpected", "--yes", "--policy", some_policy(), NULL);
	expect_status(&outcome, 0);
	expect_out(&outcome, "127.0.0.1:8081");
	expect_out(&outcome, "default");
	expect_out(&outcome, "tcp/8081");
	expect_out(&outcome, "/usr/sbin/other");
	check(!strstr(outcome.out, "8080 ") && !strstr(outcome.out, "8082 "),
	      "it shows what it does not close: %s", outcome.out);
	expect_four(true, false, true, false);
}

static void closes_some_unexpected(void)
{
	const char *policy = some_policy();

	open_some();
	run_here(&outcome, "close", "--unexpected", "--dry-run", "-j", "--policy", policy, NULL);
	expect_status(&outcome, 0);
	expect_out(&outcome, "\"finding\":\"changed\"");
	expect_out(&outcome, "\"severity\":\"crit\"");
	expect_four(true, true, true, true);
	run_close(&outcome, "8080", "8083", "--unexpected", "--yes", "--policy", policy, NULL);
	expect_status(&outcome, 0);
	expect_four(true, true, true, false);
	run_here(&outcome, "close", "--unexpected", "--except", "8081", "--yes", "--policy", policy,
		 NULL);
	expect_status(&outcome, 1);
	expect_said(&outcome, "nothing to close: no port is open that the policy");
	expect_four(true, true, true, false);
}

/* A policy that is wrong closes nothing, whatever is right in it. */
static void closes_nothing(void)
{
	open_some();
	run_here(&outcome, "close", "--unexpected", "--yes", "--policy",
		 policy_write("default alert\nallw tcp/8080\n"), NULL);
	expect_status(&outcome, 2);
	expect_said(&outcome, "allow");
	run_here(&outcome, "close", "8080", "--yes", "--policy", some_policy(), NULL);
	expect_status(&outcome, 2);
	expect_said(&outcome, "--unexpected");
	run_here(&outcome, "close", "--unexpected", "--policy", some_policy(), NULL);
	expect_status(&outcome, 2);
	expect_said(&outcome, "--yes");
	policy_write_default("default alert\n");
	check(!remove("/etc/porttrace/porttrace.policy"), "remove: %s", strerror(errno));
	run_here(&outcome, "close", "--unexpected", "--yes", NULL);
	expect_status(&outcome, 2);
	expect_said(&outcome, "porttrace learn");
	expect_four(true, true, true, true);
}

/* What cannot be judged is not closed, nor shown as if it would be. */
static void closes_what_is_known(void)
{
	host_listener(ON_HOST);
	run_as_nobody(&outcome, "close", "47132", "--unexpected", "--dry-run", "--policy",
		      policy_write("default alert\n"), NULL);
	expect_status(&outcome, 1);
	check(!outcome.out[0], "stdout: %s", outcome.out);
	expect_said(&outcome, "cannot be judged from here");
}

/* --- who ---------------------------------------------------------------------------- */

static void who_says(const char *port, const char *policy, const char *line)
{
	run_here(&outcome, "who", port, "--policy", policy, NULL);
	expect_status(&outcome, 0);
	expect_out(&outcome, line);
}

static void who_by_policy(void)
{
	const char *policy = some_policy();

	open_some();
	who_says("8080", policy, "  policy        expected, by live.policy:1\n");
	who_says("8082", policy, "  policy        ignored, by live.policy:2\n");
	who_says("8081", policy, "  policy        UNEXPECTED (crit), by the default: ");
	who_says("8083", policy, "  policy        CHANGED (crit), by the default: exe is ");
	run_here(&outcome, "who", "8083", "-j", "--policy", policy, NULL);
	expect_out(&outcome, "\"finding\":\"changed\",\"verdict\":\"unexpected\","
			     "\"severity\":\"crit\",\"rule\":\"default\",\"why\":\"exe is ");
	run_here(&outcome, "who", "8080", "-j", "--policy", policy, NULL);
	expect_out(&outcome, "\"verdict\":\"expected\",\"rule\":\"live.policy:1\"");
	check(!strstr(outcome.out, "severity"), "a severity: %s", outcome.out);
}

/* Of the sockets of a port the one that is not expected has the word. */
static void who_of_several(void)
{
	const struct spec shared = { .addr = "127.0.0.1", .port = 8080, .flags = SPEC_REUSEPORT };
	struct opener good = opener_start(AS_SELF), bad = opener_start(AS_PROGRAM);
	const char *policy = policy_write("allow tcp/8080 exe=%s\n", self_exe());

	opener_open(&good, &shared);
	who_says("8080", policy, "expected, by live.policy:1");
	opener_open(&bad, &shared);
	who_says("8080", policy, "CHANGED (warning), by the default: exe is ");
	expect_out(&outcome, opener_program());
}

/* The default policy is a part of the answer: a wrong one does not hide the rest. */
static void who_by_default(void)
{
	open_some();
	policy_write_default("allow tcp/8080\n");
	run_here(&outcome, "who", "8080", NULL);
	expect_status(&outcome, 0);
	expect_out(&outcome, "expected, by porttrace.policy:1");
	check(!remove("/etc/porttrace/porttrace.policy"), "remove: %s", strerror(errno));
	run_here(&outcome, "who", "8080", NULL);
	expect_status(&outcome, 0);
	check(!strstr(outcome.out, "  policy  "), "a verdict by no policy: %s", outcome.out);
}

static void who_by_wrong(void)
{
	open_some();
	policy_write_default("allow tcp/8080 no=key\n");
	run_here(&outcome, "who", "8080", NULL);
	expect_status(&outcome, 0);
	expect_said(&outcome, "porttrace.policy:1:");
	expect_out(&outcome, "8080");
	check(!strstr(outcome.out, "  policy  "), "a verdict by a wrong policy: %s", outcome.out);
	run_here(&outcome, "who", "8080", "--policy", "/etc/porttrace/porttrace.policy", NULL);
	expect_status(&outcome, 2);
	check(!outcome.out[0], "stdout: %s", outcome.out);
}

static void who_unknown(void)
{
	host_listener(ON_HOST);
	run_as_nobody(&outcome, "who", "47132", "--policy", policy_write("default alert\n"), NULL);
	expect_status(&outcome, 0);
	expect_out(&outcome, "  policy        not known: ");
}

const struct test policed_tests[] = {
	{ "close-unexpected", "what the policy does not allow is closed, and nothing else",
	  closes_unexpected, 0 },
	{ "close-unexpected-some", "of the ports given, and not those excepted",
	  closes_some_unexpected, 0 },
	{ "close-unexpected-bad", "without a policy that is right nothing is closed",
	  closes_nothing, 0 },
	{ "close-unexpected-nobody", "what cannot be judged is not meant", closes_what_is_known,
	  0 },
	{ "who-policy", "the verdict in words and as JSON", who_by_policy, 0 },
	{ "who-policy-sharing", "of a shared port the verdict of the one that is not expected",
	  who_of_several, 0 },
	{ "who-policy-default", "by the default policy, if there is one", who_by_default, 0 },
	{ "who-policy-wrong", "one that is wrong does not hide the answer", who_by_wrong, 0 },
	{ "who-policy-nobody", "what cannot be seen is not judged", who_unknown, 0 },
	{ NULL, NULL, NULL, 0 },
};
