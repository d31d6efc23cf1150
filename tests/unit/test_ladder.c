// SPDX-License-Identifier: GPL-2.0-only
/* How the ladder is climbed: which plan stands, and which one when something fails. */
#include "ladders.h"

/* A kernel that refuses every program that attaches in this way. */
static void refuse(enum attach_way way, const char *why)
{
	for (int i = 0; i < PROGRAMS; i++)
		if (programs[i].attach == way)
			ladder_fail(&ladder, (enum program)i, why);
}

/* A kernel without function entries, as many tests want one. */
static void begin_without_fentry(const struct ladder_wants *wants)
{
	begin(wants);
	refuse(BY_FENTRY, "no fentry here");
}

/* None of it runs for a connection. */
static void the_first_plan_of_ports_costs_connections_nothing(void **state)
{
	(void)state;
	begin(&ports);
	assert_int_equal(ladder_plan(&ladder), BIT(PROGRAM_LISTEN_START) |
						       BIT(PROGRAM_LISTEN_STOP) |
						       BIT(PROGRAM_UDP_DESTROY4) |
						       BIT(PROGRAM_UDP_DESTROY6) | CG_UDP_BINDS);
	assert_holds(CAPABILITY_TCP_OPEN, "fentry");
	assert_holds(CAPABILITY_TCP_CLOSE, "fentry");
	assert_holds(CAPABILITY_TCP_SHUT, "fentry");
	assert_holds(CAPABILITY_UDP_OPEN, "cgroup");
	assert_holds(CAPABILITY_UDP_CLOSE, "fentry");
}

static void without_fentry_the_plan_is_cgroup_programs(void **state)
{
	(void)state;
	begin_without_fentry(&ports);
	assert_int_equal(ladder_plan(&ladder), BIT(PROGRAM_SOCKOPS) | BIT(PROGRAM_SOCK_RELEASE) |
						       CG_UDP_BINDS | BIT(PROGRAM_FLAG_OLD));
	assert_holds(CAPABILITY_TCP_OPEN, "cgroup");
	assert_holds(CAPABILITY_TCP_CLOSE, "cgroup");
	assert_holds(CAPABILITY_TCP_SHUT, "cgroup");
	assert_holds(CAPABILITY_UDP_OPEN, "cgroup");
	assert_holds(CAPABILITY_UDP_CLOSE, "cgroup");
}

/* For who must not wake up to ask for skipped runs. */
static void unskippable_programs_come_first_where_they_are_asked_for(void **state)
{
	struct ladder_wants wants = ports;

	(void)state;
	wants.unskippable = true;
	begin(&wants);
	assert_int_equal(ladder_plan(&ladder), BIT(PROGRAM_SOCKOPS) | BIT(PROGRAM_SOCK_RELEASE) |
						       CG_UDP_BINDS | BIT(PROGRAM_FLAG_OLD));
	for (int i = 0; i < PROGRAMS; i++)
		if (ladder_plan(&ladder) & BIT(i))
			assert_false(program_may_be_skipped((enum program)i));
	refuse(BY_CGROUP_ROOT, "no cgroup v2");
	assert_holds(CAPABILITY_TCP_OPEN, "fentry");
	assert_true(program_may_be_skipped(PROGRAM_LISTEN_START));
	assert_true(program_may_be_skipped(PROGRAM_TP_SCTP));
}

static void a_shutdown_is_not_hooked_where_it_is_of_no_interest(void **state)
{
	struct ladder_wants wants = ports;

	(void)state;
	wants.no_shut = wants.unskippable = true;
	begin(&wants);
	assert_int_equal(ladder_plan(&ladder),
			 BIT(PROGRAM_SOCKOPS) | BIT(PROGRAM_SOCK_RELEASE) | CG_UDP_BINDS);
	assert_holds(CAPABILITY_TCP_SHUT, NULL);
	assert_false(coverage.states[CAPABILITY_TCP_SHUT].wanted);
}

