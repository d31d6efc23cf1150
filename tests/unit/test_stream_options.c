// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/log.h"
#include "cmd/stream_options.h"

#include <sys/stat.h>

#define WORDS_MAX 80

static struct stream_options options;
static char said[4096];

static int set_up(void **state)
{
	(void)state;
	stream_options_init(&options);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stream_options_free(&options);
	return 0;
}

struct words {
	char text[1024]; /* what globs point into */
	char *argv[WORDS_MAX];
	int argc;
};

static int parse(void *arg)
{
	const struct option_table table = { .parts = WATCH_OPTIONS, .usage = "watch [OPTIONS]" };
	struct words *words = arg;
	int first;

	return options_parse(&table, words->argc, words->argv, &options, &first);
}

/* Words parted by blanks; what is said goes to said. The globs live until the next call. */
static int call(const char *line)
{
	static struct words words;
	char *rest = words.text, *word;

	words = (struct words){ .argv = { "watch" }, .argc = 1 };
	snprintf(words.text, sizeof(words.text), "%s", line);
	while ((word = strsep(&rest, " ")))
		words.argv[words.argc++] = word;
	return captured(STDERR_FILENO, parse, &words, said, sizeof(said));
}

/* One line that says what was wrong. */
static void assert_usage(const char *line, const char *part)
{
	int status = call(line);

	if (status != STATUS_USAGE)
		fail_msg("'%s' ends with %d", line, status);
	assert_memory_equal(said, "porttrace: ", 11);
	assert_contains(said, part);
	assert_int_equal(strcspn(said, "\n"), strlen(said) - 1);
}

static void without_options_opens_and_closes_go_to_a_table(void **state)
{
	(void)state;
	assert_ptr_equal(options.output, &sink_table);
	assert_int_equal(options.filter.records, 1u << RECORD_OPEN | 1u << RECORD_CLOSE);
	assert_true(options.columns.n > 0);
	assert_false(options.no_existing || options.has_duration || options.numeric ||
		     options.strict);
	assert_null(options.wants.force_hooks);
	assert_null(options.wants.btf_path);
	assert_int_equal(options.count, 0);
}

static void filters_are_collected(void **state)
{
	(void)state;
	assert_int_equal(call("-t -4 -P 22,8000-8100 --port=9 --pid 1,22 -U 0,4294967294 "
			      "--comm py* --comm a,b --exe /usr/** --unit a,b.service "
			      "--container docker:* --container lxc:web --scope loopback,any "
			      "--netns 4026531840,host"),
			 STATUS_OK);
	assert_string_equal(said, "");
	assert_true(options.filter.tcp && options.filter.ipv4);
	assert_false(options.filter.udp || options.filter.ipv6);
	assert_true(port_set_has(&options.filter.ports, 22));
	assert_true(port_set_has(&options.filter.ports, 8100));
	assert_true(port_set_has(&options.filter.ports, 9));
	assert_int_equal(options.filter.n_pids, 2);
	assert_int_equal(options.filter.pids[1], 22);
	assert_int_equal(options.filter.n_uids, 2);
	assert_int_equal(options.filter.uids[1], 4294967294);
	assert_int_equal(options.filter.n_comms, 2);
	assert_string_equal(options.filter.comms[1], "a,b");
	assert_int_equal(options.filter.n_units, 1);
	assert_string_equal(options.filter.units[0], "a,b.service");
	assert_int_equal(options.filter.n_containers, 2);
	assert_string_equal(options.filter.containers[1], "lxc:web");
	assert_string_equal(options.filter.exes[0], "/usr/**");
	assert_int_equal(options.filter.scopes, 1u << SCOPE_LOOPBACK | 1u << SCOPE_ANY);
	assert_int_equal(options.filter.n_netns, 1);
	assert_int_equal(options.filter.netns[0], 4026531840);
	assert_true(options.netns_host);
}

static void users_and_namespaces_go_by_name_and_path(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(call("--user root --netns self,/proc/self/ns/net"), STATUS_OK);
	assert_int_equal(options.filter.uids[0], 0);
	assert_int_equal(options.filter.netns[0], st.st_ino);
	assert_int_equal(options.filter.netns[1], st.st_ino);
}

