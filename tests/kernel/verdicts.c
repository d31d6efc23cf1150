// SPDX-License-Identifier: GPL-2.0-only
/*
 * One policy, and programs that are what it names, or only look like it: a server of
 * the distribution, python3, and one program copied, mounted over, deleted, upgraded
 * and in memory alone.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event.h"
#include "netns.h"
#include "process.h"
#include "programs.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

#define NGINX "/usr/sbin/nginx"
#define PYTHON "/usr/bin/python3"

/* --- the policy ------------------------------------------------------------------------------- */

/* The text goes to a file; returns its path. */
__attribute__((format(printf, 1, 2))) static const char *policy(const char *format, ...)
{
	const char *path = program_file("test.policy");
	FILE *file = fopen(path, "we");
	va_list args;

	if (!file)
		test_fail("%s: %s", path, strerror(errno));
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	if (fclose(file))
		test_fail("%s: %s", path, strerror(errno));
	return path;
}

/* Of this namespace alone: others on this host may flood. */
static struct tracer *start_with(const char *path)
{
	char inode[32];
	const struct launch launch = { .args = { "--policy", path, "--netns", inode } };
	struct tracer *tracer;

	snprintf(inode, sizeof(inode), "%lu", netns_inode());
	tracer = tracer_launch(&launch);
	tracer_ready(tracer);
	return tracer;
}

/* --- what is expected ---------------------------------------------------------------------------- */

struct expectation {
	int port;
	const char *verdict;
	const char *rule;     /* how it ends: ":3", or "default" */
	const char *severity; /* NULL: none */
	const char *why;      /* a part of it; NULL: none */
};

static void expect_verdict(const struct event *event, const struct expectation *want)
{
	const char *rule = event_text(event, "rule");
	size_t len = strlen(rule), end = strlen(want->rule);

	expect_text(event, "verdict", want->verdict);
	check(len >= end && !strcmp(rule + len - end, want->rule), "rule %s, expected %s: %s", rule,
	      want->rule, event->line);
	if (want->severity)
		expect_text(event, "severity", want->severity);
	else
		check(!event_get(event, "severity"), "a severity: %s", event->line);
	if (want->why)
		check(strstr(event_text(event, "why"), want->why) != NULL, "'%s' is not why: %s",
		      want->why, event->line);
}

/* As it opened, and as it is found by one that starts later. */
static void expect_verdicts(struct tracer *tracer, const char *path,
			    const struct expectation *wants, size_t n)
{
	struct tracer *later;

	for (size_t i = 0; i < n; i++)
		expect_verdict(tracer_expect(tracer, "open", wants[i].port), &wants[i]);
	later = start_with(path);
	for (size_t i = 0; i < n; i++)
		expect_verdict(tracer_expect(later, "existing", wants[i].port), &wants[i]);
}

static void open_port(struct opener *opener, int port)
{
	opener_open(opener, &(struct spec){ .addr = "127.0.0.1", .port = port });
}

/* --- servers of the distribution --------------------------------------------------------------- */

static const char *nginx_conf(void)
{
	const char *path = program_file("nginx.conf");
	FILE *file = fopen(path, "we");

	if (!file)
		test_fail("%s: %s", path, strerror(errno));
	fprintf(file,
		"daemon off; pid %s; error_log stderr crit; events {}\n"
		"http { access_log off; server { listen 8080; } server { listen 127.0.0.1:8081; } }\n",
		program_file("nginx.pid"));
	fclose(file);
	return path;
}

static void run_nginx(int ctl, void *arg)
{
	char *argv[] = { NGINX, "-e", "stderr", "-c", arg, NULL };

	(void)ctl;
	execv(NGINX, argv);
	_exit(127);
}

static void run_python(int ctl, void *arg)
{
	char *argv[] = { PYTHON, "-m", "http.server", "--bind", "127.0.0.1", "8000", NULL };

	(void)ctl;
	(void)arg;
	if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
		_exit(126);
	execv(PYTHON, argv);
	_exit(127);
}

/* With its workers, which end with it. */
static void stop(struct child *child)
{
	kill(child->pid, SIGTERM);
	if (waitpid(child->pid, NULL, 0) != child->pid)
		test_fail("waitpid: %s", strerror(errno));
	close(child->ctl);
}

static void servers(void)
{
	static const struct expectation wants[] = {
		{ 8080, "expected", ":1", NULL, NULL },
		{ 8081, "unexpected", "default", "warning", "no rule" },
		{ 8000, "expected", ":2", NULL, NULL },
	};
	char python[4096];
	struct child nginx, http;
	struct tracer *tracer;
	const char *path;

	if (access(NGINX, X_OK) || !realpath(PYTHON, python))
		test_skip(NGINX " and " PYTHON " have to be there: tools/setup test installs them");
	path = policy("require tcp/8080 on=any exe=" NGINX "\n"
		      "allow tcp/8000 on=loopback exe=%s\n"
		      "default alert:warning\n",
		      python);
	tracer = start_with(path);
	nginx = child_start(run_nginx, (void *)nginx_conf());
	http = child_start(run_python, NULL);
	expect_verdicts(tracer, path, wants, ARRAY_SIZE(wants));
	stop(&http);
	stop(&nginx);
	expect_verdict(tracer_expect(tracer, "close", 8080), &wants[0]);
}

