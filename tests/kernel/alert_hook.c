// SPDX-License-Identifier: GPL-2.0-only
/* Hooks: what they are given, how many at once, for how long, and which are not run. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event.h"
#include "harness.h"
#include "netns.h"
#include "policing.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"

#define OUT "/etc/out" /* of the test's own /etc */
#define FIRST 8000

static struct tracer *start(const char *hook)
{
	policing_prepare();
	check(!mkdir(OUT, 0755), "mkdir");
	file_write(POLICY_PATH, 0644,
		   MARKERS "alert:crit tcp/8000-8999 netns=%lu hook=hook\n"
			   "default ignore\n",
		   netns_inode());
	if (hook)
		file_write(HOOKS_PATH "/hook", 0755, "#!/bin/sh\n%s", hook);
	return policing_start(NULL);
}

static bool is_there(void *path)
{
	return !access(path, F_OK);
}

static void expect_line(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	check(at && (at == text || at[-1] == '\n') && at[strlen(line)] == '\n',
	      "\"%s\" is no line of:\n%s", line, text);
}

static void hook_input(void)
{
	struct tracer *tracer = start("cat > " OUT "/json; env > " OUT "/env\n"
				      "ls /proc/self/fd > " OUT "/fds; pwd > " OUT "/pwd\n"
				      "mv " OUT "/pwd " OUT "/done\n");
	char exe[4200], pid[64];
	struct event event;
	const char *env;

	open_once(FIRST);
	await(is_there, OUT "/done", tracer, "the hook does not run");
	event_parse(&event, file_read(OUT "/json"));
	check(!strcmp(event.name, "open") && event.port == FIRST, "it read `%s` of port %d",
	      event.name, event.port);
	expect_text(&event, "severity", "crit");
	check(!strcmp(file_read(OUT "/done"), "/\n"), "it runs in %s", file_read(OUT "/done"));
	env = file_read(OUT "/env");
	snprintf(exe, sizeof(exe), "PORTTRACE_EXE=%s", self_exe());
	snprintf(pid, sizeof(pid), "PORTTRACE_PID=%d", getpid());
	expect_line(env, exe);
	expect_line(env, pid);
	expect_line(env, "PORTTRACE_EVENT=open");
	expect_line(env, "PORTTRACE_PROTO=tcp");
	expect_line(env, "PORTTRACE_ADDR=127.0.0.1");
	expect_line(env, "PORTTRACE_PORT=8000");
	expect_line(env, "PORTTRACE_VERDICT=unexpected");
	expect_line(env, "PORTTRACE_RULE=porttrace.policy:2");
	expect_line(env, "PORTTRACE_SEVERITY=crit");
	check(strstr(env, "PORTTRACE_WHY=") && strstr(env, "PORTTRACE_COMM=") &&
		      strstr(env, "PORTTRACE_NETNS="),
	      "the environment lacks something:\n%s", env);
	check(!strstr(env, "HOME="), "it has our environment:\n%s", env);
}

static int count_files(const char *folder)
{
	DIR *dir = opendir(folder);
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n - 2;
}

static bool four_run(void *arg)
{
	(void)arg;
	return count_files(OUT) == 4;
}

/* Each has a file while it is at work, and ends when its own fifo is opened. */
static void at_once(void)
{
	struct tracer *tracer = start("echo > " OUT "/$PORTTRACE_PORT\n"
				      "read line < /etc/gates/$PORTTRACE_PORT\n"
				      "rm " OUT "/$PORTTRACE_PORT\n"
				      "mv /etc/gates/$PORTTRACE_PORT /etc/gone/\n");
	char path[64];

	mkdir("/etc/gates", 0755);
	mkdir("/etc/gone", 0755);
	for (int i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), "/etc/gates/%d", FIRST + i);
		check(!mkfifo(path, 0600), "mkfifo");
		open_once(FIRST + i);
	}
	/* A slow hook keeps nobody waiting. */
	for (int i = 0; i < 8; i++)
		tracer_expect(tracer, "open", FIRST + i);
	await(four_run, NULL, tracer, "not four hooks at a time");
	for (int i = 0; i < 8; i++) {
		int gate;

		snprintf(path, sizeof(path), "/etc/gates/%d", FIRST + i);
		gate = open(path, O_WRONLY | O_CLOEXEC); /* waits for its hook */
		check(count_files(OUT) <= 4, "%d hooks at a time", count_files(OUT));
		check(write(gate, "\n", 1) == 1, "write");
		close(gate);
		snprintf(path, sizeof(path), "/etc/gone/%d", FIRST + i);
		await(is_there, path, tracer, "a hook does not end");
	}
}

