/* SPDX-License-Identifier: GPL-2.0-only */
/* Holds what the BPF side declares against records of kernels. */
#ifndef BTF_COMPARE_H
#define BTF_COMPARE_H

#include "record.h"

/*
 * What a kernel may lack, a line each of vmlinux/exceptions:
 *
 *   PATH until VERSION OTHER   from that version on it is OTHER
 *   PATH from VERSION          before, the programs do without
 *   PATH config OPTION         without the option, the programs do without
 *   PATH wider VERSION         before, it is a wider number, of which the lower part is read
 */
struct exception {
	char path[160];
	char word[8]; /* until from config wider */
	char value[64];
	char other[160];
	unsigned int line;
	bool in_use;
	bool guarded;
	bool needed; /* a record lacked it, and was right to */
};

struct exceptions {
	const char *file;
	struct exception *entries;
	size_t count;
};

/* Whether versions count: of a distribution's own kernel they tell nothing. */
enum strictness { ANY_KERNEL, MATRIX };

void exceptions_read(struct exceptions *exceptions, const char *file);

/* Marks the exceptions that the uses bear out. */
void exceptions_note(struct exceptions *exceptions, const struct list *uses);

/* These print what is wrong, a line each, and return how much. */
unsigned int compare(const struct list *uses, const struct record *record,
		     struct exceptions *exceptions, enum strictness strictness);
unsigned int exceptions_left(const struct exceptions *exceptions);

#endif
