// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "model/ports.h"

#include <errno.h>

#define TOLD_MAX 16
#define HOLDERS_MAX 8
#define SECOND 1000000000ULL

/* An event, kept beyond its call. */
struct told {
	struct event event;
	struct process process; /* of the actor; tgid 0: none */
	uint32_t holders[HOLDERS_MAX];
};

static struct procs *procs;
static struct ports *ports;
static const struct socket_set nothing;
static struct snapshot snapshot;
static struct told told[TOLD_MAX];
static size_t n_told;

static void take(const struct event *event, void *arg)
{
	struct told *t = &told[n_told++];

	assert_ptr_equal(arg, &ports);
	assert_in_range(n_told, 1, TOLD_MAX);
	assert_in_range(event->n_holders, 0, HOLDERS_MAX);
	*t = (struct told){ .event = *event };
	if (event->actor.process)
		t->process = *event->actor.process;
	for (size_t i = 0; i < event->n_holders; i++)
		t->holders[i] = event->holders[i]->tgid;
}

static int set_up(void **state)
{
	(void)state;
	procs = procs_new();
	ports = ports_new(procs, take, &ports);
	snapshot_init(&snapshot, procs);
	n_told = 0;
	return !procs || !ports;
}

static int tear_down(void **state)
{
	(void)state;
	snapshot_free(&snapshot);
	ports_free(ports);
	procs_free(procs);
	return 0;
}

static void apply(const struct decoded *record)
{
	assert_int_equal(ports_apply(ports, record), 0);
}

/* The socket sk of port, opened or closed by process tgid. */
static void open_port(uint64_t sk, uint16_t port, uint32_t tgid, uint64_t time_ns)
{
	struct decoded record = a_port_record(RECORD_OPEN, sk, port, tgid, time_ns);

	apply(&record);
}

static void close_port(uint64_t sk, uint16_t port, uint32_t tgid, uint64_t time_ns)
{
	struct decoded record = a_port_record(RECORD_CLOSE, sk, port, tgid, time_ns);

	apply(&record);
}

static void add(struct snapshot *to, const struct decoded *record)
{
	assert_int_equal(snapshot_add(to, record), 0);
}

/* The snapshot finds the socket, in process tgid (0: in none). */
static void found(uint64_t sk, uint16_t port, uint32_t tgid)
{
	struct decoded record = a_record(tgid ? DECODED_HOLDER : DECODED_SOCKET, sk, port, tgid);

	record.time_ns = 50 * SECOND;
	add(&snapshot, &record);
}

static void load(enum event_kind as)
{
	snapshot_sort(&snapshot);
	assert_int_equal(ports_load(ports, &snapshot, as, &nothing), 0);
}

static void drop(uint64_t before_ns)
{
	ports_drop_missing(ports, &snapshot, NULL, &nothing, before_ns);
}

/* The i-th event told. */
static const struct event *assert_told(size_t i, enum event_kind kind, uint16_t port, uint32_t tgid)
{
	const struct event *event = &told[i].event;

	assert_in_range(i, 0, n_told - 1);
	assert_string_equal(event_kind_name(event->kind), event_kind_name(kind));
	assert_int_equal(event->socket.local.port, port);
	assert_int_equal(told[i].process.tgid, tgid);
	return event;
}

static void an_open_and_its_close_are_paired_with_the_lifetime(void **state)
{
	const struct event *event;

	(void)state;
	open_port(1, 80, 10, 5 * SECOND);
	assert_int_equal(ports_count(ports), 1);
	close_port(1, 80, 10, 8 * SECOND);
	assert_int_equal(ports_count(ports), 0);
	assert_int_equal(n_told, 2);
	event = assert_told(0, EVENT_OPEN, 80, 10);
	assert_int_equal(event->from, RECORD_OPEN);
	assert_int_equal(event->time_ns, 5 * SECOND);
	assert_int_equal(event->sharing, 1);
	assert_int_equal(event->actor.source, SOURCE_KERNEL);
	assert_string_equal(event->actor.comm, "comm10");
	event = assert_told(1, EVENT_CLOSE, 80, 10);
	assert_int_equal(event->from, RECORD_CLOSE);
	assert_int_equal(event->lifetime_ns, 3 * SECOND);
	assert_int_equal(event->cause, CLOSE_CLOSED);
	assert_int_equal(event->sharing, 0);
}

