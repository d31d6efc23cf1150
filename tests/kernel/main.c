// SPDX-License-Identifier: GPL-2.0-only
/* The live suite: porttrace against this kernel's sockets. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "harness.h"
#include "helper.h"
#include "shapes.h"
#include "tests.h"

/* Every test of the suite, by topic; each list ends with an empty entry. */
static const struct test *const topics[] = {
	tcp_tests,           udp_tests,           protocol_tests,       holder_tests,
	thread_tests,        reuseport_tests,     snapshot_tests,       netns_tests,
	name_tests,          filter_tests,        list_tests,           list_whole_tests,
	list_holder_tests,   cli_tests,           output_tests,         connect_tests,
	ending_tests,        failure_tests,       bind_tests,           udp_peer_tests,
	accept_tests,        state_tests,         kernel_filter_tests,  descendant_tests,
	uring_tests,         transport_tests,     place_tests,          wait_tests,
	run_tests,           run_untouched_tests, run_sudo_tests,       run_signal_tests,
	close_tests,         close_stays_tests,   close_asks_tests,     close_kill_tests,
	close_session_tests, top_tests,           top_terminal_tests,   diag_tests,
	who_tests,           who_process_tests,   who_refused_tests,    picked_tests,
	service_tests,       canary_tests,        service_reload_tests, keeping_tests,
	keeping_file_tests,  metrics_tests,       journal_tests,        journal_verdict_tests,
	journal_loss_tests,  learn_tests,         verdict_tests,        confined_tests,
	check_tests,         policed_tests,       alert_tests,          missing_tests,
	alert_reload_tests,  hook_tests,
};

/* These flood the machine, whose other tracers would lose events: one at a time. */
static const struct test *const floods[] = { union_tests, loss_tests,          harmless_tests,
					     flood_tests, journal_flood_tests, storm_tests };

/* What was asked for. */
struct choice {
	const struct test *tests[512];
	size_t count;
};

static const char *names_file;
static const char *events_file;

static const char usage[] =
	"Usage: live [OPTIONS] [NAME...]\n"
	"Runs the live tests (all, or those named), each in a network namespace of its own.\n"
	"  --porttrace PATH  the program under test (build/porttrace)\n"
	"  --results FILE    append one line a test: STATUS, suite, name, reason, by tabs\n"
	"  --events FILE     write the JSON lines that were seen there, one of each shape\n"
	"  --args \"ARGS\"     further arguments for every porttrace that traces\n"
	"  --jobs N          N tests at a time (1); those that flood the machine come behind, alone\n"
	"  --scale N         N times the deadlines, for slow machines\n"
	"  --names FILE      those named in it, too, one a line: each event has our arguments in it\n"
	"  --list            list the tests\n";

static void add_test(struct choice *choice, const struct test *test)
{
	if (choice->count == ARRAY_SIZE(choice->tests)) {
		fprintf(stderr, "live: more than %zu tests\n", choice->count);
		exit(2);
	}
	choice->tests[choice->count++] = test;
}

/* The tests of those topics that are called so; NULL: all. */
static size_t add_named(struct choice *choice, const struct test *const *from, size_t count,
			const char *name)
{
	size_t before = choice->count;

	for (size_t i = 0; i < count; i++) {
		for (const struct test *test = from[i]; test->name; test++) {
			if (!name || !strcmp(test->name, name))
				add_test(choice, test);
		}
	}
	return choice->count - before;
}

static void print_tests(void)
{
	struct choice all = { 0 };

	add_named(&all, topics, ARRAY_SIZE(topics), NULL);
	add_named(&all, floods, ARRAY_SIZE(floods), NULL);
	for (size_t i = 0; i < all.count; i++)
		printf("%-26s %s\n", all.tests[i]->name, all.tests[i]->proves);
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

/* The option's argument, 0 unless it is a number of 1 to max. */
static int read_count(int max)
{
	long count = strtol(optarg, NULL, 10);

	return count >= 1 && count <= max ? (int)count : 0;
}

static void parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "porttrace", required_argument, NULL, 'p' },
		{ "results", required_argument, NULL, 'r' },
		{ "events", required_argument, NULL, 'e' },
		{ "args", required_argument, NULL, 'a' },
		{ "scale", required_argument, NULL, 's' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "names", required_argument, NULL, 'n' },
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
		} else if (c == 'e') {
			events_file = optarg;
		} else if (c == 'a') {
			split_extra(optarg);
		} else if (c == 's' && read_count(1000)) {
			config.scale = read_count(1000);
		} else if (c == 'j' && read_count(JOBS_MAX)) {
			config.jobs = read_count(JOBS_MAX);
		} else if (c == 'n') {
			names_file = optarg;
		} else if (c == 'l') {
			print_tests();
			exit(0);
		} else {
			fputs(usage, c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 2);
		}
	}
}

static void choose(const char *name, struct choice *together, struct choice *alone)
{
	size_t found = add_named(together, topics, ARRAY_SIZE(topics), name);

	if (!found || !name)
		found += add_named(alone, floods, ARRAY_SIZE(floods), name);
	if (!found) {
		fprintf(stderr, "live: no test is called %s\n", name);
		exit(2);
	}
}

static void choose_from_file(struct choice *together, struct choice *alone)
{
	FILE *file = fopen(names_file, "re");
	char name[64];

	if (!file) {
		perror(names_file);
		exit(2);
	}
	while (fscanf(file, "%63s", name) == 1)
		choose(name, together, alone);
	fclose(file);
}

static void open_events(void)
{
	int err = events_file ? shapes_open(events_file) : 0;

	if (err) {
		fprintf(stderr, "live: %s: %s\n", events_file, strerror(-err));
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct choice together = { 0 }, alone = { 0 };
	struct tally tally = { 0 };

	if (argc > 2 && !strcmp(argv[1], "--helper"))
		return helper_main(argc - 2, argv + 2);
	parse_options(argc, argv);
	for (char **name = argv + optind; *name; name++)
		choose(*name, &together, &alone);
	open_events();
	if (names_file)
		choose_from_file(&together, &alone);
	else if (!argv[optind])
		choose(NULL, &together, &alone);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* orphans of a test are ours to reap */
	harness_run(together.tests, together.count, config.jobs, &tally);
	harness_run(alone.tests, alone.count, 1, &tally);
	printf("%u passed, %u failed, %u skipped\n", tally.passed, tally.failed, tally.skipped);
	if (!together.count && !alone.count)
		return 2; /* an empty file of names is no success */
	return tally.failed ? 1 : 0;
}
