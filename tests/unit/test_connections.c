// SPDX-License-Identifier: GPL-2.0-only
/* Records of connections into events, and whose an incoming one is that nobody has accepted. */
#include "unit.h"

#include "model/connections.h"

#include <arpa/inet.h>

#define SECOND 1000000000ULL

static struct procs *procs;
static struct ports *ports;
static struct event told;
static struct connection connection; /* of told */
static struct process process;       /* of told; tgid 0: none */
static size_t n_told;

static void take(const struct event *event, void *arg)
{
	assert_ptr_equal(arg, &ports);
	n_told++;
	told = *event;
	process = event->actor.process ? *event->actor.process : (struct process){ 0 };
	if (event->connection)
		connection = *event->connection;
}

static int set_up(void **state)
{
	(void)state;
	procs = procs_new();
	ports = ports_new(procs, take, &ports);
	n_told = 0;
	return !procs || !ports;
}

static int tear_down(void **state)
{
	(void)state;
	ports_free(ports);
	procs_free(procs);
	return 0;
}

static struct endpoint at(const char *addr, uint16_t port)
{
	struct endpoint end = an_endpoint(IPPROTO_TCP, port);

	end.family = strchr(addr, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(end.family, addr, end.addr), 1);
	return end;
}

/* Process tgid listens there by the socket sk. */
static void listens_at(uint64_t sk, struct endpoint local, uint32_t tgid)
{
	struct decoded record = a_port_record(RECORD_OPEN, sk, local.port, tgid, 5 * SECOND);

	record.socket.local = local;
	assert_int_equal(ports_apply(ports, &record), 0);
}

static void listens(uint64_t sk, const char *addr, uint32_t tgid)
{
	listens_at(sk, at(addr, 80), tgid);
}

static void apply(const struct decoded *record)
{
	size_t before = n_told;

	assert_int_equal(connections_apply(ports, record), 0);
	assert_int_equal(n_told, before + 1);
}

static struct decoded a_connection(enum record_kind kind, struct endpoint local)
{
	struct decoded record = a_record(DECODED_CONN, 99, local.port, 20);

	record.kind = kind;
	record.time_ns = 8 * SECOND;
	record.hook = "a hook";
	record.source = SOURCE_KERNEL;
	record.socket.local = local;
	record.connection.remote = an_endpoint(IPPROTO_TCP, 40000);
	return record;
}

/* Whose a connection to this address is, that nobody has accepted; 0: not known. */
static uint32_t owner_at(struct endpoint local)
{
	struct decoded record = a_connection(RECORD_ACCEPT, local);

	record.source = SOURCE_UNKNOWN;
	record.connection.passive = true;
	apply(&record);
	assert_int_equal(told.actor.source, process.tgid ? SOURCE_SOCKET : SOURCE_UNKNOWN);
	return process.tgid;
}

static uint32_t owner_of(const char *addr)
{
	return owner_at(at(addr, 80));
}

/* --- what an event has ---------------------------------------------------------------- */

static void each_record_is_the_event_of_its_kind(void **state)
{
	static const struct {
		enum record_kind record;
		enum event_kind event;
	} table[] = {
		{ RECORD_BIND, EVENT_BIND },     { RECORD_CONNECT, EVENT_CONNECT },
		{ RECORD_ACCEPT, EVENT_ACCEPT }, { RECORD_END, EVENT_END },
		{ RECORD_FAIL, EVENT_FAIL },     { RECORD_STATE, EVENT_STATE },
	};

	(void)state;
	assert_int_equal(COUNT(table), RECORD_KINDS - RECORD_BIND);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct decoded record = a_connection(table[i].record, at("10.0.0.1", 80));

		record.origin = ORIGIN_BY_IO_URING;
		apply(&record);
		assert_int_equal(told.kind, table[i].event);
		assert_int_equal(told.from, table[i].record);
		assert_int_equal(told.time_ns, 8 * SECOND);
		assert_int_equal(told.origin, ORIGIN_BY_IO_URING);
		assert_string_equal(told.hook, "a hook");
		assert_int_equal(told.socket.cookie, 1099);
		assert_memory_equal(&told.socket.local, &record.socket.local,
				    sizeof(told.socket.local));
		assert_int_equal(told.actor.tid, 20);
		assert_int_equal(told.actor.uid, 1000);
		assert_int_equal(told.actor.gid, 100);
		assert_string_equal(told.actor.comm, "comm20");
		assert_int_equal(process.tgid, 20);
	}
}

static void what_only_connections_have_is_passed_on(void **state)
{
	struct decoded record = a_connection(RECORD_FAIL, at("10.0.0.1", 80));

	(void)state;
	record.connection = (struct connection){ .remote = at("192.0.2.1", 443),
						 .bytes_sent = 1,
						 .bytes_received = 2,
						 .bytes_known = true,
						 .no_local = true,
						 .error = 111,
						 .op = "connect",
						 .old_state = "SYN_SENT",
						 .new_state = "CLOSE" };
	apply(&record);
	assert_memory_equal(&connection, &record.connection, sizeof(connection));
}

