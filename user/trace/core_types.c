// SPDX-License-Identifier: GPL-2.0-only
#include "trace/core_types.h"

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
};

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

/* The name by which a type is looked for; empty: it is not. */
static struct name name_of(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	if (!may_be_read(type) || !type->name_off)
		return (struct name){ "", 0 };
	return essential(btf__name_by_offset(btf, type->name_off));
}

static int add_names(struct names *names, const struct btf *btf)
{
	uint32_t count = btf__type_cnt(btf);

	for (uint32_t id = 1; id < count; id++) {
		struct name name = name_of(btf, id);
		struct name *grown = names->names;

		if (!name.len)
			continue;
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

static bool has_name(const struct names *names, struct name name)
{
	return name.len &&
	       bsearch(&name, names->names, names->n, sizeof(name), compare_names) != NULL;
}

/* --- types ---------------------------------------------------------------- */

struct picked {
	const struct btf *kernel;
	uint32_t *new_ids; /* by the kernel's number; 0: not picked */
	uint32_t *order;   /* the kernel's numbers, in the order of the new ones */
	uint32_t n;
};

static void pick(struct picked *picked, uint32_t id)
{
	if (!id || picked->new_ids[id])
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
	uint32_t count = btf__type_cnt(picked->kernel);

	for (uint32_t id = 1; id < count; id++)
		if (has_name(names, name_of(picked->kernel, id)))
			pick(picked, id);
	for (uint32_t i = 0; i < picked->n; i++)
		pick_parts(picked, btf__type_by_id(picked->kernel, picked->order[i]));
}

/* A copy refers to others by the kernel's numbers. */
static void renumber(const struct picked *picked, struct btf_type *copy)
{
	if (btf_is_composite(copy)) {
		for (uint32_t i = 0; i < btf_vlen(copy); i++)
			btf_members(copy)[i].type = picked->new_ids[btf_members(copy)[i].type];
	} else if (btf_is_array(copy)) {
		btf_array(copy)->type = picked->new_ids[btf_array(copy)->type];
		btf_array(copy)->index_type = picked->new_ids[btf_array(copy)->index_type];
	} else if (btf_is_ptr(copy)) {
		copy->type = 0; /* void: nobody looks behind it */
	} else if (btf_is_mod(copy) || btf_is_typedef(copy) || btf_is_type_tag(copy)) {
		copy->type = picked->new_ids[copy->type];
	}
}

static int copy_all(const struct picked *picked, struct btf *to)
{
	for (uint32_t i = 0; i < picked->n; i++) {
		int id = btf__add_type(to, picked->kernel,
				       btf__type_by_id(picked->kernel, picked->order[i]));

		if (id < 0)
			return id;
		/* Memory of ours, which libbpf hands out as constant. */
		renumber(picked, (struct btf_type *)btf__type_by_id(to, (uint32_t)id));
	}
	return 0;
}

/* --- the file --------------------------------------------------------------- */

static int write_file(const void *data, size_t size)
{
	int fd = memfd_create("porttrace-types", MFD_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, data, size);
	if (n == (ssize_t)size)
		return fd;
	close(fd);
	return n < 0 ? -errno : -EIO;
}

static int make_file(const struct picked *picked)
{
	struct btf *few = btf__new_empty();
	const void *data = NULL;
	uint32_t size;
	int err;

	if (!few)
		return -errno;
	btf__set_pointer_size(few, btf__pointer_size(picked->kernel));
	err = copy_all(picked, few);
	if (!err) {
		data = btf__raw_data(few, &size);
		err = data ? write_file(data, size) : -ENOMEM;
	}
	btf__free(few);
	return err;
}

int core_types_make(const struct btf *kernel, const struct btf *const *ours, size_t n,
		    char path[CORE_TYPES_PATH_MAX])
{
	size_t count = btf__type_cnt(kernel);
	struct picked picked = { .kernel = kernel };
	struct names names = { 0 };
	int fd = 0;

	for (size_t i = 0; i < n && !fd; i++)
		fd = add_names(&names, ours[i]);
	picked.new_ids = calloc(count, sizeof(*picked.new_ids));
	picked.order = calloc(count, sizeof(*picked.order));
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
