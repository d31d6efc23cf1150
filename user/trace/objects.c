// SPDX-License-Identifier: GPL-2.0-only
/* The embedded BPF objects, and what libbpf says while it works on them. */
#include "trace/internal.h"

#include "hooks.skel.h"
#include "hooks_unrolled.skel.h"
#include "snapshot.skel.h"
#include "snapshot_unrolled.skel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct embedded {
	const char *name;
	const void *(*bytes)(size_t *size);
	const void *(*bytes_unrolled)(size_t *size);
};

static const struct embedded objects[] = {
	{ "hooks", hooks_bpf__elf_bytes, hooks_bpf_unrolled__elf_bytes },
	{ "snapshot", snapshot_bpf__elf_bytes, snapshot_bpf_unrolled__elf_bytes },
};

static bool has_loop(void)
{
	static int known = -1;

	if (known < 0)
		known = libbpf_probe_bpf_helper(BPF_PROG_TYPE_CGROUP_SOCK, BPF_FUNC_loop, NULL) ==
			1;
	return known;
}

struct bpf_object *objects_open(const char *name)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = name);
	const struct embedded *object = objects;
	const void *bytes;
	size_t size;

	while (strcmp(object->name, name) != 0)
		object++;
	bytes = has_loop() ? object->bytes(&size) : object->bytes_unrolled(&size);
	return bpf_object__open_mem(bytes, size, &opts);
}

static char failed_program[64];

/*
 * libbpf's return code does not say which program the kernel refused; its
 * message does: "prog 'NAME': failed to load: -1".
 */
static int listen_to_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[256], name[64];

	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	if (strstr(line, "failed to load") && sscanf(line, "libbpf: prog '%63[^']'", name) == 1)
		snprintf(failed_program, sizeof(failed_program), "%s", name);
	return 0;
}

void libbpf_log_start(void)
{
	*failed_program = '\0';
	libbpf_set_print(listen_to_libbpf);
}

const char *libbpf_log_failed_program(void)
{
	return failed_program;
}
