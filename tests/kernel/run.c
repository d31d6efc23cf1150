// SPDX-License-Identifier: GPL-2.0-only
/* porttrace run: the ports of a command, and nothing of it changed. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event.h"
#include "netns.h"
#include "process.h"
#include "runnee.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"
#include "tracer.h"

#define NOBODY "65534"

/* `porttrace run A B -- live --helper runnee WHAT`; a and b may be NULL. */
static const struct outcome *run_with(const char *a, const char *b, const char *what,
				      bool as_nobody)
{
	static struct outcome outcome;
	const char *args[16] = { "run" };
	int n = 1;

	if (a)
		args[n++] = a;
	if (b)
		args[n++] = b;
	args[n++] = "--";
	args[n++] = self_exe();
	args[n++] = "--helper";
	args[n++] = "runnee";
	args[n++] = what;
	run_porttrace(args, as_nobody, &outcome);
	return &outcome;
}

static void expect_status(const struct outcome *outcome, int want)
{
	check(outcome->status == want,
	      "exit status %d, expected %d; stdout: %.800s stderr: %.2000s", outcome->status, want,
	      outcome->out, outcome->err);
}

struct told {
	struct event events[64];
	size_t n;
};

/* The lines of text that are events; any other fails the test. */
static const struct told *events_of(const char *text)
{
	static struct told told;
	char line[8192];

	told.n = 0;
	while (*text && told.n < ARRAY_SIZE(told.events)) {
		size_t len = strcspn(text, "\n");

		check(len < sizeof(line), "a line of %zu bytes", len);
		memcpy(line, text, len);
		line[len] = '\0';
		event_parse(&told.events[told.n], line);
		/* What cannot be seen at all is told once, at start. */
		told.n += strcmp(told.events[told.n].name, "lost") != 0;
		text += len + (text[len] == '\n');
	}
	return &told;
}

static size_t count_of(const struct told *told, const char *name, int port)
{
	size_t n = 0;

	for (size_t i = 0; i < told->n; i++)
		n += told->events[i].port == port && !strcmp(told->events[i].name, name);
	return n;
}

static void expect_ports(const struct told *told)
{
	static const int ports[] = { RUNNEE_TCP, RUNNEE_UDP, RUNNEE_CHILD };

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		check(count_of(told, "open", ports[i]) == 1, "no one `open` of %d", ports[i]);
		check(count_of(told, "close", ports[i]) == 1, "no one `close` of %d", ports[i]);
	}
	check(count_of(told, "open", RUNNEE_DAEMON) == 1, "no `open` of the daemon's port");
	for (size_t i = 0; i < told->n; i++)
		check(told->events[i].port >= RUNNEE_TCP && told->events[i].port <= RUNNEE_DAEMON,
		      "an event of a port that is not the command's: %s", told->events[i].line);
}

/* Others open ports all the while. */
static void open_and_close(int ctl, void *arg)
{
	(void)ctl;
	(void)arg;
	for (;;) {
		sock_close(tcp_listen("127.0.0.1", 8080));
		sock_close(udp_bind("127.0.0.1", 8080));
		poll(NULL, 0, 1);
	}
}

static void follows(void)
{
	struct child other = child_start(open_and_close, NULL);
	const struct outcome *outcome = run_with("-j", NULL, "ports", false);

	child_kill(&other);
	expect_status(outcome, RUNNEE_STATUS);
	check(!strcmp(outcome->out, "output of it\n"), "stdout: %s", outcome->out);
	expect_ports(events_of(outcome->err));
}

static void tells_of_connections(void)
{
	const struct outcome *outcome = run_with("-j", "--events=open,connect", "connect", false);
	const struct told *told = events_of(outcome->err);
	size_t n = 0;

	expect_status(outcome, 0);
	check(count_of(told, "open", RUNNEE_TCP) == 1, "no `open`: %s", outcome->err);
	for (size_t i = 0; i < told->n; i++)
		n += !strcmp(told->events[i].name, "connect") &&
		     told->events[i].remote_port == RUNNEE_TCP;
	check(n == 1, "%zu `connect`, expected one: %s", n, outcome->err);
}

static char log_path[] = "/tmp/live-run-XXXXXX";

static void remove_log(void)
{
	unlink(log_path);
}