static void the_way_into_the_kernel_is_told_with_an_open_and_a_change(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 5 * SECOND);

	(void)state;
	record.origin = ORIGIN_BY_IO_URING;
	apply(&record);
	assert_int_equal(assert_told(0, EVENT_OPEN, 80, 10)->origin, ORIGIN_BY_IO_URING);
	record.kind = RECORD_CHANGE;
	record.origin = ORIGIN_BY_SYSCALL;
	record.socket.backlog++;
	apply(&record);
	assert_int_equal(assert_told(1, EVENT_CHANGE, 80, 10)->origin, ORIGIN_BY_SYSCALL);
}

static void what_two_hooks_saw_is_told_once(void **state)
{
	(void)state;
	open_port(1, 80, 10, 5);
	open_port(1, 80, 10, 6);
	assert_int_equal(n_told, 1);
	close_port(1, 80, 10, 7);
	close_port(1, 80, 10, 8);
	assert_int_equal(n_told, 2);
}

/* Its close was lost, and its memory is another socket's now. */
static void another_cookie_at_the_same_address_is_another_socket(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 81, 11, 6);

	(void)state;
	open_port(1, 80, 10, 5);
	record.socket.cookie = 5555;
	apply(&record);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_RECOVERED, 80, 10); /* the close that was lost */
	assert_told(2, EVENT_OPEN, 81, 11);
	assert_int_equal(ports_count(ports), 1);
	close_port(1, 80, 10, 7); /* the old one's, late */
	assert_int_equal(n_told, 3);
	record.kind = RECORD_CLOSE;
	record.time_ns = 8;
	apply(&record);
	assert_told(3, EVENT_CLOSE, 81, 11);
}

/*
 * A snapshot is read after a record and applied before it: what it found at the
 * same address stays, and the record's socket has opened and closed.
 */
static void a_record_older_than_what_was_found_does_not_replace_it(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 81, 11, 6);

	(void)state;
	open_port(1, 80, 10, 9);
	record.socket.cookie = 5555;
	apply(&record);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_OPEN, 81, 11);
	assert_told(2, EVENT_RECOVERED, 81, 11);
	assert_int_equal(ports_count(ports), 1);
	close_port(1, 80, 10, 12);
	assert_told(3, EVENT_CLOSE, 80, 10);
}

/* The same, on the same port, which two sockets cannot have at once. */
static void a_record_older_than_who_has_the_port_does_not_replace_it(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 9);

	(void)state;
	record.socket.reuseport = false;
	apply(&record);
	open_port(2, 80, 11, 6);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_OPEN, 80, 11);
	assert_told(2, EVENT_RECOVERED, 80, 11);
	assert_int_equal(ports_count(ports), 1);
}

static void a_cookie_not_made_yet_matches_any(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 5);

	(void)state;
	record.socket.cookie = 0;
	apply(&record);
	close_port(1, 80, 10, 6);
	assert_int_equal(n_told, 2);
	assert_told(1, EVENT_CLOSE, 80, 10);
}

static void a_cookie_made_later_is_learned_from_the_second_hook(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 5);

	(void)state;
	record.socket.cookie = 0;
	apply(&record);
	open_port(1, 80, 10, 5);
	assert_int_equal(n_told, 1);
	record = a_port_record(RECORD_OPEN, 1, 81, 11, 6);
	record.socket.cookie = 5555;
	apply(&record);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_RECOVERED, 80, 10);
	assert_told(2, EVENT_OPEN, 81, 11);
}

