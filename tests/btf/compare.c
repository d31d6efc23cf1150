// SPDX-License-Identifier: GPL-2.0-only
#include "compare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- exceptions --------------------------------------------------------------- */

static void read_exception(struct exceptions *exceptions, const char *line, unsigned int number)
{
	struct exception *entry, read = { .line = number };
	int words = sscanf(line, "%159s %7s %63s %159s", read.path, read.word, read.value,
			   read.other);

	if (words <= 0 || *read.path == '#')
		return;
	if (!(words == 4 && !strcmp(read.word, "until")) &&
	    !(words == 3 && (!strcmp(read.word, "from") || !strcmp(read.word, "config") ||
			     !strcmp(read.word, "wider"))))
		die("%s:%u: PATH until|from|wider|config ..., please: its head tells of each",
		    exceptions->file, number);
	if (strcmp(read.word, "config"))
		version_of(read.value); /* ends the program if it is none */
	entry = reallocarray(exceptions->entries, exceptions->count + 1, sizeof(*entry));
	if (!entry)
		die("out of memory");
	exceptions->entries = entry;
	entry[exceptions->count++] = read;
}

void exceptions_read(struct exceptions *exceptions, const char *file)
{
	FILE *in = fopen(file, "re");
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;

	if (!in)
		die("%s: %s", file, strerror(errno));
	*exceptions = (struct exceptions){ .file = file };
	while (getline(&line, &size, in) > 0)
		read_exception(exceptions, line, ++number);
	free(line);
	fclose(in);
}

/* Whether path is the other, or a field of it. */
static bool within(const char *path, const char *other)
{
	size_t length = strlen(other);

	return !strncmp(path, other, length) && (!path[length] || path[length] == '.');
}

void exceptions_note(struct exceptions *exceptions, const struct list *uses)
{
	for (size_t i = 0; i < exceptions->count; i++) {
		struct exception *exception = &exceptions->entries[i];

		for (size_t j = 0; j < uses->count; j++) {
			const struct entry *use = &uses->entries[j];

			if (!strcmp(use->path, exception->path))
				exception->in_use = true;
			/* Of a wider one there is nothing to ask. */
			if (!strcmp(exception->word, "wider"))
				exception->guarded = true;
			if (use->guarded &&
			    (within(use->path, exception->path) ||
			     (*exception->other && within(use->path, exception->other))))
				exception->guarded = true;
		}
	}
}

/* --- one use, one kernel -------------------------------------------------------- */

/* What the kernel has of it; NULL if the record does not know. */
static const struct shape *kernel_shape(const struct record *record, const char *path)
{
	char bare[sizeof(((struct entry *)0)->path)];
	const struct entry *entry;

	bare_path(bare, sizeof(bare), path);
	entry = list_find(&record->list, bare);
	return entry ? &entry->shape : NULL;
}

/* Whether the kernel has it, as it is declared here; if not, why. */
static bool has(const struct list *uses, const struct record *record, const char *path, char *why,
		size_t size)
{
	const struct entry *use = list_find(uses, path);
	const struct shape *kernel = kernel_shape(record, path);

	*why = '\0';
	if (!use)
		snprintf(why, size, "is not in use");
	else if (!kernel)
		snprintf(why, size, "is not in the record: make record-btf");
	else if (!strcmp(kernel->kind, "absent"))
		snprintf(why, size, "is not in the kernel");
	else
		shape_differs(&use->shape, kernel, why, size);
	return !*why;
}

static struct exception *exception_of(struct exceptions *exceptions, const char *path)
{
	for (size_t i = 0; i < exceptions->count; i++) {
		struct exception *exception = &exceptions->entries[i];

		if (!strcmp(exception->path, path) || !strcmp(exception->other, path))
			return exception;
	}
	return NULL;
}

/* Whether the exception says that this kernel has the path: 1, that it has not: 0, neither: -1. */
static int expected(const struct exception *exception, const char *path, unsigned int version)
{
	bool newer;

	if (!strcmp(exception->word, "config"))
		return -1;
	newer = version >= version_of(exception->value);
	if (!strcmp(exception->word, "until") && !strcmp(exception->path, path))
		return !newer;
	return newer;
}