static bool is_filled(void *path)
{
	return strchr(file_read(path), '\n');
}

/* Or nothing is left of it but what nobody has waited for. */
static bool is_gone(void *path)
{
	char stat[64];
	const char *state;

	snprintf(stat, sizeof(stat), "/proc/%ld/stat", strtol(file_read(path), NULL, 10));
	state = strrchr(file_read(stat), ')');
	return !state || state[2] == 'Z';
}

static void too_long(void)
{
	struct tracer *tracer = start("sleep 100 & echo $! > " OUT "/child\n"
				      "echo $$ > " OUT "/shell; trap '' TERM; sleep 100\n");
	long long began;

	open_once(FIRST);
	await(is_filled, OUT "/shell", tracer, "the hook does not run");
	began = now_ms();
	await_error(tracer, "hook 'hook' was killed: it took more than 10 s");
	check(now_ms() - began >= 8000, "killed after %lld ms", now_ms() - began);
	await(is_gone, OUT "/shell", tracer, "the hook lives");
	await(is_gone, OUT "/child", tracer, "a child of the hook lives");
}

/* It is in neither the group nor the session of the hook, and its parent has ended. */
#define DAEMON                                                          \
	"setsid sh -c '(trap \"\" TERM HUP; sh -c \"echo \\$\\$ > " OUT \
	"/child; sleep 100\") & exit' &\n"                              \
	"while ! [ -s " OUT "/child ]; do sleep 0.1; done\n"

static void daemons(void)
{
	struct tracer *tracer = start(DAEMON "echo done > " OUT "/done; exit 3\n");

	open_once(FIRST);
	await_error(tracer, "hook 'hook' ended with status 3");
	check(is_there(OUT "/done"), "it was ended before");
	check(is_gone(OUT "/child"), "a daemon that the hook left lives");
}

static int parent_of(int pid)
{
	char path[64];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	at = strstr(file_read(path), "PPid:");
	return at ? atoi(at + 5) : 0;
}

/* Whatever becomes of those who should end it. */
static void all_killed(void)
{
	struct tracer *tracer = start(DAEMON "echo $$ > " OUT "/shell; sleep 100\n");
	int helper;

	open_once(FIRST);
	await(is_filled, OUT "/shell", tracer, "the hook does not run");
	helper = parent_of(parent_of(atoi(file_read(OUT "/shell"))));
	check(helper > 1 && helper != getpid(), "nobody guards the hook");
	tracer_signal(tracer, SIGKILL);
	check(!kill(helper, SIGKILL), "kill");
	tracer_wait(tracer);
	await(is_gone, OUT "/shell", NULL, "the hook lives");
	await(is_gone, OUT "/child", NULL, "a daemon of the hook lives");
}

static void guard_killed(void)
{
	struct tracer *tracer = start("echo $$ > " OUT "/shell; exec sleep 100\n");
	int guard;

	open_once(FIRST);
	await(is_filled, OUT "/shell", tracer, "the hook does not run");
	guard = parent_of(atoi(file_read(OUT "/shell")));
	check(guard > 1 && !kill(guard, SIGKILL), "nobody guards the hook");
	await_error(tracer, "hook 'hook' was killed with the process that guards it");
	await(is_gone, OUT "/shell", tracer, "the hook lives");
}

static void endless(void)
{
	struct tracer *tracer = start("trap '' TERM HUP INT; exec <&-; exec yes endless\n");
	size_t len;

	open_once(FIRST);
	await_error(tracer, "hook 'hook' was killed: it took more than 10 s");
	len = strlen(tracer->errors);
	check(strstr(tracer->errors, "endless\n"), "its output is not there");
	check(strstr(tracer->errors, "a hook writes more than 16384 bytes"), "it is not cut");
	check(len > 16384 && len < 17000, "%zu bytes on stderr", len);
}

