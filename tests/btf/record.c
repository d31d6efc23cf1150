// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char first_line[] = "# kernel ";

unsigned int version_of(const char *text)
{
	unsigned int major, minor;

	if (sscanf(text, "%u.%u", &major, &minor) != 2 || major > 255 || minor > 255)
		die("%s: no version of a kernel", text);
	return major << 8 | minor;
}

void record_write(const char *release, const struct list *list)
{
	printf("%s%s\n", first_line, release);
	puts("# What the BPF side reads: path, kind, size, of what. Made by `make record-btf`.");
	for (size_t i = 0; i < list->count; i++) {
		const struct entry *entry = &list->entries[i];

		printf("%s\t%s\t%u\t%s\n", entry->path, entry->shape.kind, entry->shape.size,
		       entry->shape.of);
	}
}

static void read_line(struct record *record, const char *line, unsigned int number)
{
	struct entry *entry;
	struct entry read = { 0 };

	if (!strncmp(line, first_line, strlen(first_line))) {
		snprintf(record->release, sizeof(record->release), "%.*s",
			 (int)strcspn(line + strlen(first_line), "\n"), line + strlen(first_line));
		record->version = version_of(record->release);
		return;
	}
	if (*line == '#' || *line == '\n')
		return;
	if (sscanf(line, "%159s %11s %u %63s", read.path, read.shape.kind, &read.shape.size,
		   read.shape.of) != 4)
		die("%s:%u: neither a comment nor path, kind, size, of", record->file, number);
	entry = list_add(&record->list, read.path);
	*entry = read;
}

void record_read(struct record *record, const char *file)
{
	FILE *in = fopen(file, "re");
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;

	if (!in)
		die("%s: %s", file, strerror(errno));
	*record = (struct record){ 0 };
	snprintf(record->file, sizeof(record->file), "%s", file);
	while (getline(&line, &size, in) > 0)
		read_line(record, line, ++number);
	free(line);
	if (ferror(in))
		die("%s: cannot be read", file);
	fclose(in);
	if (!*record->release || !record->list.count)
		die("%s: no record of a kernel", file);
}