/* A kernel as old as it gets, with no cgroup to attach to. */
static void with_kprobes_alone_everything_of_a_port_is_seen(void **state)
{
	(void)state;
	begin_without_fentry(&ports);
	refuse(BY_CGROUP_ROOT, "no cgroup v2");
	assert_int_equal(ladder_plan(&ladder),
			 BIT(PROGRAM_KP_LISTEN_START) | BIT(PROGRAM_KP_LISTEN_STARTED) |
				 BIT(PROGRAM_KP_LISTEN_STOP) | BIT(PROGRAM_KP_UDP_DESTROY4) |
				 BIT(PROGRAM_KP_UDP_DESTROY6) | BIT(PROGRAM_KP_SYS_BIND_BEGIN) |
				 BIT(PROGRAM_KP_SYS_BIND) | BIT(PROGRAM_KP_BIND_BEGIN) |
				 BIT(PROGRAM_KP_BIND));
	for (int i = CAPABILITY_TCP_OPEN; i <= CAPABILITY_UDP_CLOSE; i++)
		assert_holds((enum capability)i, "kprobe");
	assert_string_equal(coverage.states[CAPABILITY_UDP_OPEN].attempts[0].why, "no cgroup v2");
}

static void nothing_holds_before_the_plan_stands(void **state)
{
	(void)state;
	begin(&everything);
	ladder_plan(&ladder);
	for (int i = 0; i < CAPABILITIES; i++) {
		assert_null(held_by((enum capability)i));
		assert_non_null(coverage.states[i].event);
		assert_true(coverage.states[i].wanted);
		assert_in_range(coverage.states[i].n_attempts, 1, ATTEMPTS_MAX);
	}
}

static void what_is_not_wanted_costs_no_program(void **state)
{
	(void)state;
	begin_without_fentry(&ports);
	assert_false(ladder_plan(&ladder) & BIT(PROGRAM_SYS_LISTEN));
	for (int i = 0; i < PROGRAMS; i++)
		if (programs[i].connections)
			assert_false(ladder_plan(&ladder) & BIT(i));
	begin_without_fentry(&changes);
	refuse(BY_KPROBE, "no kprobes here");
	assert_true(ladder_plan(&ladder) & BIT(PROGRAM_SYS_LISTEN));
	assert_holds(CAPABILITY_CHANGE, "tracepoint");
	assert_contains(coverage.states[CAPABILITY_CHANGE].note, "every system call");
}

/* --- the ladder falls ---------------------------------------------------------------- */

static void a_failed_program_lets_every_rung_with_it_fall(void **state)
{
	(void)state;
	begin_without_fentry(&ports);
	refuse(BY_KPROBE, "no kprobes here");
	ladder_fail(&ladder, PROGRAM_SOCKOPS, "no sockops here");
	assert_int_equal(ladder_plan(&ladder), BIT(PROGRAM_SYS_LISTEN) | BIT(PROGRAM_TP_STATE) |
						       CG_UDP_BINDS | BIT(PROGRAM_SOCK_RELEASE));
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
	begin(&ports);
	assert_true(ladder_uses(&ladder, CAPABILITY_TCP_SHUT, PROGRAM_LISTEN_STOP));
	ladder_fail(&ladder, PROGRAM_LISTEN_STOP, "no fentry here");
	assert_true(ladder_uses(&ladder, CAPABILITY_TCP_SHUT, PROGRAM_FLAG_OLD));
	ladder_fail(&ladder, PROGRAM_FLAG_OLD, "before v6.12");
	assert_false(ladder_uses(&ladder, CAPABILITY_TCP_SHUT, PROGRAM_FLAG_OLD));
	assert_true(ladder_uses(&ladder, CAPABILITY_TCP_SHUT, PROGRAM_KP_LISTEN_STOP));
	ladder_fail(&ladder, PROGRAM_KP_LISTEN_STOP, "no kprobes here");
	assert_true(ladder_plan(&ladder) & BIT(PROGRAM_TP_STATE));
	assert_holds(CAPABILITY_TCP_SHUT, "tracepoint");
}

/* One of its two programs is enough to lose: the other alone would tell half. */
static void a_rung_of_two_programs_falls_with_either(void **state)
{
	(void)state;
	begin(&ports);
	ladder_fail(&ladder, PROGRAM_POST_BIND6, "no IPv6");
	assert_false(ladder_plan(&ladder) & BIT(PROGRAM_POST_BIND4));
	assert_true(ladder_plan(&ladder) & BIT(PROGRAM_FE_SYS_BIND));
	assert_holds(CAPABILITY_UDP_OPEN, "fentry");
}

