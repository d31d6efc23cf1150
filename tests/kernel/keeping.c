// SPDX-License-Identifier: GPL-2.0-only
/* porttrace --state: what a run knows of the one before, however that ended. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event.h"
#include "manager.h"
#include "netns.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"
#include "tracer.h"

#define PORT 8080

static char folder[64];

static void remove_folder(void)
{
	static const char *const files[] = { "state", "lock", ".state.00000000", "fill", "notify" };
	char path[128];

	umount2(folder, MNT_DETACH);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	rmdir(folder);
}

static void make_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/porttrace-state-XXXXXX");
	check(mkdtemp(folder) != NULL, "mkdtemp: %s", strerror(errno));
	test_at_end(remove_folder);
}

static struct tracer *launch(void)
{
	return tracer_launch(&(struct launch){ .args = { "--state", folder } });
}

/* It has written what it knows. */
static struct tracer *start(void)
{
	struct tracer *tracer = launch();

	tracer_ready(tracer);
	return tracer;
}

static void kill_it(struct tracer *tracer)
{
	tracer_signal(tracer, SIGKILL);
	check(tracer_wait(tracer) == 128 + SIGKILL, "it ended otherwise");
}

static void expect_while_down(const struct event *event, bool want)
{
	const json_t *mark = event_get(event, "while_down");

	check(json_is_true(mark) == want, "%s while porttrace was down, it says: %s",
	      want ? "this happened" : "this did not happen", event->line);
}

static void state_restart(void)
{
	int goes, stays, comes, again;
	struct tracer *tracer;

	make_folder();
	goes = tcp_listen("127.0.0.1", PORT);
	stays = tcp_listen("127.0.0.1", PORT + 1);
	again = udp_bind("127.0.0.1", PORT + 3);
	tracer = start();
	expect_while_down(tracer_expect(tracer, "existing", PORT), false);
	kill_it(tracer);
	sock_close(goes);
	sock_close(again);
	comes = tcp_listen("127.0.0.1", PORT + 2);
	again = udp_bind("127.0.0.1", PORT + 3);
	tracer = start();
	tracer_sync(tracer);
	expect_while_down(tracer_expect(tracer, "existing", PORT + 1), false);
	expect_while_down(tracer_expect(tracer, "open", PORT + 2), true);
	expect_while_down(tracer_expect(tracer, "close", PORT), true);
	/* Another socket has the port now, and the old one's end comes before. */
	tracer_history(tracer, PORT + 3, "close,open");
	tracer_history(tracer, PORT, "close");
	expect_owner(tracer_expect(tracer, "close", PORT + 3), getpid());
	sock_close(stays);
	sock_close(comes);
	sock_close(again);
	expect_while_down(tracer_expect(tracer, "close", PORT + 1), false);
	expect_while_down(tracer_expect(tracer, "close", PORT + 2), false);
}

/* A run with -t does not follow UDP: what came meanwhile did not come while it was down. */
static void state_filtered(void)
{
	struct tracer *tracer;
	int fds[3], goes;

	make_folder();
	goes = udp_bind("127.0.0.1", PORT);
	tracer = tracer_launch(&(struct launch){ .args = { "--state", folder, "-t" } });
	tracer_ready(tracer);
	sock_close(goes);
	fds[0] = udp_bind("127.0.0.1", PORT + 1);
	fds[1] = tcp_listen("127.0.0.1", PORT + 2);
	tracer_expect(tracer, "open", PORT + 2);
	tracer_finish_all();
	fds[2] = tcp_listen("127.0.0.1", PORT + 3);
	tracer = start();
	tracer_sync(tracer);
	expect_while_down(tracer_expect(tracer, "existing", PORT + 1), false);
	expect_while_down(tracer_expect(tracer, "existing", PORT + 2), false);
	expect_while_down(tracer_expect(tracer, "open", PORT + 3), true);
	check(!tracer_count(tracer, "close", PORT), "UDP closed while it was not looked at");
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		sock_close(fds[i]);
}

/* A clean end writes what is open then; and when it was opened is known in the next run. */
static void state_lifetime(void)
{
	struct tracer *tracer;
	int fd;

	make_folder();
	tracer = start();
	fd = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	tracer_finish_all();
	tracer = start();
	expect_while_down(tracer_expect(tracer, "existing", PORT), false);
	sock_close(fd);
	check(event_num(tracer_expect(tracer, "close", PORT), "lifetime_ns") > 0, "no lifetime");
}

/*
 * Killed at any moment: before it has attached, while it reads the tables, before
 * it has written. Whatever is open is told by the next run, once.
 */
static void state_killed(void)
{
	int fds[8] = { 0 };
	struct tracer *tracer;

	make_folder();
	for (int round = 0; round < 8; round++) {
		fds[round] = tcp_listen("127.0.0.1", PORT + round);
		tracer = launch();
		poll(NULL, 0, round * 25);
		kill_it(tracer);
		if (round % 3 == 2)
			sock_close(fds[round]);
	}
	tracer = start();
	tracer_sync(tracer);
	for (int round = 0; round < 8; round++) {
		unsigned int told = tracer_count(tracer, "existing", PORT + round) +
				    tracer_count(tracer, "open", PORT + round);

		check(told == (round % 3 != 2), "port %d was told %u times", PORT + round, told);
	}
}