/* The one time of a record is the latency of a connect, and the lifetime at the end. */
static void the_span_is_a_latency_until_the_end(void **state)
{
	struct decoded record = a_connection(RECORD_CONNECT, at("10.0.0.1", 80));

	(void)state;
	record.span_ns = 1500;
	apply(&record);
	assert_int_equal(connection.latency_ns, 1500);
	assert_int_equal(told.lifetime_ns, 0);
	record.kind = RECORD_END;
	apply(&record);
	assert_int_equal(connection.latency_ns, 0);
	assert_int_equal(told.lifetime_ns, 1500);
}

static void how_the_process_is_known_is_said(void **state)
{
	static const enum process_source sources[] = { SOURCE_KERNEL, SOURCE_SOCKET, SOURCE_PROC };

	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++) {
		struct decoded record = a_connection(RECORD_END, at("10.0.0.1", 80));

		record.source = sources[i];
		apply(&record);
		assert_int_equal(told.actor.source, sources[i]);
		assert_int_equal(process.tgid, 20);
	}
}

/* It is ours: a listener at this address has nothing to do with it. */
static void an_outgoing_connection_of_nobody_known_is_nobodys(void **state)
{
	struct decoded record = a_connection(RECORD_STATE, at("10.0.0.1", 80));

	(void)state;
	listens(1, "10.0.0.1", 10);
	record.source = SOURCE_UNKNOWN;
	apply(&record);
	assert_null(told.actor.process);
	assert_int_equal(told.actor.source, SOURCE_UNKNOWN);
}

static void a_connection_leaves_the_ports_alone(void **state)
{
	struct decoded record = a_connection(RECORD_END, at("10.0.0.1", 80));

	(void)state;
	listens(99, "10.0.0.1", 10); /* the same socket's address, used again */
	apply(&record);
	assert_int_equal(ports_count(ports), 1);
}

/* --- whose listener -------------------------------------------------------------------- */

static void a_listener_owns_what_comes_to_its_address(void **state)
{
	(void)state;
	listens(1, "10.0.0.1", 10);
	assert_int_equal(owner_of("10.0.0.1"), 10);
	assert_int_equal(owner_of("10.0.0.2"), 0);
	assert_int_equal(owner_at(at("10.0.0.1", 81)), 0);
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
	struct endpoint only = at("::", 80), exact = at("2001:db8::1", 80);

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
	struct endpoint device = at("10.0.0.1", 80), any_device = at("0.0.0.0", 80),
			here = at("10.0.0.1", 80);

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
	struct endpoint local = at("10.0.0.1", 80);

	(void)state;
	listens(1, "10.0.0.1", 10);
	local.netns++;
	assert_int_equal(owner_at(local), 0);
	local = at("10.0.0.1", 80);
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
	holder.socket.local = at("10.0.0.1", 80);
	assert_int_equal(snapshot_add(&snapshot, &holder), 0);
	assert_int_equal(ports_load(ports, &snapshot, EVENT_EXISTING, &nothing), 0);
	snapshot_free(&snapshot);
	record = a_connection(RECORD_ACCEPT, at("10.0.0.1", 80));
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
	open.socket.local = at("10.0.0.1", 80);
	open.socket.kernel = true;
	assert_int_equal(snapshot_add(&snapshot, &open), 0);
	assert_int_equal(ports_load(ports, &snapshot, EVENT_EXISTING, &nothing), 0);
	snapshot_free(&snapshot);
	assert_int_equal(owner_of("10.0.0.1"), 0);
}

/* References are given back: a thousand connections keep nobody. */
static void references_are_given_back(void **state)
{
	struct task_ref task = a_task(20);
	struct process *p;

	(void)state;
	listens(1, "10.0.0.1", 10);
	for (int i = 0; i < 1000; i++) {
		struct decoded record = a_connection(RECORD_CONNECT, at("10.0.0.9", 80));

		apply(&record);
		owner_of("10.0.0.1");
	}
	p = procs_get(procs, &task);
	assert_int_equal(p->refs, 1);
	procs_put(procs, p);
	task = a_task(10);
	p = procs_get(procs, &task);
	assert_int_equal(p->refs, 2); /* the open port, and we */
	procs_put(procs, p);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_record_is_the_event_of_its_kind),
		TEST(what_only_connections_have_is_passed_on),
		TEST(the_span_is_a_latency_until_the_end),
		TEST(how_the_process_is_known_is_said),
		TEST(an_outgoing_connection_of_nobody_known_is_nobodys),
		TEST(a_connection_leaves_the_ports_alone),
		TEST(a_listener_owns_what_comes_to_its_address),
		TEST(the_listeners_process_is_as_it_was_when_it_opened),
		TEST(a_listener_at_any_address_owns_what_no_closer_one_does),
		TEST(a_v6_listener_is_found_whether_v6only_or_not),
		TEST(a_dual_stack_listener_owns_what_comes_over_ipv4),
		TEST(an_ipv4_connection_is_no_v6_listeners),
		TEST(a_listener_on_a_device_is_closer_than_one_on_all),
		TEST(another_namespace_or_protocol_is_another_port),
		TEST(several_processes_on_a_port_are_nobody),
		TEST(a_listener_found_by_the_snapshot_is_said_to_be_found),
		TEST(a_listener_without_a_process_gives_none),
		TEST(references_are_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