/* --- what only looks like it --------------------------------------------------------------------- */

static void impostors(void)
{
	static const struct expectation wants[] = {
		{ 8101, "expected", ":1", NULL, NULL },
		{ 8102, "unexpected", ":4", "crit", "exe is /tmp/live-" },
		{ 8103, "unexpected", "default", "warning",
		  "but not the host's file of that path" },
		{ 8104, "unexpected", "default", "warning", "deleted or replaced" },
		{ 8105, "expected", ":3", NULL, NULL },
		{ 8106, "unexpected", ":4", "crit", "exe is /memfd:server" },
		{ 8107, "unexpected", ":6", "info", "exe is /memfd:server" },
		{ 8108, "expected", ":5", NULL, NULL },
		{ 8109, "unexpected", "default", "warning", "exe is /tmp/root/.live-" },
	};
	const char *path = policy("allow tcp/8101-8103,8109 on=loopback exe=%s\n"
				  "allow tcp/8104,8106 on=loopback exe=%s\n"
				  "allow tcp/8105 on=loopback exe=%s exe-deleted=ok\n"
				  "alert:crit tcp/8101-8106 exe=memfd:*,/tmp/**\n"
				  "allow tcp/8107,8108 exe=memfd:server\n"
				  "alert:info tcp/8107 exe=deleted\n"
				  "allow tcp/8107\n"
				  "default alert:warning\n",
				  program_path(), program_deleted_path(), program_deleted_path());
	struct tracer *tracer = start_with(path);
	struct opener host = program_start(PROGRAM_HOST), copy = program_start(PROGRAM_COPY);
	struct opener mounted = program_start(PROGRAM_MOUNTED);
	struct opener deleted = program_start(PROGRAM_DELETED);
	struct opener memfd = program_start(PROGRAM_MEMFD);
	struct opener unmounted = program_start(PROGRAM_UNMOUNTED);
	struct opener chrooted = program_start(PROGRAM_CHROOTED);

	open_port(&host, 8101);
	open_port(&copy, 8102);
	open_port(&mounted, 8103);
	open_port(&deleted, 8104);
	open_port(&deleted, 8105);
	open_port(&memfd, 8106);
	open_port(&unmounted, 8107);
	open_port(&memfd, 8108);
	open_port(&chrooted, 8109);
	expect_verdicts(tracer, path, wants, ARRAY_SIZE(wants));
}

/* What runs is the old file, whose path is another's; what starts from now on is the new one. */
static void upgrade(void)
{
	static const struct expectation wants[] = {
		{ 8101, "unexpected", "default", "info", "deleted or replaced" },
		{ 8102, "expected", ":2", NULL, NULL },
		{ 8103, "expected", ":1", NULL, NULL },
	};
	const char *path = policy("allow tcp/8101,8103 exe=%s\n"
				  "allow tcp/8102 exe=%s exe-deleted=ok\n"
				  "default alert:info\n",
				  program_path(), program_path());
	struct tracer *tracer = start_with(path);
	struct opener old = program_start(PROGRAM_HOST), fresh;

	program_upgrade();
	fresh = program_start(PROGRAM_HOST);
	open_port(&old, 8101);
	open_port(&old, 8102);
	open_port(&fresh, 8103);
	expect_verdicts(tracer, path, wants, ARRAY_SIZE(wants));
}

/* The number says nothing of it: both lie in what the kernel picks from. */
static void ephemeral(void)
{
	const char *path = policy("allow tcp/ephemeral on=loopback exe=%s\ndefault alert\n",
				  program_path());
	struct tracer *tracer = start_with(path);
	struct expectation picked = { 0, "expected", ":1", NULL, NULL };
	struct opener host = program_start(PROGRAM_HOST);
	const struct event *event;
	struct tracer *later;

	open_port(&host, 40123);
	event = tracer_expect(tracer, "open", 40123);
	expect_text(event, "verdict", "unexpected");
	open_port(&host, 0);
	later = start_with(path);
	for (size_t i = 0; i < later->count; i++)
		if (!strcmp(later->events[i]->name, "existing") && later->events[i]->port != 40123)
			picked.port = later->events[i]->port;
	check(picked.port > 0, "the port that the kernel picked was not found");
	expect_verdict(tracer_expect(tracer, "open", picked.port), &picked);
	expect_verdict(tracer_expect(later, "existing", picked.port), &picked);
	expect_text(tracer_expect(later, "existing", 40123), "verdict", "unexpected");
}

const struct test verdict_tests[] = {
	{ "verdict-servers",
	  "nginx and python3 have the ports that a policy gives them, and no other", servers, 0 },
	{ "verdict-impostors",
	  "a copied, mounted, chrooted, deleted or memfd executable is none of the host's",
	  impostors, 0 },
	{ "verdict-upgrade", "a package upgrade is met by exe-deleted=ok", upgrade, 0 },
	{ "verdict-ephemeral", "a port that was asked for is none that the kernel picked",
	  ephemeral, 0 },
	{ NULL, NULL, NULL, 0 },
};