static void sockets_of_one_port_open_once_and_close_once(void **state)
{
	static const enum event_kind kinds[] = { EVENT_OPEN,   EVENT_CHANGE, EVENT_CHANGE,
						 EVENT_CHANGE, EVENT_CHANGE, EVENT_CLOSE };
	static const uint32_t sharing[] = { 1, 2, 3, 2, 1, 0 };

	(void)state;
	for (uint32_t i = 1; i <= 3; i++)
		open_port(i, 80, 10 + i, i);
	for (uint32_t i = 1; i <= 3; i++)
		close_port(i, 80, 10 + i, 10 + i);
	assert_int_equal(n_told, COUNT(kinds));
	for (uint32_t i = 0; i < COUNT(kinds); i++) {
		assert_told(i, kinds[i], 80, 11 + i % 3);
		assert_int_equal(told[i].event.sharing, sharing[i]);
		assert_int_equal(told[i].event.from, i < 3 ? RECORD_OPEN : RECORD_CLOSE);
	}
	open_port(4, 80, 14, 20);
	assert_told(6, EVENT_OPEN, 80, 14);
}

/* Two listeners without SO_REUSEPORT cannot be: the close of the first was lost. */
static void a_port_nobody_can_share_was_closed_before(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 5);

	(void)state;
	record.socket.reuseport = false;
	apply(&record);
	open_port(2, 80, 11, 6);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_RECOVERED, 80, 10);
	assert_int_equal(told[1].event.from, RECORD_CLOSE);
	assert_told(2, EVENT_OPEN, 80, 11);
	assert_int_equal(ports_count(ports), 1);
}

/* A UDP socket may be bound again after connect(AF_UNSPEC). */
static void a_socket_that_moves_closes_its_old_port(void **state)
{
	(void)state;
	open_port(1, 53, 10, 5);
	open_port(1, 54, 10, 6);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_CLOSE, 53, 10);
	assert_told(2, EVENT_OPEN, 54, 10);
	close_port(1, 54, 10, 7);
	assert_told(3, EVENT_CLOSE, 54, 10);
	assert_int_equal(ports_count(ports), 0);
}

static void each_part_of_an_endpoint_makes_another_port(void **state)
{
	struct decoded records[6];

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++)
		records[i] = a_port_record(RECORD_OPEN, i + 1, 80, 10, 5);
	records[1].socket.local.netns++;
	records[2].socket.local.proto = IPPROTO_UDP;
	records[3].socket.local.addr[0] = 127;
	records[4].socket.local.family = AF_INET6;
	records[5].socket.local.ifindex = 2;
	for (size_t i = 0; i < COUNT(records); i++) {
		apply(&records[i]);
		assert_told(i, EVENT_OPEN, 80, 10);
	}
	assert_int_equal(n_told, COUNT(records));
}

static void a_close_names_the_process_that_closes(void **state)
{
	struct decoded record = a_port_record(RECORD_CLOSE, 1, 80, 22, 6);

	(void)state;
	open_port(1, 80, 10, 5);
	record.cause = CLOSE_PROCESS_EXIT;
	apply(&record);
	assert_told(1, EVENT_CLOSE, 80, 22);
	assert_int_equal(told[1].event.actor.source, SOURCE_KERNEL);
	assert_int_equal(told[1].event.cause, CLOSE_PROCESS_EXIT);
}

static void a_bystander_closes_for_the_opener(void **state)
{
	struct decoded record = a_port_record(RECORD_CLOSE, 1, 80, 2, 6);

	(void)state;
	open_port(1, 80, 10, 5);
	record.task.bystander = true;
	apply(&record);
	assert_told(1, EVENT_CLOSE, 80, 10);
	assert_int_equal(told[1].event.actor.source, SOURCE_SOCKET);
	assert_string_equal(told[1].event.actor.comm, "comm10");
}

static void a_bystander_closing_for_nobody_known_names_nobody(void **state)
{
	struct decoded record = a_port_record(RECORD_CLOSE, 1, 80, 2, 6);

	(void)state;
	found(1, 80, 0);
	load(EVENT_EXISTING);
	record.task.bystander = true;
	apply(&record);
	assert_told(1, EVENT_CLOSE, 80, 0);
	assert_null(told[1].event.actor.process);
}

static void a_close_of_the_unknown_is_not_told(void **state)
{
	(void)state;
	close_port(1, 80, 10, 5);
	assert_int_equal(n_told, 0);
	assert_int_equal(ports_count(ports), 0);
}