static void events_select_what_is_told(void **state)
{
	static const struct {
		const char *words;
		uint32_t records;
	} table[] = {
		{ "open", 1u << RECORD_OPEN },
		{ "close", 1u << RECORD_CLOSE },
		{ "change", 1u << RECORD_CHANGE },
		{ "bind", 1u << RECORD_BIND },
		{ "accept", 1u << RECORD_ACCEPT },
		{ "connect", 1u << RECORD_CONNECT },
		{ "end", 1u << RECORD_END },
		{ "fail", 1u << RECORD_FAIL },
		{ "state", 1u << RECORD_STATE },
		{ "open,end", 1u << RECORD_OPEN | 1u << RECORD_END },
	};
	char line[64];

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		snprintf(line, sizeof(line), "--events %s", table[i].words);
		assert_int_equal(call(line), STATUS_OK);
		assert_string_equal(said, "");
		assert_int_equal(options.filter.records, table[i].records);
	}
}

/* A task is no event: nobody can ask for it. */
static void all_events_are_those_with_a_word(void **state)
{
	uint32_t all = 0;

	(void)state;
	for (int i = 0; i < RECORD_KINDS; i++)
		all |= i == RECORD_TASK ? 0 : 1u << i;
	assert_int_equal(call("-e all"), STATUS_OK);
	assert_int_equal(options.filter.records, all);
	assert_int_equal(call("-e open,close,change,bind,connect,accept,end,fail,state"),
			 STATUS_OK);
	assert_int_equal(options.filter.records, all);
	assert_usage("-e task", "unknown event 'task'");
	assert_usage("-e existing", "unknown event 'existing'");
}

/* As watch does once all options are read. */
static void assert_settles(const char *line, bool tcp, bool udp, bool descendants)
{
	assert_int_equal(call(line), STATUS_OK);
	stream_options_settle(&options);
	assert_int_equal(options.wants.events, options.filter.records);
	assert_int_equal(options.wants.tcp, tcp);
	assert_int_equal(options.wants.udp, udp);
	assert_int_equal(options.wants.descendants, descendants);
}

static void what_is_traced_follows_from_all_options(void **state)
{
	(void)state;
	stream_options_settle(&options);
	assert_int_equal(options.wants.events, 1u << RECORD_OPEN | 1u << RECORD_CLOSE);
	assert_true(options.wants.tcp && options.wants.udp);
	assert_false(options.wants.descendants);
	assert_settles("-t -e connect", true, false, false);
	assert_settles("-u", true, true, false); /* and the -t from before */
	assert_settles("--pid 5", true, true, true);
}

static void udp_alone_traces_no_tcp(void **state)
{
	(void)state;
	assert_settles("-u -e all", false, true, false);
}

static void one_backend_alone_can_be_chosen(void **state)
{
	static const char *const names[] = { "fentry", "kprobe", "cgroup", "tracepoint" };
	char line[64];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(line, sizeof(line), "--hooks %s", names[i]);
		assert_int_equal(call(line), STATUS_OK);
		assert_string_equal(options.wants.force_hooks, names[i]);
	}
	assert_usage("--hooks kprob", "did you mean 'kprobe'");
}

static void the_kernels_types_may_come_from_a_file(void **state)
{
	(void)state;
	assert_int_equal(call("--btf /boot/vmlinux.btf"), STATUS_OK);
	assert_string_equal(options.wants.btf_path, "/boot/vmlinux.btf");
	assert_usage("--btf", "--btf");
}

static void output_columns_and_color_are_chosen(void **state)
{
	(void)state;
	assert_int_equal(call("-j"), STATUS_OK);
	assert_ptr_equal(options.output, &sink_json);
	assert_int_equal(call("-o csv --columns pid,exe --color always -n"), STATUS_OK);
	assert_ptr_equal(options.output, &sink_csv);
	assert_int_equal(options.columns.n, 2);
	assert_string_equal(options.columns.columns[1]->name, "exe");
	assert_int_equal(options.color, COLOR_ALWAYS);
	assert_true(options.numeric);
}

static void ends_and_switches_are_taken(void **state)
{
	(void)state;
	assert_int_equal(call("--for 500ms -c 3 --no-existing --stats --strict --hooks tracepoint"),
			 STATUS_OK);
	assert_true(options.has_duration && options.no_existing && options.stats && options.strict);
	assert_int_equal(options.duration_ns, 500000000);
	assert_int_equal(options.count, 3);
	assert_string_equal(options.wants.force_hooks, "tracepoint");
}

static void habits_of_ss_are_accepted(void **state)
{
	(void)state;
	assert_int_equal(call("-lntup -a"), STATUS_OK);
	assert_true(options.filter.tcp && options.filter.udp && options.numeric);
}

