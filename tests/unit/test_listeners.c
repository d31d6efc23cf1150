// SPDX-License-Identifier: GPL-2.0-only
/* Whose an incoming connection is that nobody has accepted. */
#include "conns.h"

/* --- whose listener -------------------------------------------------------------------- */

static void a_listener_owns_what_comes_to_its_address(void **state)
{
	(void)state;
	listens(1, "10.0.0.1", 10);
	assert_int_equal(owner_of("10.0.0.1"), 10);
	assert_int_equal(owner_of("10.0.0.2"), 0);
	assert_int_equal(owner_at(address("10.0.0.1", 81)), 0);
	assert_string_equal(told.actor.comm, "");
}

static void the_listeners_process_is_as_it_was_when_it_opened(void **state)
{
	(void)state;
	listens(1, "10.0.0.1", 10);
	assert_int_equal(owner_of("10.0.0.1"), 10);
	assert_int_equal(told.actor.tid, 10);
	assert_int_equal(told.actor.uid, 1000);
	assert_string_equal(told.actor.comm, "comm10");
}

static void a_listener_at_any_address_owns_what_no_closer_one_does(void **state)
{
	(void)state;
	listens(1, "0.0.0.0", 10);
	assert_int_equal(owner_of("10.0.0.1"), 10);
	listens(2, "10.0.0.1", 11);
	assert_int_equal(owner_of("10.0.0.1"), 11);
	assert_int_equal(owner_of("10.0.0.2"), 10);
}

static void a_v6_listener_is_found_whether_v6only_or_not(void **state)
{
	struct endpoint only = address("::", 80), exact = address("2001:db8::1", 80);

	(void)state;
	only.v6only = 1;
	listens_at(1, only, 10);
	assert_int_equal(owner_of("2001:db8::2"), 10);
	exact.v6only = 1;
	listens_at(2, exact, 11);
	assert_int_equal(owner_of("2001:db8::1"), 11);
	assert_int_equal(owner_of("2001:db8::2"), 10);
	/* the connection's own socket is v6only as the listener was */
	assert_int_equal(owner_at(exact), 11);
}

/* A socket at one address of IPv6 is v6only of itself (net/ipv6/af_inet6.c, __inet6_bind). */
static void a_v6_listener_at_the_address_is_closer_than_a_dual_stack_one(void **state)
{
	struct endpoint exact = address("2001:db8::1", 80);

	(void)state;
	exact.v6only = 1;
	listens(1, "::", 10);
	listens_at(2, exact, 11);
	assert_int_equal(owner_of("2001:db8::1"), 11);
	assert_int_equal(owner_of("2001:db8::2"), 10);
}

static void a_v6only_listener_has_nothing_that_comes_over_ipv4(void **state)
{
	struct endpoint only = address("::", 80);

	(void)state;
	only.v6only = 1;
	listens_at(1, only, 10);
	assert_int_equal(owner_of("::ffff:10.0.0.1"), 0);
}

/* Its connections over IPv4 are sockets of IPv6 with a mapped address. */
static void a_dual_stack_listener_owns_what_comes_over_ipv4(void **state)
{
	(void)state;
	listens(1, "::", 10);
	assert_int_equal(owner_of("::ffff:10.0.0.1"), 10);
	assert_int_equal(owner_of("2001:db8::1"), 10);
}

static void an_ipv4_connection_is_no_v6_listeners(void **state)
{
	(void)state;
	listens(1, "::", 10);
	assert_int_equal(owner_of("10.0.0.1"), 0);
}

static void a_listener_on_a_device_is_closer_than_one_on_all(void **state)
{
	struct endpoint device = address("10.0.0.1", 80), any_device = address("0.0.0.0", 80),
			here = address("10.0.0.1", 80);

	(void)state;
	device.ifindex = any_device.ifindex = here.ifindex = 3;
	listens(1, "0.0.0.0", 10);
	assert_int_equal(owner_at(here), 10);
	listens_at(2, any_device, 11);
	assert_int_equal(owner_at(here), 11);
	listens(3, "10.0.0.1", 12);
	assert_int_equal(owner_at(here), 12);
	listens_at(4, device, 13);
	assert_int_equal(owner_at(here), 13);
	here.ifindex = 4; /* it came by another one */
	assert_int_equal(owner_at(here), 12);
}

static void another_namespace_or_protocol_is_another_port(void **state)
{
	struct endpoint local = address("10.0.0.1", 80);

	(void)state;
	listens(1, "10.0.0.1", 10);
	local.netns++;
	assert_int_equal(owner_at(local), 0);
	local = address("10.0.0.1", 80);
	local.proto = IPPROTO_SCTP;
	assert_int_equal(owner_at(local), 0);
}

/* Which of them it will be is the kernel's to choose: never a guess. */
static void several_processes_on_a_port_are_nobody(void **state)
{
	(void)state;
	listens(1, "10.0.0.1", 10);
	listens(2, "10.0.0.1", 10);
	assert_int_equal(owner_of("10.0.0.1"), 10); /* one process with two sockets */
	listens(3, "10.0.0.1", 11);
	assert_int_equal(owner_of("10.0.0.1"), 0);
}