static void writes_a_log(void)
{
	int fd = mkstemp(log_path);
	const struct outcome *outcome;
	char arg[64], text[16384];
	ssize_t len;

	check(fd >= 0, "mkstemp: %s", strerror(errno));
	test_at_end(remove_log);
	snprintf(arg, sizeof(arg), "--log=%s", log_path);
	outcome = run_with("-j", arg, "ports", false);
	expect_status(outcome, RUNNEE_STATUS);
	check(!strstr(outcome->err, "\"event\""), "events on stderr: %s", outcome->err);
	len = read(fd, text, sizeof(text) - 1);
	check(len > 0, "the log is empty");
	text[len] = '\0';
	expect_ports(events_of(text));
}

static void sums_up(void)
{
	const struct outcome *outcome = run_with(NULL, NULL, "ports", false);

	expect_status(outcome, RUNNEE_STATUS);
	check(strstr(outcome->err, "OPENED"), "no summary: %s", outcome->err);
	check(strstr(strstr(outcome->err, "OPENED"), "127.0.0.1:7003"),
	      "a child's port is not in the summary: %s", outcome->err);
}

static void tells_what_stays(void)
{
	int ends[2], keep = dup(STDIN_FILENO);
	const struct outcome *outcome;
	const char *line;

	check(!pipe2(ends, O_CLOEXEC) && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO, "pipe");
	outcome = run_with(NULL, NULL, "daemon", false);
	expect_status(outcome, 0);
	line = strstr(outcome->err, "OPENED");
	check(line && strstr(line, "stays open"), "a daemon's port is not said to stay open: %s",
	      outcome->err);
	dup2(keep, STDIN_FILENO);
	close(ends[1]); /* the daemon ends */
}

static void exits_as_it(void)
{
	static const char *const missing[] = { "run", "/nowhere/at-all", NULL };
	static const char *const plain[] = { "run", "/proc/self/status", NULL };
	static struct outcome outcome;

	expect_status(run_with(NULL, NULL, "kill", false), 128 + SIGKILL);
	run_porttrace(missing, false, &outcome);
	expect_status(&outcome, 127);
	check(strstr(outcome.err, "/nowhere/at-all"), "stderr: %s", outcome.err);
	run_porttrace(plain, false, &outcome);
	expect_status(&outcome, 126);
}

/* Started by somebody who is prepared so; the runnee finds the same. */
static void expect_same(void (*prepare)(void), const char *what)
{
	int status;
	pid_t pid = fork();

	check(pid >= 0, "fork: %s", strerror(errno));
	if (!pid) {
		netns_enter(host_netns());
		prepare();
		execl(config.porttrace, "porttrace", "run", "--log=/dev/null", "--", self_exe(),
		      "--helper", "runnee", what, NULL);
		_exit(127);
	}
	check(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));
	check(WIFEXITED(status) && WEXITSTATUS(status) == RUNNEE_STATUS, "wait status 0x%x",
	      status);
}

static void ignore_children(void)
{
	signal(SIGCHLD, SIG_IGN);
}

static void exits_as_it_unheard(void)
{
	expect_same(ignore_children, "unheard");
}

static void allow_few_files(void)
{
	struct rlimit few;

	if (getrlimit(RLIMIT_NOFILE, &few))
		_exit(127);
	few.rlim_cur = RUNNEE_FILES;
	if (setrlimit(RLIMIT_NOFILE, &few))
		_exit(127);
}

static void needs_more_files(void)
{
	expect_same(allow_few_files, "few");
}

static void expect_line(const struct outcome *outcome, const char *line)
{
	char ended[128];

	snprintf(ended, sizeof(ended), "%s\n", line);
	check(strstr(outcome->out, ended), "not \"%s\": %s", line, outcome->out);
}

