// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "output/metrics.h"

#include <ctype.h>
#include <regex.h>

#define NAMES_MAX 64

/* A family as its head names it. */
struct family {
	char name[64];
	char type[16];
};

static struct family families[NAMES_MAX];
static size_t n_families;

static bool is_like(const char *line, const char *pattern)
{
	regex_t regex;
	bool is;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	is = !regexec(&regex, line, 0, NULL, 0);
	regfree(&regex);
	return is;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && !strcmp(text + len - n, end);
}

/* HELP, TYPE, then samples of that name alone: what promtool check metrics asks for. */
static void take_head(const char *line)
{
	struct family *family = &families[n_families];

	if (!strncmp(line, "# HELP ", 7)) {
		assert_true(is_like(line, "^# HELP porttrace_[a-z0-9_]+ [^ ].*\\.$"));
		assert_in_range(n_families, 0, NAMES_MAX - 1);
		sscanf(line, "# HELP %63s", family->name);
		for (size_t i = 0; i < n_families; i++)
			assert_string_not_equal(families[i].name, family->name);
		return;
	}
	assert_true(is_like(line, "^# TYPE porttrace_[a-z0-9_]+ (counter|gauge)$"));
	assert_contains(line, family->name);
	sscanf(line, "# TYPE %*s %15s", family->type);
	assert_int_equal(ends_with(family->name, "_total"), !strcmp(family->type, "counter"));
	n_families++;
}

static void take_sample(const char *line)
{
	size_t len = strlen(families[n_families - 1].name);

	assert_int_not_equal(n_families, 0);
	if (strncmp(line, families[n_families - 1].name, len) != 0 ||
	    (line[len] != '{' && line[len] != ' '))
		fail_msg("a sample of another family: %s", line);
	if (!is_like(line + len,
		     "^(\\{[a-z_]+=\"([^\"\\]|\\\\[\\n\"])*\"(,[a-z_]+=\"([^\"\\]|\\\\[\\n\"])*\")*\\})?"
		     " [0-9]+(\\.[0-9]+)?$"))
		fail_msg("no sample: %s", line);
}

/* Each line is what the format allows, and no series is there twice. */
static void check_all(struct buf *out)
{
	char *text = strdup(text_of(out)), *rest = text, *line;
	const char *lines[512];
	size_t n = 0;

	n_families = 0;
	assert_true(ends_with(text, "\n"));
	while ((line = strsep(&rest, "\n")) && *line) {
		size_t len = strcspn(line, " ");

		if (*line == '#') {
			take_head(line);
			continue;
		}
		take_sample(line);
		for (size_t i = 0; i < n; i++)
			assert_false(!strncmp(lines[i], line, len + 1));
		assert_in_range(n, 0, COUNT(lines) - 1);
		lines[n++] = line;
	}
	assert_int_not_equal(n, 0);
	free(text);
}

static struct metrics some_metrics(void)
{
	struct metrics m = { .version = "1.2.3", .n_hooks = 2, .canary_rounds = 7 };

	m.hooks[0] = (struct metrics_hook){ "open tcp", "cgroup" };
	m.hooks[1] = (struct metrics_hook){ "sctp", NULL };
	return m;
}

static void the_form_is_that_of_prometheus(void **state)
{
	struct metrics m = some_metrics();
	struct buf out = { 0 };

	(void)state;
	metrics_put(&m, &out);
	check_all(&out);
	assert_false(strstr(text_of(&out), "latency") != NULL); /* nothing was measured */
	m.canary_seen = true;
	m.canary_ns = 1002003004;
	buf_clear(&out);
	metrics_put(&m, &out);
	check_all(&out);
	assert_contains(text_of(&out), "\nporttrace_canary_latency_seconds 1.002003004\n");
	buf_free(&out);
}

static void each_number_is_where_it_belongs(void **state)
{
	struct metrics m = some_metrics();
	struct buf out = { 0 };
	const char *text;

	(void)state;
	m.ports[SCOPE_ANY][VERDICT_UNEXPECTED] = 11;
	m.ports[SCOPE_LOOPBACK][METRICS_UNJUDGED] = 12;
	m.events[EVENT_RECOVERED] = 13;
	m.alerts[SEVERITY_CRIT] = 14;
	m.lost_ring[RECORD_OPEN] = 15;
	m.lost_table[RECORD_CONNECT] = 16;
	m.skipped_forks = 17;
	m.blind = m.policy = true;
	m.policy_rules = 18;
	m.policy_refused = 19;
	m.canary_missed = 20;
	m.journal = true;
	m.journaled = (struct journal_counts){ .entries = 21, .lost = 22, .waiting = 23 };
	metrics_put(&m, &out);
	text = text_of(&out);
	assert_contains(text, "\nporttrace_open_ports{scope=\"any\",verdict=\"unexpected\"} 11\n");
	assert_contains(text, "\nporttrace_open_ports{scope=\"loopback\",verdict=\"none\"} 12\n");
	assert_contains(text, "\nporttrace_events_total{event=\"recovered\"} 13\n");
	assert_contains(text, "\nporttrace_alerts_total{severity=\"crit\"} 14\n");
	assert_contains(text, "\nporttrace_lost_total{ring=\"ports\",record=\"open\","
			      "cause=\"ring_full\"} 15\n");
	assert_contains(text, "\nporttrace_lost_total{ring=\"connections\",record=\"connect\","
			      "cause=\"table_full\"} 16\n");
	assert_contains(text, "\nporttrace_lost_total{ring=\"any\",record=\"fork\","
			      "cause=\"hook_skipped\"} 17\n");
	assert_contains(text, "\nporttrace_blind 1\n");
	assert_contains(text, "\nporttrace_policy_loaded 1\n");
	assert_contains(text, "\nporttrace_policy_rules 18\n");
	assert_contains(text, "\nporttrace_policy_refused_total 19\n");
	assert_contains(text, "\nporttrace_canary_missed_total 20\n");
	assert_contains(text, "\nporttrace_journal_entries_total 21\n");
	assert_contains(text, "\nporttrace_journal_lost_total 22\n");
	assert_contains(text, "\nporttrace_journal_waiting 23\n");
	assert_contains(text, "\nporttrace_hook_info{event=\"open tcp\",backend=\"cgroup\"} 1\n");
	assert_contains(text, "\nporttrace_hook_info{event=\"sctp\",backend=\"none\"} 1\n");
	buf_free(&out);
}

static void a_value_cannot_leave_its_quotes(void **state)
{
	struct metrics m = some_metrics();
	struct buf out = { 0 };

	(void)state;
	m.version = "1\"} 2\nevil \\";
	metrics_put(&m, &out);
	check_all(&out);
	assert_contains(text_of(&out),
			"\nporttrace_build_info{version=\"1\\\"} 2\\nevil \\\\\"} 1\n");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_form_is_that_of_prometheus),
		cmocka_unit_test(each_number_is_where_it_belongs),
		cmocka_unit_test(a_value_cannot_leave_its_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
