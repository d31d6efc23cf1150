// SPDX-License-Identifier: GPL-2.0-only
/* The connections of one process. */
#include "diag/channel.h"
#include "diag/diag.h"
#include "diag/inodes.h"
#include "diag/procfs.h"

#include "base/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct looking {
	struct inodes held;
	uint32_t netns;
	void (*tell)(const struct endpoint *local, void *arg);
	void *arg;
};

static int note_socket(enum procfs_link kind, uint64_t inode, int fd, void *arg)
{
	struct looking *looking = arg;

	(void)fd;
	return kind == PROCFS_SOCKET ? inodes_add(&looking->held, inode) : 0;
}

static int tell_if_held(const struct diag_message *row, void *arg)
{
	const struct looking *looking = arg;
	struct endpoint local = row->socket.local;

	if (!inodes_has(&looking->held, row->socket.inode))
		return 0;
	local.netns = looking->netns;
	looking->tell(&local, looking->arg);
	return 0;
}

static int dump(struct looking *looking, struct channel *channel)
{
	struct channel_question question = { .proto = IPPROTO_TCP,
					     .states = 1u << TCP_ESTABLISHED };
	unsigned int interrupted = 0;
	int err = 0;

	for (int i = 0; i < 2 && !err; i++) {
		question.family = i ? AF_INET6 : AF_INET;
		err = channel_dump(channel, &question, &interrupted, tell_if_held, looking);
	}
	return err;
}

/* Whether that is the namespace the calling thread is in. */
static bool is_ours(const struct stat *netns)
{
	struct stat own;

	return !stat("/proc/thread-self/ns/net", &own) && own.st_ino == netns->st_ino;
}

/* In the process's namespace; not entered where it is ours. */
static int open_channel(int dir, struct looking *looking, struct channel **channel)
{
	struct netns_visit visit;
	struct stat netns;
	int fd = openat(dir, "ns/net", O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &netns) ? -errno : 0;
	if (!err)
		err = netns_visit(&visit, is_ours(&netns) ? -1 : fd);
	close(fd);
	if (err)
		return err;
	looking->netns = (uint32_t)netns.st_ino;
	err = channel_open(channel);
	netns_leave(&visit);
	return err;
}

static int look(int dir, struct looking *looking)
{
	struct channel *channel = NULL;
	int err = procfs_each_fd(dir, note_socket, looking);

	if (err || !looking->held.n)
		return err;
	inodes_sort(&looking->held);
	err = open_channel(dir, looking, &channel);
	if (!err)
		err = dump(looking, channel);
	channel_close(channel);
	return err;
}

int diag_connections_of(uint32_t tgid, void (*tell)(const struct endpoint *local, void *arg),
			void *arg)
{
	struct looking looking = { .tell = tell, .arg = arg };
	char path[32];
	int dir, err;

	snprintf(path, sizeof(path), "/proc/%u", tgid);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	err = look(dir, &looking);
	close(dir);
	inodes_free(&looking.held);
	return err;
}