/* Four at work, 64 wait; the rest is counted. */
static void too_many(void)
{
	struct tracer *tracer = start("read line < /etc/gate\n");

	check(!mkfifo("/etc/gate", 0600), "mkfifo");
	for (int i = 0; i < 75; i++)
		open_once(FIRST + i);
	await_error(tracer, "hook 'hook' was not run: 4 are at work, and 64 wait (7 times)");
	for (int i = 0; i < 75; i++)
		tracer_expect(tracer, "open", FIRST + i);
}

static void expect_not_run(struct tracer *tracer, int port, const char *why)
{
	open_once(port);
	tracer_expect(tracer, "open", port);
	await_error(tracer, why);
	check(!is_there(OUT "/ran"), "it was run: %s", why);
}

static void not_ours(void)
{
	struct tracer *tracer = start(NULL);
	static const char hook[] = HOOKS_PATH "/hook";

	expect_not_run(tracer, 8000, "hooks.d/hook is not there");
	file_write(hook, 0644, "#!/bin/sh\necho > " OUT "/ran\n");
	expect_not_run(tracer, 8001, "hooks.d/hook is not executable");
	check(!chmod(hook, 0775), "chmod");
	expect_not_run(tracer, 8002, "hooks.d/hook is writable by others than root");
	check(!chmod(hook, 0755) && !chown(hook, 65534, 0), "chown");
	expect_not_run(tracer, 8003, "hooks.d/hook is not owned by root");
	check(!chown(hook, 0, 0) && !rename(hook, "/etc/there"), "rename");
	check(!symlink("/etc/there", hook), "symlink");
	expect_not_run(tracer, 8004, "hooks.d/hook is a symbolic link");
	check(!unlink(hook) && !rename("/etc/there", hook), "rename");
	check(!chmod(HOOKS_PATH, 0777), "chmod");
	expect_not_run(tracer, 8005, "/etc/porttrace/hooks.d is writable by others than root");
	check(!chmod(HOOKS_PATH, 0755), "chmod");
	open_once(8006);
	await(is_there, OUT "/ran", tracer, "the hook does not run");
}

static void failing(void)
{
	struct tracer *tracer = start("exit 3\n");

	open_once(FIRST);
	await_error(tracer, "hook 'hook' ended with status 3");
}

/* What an alert asked for is done, though we have ended. */
static void at_the_end(void)
{
	struct tracer *tracer = start("echo > " OUT "/begun\nread line < /etc/gate\n"
				      "echo > " OUT "/ran\n");
	int gate;

	check(!mkfifo("/etc/gate", 0600), "mkfifo");
	open_once(FIRST);
	await(is_there, OUT "/begun", tracer, "the hook does not run");
	tracer_signal(tracer, SIGTERM);
	check(!tracer_wait(tracer), "it failed");
	gate = open("/etc/gate", O_WRONLY | O_CLOEXEC);
	check(write(gate, "\n", 1) == 1, "write");
	close(gate);
	await(is_there, OUT "/ran", NULL, "the hook ended with us");
}

const struct test hook_tests[] = {
	{ "hook-input", "a hook has the event on stdin and in its environment, nothing of ours",
	  hook_input, 0 },
	{ "hook-at-once", "four hooks at a time, and no line waits for them", at_once, 0 },
	{ "hook-too-long", "after 10 s a hook is killed, with all it started", too_long, 30 },
	{ "hook-daemons", "what a hook left behind ends with it, in whatever session", daemons, 0 },
	{ "hook-all-killed", "a hook ends in its time though all of porttrace was killed",
	  all_killed, 30 },
	{ "hook-guard-killed", "the process that guards a hook is killed, and the hook with it",
	  guard_killed, 0 },
	{ "hook-endless", "a hook that writes for ever: a part is told, and it is killed", endless,
	  30 },
	{ "hook-too-many", "hooks that find no place are counted", too_many, 0 },
	{ "hook-not-ours", "a hook is run only if it is root's and nobody else can change it",
	  not_ours, 40 },
	{ "hook-failing", "a hook that fails is told", failing, 0 },
	{ "hook-at-the-end", "a hook outlives us", at_the_end, 0 },
	{ 0 },
};
