// SPDX-License-Identifier: GPL-2.0-only
/* The embedded BPF objects, and what libbpf says while it works on them. */
#include "trace/internal.h"
#include "trace/iter_target.h"

#include "holders.skel.h"
#include "holders_unrolled.skel.h"
#include "hooks.skel.h"
#include "hooks_unrolled.skel.h"
#include "tables.skel.h"
#include "tables_unrolled.skel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct embedded {
	const char *name;
	const void *(*bytes)(size_t *size);
	const void *(*bytes_unrolled)(size_t *size);
};

static const struct embedded objects[] = {
	{ "hooks", hooks_bpf__elf_bytes, hooks_bpf_unrolled__elf_bytes },
	{ "holders", holders_bpf__elf_bytes, holders_bpf_unrolled__elf_bytes },
	{ "tables", tables_bpf__elf_bytes, tables_bpf_unrolled__elf_bytes },
};

#define OBJECTS (sizeof(objects) / sizeof(*objects))

static bool kernel_has_loop;

/* Objects are loaded at once, each by a thread of its own. */
static _Thread_local char failed_program[64];

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
	if (strstr(line, "failed to ") && sscanf(line, "libbpf: prog '%63[^']'", name) == 1)
		snprintf(failed_program, sizeof(failed_program), "%s", name);
	return 0;
}

/* Without types of its own the kernel refuses what gives a typed pointer, as the looped build asks. */
void objects_init(const struct trace *trace)
{
	libbpf_set_print(listen_to_libbpf);
	kernel_has_loop = trace->kernel_types && libbpf_probe_bpf_helper(BPF_PROG_TYPE_CGROUP_SOCK,
									 BPF_FUNC_loop, NULL) == 1;
}

/*
 * The tables that more than one object uses are made before any is loaded. -1: the object has one
 * with no use for it.
 */
static int share(struct bpf_object *object, const char *name, int fd)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	if (!map)
		return 0;
	return fd < 0 ? bpf_map__set_max_entries(map, 1) : bpf_map__reuse_fd(map, fd);
}

struct bpf_object *objects_open(const struct trace *trace, const char *name)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = name,
		    .btf_custom_path = trace->core_fd < 0 ? trace->btf_path : trace->core_path);
	const struct embedded *embedded = objects;
	struct bpf_object *object;
	const void *bytes;
	size_t size;

	*failed_program = '\0';
	while (strcmp(embedded->name, name) != 0)
		embedded++;
	bytes = kernel_has_loop ? embedded->bytes(&size) : embedded->bytes_unrolled(&size);
	object = bpf_object__open_mem(bytes, size, &opts);
	if (!object ||
	    (!share(object, "sockets", trace->sockets_fd) &&
	     !share(object, "conns", trace->conns_fd) && !share(object, "noted", trace->noted_fd)))
		return object;
	bpf_object__close(object);
	errno = EINVAL;
	return NULL;
}

static void make_core_types(struct trace *trace)
{
	struct bpf_object *open[OBJECTS] = { 0 };
	const struct btf *ours[OBJECTS];
	size_t n = 0, wanted = 0;

	for (size_t i = 0; i < OBJECTS; i++) {
		if (trace->tables_only && !strcmp(objects[i].name, "hooks"))
			continue;
		wanted++;
		open[i] = objects_open(trace, objects[i].name);
		ours[n] = open[i] ? bpf_object__btf(open[i]) : NULL;
		n += ours[n] != NULL;
	}
	if (n == wanted)
		trace->core_fd = core_types_make(&trace->types, ours, n, trace->core_path);
	for (size_t i = 0; i < OBJECTS; i++)
		bpf_object__close(open[i]);
}

/*
 * Mapped, which the kernel allows since v6.16: a read() of it gives a page, and
 * there are a thousand. False where it cannot be.
 */
static bool map_kernel_types(struct trace *trace)
{
	int fd = open(BTF_PATH, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return false;
	trace->types_mapped = MAP_FAILED;
	if (!fstat(fd, &st)) {
		trace->types_size = (size_t)st.st_size;
		trace->types_mapped = mmap(NULL, trace->types_size, PROT_READ,
					   MAP_PRIVATE | MAP_POPULATE, fd, 0);
	}
	close(fd);
	if (trace->types_mapped != MAP_FAILED &&
	    !raw_types_init(&trace->types, trace->types_mapped, trace->types_size))
		return true;
	if (trace->types_mapped != MAP_FAILED)
		munmap(trace->types_mapped, trace->types_size);
	trace->types_mapped = NULL;
	return false;
}

/* As libbpf reads them: from the file that was given, or where they cannot be mapped. */
static void parse_types(struct trace *trace)
{
	const void *data;
	uint32_t size;

	trace->types_parsed = trace->btf_path ? btf__parse(trace->btf_path, NULL) :
						btf__load_vmlinux_btf();
	data = trace->types_parsed ? btf__raw_data(trace->types_parsed, &size) : NULL;
	if (data)
		raw_types_init(&trace->types, data, size);
}

void types_open(struct trace *trace)
{
	trace->core_fd = -1;
	if (trace->btf_path || !map_kernel_types(trace))
		parse_types(trace);
	trace->iter_handler = -ENOENT;
	if (!trace->types.n)
		return;
	make_core_types(trace);
	/* In a file they may have other numbers. */
	if (trace->kernel_types && !trace->btf_path)
		trace->iter_handler = iter_target_begin(&trace->types, &trace->casts);
}

void types_close(struct trace *trace)
{
	iter_target_end(trace->iter_handler);
	raw_types_free(&trace->types);
	btf__free(trace->types_parsed);
	trace->types_parsed = NULL;
	if (trace->types_mapped)
		munmap(trace->types_mapped, trace->types_size);
	trace->types_mapped = NULL;
	if (trace->core_fd >= 0)
		close(trace->core_fd);
	trace->core_fd = -1;
}

const char *objects_failed_program(void)
{
	return failed_program;
}
