// SPDX-License-Identifier: GPL-2.0-only
/* Holds vmlinux/vmlinux.h against kernels; tools/vmlinux-check is the way to call it. */
#include <bpf/libbpf.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "uses.h"

static const char usage[] =
	"Usage: btf-check record RELEASE BTF OBJECT...\n"
	"       btf-check one EXCEPTIONS RECORD OBJECT...\n"
	"       btf-check matrix EXCEPTIONS -o OBJECT... -r RECORD... [-n -o OBJECT... -r RECORD...]\n"
	"record  prints what the kernel RELEASE, whose BTF is in the file BTF, has of what\n"
	"        the objects read\n"
	"one     holds the objects against one record\n"
	"matrix  holds them against each, and the exceptions against all; -n: other objects\n"
	"Exit status: 0 all is as declared, 1 something is not, 2 it cannot be told.\n";

static __attribute__((noreturn)) void misused(void)
{
	fputs(usage, stderr);
	exit(2);
}

static void read_objects(struct list *uses, char **files)
{
	for (; *files; files++)
		uses_of_object(uses, *files);
	list_sort(uses);
}

static int do_record(int argc, char **argv)
{
	struct list uses = { 0 }, found = { 0 };
	struct btf *kernel;

	if (argc < 4)
		misused();
	version_of(argv[1]);
	read_objects(&uses, argv + 3);
	kernel = kernel_btf(argv[2]);
	look_up(&found, &uses, kernel);
	record_write(argv[1], &found);
	btf__free(kernel);
	list_free(&found);
	list_free(&uses);
	return 0;
}

static int do_one(int argc, char **argv)
{
	struct exceptions exceptions;
	struct list uses = { 0 };
	struct record record;
	unsigned int wrong;

	if (argc < 4)
		misused();
	exceptions_read(&exceptions, argv[1]);
	record_read(&record, argv[2]);
	read_objects(&uses, argv + 3);
	wrong = compare(&uses, &record, &exceptions, ANY_KERNEL);
	if (!wrong)
		printf("%s: %zu types and fields are as declared\n", record.release, uses.count);
	list_free(&uses);
	list_free(&record.list);
	free(exceptions.entries);
	return wrong ? 1 : 0;
}

static int do_matrix(int argc, char **argv)
{
	struct exceptions exceptions;
	struct list uses = { 0 };
	struct record record;
	unsigned int wrong = 0, records = 0;
	int c;

	if (argc < 2)
		misused();
	exceptions_read(&exceptions, argv[1]);
	optind = 2;
	while ((c = getopt(argc, argv, "no:r:")) != -1) {
		if (c == 'n') {
			list_free(&uses);
		} else if (c == 'o') {
			uses_of_object(&uses, optarg);
			list_sort(&uses);
			exceptions_note(&exceptions, &uses);
		} else if (c == 'r' && uses.count) {
			record_read(&record, optarg);
			wrong += compare(&uses, &record, &exceptions, MATRIX);
			list_free(&record.list);
			records++;
		} else {
			misused();
		}
	}
	if (!records || argv[optind])
		misused();
	wrong += exceptions_left(&exceptions);
	if (!wrong)
		printf("%u kernels have all as declared\n", records);
	list_free(&uses);
	free(exceptions.entries);
	return wrong ? 1 : 0;
}

int main(int argc, char **argv)
{
	libbpf_set_print(NULL); /* what is no BTF is told by us */
	if (argc > 1 && !strcmp(argv[1], "record"))
		return do_record(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "one"))
		return do_one(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "matrix"))
		return do_matrix(argc - 1, argv + 1);
	misused();
}
