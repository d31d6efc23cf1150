/* SPDX-License-Identifier: GPL-2.0-only */
/* What a field is, as far as reading it goes, and lists of such by path. */
#ifndef BTF_TYPES_H
#define BTF_TYPES_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* "absent" is a record's word for what this kernel does not have. */
struct shape {
	char kind[12]; /* int uint bits ptr array struct other absent */
	unsigned int
		size; /* bytes; of bits: bits; of a struct 0: its size is the kernel's business */
	char of[64];  /* the struct, what a pointer points to, an array's element; "-" */
};

/* A path is as one writes it in C: a type, or type.field.field. */
struct entry {
	char path[160];
	struct shape shape;
	bool guarded; /* the programs ask whether it is there */
};

struct list {
	struct entry *entries;
	size_t count;
};

/* The entry of the path, added if need be. The pointer holds until the next call. */
struct entry *list_add(struct list *list, const char *path);
struct entry *list_find(const struct list *list, const char *path);
void list_sort(struct list *list);
void list_free(struct list *list);

/* A path as the kernel has it: the type without its flavour. */
void bare_path(char *out, size_t size, const char *path);

/* A type's id, without typedef, const, volatile and their like. */
unsigned int bare_type(const struct btf *btf, unsigned int id);

/* The shape of a member; bits is its width if it is a bit field, else 0. */
struct shape shape_of(const struct btf *btf, unsigned int id, unsigned int bits);

/* Empty if one who reads it as ours gets what theirs holds, else what differs. */
void shape_differs(const struct shape *ours, const struct shape *theirs, char *why, size_t size);

/* Ends the program; what cannot be read cannot be checked. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);

#endif
