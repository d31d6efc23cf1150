// SPDX-License-Identifier: GPL-2.0-only
/* Our end: requests to the helper. */
#include "service/hooks.h"

#include "base/log.h"
#include "base/loop.h"
#include "base/whole.h"
#include "service/hook_helper.h"
#include "service/hook_request.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define SAY_AGAIN_NS 1000000000ULL

int hooks_open(struct hooks *hooks)
{
	int ends[2];
	pid_t pid;

	*hooks = (struct hooks){ .fd = -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	pid = fork();
	if (!pid) {
		close(ends[0]);
		hook_helper(ends[1]);
	}
	close(ends[1]);
	if (pid < 0) {
		int err = -errno;

		close(ends[0]);
		return err;
	}
	hooks->fd = ends[0];
	return 0;
}

static void say_unsent(void *arg)
{
	struct hooks *hooks = arg;

	if (hooks->unsent)
		say("%" PRIu64 " hooks were not run: the process that runs them %s", hooks->unsent,
		    hooks->fd < 0 ? "has ended" : "does not take them");
	hooks->unsent = 0;
}

void hooks_begin(struct hooks *hooks, struct timers *timers)
{
	hooks->timers = timers;
	hooks->timer = (struct timer){ .fire = say_unsent, .arg = hooks };
}

/* A file without a name, which a hook reads at its own pace. -errno */
static int input_file(const struct buf *input)
{
	int fd = memfd_create("alert", MFD_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = write_whole(fd, input->data, input->len);
	lseek(fd, 0, SEEK_SET);
	if (!err)
		return fd;
	close(fd);
	return err;
}

void hooks_run(struct hooks *hooks, const char *name, const struct buf *env,
	       const struct buf *input)
{
	int fd, err = -EPIPE;

	if (hooks->fd >= 0) {
		fd = input->failed || env->failed ? -ENOMEM : input_file(input);
		err = fd < 0 ? fd : hook_request_send(hooks->fd, name, env, fd);
		if (fd >= 0)
			close(fd);
	}
	if (err == -EPIPE && hooks->fd >= 0) {
		close(hooks->fd);
		hooks->fd = -1;
	}
	if (err && !hooks->unsent++)
		timer_set(hooks->timers, &hooks->timer, boot_after_ns(SAY_AGAIN_NS));
}

void hooks_close(struct hooks *hooks)
{
	if (hooks->timers)
		say_unsent(hooks);
	if (hooks->fd >= 0)
		close(hooks->fd);
	hooks->fd = -1;
}
