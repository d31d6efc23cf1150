// SPDX-License-Identifier: GPL-2.0-only
#include "policing.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event.h"
#include "harness.h"
#include "netns.h"

void policing_prepare(void)
{
	check(!unshare(CLONE_NEWNS), "unshare: %s", strerror(errno));
	check(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount: %s", strerror(errno));
	check(!mount("tmpfs", "/etc", "tmpfs", 0, "mode=755"), "mount: %s", strerror(errno));
	umask(022);
	check(!mkdir("/etc/porttrace", 0755), "mkdir: %s", strerror(errno));
	check(!mkdir(HOOKS_PATH, 0755), "mkdir: %s", strerror(errno));
}

void file_write(const char *path, unsigned int mode, const char *format, ...)
{
	FILE *file = fopen(path, "we");
	va_list args;

	check(file, "%s: %s", path, strerror(errno));
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	check(!fchmod(fileno(file), mode), "%s: %s", path, strerror(errno));
	check(!fclose(file), "%s: %s", path, strerror(errno));
}

const char *file_read(const char *path)
{
	static char text[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

static struct tracer *start(const char *const *options, bool table)
{
	struct launch launch = { .args = { "--policy", POLICY_PATH }, .text = table };
	char netns[24];
	size_t n = 2;

	snprintf(netns, sizeof(netns), "%lu", netns_inode());
	if (table) {
		launch.args[n++] = "--netns";
		launch.args[n++] = netns;
	}
	for (; options && *options; options++) {
		check(n < LAUNCH_ARGS - 1, "the test has too many options");
		launch.args[n++] = *options;
	}
	return tracer_launch(&launch);
}

struct tracer *policing_start(const char *const *options)
{
	struct tracer *tracer = start(options, false);

	tracer_ready(tracer);
	return tracer;
}

struct tracer *policing_start_table(const char *const *options)
{
	struct tracer *tracer = start(options, true);

	await_text(tracer, "DETAIL\n"); /* with it comes what is open */
	return tracer;
}

void finish(struct tracer *tracer)
{
	int status;

	tracer_signal(tracer, SIGTERM);
	status = tracer_wait(tracer);
	check(!status, "exit status %d", status);
	while (tracer_pump(tracer, 100) > 0)
		;
}

void expect_found(const struct event *event, const char *finding, const char *severity,
		  const char *rule)
{
	expect_text(event, "finding", finding);
	expect_text(event, "verdict", "unexpected");
	expect_text(event, "severity", severity);
	expect_text(event, "rule", rule);
	check(*event_text(event, "why"), "no reason");
}
