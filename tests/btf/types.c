// SPDX-License-Identifier: GPL-2.0-only
#include "types.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("btf-check: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

struct entry *list_find(const struct list *list, const char *path)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!strcmp(list->entries[i].path, path))
			return &list->entries[i];
	}
	return NULL;
}

struct entry *list_add(struct list *list, const char *path)
{
	struct entry *entry = list_find(list, path);

	if (entry)
		return entry;
	entry = reallocarray(list->entries, list->count + 1, sizeof(*entry));
	if (!entry)
		die("out of memory");
	list->entries = entry;
	entry += list->count++;
	memset(entry, 0, sizeof(*entry));
	if (strlen(path) >= sizeof(entry->path))
		die("%s: a longer path than there is room for", path);
	strcpy(entry->path, path);
	return entry;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

void list_sort(struct list *list)
{
	if (list->count)
		qsort(list->entries, list->count, sizeof(*list->entries), by_path);
}

void list_free(struct list *list)
{
	free(list->entries);
	*list = (struct list){ 0 };
}

/* Length of a name without its flavour: of kernfs_node___v615 it is 11. */
static size_t essential(const char *name)
{
	const char *flavour = strstr(name, "___");

	return flavour && flavour != name ? (size_t)(flavour - name) : strlen(name);
}

void bare_path(char *out, size_t size, const char *path)
{
	size_t length = strcspn(path, ".");
	char type[64];

	snprintf(type, sizeof(type), "%.*s", (int)length, path);
	snprintf(out, size, "%.*s%s", (int)essential(type), type, path + length);
}

unsigned int bare_type(const struct btf *btf, unsigned int id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type))) {
		id = type->type;
		type = btf__type_by_id(btf, id);
	}
	return id;
}

/* "-" where there is no name that both sides must agree on. */
static void name_struct(const struct btf *btf, const struct btf_type *type, char *out, size_t size)
{
	const char *name = btf__name_by_offset(btf, type->name_off);

	if ((btf_is_composite(type) || btf_is_fwd(type)) && name && *name)
		snprintf(out, size, "%.*s", (int)essential(name), name);
	else
		snprintf(out, size, "-");
}

static void shape_int(const struct btf_type *type, struct shape *shape)
{
	/* Of a byte the sign differs between machines (char), and nobody counts in it. */
	bool sign = btf_is_int(type) && type->size > 1 && btf_int_encoding(type) & BTF_INT_SIGNED;

	strcpy(shape->kind, sign ? "int" : "uint");
	shape->size = type->size;
}

static void shape_array(const struct btf *btf, const struct btf_type *type, struct shape *shape)
{
	struct shape element = shape_of(btf, btf_array(type)->type, 0);

	strcpy(shape->kind, "array");
	shape->size = btf_array(type)->nelems;
	snprintf(shape->of, sizeof(shape->of), "%s:%u", element.kind, element.size);
}

struct shape shape_of(const struct btf *btf, unsigned int id, unsigned int bits)
{
	const struct btf_type *type = btf__type_by_id(btf, bare_type(btf, id));
	struct shape shape = { .kind = "other", .of = "-" };

	if (!type)
		return shape;
	if (bits) {
		strcpy(shape.kind, "bits");
		shape.size = bits;
	} else if (btf_is_ptr(type)) {
		strcpy(shape.kind, "ptr");
		id = bare_type(btf, type->type);
		type = id ? btf__type_by_id(btf, id) : NULL;
		if (type)
			name_struct(btf, type, shape.of, sizeof(shape.of));
	} else if (btf_is_array(type)) {
		shape_array(btf, type, &shape);
	} else if (btf_is_composite(type)) {
		strcpy(shape.kind, "struct");
		name_struct(btf, type, shape.of, sizeof(shape.of));
	} else if (btf_is_int(type) || btf_is_any_enum(type)) {
		shape_int(type, &shape);
	}
	return shape;
}

static bool named_alike(const char *ours, const char *theirs)
{
	return !strcmp(ours, "-") || !strcmp(theirs, "-") || !strcmp(ours, theirs);
}

void shape_differs(const struct shape *ours, const struct shape *theirs, char *why, size_t size)
{
	bool array = !strcmp(ours->kind, "array");

	*why = '\0';
	/* What reads a bit field asks for its place and width; it may have become a field. */
	if (!strcmp(ours->kind, "bits") && !strcmp(theirs->kind, "uint"))
		return;
	if (strcmp(ours->kind, theirs->kind) || !named_alike(ours->of, theirs->of) ||
	    (array ? ours->size > theirs->size : ours->size != theirs->size))
		snprintf(why, size, "is %s %u %s here, but %s %u %s in the kernel", ours->kind,
			 ours->size, ours->of, theirs->kind, theirs->size, theirs->of);
}
