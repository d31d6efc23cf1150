// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/ladder.h"

#define BIT(program) (1u << (program))

static struct ladder ladder;
static struct coverage coverage;

static const struct attempt *held_by(enum capability capability)
{
	return coverage_holds(&coverage.states[capability]);
}

static void assert_holds(enum capability capability, const char *backend)
{
	const struct attempt *attempt;

	ladder_done(&ladder);
	attempt = held_by(capability);
	if (!backend) {
		assert_null(attempt);
		return;
	}
	assert_non_null(attempt);
	assert_string_equal(attempt->backend, backend);
}

static const uint32_t fentry_programs = BIT(PROGRAM_LISTEN_START) | BIT(PROGRAM_LISTEN_STOP) |
					BIT(PROGRAM_UDP_DESTROY4) | BIT(PROGRAM_UDP_DESTROY6);

/* A kernel without function entries, as many tests want one. */
static void init_without_fentry(bool want_change)
{
	ladder_init(&ladder, &coverage, want_change, NULL);
	for (int i = 0; i < PROGRAMS; i++)
		if (fentry_programs & BIT(i))
			ladder_fail(&ladder, (enum program)i, "no fentry here");
}

/* None of it runs for a connection. */
static void the_first_plan_costs_connections_nothing(void **state)
{
	(void)state;
	ladder_init(&ladder, &coverage, false, NULL);
	assert_int_equal(ladder_plan(&ladder),
			 fentry_programs | BIT(PROGRAM_POST_BIND4) | BIT(PROGRAM_POST_BIND6));
	assert_holds(CAPABILITY_TCP_OPEN, "fentry");
	assert_holds(CAPABILITY_TCP_CLOSE, "fentry");
	assert_holds(CAPABILITY_TCP_SHUT, "fentry");
	assert_holds(CAPABILITY_UDP_OPEN, "cgroup");
	assert_holds(CAPABILITY_UDP_CLOSE, "fentry");
}

static void without_fentry_the_plan_is_cgroup_programs(void **state)
{
	(void)state;
	init_without_fentry(false);
	assert_int_equal(ladder_plan(&ladder), BIT(PROGRAM_SOCKOPS) | BIT(PROGRAM_SOCK_RELEASE) |
						       BIT(PROGRAM_POST_BIND4) |
						       BIT(PROGRAM_POST_BIND6) |
						       BIT(PROGRAM_FLAG_OLD));
	assert_holds(CAPABILITY_TCP_OPEN, "cgroup");
	assert_holds(CAPABILITY_TCP_CLOSE, "cgroup");
	assert_holds(CAPABILITY_TCP_SHUT, "cgroup");
	assert_holds(CAPABILITY_UDP_OPEN, "cgroup");
	assert_holds(CAPABILITY_UDP_CLOSE, "cgroup");
	assert_holds(CAPABILITY_CHANGE, NULL);
	assert_false(coverage.states[CAPABILITY_CHANGE].wanted);
}

static void nothing_holds_before_the_plan_stands(void **state)
{
	(void)state;
	ladder_init(&ladder, &coverage, true, NULL);
	ladder_plan(&ladder);
	for (int i = 0; i < CAPABILITIES; i++) {
		assert_null(held_by((enum capability)i));
		assert_non_null(coverage.states[i].event);
		assert_true(coverage.states[i].wanted);
		assert_in_range(coverage.states[i].n_attempts, 1, ATTEMPTS_MAX);
	}
}

static void change_costs_a_hook_only_where_it_is_wanted(void **state)
{
	(void)state;
	ladder_init(&ladder, &coverage, false, NULL);
	assert_false(ladder_plan(&ladder) & BIT(PROGRAM_SYS_LISTEN));
	ladder_init(&ladder, &coverage, true, NULL);
	assert_true(ladder_plan(&ladder) & BIT(PROGRAM_SYS_LISTEN));
	assert_holds(CAPABILITY_CHANGE, "tracepoint");
}

static void a_failed_program_lets_every_rung_with_it_fall(void **state)
{
	(void)state;
	init_without_fentry(false);
	ladder_fail(&ladder, PROGRAM_SOCKOPS, "no sockops here");
	assert_int_equal(ladder_plan(&ladder),
			 BIT(PROGRAM_SYS_LISTEN) | BIT(PROGRAM_TP_STATE) | BIT(PROGRAM_POST_BIND4) |
				 BIT(PROGRAM_POST_BIND6) | BIT(PROGRAM_SOCK_RELEASE));
	assert_holds(CAPABILITY_TCP_OPEN, "tracepoint");
	assert_holds(CAPABILITY_TCP_CLOSE, "tracepoint");
	assert_holds(CAPABILITY_UDP_OPEN, "cgroup");
	assert_string_equal(coverage.states[CAPABILITY_TCP_OPEN].attempts[1].why,
			    "no sockops here");
	assert_string_equal(coverage.states[CAPABILITY_TCP_CLOSE].attempts[1].why,
			    "no sockops here");
	/* what the rung in use does not see is told with it */
	assert_contains(coverage.states[CAPABILITY_TCP_OPEN].note, "io_uring");
}

