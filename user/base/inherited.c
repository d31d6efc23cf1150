// SPDX-License-Identifier: GPL-2.0-only
#include "base/inherited.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static void (*sigpipe)(int) = SIG_DFL;

void inherited_adapt(void)
{
	void (*before)(int);
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	before = signal(SIGPIPE, SIG_IGN);
	if (before != SIG_ERR)
		sigpipe = before;
}

void inherited_restore(void)
{
	signal(SIGPIPE, sigpipe);
}
