// SPDX-License-Identifier: GPL-2.0-only
/* BTF out of whatever holds it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/btf.h>

#include "uses.h"

/* Of a kernel's types these are always some. */
static bool is_kernel(const struct btf *btf)
{
	return btf && btf__find_by_name_kind(btf, "task_struct", BTF_KIND_STRUCT) > 0;
}

/* The size of the BTF that begins here, 0 if none does. */
static size_t size_at(const char *at, size_t room)
{
	struct btf_header head;
	size_t size;

	if (room < sizeof(head))
		return 0;
	memcpy(&head, at, sizeof(head));
	if (head.magic != BTF_MAGIC || head.version != BTF_VERSION || head.flags)
		return 0;
	if (head.hdr_len < sizeof(head) || head.hdr_len > 256 || !head.type_len || !head.str_len)
		return 0;
	size = (size_t)head.hdr_len + head.str_off + head.str_len;
	return size <= room && head.type_off + head.type_len <= head.str_off + head.str_len ? size :
											      0;
}

/*
 * An image of a kernel, unpacked, is no ELF on every machine, and its sections
 * have no names there; but BTF has a head that is known when seen.
 */
static struct btf *search(const char *image, size_t size)
{
	static const char magic[] = { (char)(BTF_MAGIC & 0xff), (char)(BTF_MAGIC >> 8), BTF_VERSION,
				      0 };
	const char *at = image, *end = image + size;

	while ((at = memmem(at, (size_t)(end - at), magic, sizeof(magic)))) {
		size_t length = size_at(at, (size_t)(end - at));
		struct btf *btf = length ? btf__new(at, (__u32)length) : NULL;

		if (is_kernel(btf))
			return btf;
		btf__free(btf);
		at++;
	}
	return NULL;
}

static struct btf *search_file(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct btf *btf = NULL;
	struct stat st;
	void *image;

	if (fd < 0)
		die("%s: %s", file, strerror(errno));
	if (!fstat(fd, &st) && st.st_size > 0) {
		image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (image != MAP_FAILED) {
			btf = search(image, (size_t)st.st_size);
			munmap(image, (size_t)st.st_size);
		}
	}
	close(fd);
	return btf;
}

struct btf *kernel_btf(const char *file)
{
	struct btf *btf = btf__parse(file, NULL);

	if (is_kernel(btf))
		return btf;
	btf__free(btf);
	btf = search_file(file);
	if (!btf)
		die("%s: no BTF of a kernel in it (was it built with CONFIG_DEBUG_INFO_BTF?)",
		    file);
	return btf;
}