/* The flag first, since it costs connections nothing; a tracepoint where it cannot be set. */
static void a_shutdown_is_seen_by_the_cheapest_hook_there_is(void **state)
{
	(void)state;
	ladder_init(&ladder, &coverage, false, NULL);
	assert_true(ladder_uses(&ladder, CAPABILITY_TCP_SHUT, PROGRAM_LISTEN_STOP));
	ladder_fail(&ladder, PROGRAM_LISTEN_STOP, "no fentry here");
	assert_true(ladder_uses(&ladder, CAPABILITY_TCP_SHUT, PROGRAM_FLAG_OLD));
	ladder_fail(&ladder, PROGRAM_FLAG_OLD, "before v6.12");
	assert_false(ladder_uses(&ladder, CAPABILITY_TCP_SHUT, PROGRAM_FLAG_OLD));
	assert_true(ladder_plan(&ladder) & BIT(PROGRAM_TP_STATE));
	assert_holds(CAPABILITY_TCP_SHUT, "tracepoint");
}

/* One of its two programs is enough to lose: the other alone would tell half. */
static void a_rung_of_two_programs_falls_with_either(void **state)
{
	(void)state;
	ladder_init(&ladder, &coverage, false, NULL);
	ladder_fail(&ladder, PROGRAM_POST_BIND6, "no IPv6");
	assert_false(ladder_plan(&ladder) & BIT(PROGRAM_POST_BIND4));
	assert_true(ladder_plan(&ladder) & BIT(PROGRAM_SYS_BIND));
	assert_holds(CAPABILITY_UDP_OPEN, "tracepoint");
}

static void the_first_reason_is_kept(void **state)
{
	(void)state;
	ladder_init(&ladder, &coverage, false, NULL);
	ladder_fail(&ladder, PROGRAM_POST_BIND4, "first");
	ladder_fail(&ladder, PROGRAM_POST_BIND6, "second");
	assert_string_equal(coverage.states[CAPABILITY_UDP_OPEN].attempts[0].why, "first");
}

static void each_failure_shrinks_the_plan_until_nothing_is_left(void **state)
{
	uint32_t plan, seen = 0;

	(void)state;
	ladder_init(&ladder, &coverage, true, NULL);
	for (int rounds = 0; (plan = ladder_plan(&ladder)); rounds++) {
		enum program program = 0;

		assert_in_range(rounds, 0, PROGRAMS - 1);
		assert_int_equal(plan & seen, 0);
		while (!(plan & BIT(program)))
			program++;
		seen |= BIT(program);
		/* a reason may be missing: libbpf does not always say one */
		ladder_fail(&ladder, program, "");
	}
	for (int i = 0; i < CAPABILITIES; i++)
		assert_holds((enum capability)i, NULL);
}

static void a_forced_backend_is_used_alone(void **state)
{
	(void)state;
	ladder_init(&ladder, &coverage, true, "tracepoint");
	assert_int_equal(ladder_plan(&ladder),
			 BIT(PROGRAM_SYS_LISTEN) | BIT(PROGRAM_TP_STATE) | BIT(PROGRAM_SYS_BIND));
	assert_holds(CAPABILITY_TCP_OPEN, "tracepoint");
	assert_contains(coverage.states[CAPABILITY_TCP_OPEN].attempts[0].why, "tracepoint");

	ladder_init(&ladder, &coverage, false, "cgroup");
	ladder_fail(&ladder, PROGRAM_SOCKOPS, "no sockops here");
	assert_int_equal(ladder_plan(&ladder), BIT(PROGRAM_POST_BIND4) | BIT(PROGRAM_POST_BIND6) |
						       BIT(PROGRAM_SOCK_RELEASE));
	assert_holds(CAPABILITY_TCP_OPEN, NULL);
}

static void every_program_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < PROGRAMS; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(ladder_programs[i].name, ladder_programs[j].name);
}

static void a_reason_beyond_the_room_is_cut(void **state)
{
	char why[COVERAGE_TEXT * 2];

	(void)state;
	memset(why, 'w', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	ladder_init(&ladder, &coverage, false, NULL);
	ladder_fail(&ladder, PROGRAM_SOCKOPS, why);
	assert_int_equal(strlen(coverage.states[CAPABILITY_TCP_OPEN].attempts[1].why),
			 COVERAGE_TEXT - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_plan_costs_connections_nothing),
		cmocka_unit_test(without_fentry_the_plan_is_cgroup_programs),
		cmocka_unit_test(nothing_holds_before_the_plan_stands),
		cmocka_unit_test(change_costs_a_hook_only_where_it_is_wanted),
		cmocka_unit_test(a_failed_program_lets_every_rung_with_it_fall),
		cmocka_unit_test(a_shutdown_is_seen_by_the_cheapest_hook_there_is),
		cmocka_unit_test(a_rung_of_two_programs_falls_with_either),
		cmocka_unit_test(the_first_reason_is_kept),
		cmocka_unit_test(each_failure_shrinks_the_plan_until_nothing_is_left),
		cmocka_unit_test(a_forced_backend_is_used_alone),
		cmocka_unit_test(every_program_has_a_name_of_its_own),
		cmocka_unit_test(a_reason_beyond_the_room_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
