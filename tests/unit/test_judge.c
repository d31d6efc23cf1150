// SPDX-License-Identifier: GPL-2.0-only
/* From an event to a verdict, with this test's own process as who opened the port. */
#include "policies.h"

#include "alert/judge.h"
#include "base/procdir.h"

#include <grp.h>
#include <net/if.h>
#include <sys/stat.h>

static struct enrich *enrich;
static struct process process;
static struct place place;
static char own_exe[4096];

static int set_up(void **state)
{
	ssize_t n = readlink("/proc/self/exe", own_exe, sizeof(own_exe) - 1);
	int dir = procdir_open((uint32_t)getpid());
	struct procdir_stat stat;

	(void)state;
	enrich = enrich_new(true);
	if (n <= 0 || dir < 0 || procdir_stat(dir, &stat) || !enrich)
		return -1;
	close(dir);
	place = (struct place){ .unit = "a.service" };
	process = (struct process){ .tgid = (uint32_t)getpid(),
				    .start_ns = stat.start_ticks * procdir_tick_ns(),
				    .uid = getuid(),
				    .gid = getgid(),
				    .cgroup_path = "/a.service",
				    .place = &place,
				    .exe = own_exe };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	enrich_free(enrich);
	return 0;
}

static struct event opened(uint16_t port)
{
	struct event event = { .kind = EVENT_OPEN, .from = RECORD_OPEN };

	event.socket.local = an_endpoint(IPPROTO_TCP, port);
	event.actor = (struct actor){ .process = &process, .uid = getuid(), .gid = getgid() };
	return event;
}

/* A policy of one rule that lets port 80 through, by these keys. */
static enum verdict_kind verdict_by(const char *keys, const struct event *event)
{
	enum verdict_kind kind;
	struct judgement out;
	struct judge *judge;
	char text[8192];

	snprintf(text, sizeof(text), "allow tcp/80 %s\ndefault alert\n", keys);
	judge = judge_new(a_policy(text), enrich);
	assert_non_null(judge);
	assert_true(judge_event(judge, event, &out));
	kind = out.verdict.kind;
	judge_free(judge);
	return kind;
}

#define assert_expected(keys, event) assert_int_equal(verdict_by(keys, event), VERDICT_EXPECTED)
#define assert_unexpected(keys, event) assert_int_equal(verdict_by(keys, event), VERDICT_UNEXPECTED)

static void the_executable_is_looked_at(void **state)
{
	struct event event = opened(80);
	char key[8192];

	(void)state;
	snprintf(key, sizeof(key), "exe=\"%s\"", own_exe);
	assert_expected(key, &event);
	process.exe_inode = 1; /* caught by the kernel side: another file */
	assert_unexpected(key, &event);
	process.exe_inode = 0;
	process.exe_truncated = true;
	assert_unexpected(key, &event);
}

static void user_and_groups_are_known_whatever_numeric_says(void **state)
{
	struct event event = opened(80);
	struct group entry, *group = NULL;
	char key[256], text[1024];

	(void)state;
	if (getgrgid_r(getgid(), &entry, text, sizeof(text), &group) || !group)
		skip();
	snprintf(key, sizeof(key), "group=%s", group->gr_name);
	assert_expected(key, &event);
	assert_unexpected("group=no-such-group", &event);
	snprintf(key, sizeof(key), "user=%u", getuid());
	assert_expected(key, &event);
	event.actor.uid = getuid() + 1; /* a thread may be another user */
	assert_unexpected(key, &event);
}

/* Below a user's manager it has the name that he gave it, and need not be one. */
static void a_container_is_no_users(void **state)
{
	struct event event = opened(80);

	(void)state;
	place = (struct place){ .unit = "docker-0123456789ab.scope",
				.container = "docker:0123456789ab" };
	assert_expected("container=docker:*", &event);
	place = (struct place){ .unit = "user@1000.service", .container = "docker:0123456789ab" };
	assert_unexpected("container=docker:*", &event);
	assert_unexpected("container=!docker:*", &event);
	place.container = NULL;
	assert_unexpected("container=docker:*", &event);
	assert_expected("container=!*", &event);
	place = (struct place){ .unit = "a.service" };
}

