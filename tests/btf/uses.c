// SPDX-License-Identifier: GPL-2.0-only
#include "uses.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Head of .BTF.ext, as far as it is of interest: bpf/libbpf_internal.h, struct btf_ext_header. */
struct ext_header {
	__u16 magic;
	__u8 version;
	__u8 flags;
	__u32 hdr_len;
	__u32 unused[4];
	__u32 core_relo_off;
	__u32 core_relo_len;
};

/* The relocations of one section of programs follow it. */
struct ext_section {
	__u32 name_off;
	__u32 count;
};

static const char *name_of(const struct btf *btf, unsigned int offset)
{
	const char *name = btf__name_by_offset(btf, offset);

	return name ? name : "";
}

static void extend(char *path, size_t size, const char *name)
{
	size_t length = strlen(path);

	if (length + strlen(name) + 2 > size)
		die("%s.%s: a longer path than there is room for", path, name);
	sprintf(path + length, ".%s", name);
}

/* Adds the type itself; false if it is none that the kernel could have. */
static bool add_root(struct list *uses, const struct btf *btf, unsigned int id, char *path,
		     size_t size)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	/* A struct without a name goes by that of its typedef. */
	while (type &&
	       (btf_is_mod(type) || (btf_is_typedef(type) && !*name_of(btf, type->name_off))))
		type = btf__type_by_id(btf, type->type);
	if (!type || !*name_of(btf, type->name_off))
		return false;
	snprintf(path, size, "%s", name_of(btf, type->name_off));
	list_add(uses, path)->shape = shape_of(btf, id, 0);
	return true;
}

/* Follows "0:3:1" from the type on, and adds each field that has a name. */
static void add_fields(struct list *uses, const struct btf *btf, unsigned int id,
		       const char *access, char *path, size_t size)
{
	const char *next = strchr(access, ':');

	for (; next; next = strchr(next + 1, ':')) {
		unsigned int index = (unsigned int)strtoul(next + 1, NULL, 10), bits;
		const struct btf_type *type = btf__type_by_id(btf, bare_type(btf, id));
		const char *name;

		if (type && btf_is_array(type)) {
			id = btf_array(type)->type;
			continue;
		}
		if (!type || !btf_is_composite(type) || index >= btf_vlen(type))
			die("%s: an access that its own BTF does not explain: %s", path, access);
		name = name_of(btf, btf_members(type)[index].name_off);
		bits = btf_member_bitfield_size(type, index);
		id = btf_members(type)[index].type;
		if (!*name)
			continue;
		extend(path, size, name);
		list_add(uses, path)->shape = shape_of(btf, id, bits);
	}
}

static const char *enumerator(const struct btf *btf, const struct btf_type *type,
			      unsigned int index)
{
	if (btf_is_enum64(type))
		return name_of(btf, btf_enum64(type)[index].name_off);
	return name_of(btf, btf_enum(type)[index].name_off);
}

static void add_enumerator(struct list *uses, const struct btf *btf, unsigned int id,
			   const char *access, char *path, size_t size)
{
	const struct btf_type *type = btf__type_by_id(btf, bare_type(btf, id));
	unsigned int index = (unsigned int)strtoul(access, NULL, 10);

	if (!type || !btf_is_any_enum(type) || index >= btf_vlen(type))
		die("%s: an access that its own BTF does not explain: %s", path, access);
	extend(path, size, enumerator(btf, type, index));
	list_add(uses, path)->shape = shape_of(btf, id, 0);
}

static void add_relocation(struct list *uses, const struct btf *btf,
			   const struct bpf_core_relo *relo)
{
	const char *access = name_of(btf, relo->access_str_off);
	char path[sizeof(((struct entry *)0)->path)];

	if (relo->kind == BPF_CORE_TYPE_ID_LOCAL ||
	    !add_root(uses, btf, relo->type_id, path, sizeof(path)))
		return;
	if (relo->kind <= BPF_CORE_FIELD_RSHIFT_U64) {
		add_fields(uses, btf, relo->type_id, access, path, sizeof(path));
	} else if (relo->kind == BPF_CORE_ENUMVAL_EXISTS || relo->kind == BPF_CORE_ENUMVAL_VALUE) {
		add_enumerator(uses, btf, relo->type_id, access, path, sizeof(path));
	}
	if (relo->kind == BPF_CORE_FIELD_EXISTS || relo->kind == BPF_CORE_TYPE_EXISTS ||
	    relo->kind == BPF_CORE_ENUMVAL_EXISTS)
		list_find(uses, path)->guarded = true;
}

