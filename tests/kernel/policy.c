// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "policy.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "harness.h"

#define DEFAULT_FOLDER "/etc/porttrace"

static char path[64];

static void write_text(const char *to, const char *format, va_list args)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	check(fd >= 0 && vdprintf(fd, format, args) >= 0, "%s: %s", to, strerror(errno));
	close(fd);
}

const char *policy_write(const char *format, ...)
{
	va_list args;

	if (!*path) {
		const char *folder = folder_make();

		/* Those without privilege are to read it, too. */
		check(!chmod(folder, 0755), "%s: %s", folder, strerror(errno));
		snprintf(path, sizeof(path), "%s/" POLICY_NAME, folder);
	}
	va_start(args, format);
	write_text(path, format, args);
	va_end(args);
	return path;
}

void etc_of_our_own(void)
{
	check(!unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
		      !mount("none", "/etc", "tmpfs", 0, "mode=755"),
	      "an /etc of our own: %s", strerror(errno));
}

void policy_write_default(const char *format, ...)
{
	va_list args;

	etc_of_our_own();
	check(!mkdir(DEFAULT_FOLDER, 0755), DEFAULT_FOLDER ": %s", strerror(errno));
	va_start(args, format);
	write_text(DEFAULT_FOLDER "/porttrace.policy", format, args);
	va_end(args);
}
