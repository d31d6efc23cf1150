// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "opener.h"
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "harness.h"
#include "netns.h"

#define OPEN_MAX_AT_ONCE 16

static char program_dir[] = "/tmp/live-XXXXXX";
static char program_path[64];

/* A spec with its address in it, to cross a socket. */
struct command {
	struct spec spec; /* type 0 and port 0: close */
	char addr[48];
	int close;
};

static long serve_open(int *fds, int *count, struct command *command)
{
	int fd;

	command->spec.addr = command->addr;
	if (*count == OPEN_MAX_AT_ONCE)
		return -EMFILE;
	fd = spec_try(&command->spec);
	if (fd >= 0)
		fds[(*count)++] = fd;
	return fd;
}

void opener_serve(int ctl)
{
	int fds[OPEN_MAX_AT_ONCE];
	struct command command;
	int count = 0;

	while (recv(ctl, &command, sizeof(command), 0) == sizeof(command)) {
		long answer;

		if (command.close)
			answer = count ? close(fds[--count]) : -EBADF;
		else
			answer = serve_open(fds, &count, &command);
		if (send(ctl, &answer, sizeof(answer), MSG_NOSIGNAL) != sizeof(answer))
			return;
	}
}

static void opener_body(int ctl, void *arg)
{
	enum opener_as as = *(enum opener_as *)arg;

	if (as == AS_COMM && prctl(PR_SET_NAME, OPENER_COMM, 0, 0, 0))
		test_fail("prctl: %s", strerror(errno));
	if (as == AS_NETNS)
		netns_enter_new();
	if (as == AS_USER && (setgroups(0, NULL) || setresgid(OPENER_UID, OPENER_UID, OPENER_UID) ||
			      setresuid(OPENER_UID, OPENER_UID, OPENER_UID)))
		test_fail("setresuid: %s", strerror(errno));
	if (as == AS_PLACE)
		cgroup_enter();
	number_give(ctl, (long)netns_inode());
	opener_serve(ctl);
}

struct opener opener_start(enum opener_as as)
{
	static const char *const args[] = { "opener", NULL };
	struct opener opener = { .netns = netns_inode() };

	if (as == AS_PLACE)
		cgroup_make(CGROUP_V2);
	if (as == AS_PROGRAM) {
		opener.child = helper_start(opener_program(), args);
	} else {
		opener.child = child_start(opener_body, &as);
		opener.netns = (unsigned long)number_await(opener.child.ctl);
	}
	return opener;
}

static void order(struct opener *opener, const struct command *command)
{
	long answer;

	if (send(opener->child.ctl, command, sizeof(*command), MSG_NOSIGNAL) != sizeof(*command))
		test_fail("the opener is gone: %s", strerror(errno));
	answer = number_await(opener->child.ctl);
	if (answer < 0)
		test_fail("the opener cannot open or close [%s]:%d: %s", command->addr,
			  command->spec.port, strerror((int)-answer));
}

void opener_open(struct opener *opener, const struct spec *spec)
{
	struct command command = { .spec = *spec };

	snprintf(command.addr, sizeof(command.addr), "%s", spec->addr);
	order(opener, &command);
}

void opener_close(struct opener *opener)
{
	order(opener, &(struct command){ .close = 1 });
}

static void program_remove(void)
{
	unlink(program_path);
	rmdir(program_dir);
}

void opener_copy_to(const char *to)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	struct stat st;
	off_t done = 0;

	if (in < 0 || out < 0 || fstat(in, &st))
		test_fail("cannot copy this program to %s: %s", to, strerror(errno));
	while (done < st.st_size) {
		if (sendfile(out, in, &done, st.st_size - done) <= 0)
			test_fail("cannot copy this program to %s: %s", to, strerror(errno));
	}
	close(in);
	close(out);
}

const char *opener_program(void)
{
	if (!program_path[0]) {
		if (mkdir("/tmp", 01777) && errno != EEXIST)
			test_fail("/tmp: %s", strerror(errno));
		if (!mkdtemp(program_dir))
			test_fail("mkdtemp: %s", strerror(errno));
		snprintf(program_path, sizeof(program_path), "%s/other-program", program_dir);
		test_at_end(program_remove);
		opener_copy_to(program_path);
	}
	return program_path;
}
