// SPDX-License-Identifier: GPL-2.0-only
#include "trace/raw_types.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AT_FIRST (1 << 14)

/* What follows the head of a type, by its kind. SIZE_MAX: no kind we know, nor where it ends. */
static size_t tail_size(const struct btf_type *type)
{
	size_t n = btf_vlen(type);

	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	default:
		return SIZE_MAX;
	}
}

size_t raw_type_size(const struct btf_type *type)
{
	return sizeof(*type) + tail_size(type);
}

static int append(struct raw_types *types, uint32_t *cap, uint32_t at)
{
	if (types->n == *cap) {
		uint32_t larger = *cap ? *cap * 2 : AT_FIRST;
		uint32_t *grown = reallocarray(types->at, larger, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		types->at = grown;
		*cap = larger;
	}
	types->at[types->n++] = at;
	return 0;
}

static int find_all(struct raw_types *types, uint32_t len)
{
	uint32_t cap = 0, at = 0;
	int err = append(types, &cap, 0);

	while (!err && len - at >= sizeof(struct btf_type)) {
		const struct btf_type *type = (const void *)(types->types + at);
		size_t tail = tail_size(type);

		if (tail > len - at - sizeof(*type))
			return -EINVAL;
		err = append(types, &cap, at);
		at += (uint32_t)(sizeof(*type) + tail);
	}
	return err ? err : at == len ? 0 : -EINVAL;
}

static bool is_within(uint32_t offset, uint32_t part, size_t len)
{
	return offset <= len && part <= len - offset;
}

int raw_types_init(struct raw_types *types, const void *data, size_t len)
{
	const struct btf_header *head = data;
	const unsigned char *body;
	size_t body_len;
	int err;

	*types = (struct raw_types){ 0 };
	if (len < sizeof(*head) || head->magic != BTF_MAGIC || head->version != BTF_VERSION ||
	    head->hdr_len < sizeof(*head) || head->hdr_len > len || head->hdr_len % 4)
		return -EINVAL;
	body = (const unsigned char *)data + head->hdr_len;
	body_len = len - head->hdr_len;
	if (!is_within(head->type_off, head->type_len, body_len) ||
	    !is_within(head->str_off, head->str_len, body_len) || head->type_off % 4 ||
	    !head->str_len || body[head->str_off + head->str_len - 1])
		return -EINVAL;
	types->types = body + head->type_off;
	types->strings = (const char *)body + head->str_off;
	types->strings_len = head->str_len;
	err = find_all(types, head->type_len);
	if (err)
		raw_types_free(types);
	return err;
}

void raw_types_free(struct raw_types *types)
{
	free(types->at);
	*types = (struct raw_types){ 0 };
}

const struct btf_type *raw_type(const struct raw_types *types, uint32_t id)
{
	return (const void *)(types->types + types->at[id]);
}

const char *raw_name(const struct raw_types *types, uint32_t offset)
{
	return offset < types->strings_len ? types->strings + offset : "";
}

static bool is_wanted(const struct raw_wanted *wanted, uint32_t kind, const char *name)
{
	return wanted->kind == kind && *wanted->name == *name && !strcmp(wanted->name, name);
}

void raw_types_find_all(const struct raw_types *types, struct raw_wanted *wanted, size_t n)
{
	uint32_t kinds = 0;

	for (size_t i = 0; i < n; i++) {
		kinds |= 1u << wanted[i].kind;
		wanted[i].id = 0;
	}
	for (uint32_t id = 1; id < types->n; id++) {
		const struct btf_type *type = raw_type(types, id);
		uint32_t kind = btf_kind(type);

		for (size_t i = 0; kinds & 1u << kind && i < n; i++)
			if (!wanted[i].id &&
			    is_wanted(&wanted[i], kind, raw_name(types, type->name_off)))
				wanted[i].id = id;
	}
}

int raw_types_find(const struct raw_types *types, const char *name, uint32_t kind)
{
	struct raw_wanted one = { name, kind, 0 };

	raw_types_find_all(types, &one, 1);
	return one.id ? (int)one.id : -ENOENT;
}