static void bad_words_are_said_and_end_with_2(void **state)
{
	static const char *const table[][2] = {
		{ "--port 0", "0 is no port" },
		{ "--port 65536", "ports end at 65535" },
		{ "--port 90-80", "wrong way round" },
		{ "-P http", "1 to 65535" },
		{ "--pid 0", "'0'" },
		{ "--pid x", "'x'" },
		{ "--pid 1,", "''" },
		{ "--pid 2147483648", "'2147483648'" },
		{ "--user no-such-user", "no-such-user" },
		{ "--user 4294967295", "4294967295" },
		{ "--scope loopbak", "did you mean 'loopback'" },
		{ "--scope zzzzzz", "loopback, link, private, public, any, multicast" },
		{ "--events opne", "did you mean 'open'" },
		{ "--events open,,close", "unknown event ''" },
		{ "--events zzzzzz", "open, close" },
		{ "--output jsn", "did you mean 'json'" },
		{ "--output xml", "table, json, csv" },
		{ "--columns tme", "did you mean 'time'" },
		{ "--columns pid,zzzzzzzz", "'zzzzzzzz'" },
		{ "--color purple", "auto, always, never" },
		{ "--for soon", "500ms" },
		{ "--for 1.5s", "500ms" },
		{ "--count 0", "from 1 up" },
		{ "--count -1", "from 1 up" },
		{ "--netns /nowhere", "No such file" },
		{ "--hooks ptrace", "fentry, kprobe, cgroup, tracepoint" },
		{ "--tcp=1", "takes no argument" },
		{ "--prot 1", "did you mean '--port'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_usage(table[i][0], table[i][1]);
}

static void more_than_a_filter_holds_is_refused(void **state)
{
	static const char *const names[] = { "pid",  "user",      "comm", "exe",
					     "unit", "container", "netns" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		char line[1024] = "", word[32];

		snprintf(word, sizeof(word), "--%s=1", names[i]);
		for (int n = 0; n < FILTER_MANY_MAX; n++)
			strcat(strcat(line, n ? " " : ""), word);
		assert_int_equal(call(line), STATUS_OK);
		assert_usage(word, "at most 32");
	}
}

static void every_column_fits_into_the_list_of_them(void **state)
{
	(void)state;
	assert_int_equal(call("--columns zzzzzzzz"), STATUS_USAGE);
	for (size_t i = 0; i < columns_n; i++)
		assert_contains(said, columns_all[i].name);
}

static void color_follows_the_terminal_unless_chosen(void **state)
{
	int ends[2];

	(void)state;
	assert_return_code(pipe(ends), 0);
	unsetenv("NO_COLOR");
	assert_false(stream_options_color(&options, ends[1]));
	options.color = COLOR_ALWAYS;
	setenv("NO_COLOR", "1", 1);
	assert_true(stream_options_color(&options, ends[1]));
	options.color = COLOR_NEVER;
	assert_false(stream_options_color(&options, ends[1]));
	close(ends[0]);
	close(ends[1]);
}

static int resolve(void *arg)
{
	return stream_options_host_netns(&options, *(uint32_t *)arg);
}

static void a_host_that_is_not_known_is_said(void **state)
{
	uint32_t known = 4026531840, unknown = 0;

	(void)state;
	assert_int_equal(call("x --netns host"), STATUS_OK);
	assert_true(captured(STDERR_FILENO, resolve, &known, said, sizeof(said)));
	assert_string_equal(said, "");
	assert_true(captured(STDERR_FILENO, resolve, &unknown, said, sizeof(said)));
	assert_contains(said, "--netns host: ");
	stream_options_init(&options);
	assert_false(captured(STDERR_FILENO, resolve, &unknown, said, sizeof(said)));
	assert_string_equal(said, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(without_options_opens_and_closes_go_to_a_table),
		TEST(filters_are_collected),
		TEST(users_and_namespaces_go_by_name_and_path),
		TEST(events_select_what_is_told),
		TEST(all_events_are_those_with_a_word),
		TEST(what_is_traced_follows_from_all_options),
		TEST(udp_alone_traces_no_tcp),
		TEST(one_backend_alone_can_be_chosen),
		TEST(the_kernels_types_may_come_from_a_file),
		TEST(output_columns_and_color_are_chosen),
		TEST(ends_and_switches_are_taken),
		TEST(habits_of_ss_are_accepted),
		TEST(bad_words_are_said_and_end_with_2),
		TEST(more_than_a_filter_holds_is_refused),
		TEST(every_column_fits_into_the_list_of_them),
		TEST(a_host_that_is_not_known_is_said),
		TEST(color_follows_the_terminal_unless_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
