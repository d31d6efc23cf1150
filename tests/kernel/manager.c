// SPDX-License-Identifier: GPL-2.0-only
#include "manager.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness.h"

void manager_open(struct manager *manager, const char *at)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(at);

	*manager = (struct manager){ .fd = socket(AF_UNIX,
						  SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) };
	memcpy(address.sun_path, at, len);
	if (*at == '@')
		*address.sun_path = '\0';
	if (manager->fd < 0 ||
	    bind(manager->fd, (struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (*at == '/'))))
		test_fail("a manager's socket at %s: %s", at, strerror(errno));
	setenv("NOTIFY_SOCKET", at, 1);
}

/* The next message within the time, while the tracer is read. */
static bool next(struct manager *manager, struct tracer *tracer, int ms)
{
	struct pollfd fds[] = { { .fd = manager->fd, .events = POLLIN },
				{ .fd = tracer->pid ? tracer->out : -1, .events = POLLIN },
				{ .fd = tracer->pid ? tracer->err : -1, .events = POLLIN } };
	ssize_t n;

	if (poll(fds, ARRAY_SIZE(fds), ms) <= 0)
		return false;
	if (fds[1].revents || fds[2].revents)
		tracer_pump(tracer, 0);
	n = recv(manager->fd, manager->last, sizeof(manager->last) - 1, 0);
	manager->last[n > 0 ? n : 0] = '\0';
	return n > 0;
}

const char *manager_expect(struct manager *manager, struct tracer *tracer, const char *part)
{
	char before[sizeof(manager->last)] = "nothing";

	while (time_left()) {
		if (!next(manager, tracer, time_left()))
			continue;
		if (strstr(manager->last, part)) {
			check(true, "told");
			return manager->last;
		}
		memcpy(before, manager->last, sizeof(before));
	}
	test_fail("the manager was not told '%s', but last: %s", part, before);
}

unsigned int manager_count(struct manager *manager, struct tracer *tracer, const char *part, int ms)
{
	long long end = now_ms() + ms;
	unsigned int count = 0;

	for (long long left = ms; left > 0; left = end - now_ms())
		count += next(manager, tracer, (int)left) && strstr(manager->last, part);
	return count;
}

void manager_close(struct manager *manager)
{
	close(manager->fd);
	unsetenv("NOTIFY_SOCKET");
}