/* At the close the kernel may have dropped the address; and 0 of a closed listener is no backlog. */
static void a_close_tells_the_port_as_it_was_opened(void **state)
{
	struct decoded record = a_port_record(RECORD_CLOSE, 1, 0, 10, 6);

	(void)state;
	open_port(1, 80, 10, 5);
	record.socket.local = (struct endpoint){ .family = AF_INET };
	record.socket.backlog = 0;
	apply(&record);
	assert_told(1, EVENT_CLOSE, 80, 10);
	assert_int_equal(told[1].event.socket.local.netns, A_NETNS);
	assert_int_equal(told[1].event.socket.backlog, 128);
}

static void another_backlog_is_a_change_and_the_same_is_none(void **state)
{
	struct decoded record = a_port_record(RECORD_CHANGE, 1, 80, 11, 6);

	(void)state;
	apply(&record); /* of a socket nobody knows */
	open_port(1, 80, 10, 5);
	apply(&record);
	assert_int_equal(n_told, 1);
	record.socket.backlog = 5;
	apply(&record);
	apply(&record);
	assert_int_equal(n_told, 2);
	assert_told(1, EVENT_CHANGE, 80, 11);
	assert_int_equal(told[1].event.from, RECORD_CHANGE);
	assert_int_equal(told[1].event.socket.backlog, 5);
	assert_int_equal(told[1].event.sharing, 1);
}

static void existing_ports_are_told_once_each_with_all_holders(void **state)
{
	const struct event *event;

	(void)state;
	found(1, 443, 0);
	found(2, 80, 30);
	found(2, 80, 20);
	found(2, 80, 30); /* a second descriptor */
	found(3, 80, 30); /* a second socket of the port */
	found(3, 80, 40);
	load(EVENT_EXISTING);
	assert_int_equal(n_told, 2);
	assert_int_equal(ports_count(ports), 3);
	event = assert_told(0, EVENT_EXISTING, 80, told[0].holders[0]);
	assert_true(event->holders_known);
	assert_int_equal(event->n_holders, 3);
	assert_int_equal(event->sharing, 2);
	assert_int_equal(event->actor.source, SOURCE_PROC);
	assert_int_equal(event->actor.tid, 0);
	assert_int_equal(told[0].holders[0] + told[0].holders[1] + told[0].holders[2], 90);
	event = assert_told(1, EVENT_EXISTING, 443, 0);
	assert_true(event->holders_known);
	assert_int_equal(event->n_holders, 0);
}

static void a_holder_that_may_be_hidden_is_not_told_to_be_none(void **state)
{
	(void)state;
	snapshot.holders_hidden = true;
	found(1, 443, 0);
	found(2, 80, 30);
	load(EVENT_EXISTING);
	assert_true(assert_told(0, EVENT_EXISTING, 80, told[0].holders[0])->holders_known);
	assert_false(assert_told(1, EVENT_EXISTING, 443, 0)->holders_known);
}

static void an_existing_port_is_shown_with_its_longest_running_holder(void **state)
{
	(void)state;
	found(1, 80, 30);
	found(1, 80, 20);
	load(EVENT_EXISTING);
	assert_told(0, EVENT_EXISTING, 80, 20);
	assert_int_equal(told[0].holders[0], 20);
	assert_int_equal(told[0].holders[1], 30);
}

static void existing_closes_once_and_without_a_lifetime(void **state)
{
	(void)state;
	found(1, 80, 10);
	found(2, 80, 10);
	load(EVENT_EXISTING);
	close_port(1, 80, 10, 60 * SECOND);
	close_port(2, 80, 10, 61 * SECOND);
	assert_told(1, EVENT_CHANGE, 80, 10);
	assert_told(2, EVENT_CLOSE, 80, 10);
	assert_int_equal(told[2].event.lifetime_ns, 0);
}

