// SPDX-License-Identifier: GPL-2.0-only
/* The tables behind the ladder: what is wanted for which event, the programs, the rungs. */
#include "ladders.h"

/* --- what is wanted ------------------------------------------------------------------ */

#define C(capability) (1u << CAPABILITY_##capability)
#define OF_TCP_PORTS (C(TCP_OPEN) | C(TCP_CLOSE) | C(TCP_SHUT))
#define OF_UDP_PORTS (C(UDP_OPEN) | C(UDP_CLOSE))
#define OF_PORTS (OF_TCP_PORTS | OF_UDP_PORTS)

static void assert_wanted(const struct ladder_wants *wants, uint32_t expected)
{
	begin(wants);
	for (int i = 0; i < CAPABILITIES; i++)
		if (coverage.states[i].wanted != (expected >> i & 1))
			fail_msg("events %x: '%s' is %swanted", wants->events,
				 coverage.states[i].event, coverage.states[i].wanted ? "" : "not ");
}

/* Ports come whatever is asked for: connections are told with the processes of listeners. */
static void each_event_wants_its_capabilities_and_no_other(void **state)
{
	static const struct {
		uint32_t events;
		uint32_t capabilities;
	} table[] = {
		{ ASKED(OPEN), 0 },
		{ ASKED(CLOSE), 0 },
		{ ASKED(CHANGE), C(CHANGE) },
		{ ASKED(BIND), C(BIND) | C(AUTOBIND) },
		{ ASKED(CONNECT), C(CONNECTIONS) | C(UDP_CONNECT) },
		{ ASKED(ACCEPT), C(CONNECTIONS) | C(ACCEPTOR) },
		{ ASKED(END),
		  C(CONNECTIONS) | C(OLD_END) | C(ACCEPTOR) | C(UDP_CONNECT) | C(UDP_END) },
		{ ASKED(FAIL), C(CONNECTIONS) | C(FAIL) },
		{ ASKED(STATE), C(CONNECTIONS) },
	};
	uint32_t all = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct ladder_wants wants = { .events = table[i].events,
						    .tcp = true,
						    .udp = true };

		assert_wanted(&wants, OF_PORTS | table[i].capabilities);
		all |= table[i].events;
	}
	assert_int_equal(all, ALL_EVENTS);
}

static void a_protocol_nobody_asks_for_is_not_wanted(void **state)
{
	const struct ladder_wants tcp = { .events = ALL_EVENTS, .tcp = true },
				  udp = { .events = ALL_EVENTS, .udp = true };

	(void)state;
	assert_wanted(&tcp, OF_TCP_PORTS | C(CHANGE) | C(CONNECTIONS) | C(OLD_END) | C(ACCEPTOR) |
				    C(BIND) | C(AUTOBIND) | C(FAIL));
	assert_wanted(&udp, OF_UDP_PORTS | C(UDP_CONNECT) | C(UDP_END) | C(AUTOBIND) | C(FAIL));
}

static void sctp_and_descendants_are_wanted_when_said_so(void **state)
{
	struct ladder_wants wants = ports;

	(void)state;
	assert_wanted(&wants, OF_PORTS);
	wants.sctp = true;
	assert_wanted(&wants, OF_PORTS | C(SCTP));
	wants.sctp = false;
	wants.descendants = true;
	assert_wanted(&wants, OF_PORTS | C(DESCENDANTS));
	assert_true(ladder_plan(&ladder) & BIT(PROGRAM_TP_FORK));
	assert_true(ladder_plan(&ladder) & BIT(PROGRAM_TP_FREE));
}

static void what_stands_in_for_another_sees_connections_and_stands_in_once(void **state)
{
	uint64_t replaced = 0;

	(void)state;
	for (int i = 0; i < PROGRAMS; i++) {
		enum program other = programs[i].instead;

		assert_in_range(other, 0, PROGRAMS - 1);
		if (other == (enum program)i)
			continue;
		replaced |= BIT(i);
		assert_int_equal(programs[other].instead, other);
		assert_int_equal(programs[other].attach, programs[i].attach);
		assert_true(programs[other].connections);
	}
	assert_true(replaced & BIT(PROGRAM_SOCKOPS) && replaced & BIT(PROGRAM_SYS_LISTEN) &&
		    replaced & BIT(PROGRAM_SYS_BIND));
}

