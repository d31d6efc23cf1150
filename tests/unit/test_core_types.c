// SPDX-License-Identifier: GPL-2.0-only
/* Of a kernel's types those that ours name, and what they consist of; libbpf has to find the same in them. */
#include "trace/core_types.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * struct inner { int at; };
 * struct other { int unused; };
 * struct outer { const struct inner in[2]; struct other *to; alias number; }, with typedef int alias.
 */
static struct btf *kernel_types(void)
{
	struct btf *btf = btf__new_empty();
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED), inner, other, alias, pointer,
	    array;

	btf__add_int(btf, "never read", 8, 0);
	other = btf__add_struct(btf, "other", 4);
	btf__add_field(btf, "unused", number, 0, 0);
	inner = btf__add_struct(btf, "inner", 4);
	btf__add_field(btf, "at", number, 0, 0);
	pointer = btf__add_ptr(btf, other);
	array = btf__add_array(btf, number, btf__add_const(btf, inner), 2);
	alias = btf__add_typedef(btf, "alias", number);
	btf__add_struct(btf, "outer", 24);
	btf__add_field(btf, "in", array, 0, 0);
	btf__add_field(btf, "to", pointer, 64, 0);
	btf__add_field(btf, "number", alias, 128, 0);
	return btf;
}

/* What our objects read: struct NAME, of which the kernel knows the fields. */
static struct btf *our_types(const char *name)
{
	struct btf *btf = btf__new_empty();

	btf__add_struct(btf, name, 0);
	return btf;
}

/* The types that are left of the kernel's when ours have that name; the caller frees them. */
static struct btf *picked(const struct btf *kernel, const char *name)
{
	struct btf *ours = our_types(name), *found;
	const struct btf *const list[] = { ours };
	char path[CORE_TYPES_PATH_MAX];
	struct raw_types raw;
	uint32_t size;
	const void *data = btf__raw_data(kernel, &size);
	int fd;

	assert_int_equal(raw_types_init(&raw, data, size), 0);
	fd = core_types_make(&raw, list, 1, path);
	assert_true(fd >= 0);
	raw_types_free(&raw);
	found = btf__parse(path, NULL);
	assert_non_null(found);
	close(fd);
	btf__free(ours);
	return found;
}

static const struct btf_member *member_of(const struct btf *btf, const char *type, size_t at)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);

	assert_true(id > 0);
	return &btf_members(btf__type_by_id(btf, (uint32_t)id))[at];
}

static void what_a_type_consists_of_comes_along(void **state)
{
	struct btf *kernel = kernel_types(), *few = picked(kernel, "outer");
	const struct btf_type *in;

	(void)state;
	assert_int_equal(btf_vlen(btf__type_by_id(few, (uint32_t)btf__find_by_name_kind(
							       few, "outer", BTF_KIND_STRUCT))),
			 3);
	assert_string_equal(btf__name_by_offset(few, member_of(few, "outer", 1)->name_off), "to");
	assert_int_equal(member_of(few, "outer", 2)->offset, 128);
	in = btf__type_by_id(few, member_of(few, "outer", 0)->type);
	assert_true(btf_is_array(in));
	assert_int_equal(btf__resolve_size(few, member_of(few, "outer", 0)->type), 8);
	in = btf__type_by_id(few, btf_array(in)->type);
	assert_true(btf_is_mod(in));
	assert_string_equal(btf__name_by_offset(few, btf__type_by_id(few, in->type)->name_off),
			    "inner");
	btf__free(few);
	btf__free(kernel);
}

static void what_is_behind_a_pointer_does_not(void **state)
{
	struct btf *kernel = kernel_types(), *few = picked(kernel, "outer");

	(void)state;
	assert_int_equal(btf__find_by_name_kind(few, "other", BTF_KIND_STRUCT), -ENOENT);
	assert_int_equal(btf__find_by_name_kind(few, "never read", BTF_KIND_INT), -ENOENT);
	assert_int_equal(btf__resolve_size(few, member_of(few, "outer", 1)->type), 8);
	btf__free(few);
	btf__free(kernel);
}