/* Its open is in a record that is still to be applied: then it is an open, told once. */
static void what_opened_during_the_snapshot_is_skipped(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 5);
	struct decoded later = a_port_record(RECORD_OPEN, 1, 82, 12, 7);
	struct socket_set skip = { 0 };

	(void)state;
	assert_int_equal(socket_set_add(&skip, &record.socket), 0);
	/* Another socket at the same address, later, does not take its place. */
	later.socket.cookie = 5555;
	assert_int_equal(socket_set_add(&skip, &later.socket), 0);
	found(1, 80, 10);
	found(2, 81, 11);
	snapshot_sort(&snapshot);
	assert_int_equal(ports_load(ports, &snapshot, EVENT_EXISTING, &skip), 0);
	socket_set_free(&skip);
	assert_int_equal(n_told, 1);
	assert_told(0, EVENT_EXISTING, 81, 11);
	apply(&record);
	assert_told(1, EVENT_OPEN, 80, 10);
}

static void what_is_known_is_not_found_again(void **state)
{
	(void)state;
	open_port(1, 80, 10, 5);
	found(1, 80, 10);
	load(EVENT_RECOVERED);
	assert_int_equal(n_told, 1);
	drop(100 * SECOND);
	assert_int_equal(n_told, 1);
}

static void an_open_that_was_lost_is_recovered(void **state)
{
	const struct event *event;

	(void)state;
	open_port(1, 80, 10, 5);
	found(1, 80, 10);
	found(2, 81, 11);
	load(EVENT_RECOVERED);
	assert_int_equal(n_told, 2);
	event = assert_told(1, EVENT_RECOVERED, 81, 11);
	assert_int_equal(event->from, RECORD_OPEN);
	assert_int_equal(event->n_holders, 1);
	assert_int_equal(event->actor.source, SOURCE_PROC);
	close_port(2, 81, 11, 60 * SECOND);
	assert_told(2, EVENT_CLOSE, 81, 11);
}

static void a_close_that_was_lost_is_recovered_with_the_opener(void **state)
{
	const struct event *event;

	(void)state;
	open_port(1, 80, 10, 5);
	open_port(2, 81, 11, 6);
	found(2, 81, 11);
	assert_true(ports_any_missing(ports, &snapshot, 7));
	drop(7);
	assert_int_equal(n_told, 3);
	event = assert_told(2, EVENT_RECOVERED, 80, 10);
	assert_int_equal(event->from, RECORD_CLOSE);
	assert_int_equal(event->actor.source, SOURCE_SOCKET);
	assert_int_equal(event->lifetime_ns, 0); /* when it closed nobody knows */
	assert_false(ports_any_missing(ports, &snapshot, 7));
	close_port(1, 80, 10, 8); /* nothing is left to close */
	assert_int_equal(n_told, 3);
}

static void all_that_is_missing_is_dropped_at_once(void **state)
{
	(void)state;
	for (uint64_t sk = 1; sk <= 200; sk++) {
		open_port(sk, 80, 10, 5);
		n_told = 0;
	}
	assert_int_equal(ports_count(ports), 200);
	for (uint64_t sk = 1; sk <= 192; sk++)
		found(sk, 80, 10);
	drop(6);
	assert_int_equal(n_told, 8);
	assert_int_equal(told[7].event.sharing, 192);
	assert_int_equal(ports_count(ports), 192);
}

/* The tables were read before it was there. */
static void what_opened_since_is_not_missing(void **state)
{
	(void)state;
	open_port(1, 80, 10, 7);
	assert_false(ports_any_missing(ports, &snapshot, 7));
	drop(7);
	assert_int_equal(n_told, 1);
	drop(8);
	assert_told(1, EVENT_RECOVERED, 80, 10);
}

static void memory_that_is_another_sockets_is_missing_then_found(void **state)
{
	struct decoded record = a_record(DECODED_HOLDER, 1, 81, 11);

	(void)state;
	open_port(1, 80, 10, 5);
	record.socket.cookie = 5555;
	add(&snapshot, &record);
	assert_true(ports_any_missing(ports, &snapshot, 6));
	drop(6);
	assert_told(1, EVENT_RECOVERED, 80, 10);
	load(EVENT_RECOVERED);
	assert_told(2, EVENT_RECOVERED, 81, 11);
	assert_int_equal(told[2].event.from, RECORD_OPEN);
}

