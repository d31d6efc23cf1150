// SPDX-License-Identifier: GPL-2.0-only
/* The yardstick's user side: one write() a line, nothing else. */
#include "floor.h"
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void on_signal(int sig)
{
	(void)sig;
	ended = 1;
}

static int print_record(void *ctx, void *data, size_t size)
{
	const struct floor_rec *rec = data;
	char line[64];
	int len;

	(void)ctx;
	if (size < sizeof(*rec))
		return -EINVAL;
	len = snprintf(line, sizeof(line), "%.16s %u %u\n", rec->comm, rec->pid, rec->port);
	return write(STDOUT_FILENO, line, (size_t)len) == len ? 0 : -EIO;
}

/* The object lies next to the program. */
static struct bpf_object *open_object(void)
{
	static const char name[] = ".bpf.o";
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - sizeof(name));

	if (len < 0)
		return NULL;
	memcpy(path + len, name, sizeof(name));
	return bpf_object__open_file(path, NULL);
}

static struct ring_buffer *attach(struct bpf_object *object)
{
	struct bpf_program *prog;

	if (bpf_object__load(object))
		return NULL;
	prog = bpf_object__find_program_by_name(object, "floor_state");
	if (!prog || !bpf_program__attach(prog))
		return NULL;
	return ring_buffer__new(bpf_object__find_map_fd_by_name(object, "ring"), print_record, NULL,
				NULL);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct bpf_object *object = open_object();
	struct ring_buffer *ring;
	int err = 0;

	ring = object ? attach(object) : NULL;
	if (!ring) {
		fprintf(stderr, "floor: cannot attach: %s\n", strerror(errno));
		return 3;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (!ended && (err >= 0 || err == -EINTR))
		err = ring_buffer__poll(ring, -1);
	return ended ? 0 : 4;
}
