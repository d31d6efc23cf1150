// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "journald.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "process.h"

#define JOURNAL "/run/log/journal"
#define CONFIG "/run/systemd/journald.conf.d/test.conf"
#define SOCKET "/run/systemd/journal/socket"

static pid_t journald;

static const char *program(void)
{
	static const char *const paths[] = { "/usr/lib/systemd/systemd-journald",
					     "/lib/systemd/systemd-journald" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (!access(paths[i], X_OK))
			return paths[i];
	test_skip("no systemd-journald here");
}

static void make_dir(const char *path)
{
	if (mkdir(path, 0755))
		test_fail("%s: %s", path, strerror(errno));
}

/* Nothing of the host's: no kernel log, no audit, no terminal, no limit. */
static void configure(void)
{
	static const char text[] = "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\n"
				   "ForwardToSyslog=no\nForwardToWall=no\nRateLimitIntervalSec=0\n";
	FILE *file;

	make_dir("/run/systemd");
	make_dir("/run/systemd/journal");
	make_dir("/run/systemd/journald.conf.d");
	file = fopen(CONFIG, "we");
	if (!file || fputs(text, file) < 0 || fclose(file))
		test_fail(CONFIG ": %s", strerror(errno));
}

void journald_prepare(void)
{
	program();
	if (system("journalctl --version >/dev/null 2>&1"))
		test_skip("no journalctl here");
	if (access("/etc/machine-id", R_OK))
		test_skip("no /etc/machine-id: journald does not run without");
	check(!unshare(CLONE_NEWNS), "unshare: %s", strerror(errno));
	check(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount: %s", strerror(errno));
	check(!mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), "mount: %s", strerror(errno));
	configure();
}

static int try_connect(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	err = connect(fd, (struct sockaddr *)&to, sizeof(to));
	close(fd);
	return err;
}

void journald_start(void)
{
	const char *path = program();

	journald = fork();
	if (journald < 0)
		test_fail("fork: %s", strerror(errno));
	if (!journald) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!freopen("/run/journald.out", "a", stdout) || dup2(1, 2) < 0)
			_exit(126);
		execl(path, path, NULL);
		_exit(127);
	}
	while (try_connect()) {
		if (!time_left() || waitpid(journald, NULL, WNOHANG) == journald)
			test_fail("systemd-journald does not come up");
		poll(NULL, 0, 5);
	}
}

void journald_kill(void)
{
	kill(journald, SIGKILL);
	if (waitpid(journald, NULL, 0) != journald)
		test_fail("waitpid: %s", strerror(errno));
}

void journald_stop(void)
{
	kill(journald, SIGSTOP);
	process_await_state(journald, 'T');
}

void journald_continue(void)
{
	kill(journald, SIGCONT);
}

/* All that comes from it. */
static char *read_all(FILE *from)
{
	char part[8192], *text = NULL;
	size_t size = 0, got;
	FILE *all = open_memstream(&text, &size);

	while (all && (got = fread(part, 1, sizeof(part), from)) > 0)
		fwrite(part, 1, got, all);
	if (!all || fclose(all))
		test_fail("out of memory");
	return text;
}

char *journald_ask(const char *options)
{
	char command[512];
	FILE *from;
	char *text;

	snprintf(command, sizeof(command), "journalctl -D " JOURNAL " -q --no-pager %s", options);
	from = popen(command, "re");
	if (!from)
		test_fail("journalctl: %s", strerror(errno));
	text = read_all(from);
	pclose(from); /* 1: there is no entry */
	return text;
}

json_t *journald_read(const char *matches)
{
	char options[256];
	char *text, *line, *rest;
	json_t *all = json_array();

	snprintf(options, sizeof(options), "-o json %s 2>/dev/null", matches);
	text = rest = journald_ask(options);
	while ((line = strsep(&rest, "\n"))) {
		json_t *entry = *line ? json_loads(line, 0, NULL) : NULL;

		if (*line && !entry)
			test_fail("journalctl -o json says: %.400s", line);
		if (entry)
			json_array_append_new(all, entry);
	}
	free(text);
	return all;
}

json_t *journald_await(const char *matches, size_t count)
{
	for (;;) {
		json_t *entries = journald_read(matches);

		if (json_array_size(entries) >= count)
			return entries;
		if (!time_left())
			test_fail("%zu of %zu entries in the journal: %s", json_array_size(entries),
				  count, matches);
		json_decref(entries);
		poll(NULL, 0, 20);
	}
}

const char *journald_field_or_none(const json_t *entry, const char *name)
{
	json_t *value = json_object_get(entry, name);

	return json_is_string(value) ? json_string_value(value) : "";
}

const char *journald_field(const json_t *entry, const char *name)
{
	json_t *value = json_object_get(entry, name);

	check(value, "an entry has no %s", name);
	check(json_is_string(value), "%s is no text to journalctl", name);
	return json_string_value(value);
}