static void a_flavour_is_looked_for_by_what_is_before_it(void **state)
{
	struct btf *kernel = kernel_types(), *few = picked(kernel, "inner___v615");

	(void)state;
	assert_string_equal(btf__name_by_offset(few, member_of(few, "inner", 0)->name_off), "at");
	assert_int_equal(btf__find_by_name_kind(few, "outer", BTF_KIND_STRUCT), -ENOENT);
	btf__free(few);
	btf__free(kernel);
}

static void a_name_the_kernel_does_not_have_gives_nothing(void **state)
{
	struct btf *kernel = kernel_types(), *few = picked(kernel, "inn");

	(void)state;
	assert_int_equal(btf__type_cnt(few), 1); /* void */
	btf__free(few);
	btf__free(kernel);
}

static void of_this_kernel_little_is_left_and_that_is_the_same(void **state)
{
	struct btf *kernel = btf__load_vmlinux_btf(), *few;

	(void)state;
	if (!kernel)
		skip();
	few = picked(kernel, "task_struct");
	assert_true(btf__type_cnt(few) < btf__type_cnt(kernel) / 20);
	for (size_t i = 0; i < 20; i++) {
		const struct btf_member *all = member_of(kernel, "task_struct", i),
					*left = member_of(few, "task_struct", i);

		assert_string_equal(btf__name_by_offset(few, left->name_off),
				    btf__name_by_offset(kernel, all->name_off));
		assert_int_equal(left->offset, all->offset);
		assert_int_equal(btf__resolve_size(few, left->type),
				 btf__resolve_size(kernel, all->type));
	}
	btf__free(few);
	btf__free(kernel);
}

static void types_are_found_by_name_and_kind(void **state)
{
	struct raw_wanted wanted[] = {
		{ "inner", BTF_KIND_STRUCT, 7 },
		{ "inner", BTF_KIND_FUNC, 7 },
		{ "outer", BTF_KIND_STRUCT, 0 },
	};
	struct btf *kernel = kernel_types();
	struct raw_types raw;
	uint32_t size;
	const char *whole = btf__raw_data(kernel, &size);

	(void)state;
	assert_int_equal(raw_types_init(&raw, whole, size), 0);
	raw_types_find_all(&raw, wanted, 3);
	assert_int_equal(wanted[0].id, btf__find_by_name_kind(kernel, "inner", BTF_KIND_STRUCT));
	assert_int_equal(wanted[1].id, 0);
	assert_int_equal(wanted[2].id, btf__find_by_name_kind(kernel, "outer", BTF_KIND_STRUCT));
	assert_int_equal(raw_types_find(&raw, "outer", BTF_KIND_STRUCT), wanted[2].id);
	assert_int_equal(raw_types_find(&raw, "outer", BTF_KIND_FUNC), -ENOENT);
	raw_types_free(&raw);
	btf__free(kernel);
}

/* Each beginning of the bytes, and each of them changed: no answer is made up, nor read from beyond. */
static void bytes_that_are_no_types_are_refused(void **state)
{
	struct btf *kernel = kernel_types();
	uint32_t size;
	const char *whole = btf__raw_data(kernel, &size);
	struct raw_types raw;

	(void)state;
	for (uint32_t n = 0; n < size; n++) {
		char *part = malloc(n ? n : 1);

		memcpy(part, whole, n);
		assert_int_equal(raw_types_init(&raw, part, n), -EINVAL);
		free(part);
	}
	for (uint32_t at = 0; at < size; at++) {
		char *wrong = malloc(size);

		memcpy(wrong, whole, size);
		wrong[at] = (char)~wrong[at];
		if (!raw_types_init(&raw, wrong, size)) {
			raw_types_find(&raw, "outer", BTF_KIND_STRUCT);
			raw_types_free(&raw);
		}
		free(wrong);
	}
	btf__free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_type_consists_of_comes_along),
		cmocka_unit_test(what_is_behind_a_pointer_does_not),
		cmocka_unit_test(a_flavour_is_looked_for_by_what_is_before_it),
		cmocka_unit_test(a_name_the_kernel_does_not_have_gives_nothing),
		cmocka_unit_test(of_this_kernel_little_is_left_and_that_is_the_same),
		cmocka_unit_test(types_are_found_by_name_and_kind),
		cmocka_unit_test(bytes_that_are_no_types_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