static void state_second(void)
{
	const char *const args[] = { "watch", "--state", folder, NULL };
	struct outcome outcome;
	struct tracer *tracer;
	char pid[32];

	make_folder();
	tracer = start();
	run_porttrace(args, false, &outcome);
	check(outcome.status == 2, "status %d, expected 2", outcome.status);
	check(!*outcome.out, "it printed: %s", outcome.out);
	snprintf(pid, sizeof(pid), "(pid %d)", tracer->pid);
	check(strstr(outcome.err, pid) != NULL, "it does not name the other's pid: %s",
	      outcome.err);
}

/* The file as somebody else may leave it: said, and everything is as in a first run. */
static void expect_ignored(int byte, const char *why)
{
	char path[128], bit;
	struct tracer *tracer;
	int fd;

	start();
	tracer_finish_all();
	snprintf(path, sizeof(path), "%s/state", folder);
	fd = open(path, O_RDWR | O_CLOEXEC);
	check(fd >= 0, "%s: %s", path, strerror(errno));
	if (byte >= 0) {
		check(pread(fd, &bit, 1, byte) == 1, "pread");
		bit ^= 1;
		check(pwrite(fd, &bit, 1, byte) == 1, "pwrite");
	} else {
		check(!ftruncate(fd, 100), "ftruncate");
	}
	close(fd);
	tracer = start();
	check(strstr(tracer->errors, why) != NULL, "it does not say '%s': %s", why, tracer->errors);
	expect_while_down(tracer_expect(tracer, "existing", PORT), false);
	check(!tracer_count(tracer, "close", 0), "it tells of a port that closed");
	tracer_finish_all();
}

static void state_damaged(void)
{
	int fd = tcp_listen("127.0.0.1", PORT);

	make_folder();
	expect_ignored(-1, "damaged");
	expect_ignored(100, "damaged"); /* in the first record */
	expect_ignored(0, "damaged");
	expect_ignored(16, "another version");
	expect_ignored(32, "earlier boot");
	sock_close(fd);
}

static void remove_state(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/state", folder);
	unlink(path);
	rmdir(path);
}

static void expect_refused(const char *why)
{
	struct tracer *tracer = start();

	check(strstr(tracer->errors, why) != NULL, "it does not say '%s': %s", why, tracer->errors);
	expect_while_down(tracer_expect(tracer, "existing", PORT), false);
	tracer_finish_all();
	remove_state();
}

