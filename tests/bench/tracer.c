// SPDX-License-Identifier: GPL-2.0-only
/* A tracer as a child: started, read line by line, ended. */
#include "bench.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t)1024 * 1024)
#define ARGS_MAX 16
#define STREAM_TIMEOUT_NS (20 * NS_PER_S)
#define PROBE_NS NS_PER_MS
#define END_TIMEOUT_MS 20000
#define FORGET_SIZE ((off_t)64 * 1024 * 1024)

/* build/bench/bench: the floor lies beside it, porttrace one folder up. */
void tracer_path(char path[PATH_MAX], const char *name)
{
	const char *env = getenv("PORTTRACE");
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX / 2);
	char *slash;

	if (env && strcmp(name, "floor")) {
		snprintf(path, PATH_MAX, "%s", env);
		return;
	}
	path[len > 0 ? len : 0] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		die("cannot read /proc/self/exe");
	snprintf(slash, PATH_MAX / 2, "/%s", name);
}

static _Noreturn void tracer_exec(const char *const *args, int out, int err)
{
	char path[PATH_MAX], *argv[ARGS_MAX + 2] = { path };
	int i, null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (args && args[0] && args[0][0] == '/') {
		snprintf(path, sizeof(path), "%s", *args++);
		peer_prepare();
	} else {
		tracer_path(path, args ? "../porttrace" : "floor");
	}
	for (i = 0; args && args[i] && i < ARGS_MAX; i++)
		argv[i + 1] = strdup(args[i]);
	unpin(); /* the load is pinned, not what watches it */
	net_home();
	if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	execv(path, argv);
	dprintf(2, "%s: %s\n", path, strerror(errno));
	_exit(127);
}

static int watch_growth(int fd)
{
	char path[64];
	int inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (inotify < 0 || inotify_add_watch(inotify, path, IN_MODIFY) < 0)
		die("inotify: %s", strerror(errno));
	return inotify;
}