/* What the suite was started with is not to be taken for porttrace's. */
static void close_at_exec(void)
{
	for (int fd = 3; fd < 1024; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void leaves_it_alone(void)
{
	const struct outcome *outcome;

	close_at_exec();
	unsetenv("SUDO_UID");
	setenv("HOME", "/somewhere", 1);
	outcome = run_with("--log=/dev/null", NULL, "describe", false);
	expect_status(outcome, 0);
	check(!strncmp(outcome->out, "fd 0\nfd 1\nfd 2\n", 15) && !strstr(outcome->out, "fd 3"),
	      "descriptors beside the three: %s", outcome->out);
	expect_line(outcome, "SigBlk:\t0000000000000000");
	check(!strstr(outcome->out, "SigIgn:\t0000000000001"), "SIGPIPE is ignored: %s",
	      outcome->out);
	expect_line(outcome, "HOME=/somewhere");
	expect_line(outcome, "Uid:\t0\t0\t0\t0");
}

/* As sudo leaves the environment. */
static void runs_as_the_caller(void)
{
	const struct outcome *outcome;

	setenv("SUDO_UID", NOBODY, 1);
	setenv("SUDO_GID", NOBODY, 1);
	setenv("SUDO_USER", "nobody", 1);
	setenv("SUDO_TTY", "/dev/pts/0", 1); /* since sudo 1.9.16 */
	setenv("HOME", "/root", 1);
	outcome = run_with("--log=/dev/null", NULL, "describe", false);
	if (strstr(outcome->err, "nobody on this host"))
		test_skip("there is no user " NOBODY " here");
	expect_status(outcome, 0);
	expect_line(outcome, "Uid:\t" NOBODY "\t" NOBODY "\t" NOBODY "\t" NOBODY);
	expect_line(outcome, "Gid:\t" NOBODY "\t" NOBODY "\t" NOBODY "\t" NOBODY);
	expect_line(outcome, "CapPrm:\t0000000000000000");
	expect_line(outcome, "CapEff:\t0000000000000000");
	expect_line(outcome, "CapAmb:\t0000000000000000");
	expect_line(outcome, "USER=nobody");
	expect_line(outcome, "LOGNAME=nobody");
	expect_line(outcome, "SUDO_UID=(none)");
	expect_line(outcome, "SUDO_USER=(none)");
	expect_line(outcome, "SUDO_TTY=(none)");
	check(!strstr(outcome->out, "HOME=/root\n"), "HOME is root's: %s", outcome->out);
}

/* What only root may write to is not written to for who called sudo; what he may is his. */
static void logs_as_the_caller(void)
{
	int fd = mkstemp(log_path); /* root's, 0600 */
	const struct outcome *outcome;
	char arg[64];
	struct stat st;

	check(fd >= 0 && write(fd, "x", 1) == 1, "mkstemp: %s", strerror(errno));
	test_at_end(remove_log);
	setenv("SUDO_UID", NOBODY, 1);
	setenv("SUDO_GID", NOBODY, 1);
	snprintf(arg, sizeof(arg), "--log=%s", log_path);
	outcome = run_with(arg, NULL, "describe", false);
	if (strstr(outcome->err, "nobody on this host"))
		test_skip("there is no user " NOBODY " here");
	expect_status(outcome, 4);
	check(!fstat(fd, &st) && st.st_size == 1, "a file of root's was emptied");
	check(!fchown(fd, 65534, 65534), "chown: %s", strerror(errno));
	outcome = run_with(arg, NULL, "describe", false);
	expect_status(outcome, 0);
	check(!fstat(fd, &st) && st.st_size != 1, "the log is not written to");
}

static void refuses_a_wrong_caller(void)
{
	static const char *const wrong[] = { "many", "-1", "4294967295", "3999999999", "" };

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		const struct outcome *outcome;

		setenv("SUDO_UID", wrong[i], 1);
		outcome = run_with(NULL, NULL, "describe", false);
		expect_status(outcome, 2);
		check(strstr(outcome->err, "SUDO_UID"), "stderr: %s", outcome->err);
		check(!outcome->out[0], "the command was run: %s", outcome->out);
	}
}

static void does_not_run_untraced(void)
{
	const struct outcome *outcome = run_with(NULL, NULL, "ports", true);

	expect_status(outcome, 3);
	check(strstr(outcome->err, "CAP_"), "stderr names no capability: %s", outcome->err);
	check(!outcome->out[0], "the command was run: %s", outcome->out);
}

static void await_text(struct tracer *tracer, const char *text)
{
	while (!tracer->buf || !strstr(tracer->buf, text)) {
		check(time_left() > 0, "\"%s\" does not come", text);
		tracer_pump_alive(tracer, time_left());
	}
}

static size_t count_text(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text += strlen(part);
	}
	return n;
}

static void forwards_signals(void)
{
	static const int signals[] = { SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };
	struct tracer *tracer = tracer_launch(
		&(struct launch){ .command = "run",
				  .args = { "--", self_exe(), "--helper", "runnee", "signals" },
				  .text = true });
	char line[32];
	int status;

	await_text(tracer, "ready\n");
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		tracer_signal(tracer, signals[i]);
		snprintf(line, sizeof(line), "took %d\n", signals[i]);
		await_text(tracer, line);
	}
	tracer_signal(tracer, SIGTERM);
	status = tracer_wait(tracer);
	check(status == RUNNEE_STATUS, "exit status %d; stderr: %s", status, tracer->errors);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		snprintf(line, sizeof(line), "took %d\n", signals[i]);
		check(count_text(tracer->buf, line) == 1, "signal %d came %zu times", signals[i],
		      count_text(tracer->buf, line));
	}
}