/* --- the tables ---------------------------------------------------------------------- */

static void every_program_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < PROGRAMS; i++) {
		assert_non_null(programs[i].name);
		assert_in_range(strlen(programs[i].name), 1, 60);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(programs[i].name, programs[j].name);
	}
}

static void every_program_is_in_some_rung(void **state)
{
	uint64_t used = 0;

	(void)state;
	for (size_t i = 0; i < rungs_n; i++)
		used |= rungs[i].programs;
	for (int i = 0; i < PROGRAMS; i++)
		if (!(used & BIT(i)))
			fail_msg("%s is in no rung", programs[i].name);
	assert_int_equal(used, BIT(PROGRAMS) - 1);
}

/* The words of --hooks, and the way their programs attach; what lacks an address asks a cgroup. */
static bool attaches_by(const char *backend, enum attach_way way)
{
	if (!strcmp(backend, "fentry"))
		return way == BY_FENTRY || way == BY_MAP_ITERATOR || way == BY_CGROUP_ROOT;
	if (!strcmp(backend, "kprobe"))
		return way == BY_KPROBE || way == BY_MAP_ITERATOR || way == BY_CGROUP_ROOT;
	if (!strcmp(backend, "cgroup"))
		return way == BY_CGROUP_ROOT || way == BY_SNAPSHOT;
	assert_string_equal(backend, "tracepoint");
	return way == BY_SECTION || way == BY_MAP_ITERATOR || way == BY_CGROUP_ROOT;
}

static void every_rung_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < rungs_n; i++) {
		const struct rung *rung = &rungs[i];
		bool own = false;

		assert_true(rung->programs);
		assert_in_range(rung->capability, 0, CAPABILITIES - 1);
		assert_true(rung->hooks && *rung->hooks);
		assert_true(!rung->note || *rung->note);
		for (int p = 0; p < PROGRAMS; p++) {
			if (!(rung->programs & BIT(p)))
				continue;
			if (!attaches_by(rung->backend, programs[p].attach))
				fail_msg("%s is no program of %s", programs[p].name, rung->backend);
			own |= programs[p].attach != BY_MAP_ITERATOR &&
			       programs[p].attach != BY_SNAPSHOT;
		}
		assert_true(own);
	}
}

/* Attempts are told in the rungs' order, and there is room for all of them. */
static void every_rung_is_an_attempt_of_its_capability(void **state)
{
	size_t attempts = 0;

	(void)state;
	begin(&everything);
	for (size_t i = 0; i < rungs_n; i++) {
		const struct capability_state *told = &coverage.states[rungs[i].capability];
		size_t at = 0;

		for (size_t j = 0; j < i; j++) {
			at += rungs[j].capability == rungs[i].capability;
			assert_true(rungs[j].capability <= rungs[i].capability);
		}
		assert_ptr_equal(told->attempts[at].backend, rungs[i].backend);
		assert_ptr_equal(told->attempts[at].hooks, rungs[i].hooks);
	}
	for (int i = 0; i < CAPABILITIES; i++) {
		assert_in_range(coverage.states[i].n_attempts, 1, ATTEMPTS_MAX);
		attempts += coverage.states[i].n_attempts;
	}
	assert_int_equal(attempts, rungs_n);
}

/* A second rung of the same programs could never be reached. */
static void no_rung_stands_behind_one_it_contains(void **state)
{
	(void)state;
	for (size_t i = 0; i < rungs_n; i++)
		for (size_t j = 0; j < i; j++)
			if (rungs[j].capability == rungs[i].capability &&
			    (rungs[i].programs & rungs[j].programs) == rungs[j].programs)
				fail_msg("'%s' of %s can never be used", rungs[i].hooks,
					 rungs[i].backend);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_wants_its_capabilities_and_no_other),
		cmocka_unit_test(a_protocol_nobody_asks_for_is_not_wanted),
		cmocka_unit_test(sctp_and_descendants_are_wanted_when_said_so),
		cmocka_unit_test(what_stands_in_for_another_sees_connections_and_stands_in_once),
		cmocka_unit_test(every_program_has_a_name_of_its_own),
		cmocka_unit_test(every_program_is_in_some_rung),
		cmocka_unit_test(every_rung_is_whole),
		cmocka_unit_test(every_rung_is_an_attempt_of_its_capability),
		cmocka_unit_test(no_rung_stands_behind_one_it_contains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