static void add_relocations(struct list *uses, const struct btf *btf, const char *ext, size_t size,
			    const char *file)
{
	struct ext_header head;
	const char *at, *end;
	__u32 each;

	if (size < sizeof(head))
		die("%s: no .BTF.ext: was it compiled with -g?", file);
	memcpy(&head, ext, sizeof(head));
	if (head.magic != BTF_MAGIC || head.hdr_len < sizeof(head) || !head.core_relo_len ||
	    (size_t)head.hdr_len + head.core_relo_off + head.core_relo_len > size)
		die("%s: no relocations: was it compiled with preserve_access_index?", file);
	at = ext + head.hdr_len + head.core_relo_off;
	end = at + head.core_relo_len;
	memcpy(&each, at, sizeof(each));
	at += sizeof(each);
	if (each < sizeof(struct bpf_core_relo))
		die("%s: relocations of an unknown form", file);
	while (at < end) {
		const struct ext_section *section = (const void *)at;

		at += sizeof(*section);
		if (section->count > (size_t)(end - at) / each)
			die("%s: relocations beyond their section", file);
		for (__u32 i = 0; i < section->count; i++, at += each)
			add_relocation(uses, btf, (const struct bpf_core_relo *)at);
	}
}

/* libbpf gives the types away, but not what refers to them. */
static Elf_Data *find_ext(Elf *elf)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr head;
		const char *name = gelf_getshdr(section, &head) ?
					   elf_strptr(elf, names, head.sh_name) :
					   NULL;

		if (name && !strcmp(name, ".BTF.ext"))
			return elf_getdata(section, NULL);
	}
	return NULL;
}

void uses_of_object(struct list *uses, const char *file)
{
	struct btf *btf = btf__parse_elf(file, NULL);
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	Elf_Data *ext = NULL;
	Elf *elf;

	if (!btf || fd < 0)
		die("%s: no BPF object with BTF: %s", file, strerror(errno));
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf)
		ext = find_ext(elf);
	add_relocations(uses, btf, ext ? ext->d_buf : NULL, ext ? ext->d_size : 0, file);
	elf_end(elf);
	close(fd);
	btf__free(btf);
}

/* --- the kernel's side ------------------------------------------------------ */

struct place {
	unsigned int type;
	unsigned int bits;
};

/* The enumerator called so; its type is that of the enum. */
static bool find_enumerator(const struct btf *btf, unsigned int id, const char *name, size_t length,
			    struct place *found)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	for (unsigned int i = 0; i < btf_vlen(type); i++) {
		const char *called = enumerator(btf, type, i);

		if (!strncmp(called, name, length) && !called[length]) {
			*found = (struct place){ .type = id };
			return true;
		}
	}
	return false;
}

/* The member called so, of the type or of what it holds without a name. */
static bool find_member(const struct btf *btf, unsigned int id, const char *name, size_t length,
			struct place *found)
{
	const struct btf_type *type = btf__type_by_id(btf, id = bare_type(btf, id));

	if (type && btf_is_any_enum(type))
		return find_enumerator(btf, id, name, length, found);
	if (!type || !btf_is_composite(type))
		return false;
	for (unsigned int i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *called = name_of(btf, member->name_off);

		if (!*called) {
			if (find_member(btf, member->type, name, length, found))
				return true;
		} else if (!strncmp(called, name, length) && !called[length]) {
			found->type = member->type;
			found->bits = btf_member_bitfield_size(type, i);
			return true;
		}
	}
	return false;
}

/* Follows ".field.field" from the type on. */
static bool follow(const struct btf *btf, unsigned int id, const char *fields, struct place *found)
{
	*found = (struct place){ .type = id };
	while (*fields == '.') {
		size_t length = strcspn(++fields, ".");
		const struct btf_type *type = btf__type_by_id(btf, bare_type(btf, found->type));

		if (type && btf_is_array(type))
			found->type = btf_array(type)->type;
		if (!find_member(btf, found->type, fields, length, found))
			return false;
		fields += length;
	}
	return true;
}

/* A kernel may have several types of one name; the first that has it all is it. */
static struct shape look_up_path(const struct btf *kernel, const char *path)
{
	size_t length = strcspn(path, ".");
	struct place found;

	for (unsigned int id = 1; id < btf__type_cnt(kernel); id++) {
		const struct btf_type *type = btf__type_by_id(kernel, id);
		const char *name = name_of(kernel, type->name_off);

		if (strncmp(name, path, length) || name[length])
			continue;
		if (!btf_is_composite(type) && !btf_is_typedef(type) && !btf_is_any_enum(type))
			continue;
		if (follow(kernel, id, path + length, &found))
			return shape_of(kernel, found.type, found.bits);
	}
	return (struct shape){ .kind = "absent", .of = "-" };
}

void look_up(struct list *record, const struct list *uses, const struct btf *kernel)
{
	for (size_t i = 0; i < uses->count; i++) {
		char path[sizeof(uses->entries->path)];
		struct entry *entry;

		bare_path(path, sizeof(path), uses->entries[i].path);
		entry = list_add(record, path);
		entry->shape = look_up_path(kernel, path);
	}
	list_sort(record);
}