/* A UDP socket as the snapshot finds it. */
static void found_udp(uint64_t sk, uint16_t port, bool connected, bool tracked)
{
	struct decoded record = a_record(DECODED_HOLDER, sk, port, 10);

	record.socket.local.proto = IPPROTO_UDP;
	record.socket.connected = connected;
	record.socket.tracked = tracked;
	add(&snapshot, &record);
}

static void existing_udp_is_what_has_no_peer(void **state)
{
	(void)state;
	found_udp(1, 53, false, false);
	found_udp(2, 54, true, false);
	found_udp(3, 55, true, true);
	load(EVENT_EXISTING);
	assert_int_equal(n_told, 1);
	assert_told(0, EVENT_EXISTING, 53, 10);
}

/* How a socket got its port the kernel does not keep: only one it tracked had an open to lose. */
static void recovered_udp_is_what_the_kernel_side_knew(void **state)
{
	(void)state;
	found_udp(1, 53, false, false);
	found_udp(2, 54, false, true);
	found_udp(3, 55, true, true);
	found(4, 80, 10);
	load(EVENT_RECOVERED);
	assert_int_equal(n_told, 3);
	assert_told(0, EVENT_RECOVERED, 80, 10);
	assert_told(1, EVENT_RECOVERED, 54, 10);
	assert_told(2, EVENT_RECOVERED, 55, 10);
}

static void an_empty_snapshot_tells_nothing(void **state)
{
	(void)state;
	load(EVENT_EXISTING);
	assert_int_equal(n_told, 0);
	assert_false(ports_any_missing(ports, &snapshot, UINT64_MAX));
	drop(UINT64_MAX);
	assert_int_equal(n_told, 0);
}

static void what_the_process_was_told_of_is_there_at_its_open(void **state)
{
	struct decoded task = { .type = DECODED_TASK, .task = a_task(10), .exe = "/bin/server" };

	(void)state;
	assert_int_equal(procs_told(procs, &task), 0);
	open_port(1, 80, 10, 5);
	assert_true(told[0].process.described);
	assert_string_equal(told[0].process.exe, "/bin/server");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_open_and_its_close_are_paired_with_the_lifetime),
		TEST(the_way_into_the_kernel_is_told_with_an_open_and_a_change),
		TEST(what_two_hooks_saw_is_told_once),
		TEST(another_cookie_at_the_same_address_is_another_socket),
		TEST(a_record_older_than_what_was_found_does_not_replace_it),
		TEST(a_record_older_than_who_has_the_port_does_not_replace_it),
		TEST(a_cookie_not_made_yet_matches_any),
		TEST(a_cookie_made_later_is_learned_from_the_second_hook),
		TEST(sockets_of_one_port_open_once_and_close_once),
		TEST(a_port_nobody_can_share_was_closed_before),
		TEST(a_socket_that_moves_closes_its_old_port),
		TEST(each_part_of_an_endpoint_makes_another_port),
		TEST(a_close_names_the_process_that_closes),
		TEST(a_bystander_closes_for_the_opener),
		TEST(a_bystander_closing_for_nobody_known_names_nobody),
		TEST(a_close_of_the_unknown_is_not_told),
		TEST(a_close_tells_the_port_as_it_was_opened),
		TEST(another_backlog_is_a_change_and_the_same_is_none),
		TEST(existing_ports_are_told_once_each_with_all_holders),
		TEST(a_holder_that_may_be_hidden_is_not_told_to_be_none),
		TEST(an_existing_port_is_shown_with_its_longest_running_holder),
		TEST(existing_closes_once_and_without_a_lifetime),
		TEST(what_opened_during_the_snapshot_is_skipped),
		TEST(what_is_known_is_not_found_again),
		TEST(an_open_that_was_lost_is_recovered),
		TEST(a_close_that_was_lost_is_recovered_with_the_opener),
		TEST(all_that_is_missing_is_dropped_at_once),
		TEST(what_opened_since_is_not_missing),
		TEST(memory_that_is_another_sockets_is_missing_then_found),
		TEST(existing_udp_is_what_has_no_peer),
		TEST(recovered_udp_is_what_the_kernel_side_knew),
		TEST(an_empty_snapshot_tells_nothing),
		TEST(what_the_process_was_told_of_is_there_at_its_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
