/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types as their bytes, where they are mapped (BTF,
 * Documentation/bpf/btf.rst). libbpf copies the five megabytes before it looks at
 * them, which a start would wait for; what little is asked needs one walk.
 */
#ifndef PORTTRACE_TRACE_RAW_TYPES_H
#define PORTTRACE_TRACE_RAW_TYPES_H

#include <bpf/btf.h>
#include <stddef.h>
#include <stdint.h>

struct raw_types {
	const unsigned char *types; /* borrowed */
	const char *strings;        /* borrowed */
	uint32_t strings_len;
	uint32_t *at; /* owned: where in types each is */
	uint32_t n;   /* the first is none: void */
};

/* Of these bytes, which must stay. 0; -EINVAL: they are no such types; -ENOMEM. */
int raw_types_init(struct raw_types *types, const void *data, size_t len);
void raw_types_free(struct raw_types *types);

/* id is one of the n, and not 0. */
const struct btf_type *raw_type(const struct raw_types *types, uint32_t id);
/* How many bytes its description has. */
size_t raw_type_size(const struct btf_type *type);
/* By an offset as types have it; "" where there is no such name. */
const char *raw_name(const struct raw_types *types, uint32_t offset);

struct raw_wanted {
	const char *name;
	uint32_t kind;
	uint32_t id; /* 0: there is none */
};

/* Looks for all n of them in one walk. */
void raw_types_find_all(const struct raw_types *types, struct raw_wanted *wanted, size_t n);
/* The number of one, or -ENOENT. */
int raw_types_find(const struct raw_types *types, const char *name, uint32_t kind);

#endif