/* A unit of a user's manager has the name that he gave it. */
static void a_unit_is_one_of_the_system(void **state)
{
	struct event event = opened(80);

	(void)state;
	assert_expected("unit=a.service", &event);
	place = (struct place){ .unit = "user@1000.service", .user_unit = "a.service" };
	assert_unexpected("unit=a.service", &event);
	assert_expected("unit=user@1000.service", &event);
	place = (struct place){ 0 };
	assert_unexpected("unit=a.service", &event);
	assert_expected("unit=!a.service", &event); /* it is in none, that is known */
	process.cgroup_path = NULL;
	assert_unexpected("unit=!a.service", &event);
}

static void the_interface_is_found_by_its_number(void **state)
{
	struct event event = opened(80);
	struct stat st;

	(void)state;
	if (stat("/proc/self/ns/net", &st) || if_nametoindex("lo") != 1)
		skip();
	event.socket.local.netns = (uint32_t)st.st_ino;
	assert_unexpected("iface=lo", &event);
	event.socket.local.ifindex = 1;
	assert_expected("iface=lo", &event);
	event.socket.local.netns = 1; /* nobody lives there */
	assert_unexpected("iface=lo", &event);
}

static void a_namespace_without_a_name_is_not_the_hosts(void **state)
{
	struct event event = opened(80);

	(void)state;
	assert_unexpected("netns=!host", &event); /* it could be */
	enrich_set_host_netns(enrich, A_NETNS + 1);
	assert_expected("netns=!host", &event);
	assert_unexpected("netns=host", &event);
	assert_expected("netns=7", &event);
	assert_unexpected("netns=8", &event);
	enrich_set_host_netns(enrich, A_NETNS);
	assert_expected("netns=host", &event);
}

static void a_holder_is_judged_where_the_opener_is_not_known(void **state)
{
	struct event event = opened(80);
	struct process *holders[] = { &process };

	(void)state;
	event.actor = (struct actor){ 0 };
	assert_unexpected("unit=a.service", &event);
	event.holders = holders;
	event.n_holders = 1;
	assert_expected("unit=a.service", &event);
}

static void what_is_no_port_is_not_judged(void **state)
{
	struct judge *judge = judge_new(a_policy("default alert\n"), enrich);
	struct event event = opened(80);
	struct connection connection = { 0 };
	struct judgement out;

	(void)state;
	assert_non_null(judge);
	assert_true(judge_event(judge, &event, &out));
	event.kind = EVENT_LOST;
	assert_false(judge_event(judge, &event, &out));
	event.kind = EVENT_CONNECT;
	event.connection = &connection;
	assert_false(judge_event(judge, &event, &out));
	event.kind = EVENT_EXISTING;
	assert_false(judge_event(judge, &event, &out));
	judge_free(judge);
}

static void another_policy_takes_over(void **state)
{
	struct judge *judge = judge_new(a_policy("default alert\n"), enrich);
	struct event event = opened(80);
	struct judgement out;
	struct policy *before;

	(void)state;
	assert_non_null(judge);
	before = judge_swap(judge, a_policy("allow tcp/80\ndefault alert\n"));
	assert_true(judge_event(judge, &event, &out));
	assert_int_equal(out.verdict.kind, VERDICT_EXPECTED);
	policy_judge(before, judge_last(judge), &out);
	assert_int_equal(out.verdict.kind, VERDICT_UNEXPECTED);
	policy_free(before);
	judge_free(judge);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_executable_is_looked_at),
		TEST(user_and_groups_are_known_whatever_numeric_says),
		TEST(a_unit_is_one_of_the_system),
		TEST(a_container_is_no_users),
		TEST(the_interface_is_found_by_its_number),
		TEST(a_namespace_without_a_name_is_not_the_hosts),
		TEST(a_holder_is_judged_where_the_opener_is_not_known),
		TEST(what_is_no_port_is_not_judged),
		TEST(another_policy_takes_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