/* On kernels whose versions tell nothing: whether one of the two is there. */
static bool has_other(const struct list *uses, const struct record *record,
		      const struct exception *exception, const char *path)
{
	const char *other = strcmp(exception->path, path) ? exception->path : exception->other;
	char why[256];

	return !*exception->other || has(uses, record, other, why, sizeof(why));
}

/* Whether its type or outer field is one the kernel lacks: that is told instead. */
static bool outer_lacks(const struct record *record, const char *path)
{
	char outer[sizeof(((struct entry *)0)->path)];
	const struct shape *shape;
	char *dot;

	snprintf(outer, sizeof(outer), "%s", path);
	dot = strrchr(outer, '.');
	if (!dot)
		return false;
	*dot = '\0';
	shape = kernel_shape(record, outer);
	return shape && !strcmp(shape->kind, "absent");
}

static unsigned int tell(const struct record *record, const char *path, const char *why)
{
	printf("%s: %s: %s\n", record->release, path, why);
	return 1;
}

/* The lower part of a wider number is where the number is: all machines here are little endian. */
static unsigned int compare_wider(const struct entry *use, const struct record *record,
				  struct exception *exception, enum strictness strictness,
				  const char *why)
{
	const struct shape *kernel = kernel_shape(record, use->path);
	bool older = strictness == ANY_KERNEL || record->version < version_of(exception->value);

	if (!*why && strictness == MATRIX && older)
		return tell(record, use->path, "is not wider, but vmlinux/exceptions says it is");
	if (!*why)
		return 0;
	if (!kernel || strcmp(kernel->kind, use->shape.kind) || kernel->size < use->shape.size ||
	    !older)
		return tell(record, use->path, why);
	exception->needed = true;
	return 0;
}

static unsigned int compare_one(const struct list *uses, const struct entry *use,
				const struct record *record, struct exceptions *exceptions,
				enum strictness strictness)
{
	struct exception *exception = exception_of(exceptions, use->path);
	char why[256];
	bool there;
	int wanted;

	if (outer_lacks(record, use->path))
		return 0;
	there = has(uses, record, use->path, why, sizeof(why));
	if (!exception)
		return there ? 0 : tell(record, use->path, why);
	if (!strcmp(exception->word, "wider"))
		return compare_wider(use, record, exception, strictness, why);
	wanted = expected(exception, use->path, record->version);
	if (there) {
		if (strictness == MATRIX && wanted == 0)
			return tell(record, use->path,
				    "is there, but vmlinux/exceptions says it is not");
		return 0;
	}
	if (!kernel_shape(record, use->path))
		return tell(record, use->path, why);
	if (strictness == MATRIX ? wanted == 1 : !has_other(uses, record, exception, use->path))
		return tell(record, use->path, why);
	exception->needed = true;
	return 0;
}

unsigned int compare(const struct list *uses, const struct record *record,
		     struct exceptions *exceptions, enum strictness strictness)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < uses->count; i++)
		wrong += compare_one(uses, &uses->entries[i], record, exceptions, strictness);
	for (size_t i = 0; i < record->list.count; i++) {
		const char *path = record->list.entries[i].path;
		bool used = false;

		for (size_t j = 0; j < uses->count && !used; j++) {
			char bare[sizeof(uses->entries->path)];

			bare_path(bare, sizeof(bare), uses->entries[j].path);
			used = !strcmp(bare, path);
		}
		if (!used)
			wrong += tell(record, path,
				      "is recorded, but not read any more: take out its line");
	}
	return wrong;
}

unsigned int exceptions_left(const struct exceptions *exceptions)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < exceptions->count; i++) {
		const struct exception *exception = &exceptions->entries[i];
		const char *why = !exception->in_use  ? "nothing reads it any more" :
				  !exception->guarded ? "no bpf_core_field_exists() asks for it" :
				  !exception->needed  ? "each kernel of the matrix has it" :
							NULL;

		if (why) {
			printf("%s:%u: %s: %s\n", exceptions->file, exception->line,
			       exception->path, why);
			wrong++;
		}
	}
	return wrong;
}