/* The write end to hand to the child. */
static int open_output(struct tracer *tracer, enum tracer_out out)
{
	int ends[2];

	tracer->inotify = -1;
	if (out == OUT_MEMORY) {
		tracer->out = memfd_create("tracer-out", MFD_CLOEXEC);
		if (tracer->out < 0)
			die("memfd_create: %s", strerror(errno));
		tracer->inotify = watch_growth(tracer->out);
		/* The child's offset is not ours: it has an open file of its own. */
		snprintf(tracer->buffer, BUFFER_SIZE, "/proc/self/fd/%d", tracer->out);
		return open(tracer->buffer, O_WRONLY | O_CLOEXEC);
	}
	if (pipe2(ends, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	fcntl(ends[1], F_SETPIPE_SZ, BUFFER_SIZE);
	tracer->out = ends[0];
	return ends[1];
}

void tracer_start(struct tracer *tracer, const char *const *args, enum tracer_out out)
{
	int child_end;

	memset(tracer, 0, sizeof(*tracer));
	tracer->until = -1;
	tracer->buffer = malloc(BUFFER_SIZE + 1);
	tracer->err = memfd_create("tracer-err", MFD_CLOEXEC);
	if (!tracer->buffer || tracer->err < 0)
		die("no memory");
	child_end = open_output(tracer, out);
	if (child_end < 0)
		die("cannot open the tracer's output: %s", strerror(errno));
	tracer->started_ns = now_ns();
	tracer->pid = fork_child();
	if (!tracer->pid)
		tracer_exec(args, child_end, tracer->err);
	close(child_end);
	tracer->pidfd = pidfd_of(tracer->pid);
}

static _Noreturn void tracer_failed(const struct tracer *tracer, const char *what)
{
	char text[4096];
	ssize_t len = pread(tracer->err, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	die("the tracer %s; it said: %s", what, len > 0 ? text : "nothing");
}

/* Waits for output. Returns LINE_READ where there is some. */
static enum line_status tracer_wait(const struct tracer *tracer, uint64_t timeout_ns)
{
	bool memory = tracer->inotify >= 0;
	struct pollfd fds[] = {
		{ .fd = memory ? tracer->inotify : tracer->out, .events = POLLIN },
		{ .fd = tracer->until, .events = POLLIN },
		{ .fd = memory ? tracer->pidfd : -1, .events = POLLIN },
	};
	struct timespec timeout = {
		.tv_sec = (time_t)(timeout_ns / NS_PER_S),
		.tv_nsec = (long)(timeout_ns % NS_PER_S),
	};
	int ready = ppoll(fds, ARRAY_SIZE(fds), &timeout, NULL);

	if (ready < 0 && errno != EINTR)
		die("poll: %s", strerror(errno));
	if (ready <= 0)
		return LINE_TIMEOUT;
	if (fds[0].revents)
		return LINE_READ;
	return fds[1].revents ? LINE_UNTIL : LINE_EOF;
}

/* Takes what there is, without waiting where the output is a file. Returns how much. */
static size_t tracer_take(struct tracer *tracer)
{
	ssize_t got;

	memmove(tracer->buffer, tracer->buffer + tracer->start, tracer->end - tracer->start);
	tracer->end -= tracer->start;
	tracer->start = 0;
	got = read(tracer->out, tracer->buffer + tracer->end, BUFFER_SIZE - tracer->end);
	if (got < 0)
		die("cannot read the tracer's output: %s", strerror(errno));
	tracer->end += (size_t)got;
	return (size_t)got;
}

/* What was read of a file needs no memory any more. */
static void tracer_forget_read(struct tracer *tracer)
{
	off_t at = lseek(tracer->out, 0, SEEK_CUR);

	if (at - tracer->forgotten < FORGET_SIZE)
		return;
	fallocate(tracer->out, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, tracer->forgotten,
		  at - tracer->forgotten);
	tracer->forgotten = at;
}

/* A file's growth is told once for several writes, so it is read to its end before each wait. */
static enum line_status fill_from_memory(struct tracer *tracer, uint64_t timeout_ns)
{
	enum line_status status;
	char events[4096];

	tracer_forget_read(tracer);
	if (tracer_take(tracer))
		return LINE_READ;
	status = tracer_wait(tracer, timeout_ns);
	if (status == LINE_READ && read(tracer->inotify, events, sizeof(events)) < 0)
		return LINE_TIMEOUT;
	/* The last of it may have been written just before the end. */
	return status == LINE_EOF && tracer_take(tracer) ? LINE_READ : status;
}

static enum line_status tracer_fill(struct tracer *tracer, uint64_t timeout_ns)
{
	enum line_status status;

	if (tracer->inotify >= 0)
		return fill_from_memory(tracer, timeout_ns);
	status = tracer_wait(tracer, timeout_ns);
	if (status != LINE_READ)
		return status;
	return tracer_take(tracer) ? LINE_READ : LINE_EOF;
}

enum line_status tracer_line(struct tracer *tracer, char **line, uint64_t timeout_ns)
{
	uint64_t start = 0;

	for (;;) {
		char *from = tracer->buffer + tracer->start;
		char *newline = memchr(from, '\n', tracer->end - tracer->start);
		enum line_status status;
		uint64_t now;

		if (newline) {
			*newline = '\0';
			*line = from;
			tracer->start += (size_t)(newline - from) + 1;
			return LINE_READ;
		}
		if (tracer->end - tracer->start == BUFFER_SIZE)
			tracer_failed(tracer, "wrote a line without end");
		now = now_ns();
		start = start ? start : now;
		if (now - start > timeout_ns)
			return LINE_TIMEOUT;
		status = tracer_fill(tracer, timeout_ns - (now - start));
		if (status != LINE_READ)
			return status;
	}
}

bool tracer_finds(struct tracer *tracer, unsigned int lo, unsigned int hi, uint64_t timeout_ns)
{
	uint64_t deadline = now_ns() + timeout_ns;
	char *line;

	for (;;) {
		uint64_t now = now_ns();
		enum line_status status;

		status = tracer_line(tracer, &line, deadline > now ? deadline - now : 0);
		if (status == LINE_EOF)
			tracer_failed(tracer, "ended too early");
		if (status != LINE_READ)
			return false;
		if (line_tells_port(line, lo, hi))
			return true;
	}
}

uint64_t tracer_streams(struct tracer *tracer)
{
	uint64_t deadline = now_ns() + STREAM_TIMEOUT_NS;
	uint16_t port = PROBE_PORT_MIN;
	bool found = false;

	while (!found && now_ns() < deadline) {
		int fd = listen_on(loopback(port));

		connect_to(fd, loopback(port));
		found = tracer_finds(tracer, PROBE_PORT_MIN, PROBE_PORT_MAX, PROBE_NS);
		close(fd);
		port = port < PROBE_PORT_MAX ? port + 1 : PROBE_PORT_MIN;
	}
	if (!found)
		tracer_failed(tracer, "never streamed");
	return now_ns();
}

void tracer_drain(struct tracer *tracer, uint64_t quiet_ns)
{
	char *line;

	while (tracer_line(tracer, &line, quiet_ns) == LINE_READ)
		;
}

void tracer_signal(const struct tracer *tracer, int sig)
{
	if (signal_pidfd(tracer->pidfd, sig))
		tracer_failed(tracer, "is gone");
}

static void tracer_free(struct tracer *tracer)
{
	close(tracer->pidfd);
	close(tracer->err);
	if (tracer->out >= 0)
		close(tracer->out);
	if (tracer->inotify >= 0)
		close(tracer->inotify);
	free(tracer->buffer);
}

void tracer_reap(struct tracer *tracer)
{
	struct pollfd end = { .fd = tracer->pidfd, .events = POLLIN };
	int status;

	if (poll(&end, 1, END_TIMEOUT_MS) != 1) {
		signal_pidfd(tracer->pidfd, SIGKILL);
		tracer_failed(tracer, "did not end");
	}
	if (waitpid(tracer->pid, &status, 0) < 0)
		die("waitpid: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		tracer_failed(tracer, "failed");
	tracer_free(tracer);
}

/* With a pipe, its end is what ends a tracer that waits for room in it. */
void tracer_stop(struct tracer *tracer)
{
	tracer_signal(tracer, SIGINT);
	if (tracer->inotify < 0) {
		char *line;

		while (tracer_line(tracer, &line, END_TIMEOUT_MS * NS_PER_MS) == LINE_READ)
			;
	}
	tracer_reap(tracer);
}