/* A kprobe on the return of a function is of no use without the one on its call. */
static void a_pair_of_kprobes_falls_as_one(void **state)
{
	(void)state;
	begin_with("kprobe");
	assert_true(ladder_plan(&ladder) & BIT(PROGRAM_KP_CONNECT));
	assert_true(ladder_plan(&ladder) & BIT(PROGRAM_KP_CONNECT_BEGIN));
	assert_holds(CAPABILITY_FAIL, "kprobe");
	begin_with("kprobe");
	ladder_fail(&ladder, PROGRAM_KP_CONNECT, "no such function");
	assert_false(ladder_plan(&ladder) & BIT(PROGRAM_KP_CONNECT_BEGIN));
	assert_holds(CAPABILITY_FAIL, NULL);
	assert_holds(CAPABILITY_UDP_CONNECT, NULL);
}

/* What io_uring calls came with v6.11, and so did the calls: before, nothing is missed without. */
static void functions_of_later_kernels_are_left_away_where_they_are_not(void **state)
{
	(void)state;
	begin(&everything);
	refuse(BY_FENTRY, "no fentry here");
	refuse(BY_CGROUP_ROOT, "no cgroup v2");
	assert_true(ladder_uses(&ladder, CAPABILITY_CHANGE, PROGRAM_KP_LISTEN));
	assert_true(ladder_uses(&ladder, CAPABILITY_CHANGE, PROGRAM_KP_SYS_LISTEN));
	ladder_fail(&ladder, PROGRAM_KP_LISTEN, "no __sys_listen_socket");
	ladder_fail(&ladder, PROGRAM_KP_BIND, "no __sys_bind_socket");
	assert_false(ladder_plan(&ladder) &
		     (BIT(PROGRAM_KP_LISTEN_BEGIN) | BIT(PROGRAM_KP_BIND_BEGIN)));
	assert_true(ladder_uses(&ladder, CAPABILITY_CHANGE, PROGRAM_KP_SYS_LISTEN));
	assert_true(ladder_uses(&ladder, CAPABILITY_BIND, PROGRAM_KP_SYS_BIND));
	assert_true(ladder_uses(&ladder, CAPABILITY_FAIL, PROGRAM_KP_SYS_BIND));
	assert_holds(CAPABILITY_FAIL, "kprobe");
	assert_contains(coverage.states[CAPABILITY_FAIL].note, "address asked for");
}

static void the_first_reason_is_kept(void **state)
{
	(void)state;
	begin(&ports);
	ladder_fail(&ladder, PROGRAM_POST_BIND4, "first");
	ladder_fail(&ladder, PROGRAM_POST_BIND6, "second");
	assert_string_equal(coverage.states[CAPABILITY_UDP_OPEN].attempts[0].why, "first");
}

static void each_failure_shrinks_the_plan_until_nothing_is_left(void **state)
{
	uint64_t plan, seen = 0;

	(void)state;
	begin(&everything);
	for (int rounds = 0; (plan = ladder_plan(&ladder)); rounds++) {
		enum program program = 0;

		assert_in_range(rounds, 0, PROGRAMS - 1);
		assert_true(!(plan & seen));
		while (!(plan & BIT(program)))
			program++;
		seen |= BIT(program);
		/* a reason may be missing: libbpf does not always say one */
		ladder_fail(&ladder, program, "");
	}
	for (int i = 0; i < CAPABILITIES; i++)
		assert_holds((enum capability)i, NULL);
}

/* --- one backend alone --------------------------------------------------------------- */

static void a_forced_backend_is_used_alone(void **state)
{
	struct ladder_wants wants = ports;

	(void)state;
	wants.backend = "tracepoint";
	begin(&wants);
	assert_int_equal(ladder_plan(&ladder),
			 BIT(PROGRAM_SYS_LISTEN) | BIT(PROGRAM_TP_STATE) | BIT(PROGRAM_SYS_BIND));
	assert_holds(CAPABILITY_TCP_OPEN, "tracepoint");
	assert_contains(coverage.states[CAPABILITY_TCP_OPEN].attempts[0].why, "tracepoint");

	wants.backend = "cgroup";
	begin(&wants);
	ladder_fail(&ladder, PROGRAM_SOCKOPS, "no sockops here");
	assert_int_equal(ladder_plan(&ladder), CG_UDP_BINDS | BIT(PROGRAM_SOCK_RELEASE));
	assert_holds(CAPABILITY_TCP_OPEN, NULL);
}

