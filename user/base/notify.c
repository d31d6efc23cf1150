// SPDX-License-Identifier: GPL-2.0-only
#include "base/notify.h"

#include "base/parse.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "/run/systemd/notify", or "@name" of the abstract namespace. */
static int set_address(struct notify *notify, const char *name)
{
	size_t len = strlen(name);

	if (*name != '/' && *name != '@')
		return -EAFNOSUPPORT;
	if (len >= sizeof(notify->to.sun_path))
		return -ENAMETOOLONG;
	notify->to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(notify->to.sun_path, name, len);
	notify->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (*name == '@')
		*notify->to.sun_path = '\0'; /* its name has no end but the length (unix(7)) */
	else
		notify->to_len++;
	return 0;
}

/* Set for another process (sd_watchdog_enabled(3)), it is none of our business. */
static uint64_t watchdog_ns(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t n, value;

	if (!usec || parse_u64(usec, UINT64_MAX / 1000, &value))
		return 0;
	if (pid && (parse_u64(pid, INT32_MAX, &n) || n != (uint64_t)getpid()))
		return 0;
	return value * 1000;
}

int notify_open(struct notify *notify)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int err = 0;

	*notify = (struct notify){ .fd = -1 };
	if (name && *name) {
		err = set_address(notify, name);
		if (!err)
			notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (!err && notify->fd < 0)
			err = -errno;
		if (!err)
			notify->watchdog_ns = watchdog_ns();
	}
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return err;
}

/* With the address each time: a manager that was away has another socket there. */
int notify_send(const struct notify *notify, const char *text)
{
	if (notify->fd < 0)
		return 0;
	if (sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL,
		   (const struct sockaddr *)&notify->to, notify->to_len) < 0)
		return -errno;
	return 0;
}

void notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}
