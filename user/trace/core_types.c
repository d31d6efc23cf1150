// SPDX-License-Identifier: GPL-2.0-only
#include "trace/core_types.h"

#include "base/buf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* --- names ---------------------------------------------------------------- */

struct name {
	const char *text; /* borrowed, not NUL-ended */
	size_t len;
};

struct names {
	struct name *names; /* owned, sorted */
	size_t n;
	size_t cap;
	uint8_t beginnings[1 << 13]; /* a bit for each two characters that one begins with */
};

static unsigned int beginning(const char *text)
{
	const unsigned char *first = (const unsigned char *)text;

	return (unsigned int)first[0] << 8 | first[1];
}

static void note_beginning(struct names *names, const char *text)
{
	names->beginnings[beginning(text) >> 3] |= (uint8_t)(1u << (beginning(text) & 7));
}

static bool may_begin(const struct names *names, const char *text)
{
	return names->beginnings[beginning(text) >> 3] & 1u << (beginning(text) & 7);
}

/* libbpf: what follows three underscores tells flavours of a type apart (bpf_core_essential_name_len). */
static struct name essential(const char *text)
{
	const char *flavour = strstr(text, "___");

	return (struct name){ text,
			      flavour && flavour > text ? (size_t)(flavour - text) : strlen(text) };
}

static int compare_names(const void *a, const void *b)
{
	const struct name *left = a, *right = b;
	size_t len = left->len < right->len ? left->len : right->len;
	int order = memcmp(left->text, right->text, len);

	return order ? order : (left->len > right->len) - (left->len < right->len);
}

static bool may_be_read(const struct btf_type *type)
{
	return btf_is_composite(type) || btf_is_any_enum(type) || btf_is_typedef(type);
}

static int add_names(struct names *names, const struct btf *btf)
{
	uint32_t count = btf__type_cnt(btf);

	for (uint32_t id = 1; id < count; id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		struct name *grown = names->names, name;

		if (!may_be_read(type) || !type->name_off)
			continue;
		name = essential(btf__name_by_offset(btf, type->name_off));
		note_beginning(names, name.text);
		if (names->n == names->cap) {
			names->cap = names->cap ? names->cap * 2 : 128;
			grown = reallocarray(grown, names->cap, sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			names->names = grown;
		}
		grown[names->n++] = name;
	}
	return 0;
}

/* Nearly all of the kernel's are told apart by their first two characters. */
static bool has_name(const struct names *names, const char *text)
{
	struct name name;

	if (!*text || !may_begin(names, text))
		return false;
	name = essential(text);
	return bsearch(&name, names->names, names->n, sizeof(name), compare_names) != NULL;
}

/* --- types ---------------------------------------------------------------- */

struct picked {
	const struct raw_types *kernel;
	uint32_t *new_ids; /* by the kernel's number; 0: not picked */
	uint32_t *order;   /* the kernel's numbers, in the order of the new ones */
	uint32_t n;
};

static void pick(struct picked *picked, uint32_t id)
{
	if (!id || id >= picked->kernel->n || picked->new_ids[id])
		return;
	picked->order[picked->n++] = id;
	picked->new_ids[id] = picked->n;
}

static void pick_parts(struct picked *picked, const struct btf_type *type)
{
	if (btf_is_composite(type)) {
		for (uint32_t i = 0; i < btf_vlen(type); i++)
			pick(picked, btf_members(type)[i].type);
	} else if (btf_is_array(type)) {
		pick(picked, btf_array(type)->type);
		pick(picked, btf_array(type)->index_type);
	} else if (btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type)) {
		pick(picked, type->type);
	}
}

static void pick_all(struct picked *picked, const struct names *names)
{
	const struct raw_types *kernel = picked->kernel;

	for (uint32_t id = 1; id < kernel->n; id++) {
		const struct btf_type *type = raw_type(kernel, id);

		if (may_be_read(type) && has_name(names, raw_name(kernel, type->name_off)))
			pick(picked, id);
	}
	for (uint32_t i = 0; i < picked->n; i++)
		pick_parts(picked, raw_type(kernel, picked->order[i]));
}

/* What is not there is void: see pick(). */
static uint32_t new_id(const struct picked *picked, uint32_t id)
{
	return id < picked->kernel->n ? picked->new_ids[id] : 0;
}

