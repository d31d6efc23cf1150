/* SPDX-License-Identifier: GPL-2.0-only */
/* What BPF objects read of the kernel, and what of it a kernel has. */
#ifndef BTF_USES_H
#define BTF_USES_H

#include "types.h"

/* Adds what the CO-RE relocations of a BPF object name, as the object declares it. */
void uses_of_object(struct list *uses, const char *file);

/* BTF from a file: raw, an ELF, or an image of a kernel that holds it somewhere. */
struct btf *kernel_btf(const char *file);

/* What the kernel has of each use; "absent" where it has nothing. */
void look_up(struct list *record, const struct list *uses, const struct btf *kernel);

#endif
