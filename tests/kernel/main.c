// SPDX-License-Identifier: GPL-2.0-only
/* The live suite: porttrace against this kernel's sockets. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "harness.h"
#include "helper.h"
#include "tests.h"

/* Every test of the suite, by topic; each list ends with an empty entry. */
static const struct test *const topics[] = {
	tcp_tests,       udp_tests,      protocol_tests, holder_tests, thread_tests,
	reuseport_tests, snapshot_tests, netns_tests,    union_tests,  name_tests,
	loss_tests,      filter_tests,   cli_tests,      output_tests,
};

static const char usage[] =
	"Usage: live [OPTIONS] [NAME...]\n"
	"Runs the live tests (all, or those named), each in a network namespace of its own.\n"
	"  --porttrace PATH  the program under test (build/porttrace)\n"
	"  --results FILE    append one line a test: STATUS, suite, name, reason, by tabs\n"
	"  --args \"ARGS\"     further arguments for every porttrace that traces\n"
	"  --scale N         N times the deadlines, for slow machines\n"
	"  --list            list the tests\n";

static void list_tests(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++) {
		for (const struct test *test = topics[i]; test->name; test++)
			printf("%-26s %s\n", test->name, test->proves);
	}
}

static void split_extra(char *args)
{
	char *rest = args, *arg;
	size_t n = 0;

	while ((arg = strsep(&rest, " "))) {
		if (!*arg)
			continue;
		if (n == ARRAY_SIZE(config.extra) - 1) {
			fprintf(stderr, "live: too many --args\n");
			exit(2);
		}
		config.extra[n++] = arg;
	}
}

static void parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "porttrace", required_argument, NULL, 'p' },
		{ "results", required_argument, NULL, 'r' },
		{ "args", required_argument, NULL, 'a' },
		{ "scale", required_argument, NULL, 's' },
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'p') {
			config.porttrace = optarg;
		} else if (c == 'r') {
			config.results = optarg;
		} else if (c == 'a') {
			split_extra(optarg);
		} else if (c == 's' && strtol(optarg, NULL, 10) > 0) {
			config.scale = (int)strtol(optarg, NULL, 10);
		} else if (c == 'l') {
			list_tests();
			exit(0);
		} else {
			fputs(usage, c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 2);
		}
	}
}

static const struct test *find_test(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++) {
		for (const struct test *test = topics[i]; test->name; test++) {
			if (!strcmp(test->name, name))
				return test;
		}
	}
	return NULL;
}

static void run_named(char **names, struct tally *tally)
{
	for (; *names; names++) {
		const struct test *test = find_test(*names);

		if (!test) {
			fprintf(stderr, "live: no test is called %s\n", *names);
			exit(2);
		}
		harness_run(test, tally);
	}
}

static void run_all(struct tally *tally)
{
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++) {
		for (const struct test *test = topics[i]; test->name; test++)
			harness_run(test, tally);
	}
}

int main(int argc, char **argv)
{
	struct tally tally = { 0 };

	if (argc > 2 && !strcmp(argv[1], "--helper"))
		return helper_main(argc - 2, argv + 2);
	parse_options(argc, argv);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* orphans of a test are ours to reap */
	if (argv[optind])
		run_named(argv + optind, &tally);
	else
		run_all(&tally);
	printf("%u passed, %u failed, %u skipped\n", tally.passed, tally.failed, tally.skipped);
	return tally.failed ? 1 : 0;
}