/* Reads what comes from the terminal until it has that text. */
static void await_on_terminal(int master, char *text, size_t size, const char *part)
{
	size_t len = strlen(text);

	while (!strstr(text, part)) {
		struct pollfd fd = { .fd = master, .events = POLLIN };
		ssize_t got;

		check(len + 1 < size && poll(&fd, 1, time_left()) == 1, "\"%s\" does not come: %s",
		      part, text);
		got = read(master, text + len, size - len - 1);
		check(got > 0, "the terminal is gone: %s", text);
		len += got;
		text[len] = '\0';
	}
}

static pid_t run_on_terminal(int *master)
{
	pid_t pid = forkpty(master, NULL, NULL, NULL);

	if (pid)
		return pid;
	netns_enter(host_netns());
	execl(config.porttrace, "porttrace", "run", "--log=/dev/null", "--", self_exe(), "--helper",
	      "runnee", "signals", NULL);
	_exit(127);
}

/*
 * Both are in the process group that the terminal sends its signal to. porttrace
 * stands still until the command has taken it: two at a time would be taken as one.
 */
static void takes_a_key_once(void)
{
	char text[8192] = "";
	int master, status;
	pid_t pid = run_on_terminal(&master);

	if (pid < 0 && errno == ENOENT)
		test_skip("there are no pseudo-terminals here (devpts is not mounted)");
	check(pid > 0, "forkpty: %s", strerror(errno));
	await_on_terminal(master, text, sizeof(text), "ready");
	kill(pid, SIGSTOP);
	process_await_state(pid, 'T');
	check(write(master, "\x03", 1) == 1, "write: %s", strerror(errno));
	await_on_terminal(master, text, sizeof(text), "took 2\r");
	kill(pid, SIGCONT);
	kill(pid, SIGTERM);
	await_on_terminal(master, text, sizeof(text), "took 15");
	check(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));
	check(WIFEXITED(status) && WEXITSTATUS(status) == RUNNEE_STATUS, "wait status 0x%x: %s",
	      status, text);
	check(count_text(text, "took 2\r") == 1, "SIGINT came %zu times: %s",
	      count_text(text, "took 2\r"), text);
}

/* Who reads the events may leave; the command does not notice. */
static void outlives_its_reader(void)
{
	struct tracer *tracer = tracer_launch(
		&(struct launch){ .command = "run",
				  .args = { "--", self_exe(), "--helper", "runnee", "signals" },
				  .text = true });
	int status;

	await_text(tracer, "ready\n");
	close(tracer->err);
	tracer->err = -1;
	poll(NULL, 0, 50); /* it hears of that by itself */
	tracer_signal(tracer, SIGUSR1);
	await_text(tracer, "took");
	tracer_signal(tracer, SIGTERM);
	status = tracer_wait(tracer);
	check(status == RUNNEE_STATUS, "exit status %d", status);
}

const struct test run_tests[] = {
	{ "run-ports", "run: ports of the command, of a child and of a daemon; of no other",
	  follows, 0 },
	{ "run-connect", "run -e: its connections", tells_of_connections, 0 },
	{ "run-log", "run --log: events to a file, stderr is the command's", writes_a_log, 0 },
	{ "run-summary", "run: at the end each port, by whom and how long", sums_up, 0 },
	{ "run-stays", "run: what a daemon has open still is told", tells_what_stays, 0 },
	{ "run-status", "run: the command's status, 128+N, 127, 126", exits_as_it, 0 },
	{ "run-unheard", "run: the same where SIGCHLD was ignored, which the command inherits",
	  exits_as_it_unheard, 0 },
	{ "run-few-files", "run: where few descriptors are allowed it takes more, the command not",
	  needs_more_files, 0 },
	{ "run-untouched", "run: descriptors, signals, user and environment are as they were",
	  leaves_it_alone, 0 },
	{ "run-sudo", "run: under sudo as the user who called it", runs_as_the_caller, 0 },
	{ "run-sudo-log", "run: under sudo --log is opened as the user who called it",
	  logs_as_the_caller, 0 },
	{ "run-wrong-sudo", "run: a wrong SUDO_UID is an error, and nothing is run",
	  refuses_a_wrong_caller, 0 },
	{ "run-no-privilege", "run: without tracing nothing is run", does_not_run_untraced, 0 },
	{ "run-signals", "run: signals are forwarded, each once", forwards_signals, 0 },
	{ "run-terminal", "run: Ctrl-C reaches the command once", takes_a_key_once, 0 },
	{ "run-reader-left", "run: the command goes on without a reader", outlives_its_reader, 0 },
	{ 0 },
};