/* A copy refers to others by the kernel's numbers. */
static void renumber(const struct picked *picked, struct btf_type *copy)
{
	if (btf_is_composite(copy)) {
		for (uint32_t i = 0; i < btf_vlen(copy); i++)
			btf_members(copy)[i].type = new_id(picked, btf_members(copy)[i].type);
	} else if (btf_is_array(copy)) {
		btf_array(copy)->type = new_id(picked, btf_array(copy)->type);
		btf_array(copy)->index_type = new_id(picked, btf_array(copy)->index_type);
	} else if (btf_is_ptr(copy)) {
		copy->type = 0; /* void: nobody looks behind it */
	} else if (btf_is_mod(copy) || btf_is_typedef(copy) || btf_is_type_tag(copy)) {
		copy->type = new_id(picked, copy->type);
	}
}

/* The file's parts, and the names of one type after the other. */
struct file {
	const struct raw_types *kernel;
	struct buf types;
	struct buf strings;
};

static uint32_t add_string(struct file *file, uint32_t offset)
{
	const char *text = raw_name(file->kernel, offset);
	uint32_t at = (uint32_t)file->strings.len;

	if (!*text)
		return 0;
	buf_put(&file->strings, text, strlen(text) + 1);
	return at;
}

static void rename_all(struct file *file, struct btf_type *copy)
{
	copy->name_off = add_string(file, copy->name_off);
	for (uint32_t i = 0; btf_is_composite(copy) && i < btf_vlen(copy); i++)
		btf_members(copy)[i].name_off = add_string(file, btf_members(copy)[i].name_off);
	for (uint32_t i = 0; btf_is_enum(copy) && i < btf_vlen(copy); i++)
		btf_enum(copy)[i].name_off = add_string(file, btf_enum(copy)[i].name_off);
	for (uint32_t i = 0; btf_is_enum64(copy) && i < btf_vlen(copy); i++)
		btf_enum64(copy)[i].name_off = add_string(file, btf_enum64(copy)[i].name_off);
}

static void copy_all(const struct picked *picked, struct file *file)
{
	buf_putc(&file->strings, '\0');
	for (uint32_t i = 0; i < picked->n; i++) {
		const struct btf_type *type = raw_type(picked->kernel, picked->order[i]);
		size_t at = file->types.len;
		struct btf_type *copy;

		buf_put(&file->types, (const char *)type, raw_type_size(type));
		if (file->types.failed)
			return;
		copy = (struct btf_type *)(void *)(file->types.data + at);
		renumber(picked, copy);
		rename_all(file, copy);
	}
}

/* --- the file --------------------------------------------------------------- */

static bool write_part(int fd, const void *data, size_t size)
{
	return write(fd, data, size) == (ssize_t)size;
}

static int write_file(const struct file *file)
{
	const struct btf_header head = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(head),
		.type_len = (uint32_t)file->types.len,
		.str_off = (uint32_t)file->types.len,
		.str_len = (uint32_t)file->strings.len,
	};
	int fd = memfd_create("porttrace-types", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (write_part(fd, &head, sizeof(head)) &&
	    write_part(fd, file->types.data, file->types.len) &&
	    write_part(fd, file->strings.data, file->strings.len))
		return fd;
	close(fd);
	return -EIO;
}

static int make_file(const struct picked *picked)
{
	struct file file = { .kernel = picked->kernel };
	int fd;

	copy_all(picked, &file);
	fd = file.types.failed || file.strings.failed ? -ENOMEM : write_file(&file);
	buf_free(&file.types);
	buf_free(&file.strings);
	return fd;
}

int core_types_make(const struct raw_types *kernel, const struct btf *const *ours, size_t n,
		    char path[CORE_TYPES_PATH_MAX])
{
	struct picked picked = { .kernel = kernel };
	struct names names = { 0 };
	int fd = 0;

	for (size_t i = 0; i < n && !fd; i++)
		fd = add_names(&names, ours[i]);
	picked.new_ids = calloc(kernel->n, sizeof(*picked.new_ids));
	picked.order = calloc(kernel->n, sizeof(*picked.order));
	if (!picked.new_ids || !picked.order)
		fd = -ENOMEM;
	if (!fd && !names.n)
		fd = -EINVAL; /* ours have no types */
	if (!fd) {
		qsort(names.names, names.n, sizeof(*names.names), compare_names);
		pick_all(&picked, &names);
		fd = make_file(&picked);
	}
	if (fd >= 0)
		snprintf(path, CORE_TYPES_PATH_MAX, "/proc/self/fd/%d", fd);
	free(picked.new_ids);
	free(picked.order);
	free(names.names);
	return fd;
}