/* The file that a link leads to is somebody's, and stays as it is. */
static void expect_link_not_followed(const char *path)
{
	char victim[128];
	struct stat before, after;
	int fd;

	snprintf(victim, sizeof(victim), "%s/fill", folder);
	fd = open(victim, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	check(fd >= 0 && !fstat(fd, &before), "%s: %s", victim, strerror(errno));
	close(fd);
	check(!symlink(victim, path), "symlink: %s", strerror(errno));
	expect_refused("cannot be written: it is no plain file");
	check(!stat(victim, &after) && after.st_ino == before.st_ino && !after.st_size,
	      "what a link leads to was replaced");
	unlink(victim);
}

/* Something else in its place: nothing waits for it, and nothing of it is believed. */
static void state_odd(void)
{
	int fd = tcp_listen("127.0.0.1", PORT);
	char path[128];

	make_folder();
	snprintf(path, sizeof(path), "%s/state", folder);
	check(!mkfifo(path, 0600), "mkfifo: %s", strerror(errno));
	expect_refused("is not used: it is no plain file");
	check(!mkdir(path, 0700), "mkdir: %s", strerror(errno));
	expect_refused("cannot be written: it is no plain file");
	check(!symlink("/dev/zero", path), "symlink: %s", strerror(errno));
	expect_refused("is not used: it is no plain file");
	expect_link_not_followed(path);
	start();
	tracer_finish_all();
	check(!chown(path, 65534, 65534), "chown: %s", strerror(errno));
	expect_refused("belongs to another user");
	start();
	tracer_finish_all();
	check(!truncate(path, 100L << 20), "truncate: %s", strerror(errno));
	expect_refused("larger than any");
	sock_close(fd);
}

static void fill(const char *path)
{
	static const char bytes[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	check(errno == ENOSPC, "the disk does not get full: %s", strerror(errno));
	close(fd);
}

static void expect_said(struct tracer *tracer, const char *part)
{
	while (!strstr(tracer->errors, part)) {
		check(time_left() > 0, "it does not say '%s': %s", part, tracer->errors);
		tracer_pump_alive(tracer, time_left());
	}
}

/* Full from the beginning, then not, then full again: the stream goes on. */
static void state_full(void)
{
	struct tracer *tracer;
	char path[128];
	int fd;

	make_folder();
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", folder, "tmpfs", 0, "size=64k"))
		test_skip("no file system of its own: %s", strerror(errno));
	snprintf(path, sizeof(path), "%s/fill", folder);
	fill(path);
	tracer = start();
	expect_said(tracer, "cannot be written: No space left on device");
	fd = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	unlink(path);
	expect_said(tracer, "can be written again");
	kill_it(tracer);
	sock_close(fd);
	tracer = start();
	expect_while_down(tracer_expect(tracer, "close", PORT), true);
}

static void state_read_only(void)
{
	struct tracer *tracer;
	int fd;

	make_folder();
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", folder, "tmpfs", MS_RDONLY, "size=64k"))
		test_skip("no file system of its own: %s", strerror(errno));
	tracer = start();
	expect_said(tracer, "cannot be written: Read-only file system");
	fd = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	sock_close(fd);
	tracer_expect(tracer, "close", PORT);
}

/* --- numbers for Prometheus ------------------------------------------------------- */

/* The value of a series, -1: it is not there. */
static double series(const char *path, const char *name)
{
	double value = -1;
	char line[512];
	FILE *file = fopen(path, "re");

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			value = strtod(line + strlen(name), NULL);
	if (file)
		fclose(file);
	return value;
}

static void metrics_file(void)
{
	static const char opens[] = "porttrace_events_total{event=\"open\"} ";
	struct tracer *tracer;
	char path[128];
	double before;
	int fd;

	make_folder();
	snprintf(path, sizeof(path), "%s/porttrace.prom", folder);
	tracer = tracer_launch(&(struct launch){ .args = { "--metrics", path } });
	tracer_ready(tracer);
	before = series(path, opens);
	check(before >= 0, "there are no numbers at the start");
	fd = tcp_listen("127.0.0.1", PORT);
	while (series(path, opens) <= before ||
	       series(path, "porttrace_canary_latency_seconds ") <= 0) {
		check(time_left() > 0, "the numbers stay as they are");
		tracer_pump_alive(tracer, 100);
	}
	check(series(path, "porttrace_open_ports{scope=\"loopback\",verdict=\"none\"} ") >= 1,
	      "the port is not among those that are open");
	check(series(path, "porttrace_blind ") == 0, "it says that it is blind");
	sock_close(fd);
	tracer_finish_all();
	unlink(path);
}

/* Where it cannot be written: said once, and the stream goes on. */
static void metrics_unwritable(void)
{
	struct tracer *tracer;
	char path[128];
	int fd;

	make_folder();
	snprintf(path, sizeof(path), "%s/none/porttrace.prom", folder);
	tracer = tracer_launch(&(struct launch){ .args = { "--metrics", path } });
	tracer_ready(tracer);
	check(strstr(tracer->errors, "No such file or directory. Tracing goes on") != NULL,
	      "it does not say so: %s", tracer->errors);
	fd = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	sock_close(fd);
}

/* Root may write there, but not once it is confined: it says why, and what helps. */
static void folder_of_another(void)
{
	struct tracer *tracer;
	char path[128];
	int fd;

	make_folder();
	check(!chown(folder, 65534, 65534) && !chmod(folder, 0755), "chown: %s", strerror(errno));
	snprintf(path, sizeof(path), "%s/porttrace.prom", folder);
	tracer = tracer_launch(
		&(struct launch){ .args = { "--metrics", path, "--state", folder } });
	tracer_ready(tracer);
	expect_said(tracer, "/state cannot be written: Permission denied (it has given up");
	expect_said(tracer, "porttrace.prom: Permission denied (it has given up");
	fd = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	sock_close(fd);
}

const struct test keeping_tests[] = {
	{ "state-restart", "what opened and closed while it was down is told, and marked",
	  state_restart, 0 },
	{ "state-lifetime", "a port that outlives a restart has its lifetime", state_lifetime, 0 },
	{ "state-killed", "killed at any moment, no port that is open is lost", state_killed, 40 },
	{ "state-second", "a second one on the same folder ends, and names the first", state_second,
	  0 },
	{ "state-damaged",
	  "a state that is damaged, of another version or boot is ignored and said", state_damaged,
	  40 },
	{ "state-filtered", "what a run did not follow is not told as new by the next",
	  state_filtered, 0 },
	{ "state-odd", "a FIFO, a folder, a link or another user's file in its place is said",
	  state_odd, 40 },
	{ "state-full", "a disk that is full is said once, and the stream goes on", state_full,
	  40 },
	{ "state-read-only", "a folder that is read-only is said, and the stream goes on",
	  state_read_only, 0 },
	{ "metrics-file", "numbers are written, and change with what happens", metrics_file, 0 },
	{ "metrics-unwritable", "a file that cannot be written is said, and the stream goes on",
	  metrics_unwritable, 0 },
	{ "keeping-of-another", "a folder of another user is said, with what helps",
	  folder_of_another, 0 },
	{ NULL, NULL, NULL, 0 },
};
