// SPDX-License-Identifier: GPL-2.0-only
#include "base/inherited.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static const struct {
	int number;
	void (*ours)(int);
} signals[] = {
	{ SIGPIPE, SIG_IGN },
	{ SIGCHLD, SIG_DFL }, /* ignored, no child would leave a status: waitpid(2) */
};

#define SIGNALS (sizeof(signals) / sizeof(*signals))

static void (*before[SIGNALS])(int); /* SIG_DFL is NULL */

void inherited_adapt(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < SIGNALS; i++)
		before[i] = signal(signals[i].number, signals[i].ours);
}

void inherited_restore(void)
{
	for (size_t i = 0; i < SIGNALS; i++)
		signal(signals[i].number, before[i]);
}
