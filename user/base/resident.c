// SPDX-License-Identifier: GPL-2.0-only
#include "base/resident.h"

#include "base/libc.h"

#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Segments that cannot be written to are as they are in the file. What was relocated
 * and then closed (RELRO) is part of one that can.
 */
static int give_back(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)arg;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t from = (info->dlpi_addr + segment->p_vaddr) & ~(page - 1);
		uintptr_t to = info->dlpi_addr + segment->p_vaddr + segment->p_filesz;

		if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W))
			madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void resident_trim(void)
{
	malloc_trim(0);
	dl_iterate_phdr(give_back, NULL);
}