static void a_listener_found_by_the_snapshot_is_said_to_be_found(void **state)
{
	struct decoded holder = a_record(DECODED_HOLDER, 1, 80, 10), record;
	const struct socket_set nothing = { 0 };
	struct snapshot snapshot;

	(void)state;
	snapshot_init(&snapshot, procs);
	holder.socket.local = address("10.0.0.1", 80);
	assert_int_equal(snapshot_add(&snapshot, &holder), 0);
	assert_int_equal(ports_load(ports, &snapshot, EVENT_EXISTING, &nothing), 0);
	snapshot_free(&snapshot);
	record = a_connection(RECORD_ACCEPT, address("10.0.0.1", 80));
	record.source = SOURCE_UNKNOWN;
	record.connection.passive = true;
	apply(&record);
	assert_int_equal(process.tgid, 10);
	assert_int_equal(told.actor.source, SOURCE_PROC);
}

static void a_listener_without_a_process_gives_none(void **state)
{
	struct decoded open = a_record(DECODED_SOCKET, 1, 80, 0);
	const struct socket_set nothing = { 0 };
	struct snapshot snapshot;

	(void)state;
	snapshot_init(&snapshot, procs);
	open.socket.local = address("10.0.0.1", 80);
	open.socket.kernel = true;
	assert_int_equal(snapshot_add(&snapshot, &open), 0);
	assert_int_equal(ports_load(ports, &snapshot, EVENT_EXISTING, &nothing), 0);
	snapshot_free(&snapshot);
	assert_int_equal(owner_of("10.0.0.1"), 0);
}

/* --- and if it has closed since ------------------------------------------------------- */

static void closes_at(uint64_t sk, const char *addr, uint64_t time_ns)
{
	struct decoded record = a_port_record(RECORD_CLOSE, sk, 80, 10, time_ns);

	record.socket.local = address(addr, 80);
	assert_int_equal(ports_apply(ports, &record), 0);
}

/* Ports and connections come over rings of their own: one may be ahead of the other. */
static void a_listener_that_closed_later_still_owns_it(void **state)
{
	(void)state;
	listens(1, "0.0.0.0", 10);
	closes_at(1, "0.0.0.0", 9 * SECOND); /* connections are of second 8 */
	assert_int_equal(owner_of("10.0.0.1"), 10);
}

static void a_listener_that_had_closed_owns_nothing(void **state)
{
	(void)state;
	listens(1, "0.0.0.0", 10);
	closes_at(1, "0.0.0.0", 7 * SECOND);
	assert_int_equal(owner_of("10.0.0.1"), 0);
}

static void closed_listeners_are_forgotten_one_by_one(void **state)
{
	struct task_ref task = a_task(10);
	struct process *p;

	(void)state;
	for (uint64_t sk = 1; sk <= 1000; sk++) {
		struct endpoint local = address("10.0.0.1", (uint16_t)sk);
		struct decoded close = a_port_record(RECORD_CLOSE, sk, local.port, 10, 9 * SECOND);

		listens_at(sk, local, 10);
		close.socket.local = local;
		assert_int_equal(ports_apply(ports, &close), 0);
		assert_int_equal(owner_at(local), 10);
	}
	assert_int_equal(owner_at(address("10.0.0.1", 1)), 0);
	p = procs_get(procs, &task);
	assert_in_range(p->refs, 2, 300); /* so are those who had them */
	procs_put(procs, p);
}

/* The address was taken by another before the connection was told. */
static void a_listener_that_came_later_does_not_own_it(void **state)
{
	struct decoded open = a_port_record(RECORD_OPEN, 2, 80, 11, 10 * SECOND);

	(void)state;
	listens(1, "10.0.0.1", 10);
	closes_at(1, "10.0.0.1", 9 * SECOND);
	open.socket.local = address("10.0.0.1", 80);
	assert_int_equal(ports_apply(ports, &open), 0);
	assert_int_equal(owner_of("10.0.0.1"), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONN_TEST(a_listener_owns_what_comes_to_its_address),
		CONN_TEST(the_listeners_process_is_as_it_was_when_it_opened),
		CONN_TEST(a_listener_at_any_address_owns_what_no_closer_one_does),
		CONN_TEST(a_v6_listener_is_found_whether_v6only_or_not),
		CONN_TEST(a_v6_listener_at_the_address_is_closer_than_a_dual_stack_one),
		CONN_TEST(a_v6only_listener_has_nothing_that_comes_over_ipv4),
		CONN_TEST(a_dual_stack_listener_owns_what_comes_over_ipv4),
		CONN_TEST(an_ipv4_connection_is_no_v6_listeners),
		CONN_TEST(a_listener_on_a_device_is_closer_than_one_on_all),
		CONN_TEST(another_namespace_or_protocol_is_another_port),
		CONN_TEST(several_processes_on_a_port_are_nobody),
		CONN_TEST(a_listener_found_by_the_snapshot_is_said_to_be_found),
		CONN_TEST(a_listener_without_a_process_gives_none),
		CONN_TEST(a_listener_that_closed_later_still_owns_it),
		CONN_TEST(a_listener_that_had_closed_owns_nothing),
		CONN_TEST(closed_listeners_are_forgotten_one_by_one),
		CONN_TEST(a_listener_that_came_later_does_not_own_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