/* Which process is whose child is known by tracepoints alone, whatever tells of sockets. */
static void descendants_are_followed_with_any_backend(void **state)
{
	static const char *const backends[] = { "fentry", "kprobe", "cgroup", "tracepoint" };

	(void)state;
	for (size_t i = 0; i < COUNT(backends); i++) {
		begin_with(backends[i]);
		assert_true(ladder_uses(&ladder, CAPABILITY_DESCENDANTS, PROGRAM_TP_FORK));
		assert_holds(CAPABILITY_CONNECTIONS, backends[i]);
		for (int c = 0; c < CAPABILITIES; c++)
			if (c != CAPABILITY_DESCENDANTS && held_by((enum capability)c))
				assert_string_equal(held_by((enum capability)c)->backend,
						    backends[i]);
	}
}

/* --- one program in place of another -------------------------------------------------- */

/* Two programs on one hook would run one behind the other, for nothing. */
static void a_program_that_does_anothers_work_takes_its_place(void **state)
{
	uint64_t plan;

	(void)state;
	begin_with("cgroup");
	plan = ladder_plan(&ladder);
	assert_true(plan & BIT(PROGRAM_SOCKOPS_CONN));
	assert_false(plan & BIT(PROGRAM_SOCKOPS));
	/* its rung stands all the same */
	assert_true(ladder_uses(&ladder, CAPABILITY_TCP_OPEN, PROGRAM_SOCKOPS));
	ladder_fail(&ladder, PROGRAM_SOCKOPS_CONN, "too large");
	plan = ladder_plan(&ladder);
	assert_false(plan & BIT(PROGRAM_SOCKOPS_CONN));
	assert_true(plan & BIT(PROGRAM_SOCKOPS));
	assert_holds(CAPABILITY_TCP_OPEN, "cgroup");
	assert_holds(CAPABILITY_CONNECTIONS, NULL);
}

static void one_program_for_the_ends_of_calls_stands_for_each_of_them(void **state)
{
	uint64_t plan;

	(void)state;
	begin_with("tracepoint");
	plan = ladder_plan(&ladder);
	assert_true(plan & BIT(PROGRAM_CALLS));
	assert_false(plan & (BIT(PROGRAM_SYS_LISTEN) | BIT(PROGRAM_SYS_BIND)));
	ladder_fail(&ladder, PROGRAM_CALLS, "too large");
	plan = ladder_plan(&ladder);
	assert_true(plan & BIT(PROGRAM_SYS_LISTEN) && plan & BIT(PROGRAM_SYS_BIND));
}

static void a_reason_beyond_the_room_is_cut(void **state)
{
	char why[COVERAGE_TEXT * 2];

	(void)state;
	memset(why, 'w', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	begin(&ports);
	ladder_fail(&ladder, PROGRAM_SOCKOPS, why);
	assert_int_equal(strlen(coverage.states[CAPABILITY_TCP_OPEN].attempts[1].why),
			 COVERAGE_TEXT - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_plan_of_ports_costs_connections_nothing),
		cmocka_unit_test(without_fentry_the_plan_is_cgroup_programs),
		cmocka_unit_test(unskippable_programs_come_first_where_they_are_asked_for),
		cmocka_unit_test(a_shutdown_is_not_hooked_where_it_is_of_no_interest),
		cmocka_unit_test(with_kprobes_alone_everything_of_a_port_is_seen),
		cmocka_unit_test(nothing_holds_before_the_plan_stands),
		cmocka_unit_test(what_is_not_wanted_costs_no_program),
		cmocka_unit_test(a_failed_program_lets_every_rung_with_it_fall),
		cmocka_unit_test(a_shutdown_is_seen_by_the_cheapest_hook_there_is),
		cmocka_unit_test(a_rung_of_two_programs_falls_with_either),
		cmocka_unit_test(a_pair_of_kprobes_falls_as_one),
		cmocka_unit_test(functions_of_later_kernels_are_left_away_where_they_are_not),
		cmocka_unit_test(the_first_reason_is_kept),
		cmocka_unit_test(each_failure_shrinks_the_plan_until_nothing_is_left),
		cmocka_unit_test(a_forced_backend_is_used_alone),
		cmocka_unit_test(descendants_are_followed_with_any_backend),
		cmocka_unit_test(a_program_that_does_anothers_work_takes_its_place),
		cmocka_unit_test(one_program_for_the_ends_of_calls_stands_for_each_of_them),
		cmocka_unit_test(a_reason_beyond_the_room_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
