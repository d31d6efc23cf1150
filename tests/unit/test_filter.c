// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "model/filter.h"

#include <arpa/inet.h>

static struct process process;

static struct event event_at(uint16_t proto, const char *addr, uint16_t port)
{
	struct event event;

	process = a_process();
	event = an_event(EVENT_OPEN, &process);
	event.socket.local = an_endpoint(proto, port);
	event.socket.local.family = strchr(addr, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(event.socket.local.family, addr, event.socket.local.addr), 1);
	return event;
}

static void an_empty_filter_passes_everything(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "::1", 80);
	struct filter filter = { 0 };

	(void)state;
	assert_true(filter_pass(&filter, &event));
	event.actor = (struct actor){ 0 };
	assert_true(filter_pass(&filter, &event));
}

static void tcp_and_udp_select_the_protocol(void **state)
{
	const struct filter tcp = { .tcp = true }, udp = { .udp = true },
			    both = { .tcp = true, .udp = true };
	struct event t = event_at(IPPROTO_TCP, "0.0.0.0", 80),
		     u = event_at(IPPROTO_UDP, "0.0.0.0", 53), lite = event_at(136, "0.0.0.0", 53);

	(void)state;
	assert_true(filter_pass(&tcp, &t));
	assert_false(filter_pass(&tcp, &u));
	assert_false(filter_pass(&tcp, &lite));
	assert_false(filter_pass(&udp, &t));
	assert_true(filter_pass(&udp, &u));
	assert_true(filter_pass(&udp, &lite));
	assert_true(filter_pass(&both, &t) && filter_pass(&both, &u));
}

static void families_count_a_mapped_address_as_ipv4(void **state)
{
	const struct filter v4 = { .ipv4 = true }, v6 = { .ipv6 = true },
			    both = { .ipv4 = true, .ipv6 = true };
	struct event four = event_at(IPPROTO_TCP, "127.0.0.1", 80),
		     six = event_at(IPPROTO_TCP, "::", 80),
		     mapped = event_at(IPPROTO_TCP, "::ffff:127.0.0.1", 80);

	(void)state;
	assert_true(filter_pass(&v4, &four));
	assert_false(filter_pass(&v4, &six));
	assert_true(filter_pass(&v4, &mapped));
	assert_false(filter_pass(&v6, &four));
	assert_true(filter_pass(&v6, &six));
	assert_false(filter_pass(&v6, &mapped));
	assert_true(filter_pass(&both, &four) && filter_pass(&both, &six));
}

static void ports_scopes_and_namespaces_select(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 8080);
	struct port_range ranges[] = { { 22, 22 }, { 8000, 8100 }, { 8081, 9000 } };
	struct filter filter = { .ports = { ranges, 2 } };

	(void)state;
	assert_true(filter_pass(&filter, &event));
	filter.ports = (struct port_set){ ranges, 1 };
	assert_false(filter_pass(&filter, &event));
	filter.ports = (struct port_set){ ranges + 2, 1 };
	assert_false(filter_pass(&filter, &event));

	filter = (struct filter){ .scopes = 1u << SCOPE_LOOPBACK | 1u << SCOPE_LINK };
	assert_true(filter_pass(&filter, &event));
	filter.scopes = 1u << SCOPE_ANY;
	assert_false(filter_pass(&filter, &event));

	filter = (struct filter){ .netns = { 1, A_NETNS }, .n_netns = 2 };
	assert_true(filter_pass(&filter, &event));
	filter.n_netns = 1;
	assert_false(filter_pass(&filter, &event));
}

static void processes_are_selected_by_each_of_their_marks(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 8080);
	const struct filter passing[] = {
		{ .pids = { 1, 4242 }, .n_pids = 2 },
		{ .uids = { 0, 1000 }, .n_uids = 2 },
		{ .comms = { "nginx", "python*" }, .n_comms = 2 },
		{ .exes = { "python3" }, .n_exes = 1 },
		{ .exes = { "/bin/sh", "/usr/**" }, .n_exes = 2 },
		{ .pids = { 4242 }, .n_pids = 1, .uids = { 1000 }, .n_uids = 1 },
	};
	const struct filter failing[] = {
		{ .pids = { 4243 }, .n_pids = 1 },
		{ .uids = { 0 }, .n_uids = 1 },
		{ .comms = { "python" }, .n_comms = 1 },
		{ .exes = { "/usr/*" }, .n_exes = 1 },
		{ .pids = { 4242 }, .n_pids = 1, .uids = { 0 }, .n_uids = 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(passing); i++)
		assert_true(filter_pass(&passing[i], &event));
	for (size_t i = 0; i < COUNT(failing); i++)
		assert_false(filter_pass(&failing[i], &event));
}

#define AN_ID "3f2a9c0b7d5e4f6a8b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6"

static void units_are_those_of_the_system_and_of_users(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 8080);
	struct place place = { .unit = "user@1000.service", .user_unit = "nginx.service" };
	const struct filter all = { .units = { "**" }, .n_units = 1 },
			    unit = { .units = { "x", "nginx*" }, .n_units = 2 },
			    manager = { .units = { "user@*.service" }, .n_units = 1 },
			    other = { .units = { "nginx" }, .n_units = 1 };

	(void)state;
	assert_false(filter_pass(&all, &event)); /* not looked up */
	process.place = &place;
	assert_true(filter_pass(&all, &event));
	assert_true(filter_pass(&unit, &event));
	assert_true(filter_pass(&manager, &event));
	assert_false(filter_pass(&other, &event));
	*process.place = (struct place){ .container = "docker:1" };
	assert_false(filter_pass(&all, &event));
	process.place->unit = "nginx.service";
	assert_true(filter_pass(&unit, &event));
}

static void containers_go_by_whole_and_by_short_names(void **state)
{
	static const char *const passing[] = { "docker:" AN_ID, AN_ID,      "docker:3f2a9c0b7d5e",
					       "3f2a9c0b7d5e",  "docker:*", "3f2a*",
					       "*d5e" },
				 *const failing[] = { "docker", "podman:*", "3f2a", "",
						      "docker:3f2a" };
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 8080);
	struct place place = { .unit = "docker.service" };
	struct filter filter = { .containers = { "**" }, .n_containers = 1 };

	(void)state;
	assert_false(filter_pass(&filter, &event));
	process.place = &place;
	assert_false(filter_pass(&filter, &event));
	process.place->container = "docker:" AN_ID;
	for (size_t i = 0; i < COUNT(passing); i++) {
		filter.containers[0] = passing[i];
		assert_true(filter_pass(&filter, &event));
	}
	for (size_t i = 0; i < COUNT(failing); i++) {
		filter.containers[0] = failing[i];
		assert_false(filter_pass(&filter, &event));
	}
}

/* Those of the moment: a thread may have changed both. */
static void the_actors_own_comm_and_uid_count(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 8080);
	const struct filter by_comm = { .comms = { "renamed" }, .n_comms = 1 },
			    by_uid = { .uids = { 33 }, .n_uids = 1 };

	(void)state;
	strcpy(event.actor.comm, "renamed");
	event.actor.uid = 33;
	assert_true(filter_pass(&by_comm, &event));
	assert_true(filter_pass(&by_uid, &event));
}

static void any_holder_that_passes_is_enough(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 8080);
	struct process holder = { .tgid = 9, .uid = 33, .comm = "child" };
	struct process *holders[] = { &process, &holder };
	const struct filter filter = { .uids = { 33 }, .n_uids = 1 };

	(void)state;
	event.kind = EVENT_EXISTING;
	assert_false(filter_pass(&filter, &event));
	event.holders = holders;
	event.n_holders = COUNT(holders);
	assert_true(filter_pass(&filter, &event));
}

static void nobody_known_passes_no_filter_of_processes(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 8080);
	const struct filter filters[] = {
		{ .pids = { 4242 }, .n_pids = 1 },
		{ .uids = { 0 }, .n_uids = 1 },
		{ .comms = { "*" }, .n_comms = 1 },
		{ .exes = { "**" }, .n_exes = 1 },
	};

	(void)state;
	process.exe = NULL;
	assert_false(filter_pass(&filters[3], &event));
	event.actor = (struct actor){ 0 };
	for (size_t i = 0; i < COUNT(filters); i++)
		assert_false(filter_pass(&filters[i], &event));
}

static void records_select_events_but_not_existing(void **state)
{
	const struct filter closes = { .records = 1u << RECORD_CLOSE },
			    changes = { .records = 1u << RECORD_CHANGE };
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 8080);

	(void)state;
	assert_false(filter_pass(&closes, &event));
	event.from = RECORD_CLOSE;
	assert_true(filter_pass(&closes, &event));
	/* a port that only lost one of its sockets has changed, not closed */
	event.kind = EVENT_CHANGE;
	assert_false(filter_pass(&closes, &event));
	assert_true(filter_pass(&changes, &event));
	event.kind = EVENT_RECOVERED;
	assert_true(filter_pass(&closes, &event));
	event.kind = EVENT_EXISTING;
	event.from = RECORD_OPEN;
	assert_true(filter_pass(&closes, &event));
}

/* Of a connection, either end's port will do. */
static void the_port_of_the_other_end_counts_as_well(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 40000);
	struct connection connection = { .remote = an_endpoint(IPPROTO_TCP, 443) };
	struct port_range remote = { 443, 443 }, local = { 40000, 40000 }, other = { 80, 80 };
	const struct filter by_remote = { .ports = { &remote, 1 } },
			    by_local = { .ports = { &local, 1 } },
			    by_other = { .ports = { &other, 1 } };

	(void)state;
	assert_false(filter_pass(&by_remote, &event)); /* a port has none */
	event.connection = &connection;
	event.kind = EVENT_CONNECT;
	event.from = RECORD_CONNECT;
	assert_true(filter_pass(&by_remote, &event));
	assert_true(filter_pass(&by_local, &event));
	assert_false(filter_pass(&by_other, &event));
	connection.remote.port = 0; /* there is none: not even a filter for port 0 finds it */
	assert_false(filter_pass(&by_remote, &event));
}

static void each_kind_of_connection_is_asked_for_by_its_word(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 80);
	struct connection connection = { 0 };

	(void)state;
	event.connection = &connection;
	for (int kind = RECORD_BIND; kind < RECORD_KINDS; kind++) {
		event.kind = EVENT_BIND + (kind - RECORD_BIND);
		event.from = (enum record_kind)kind;
		for (int asked = RECORD_OPEN; asked < RECORD_KINDS; asked++) {
			const struct filter filter = { .records = 1u << asked };

			assert_int_equal(filter_pass(&filter, &event), asked == kind);
		}
	}
}

/* A filter for a pid means its descendants, too; the kernel side has marked them. */
static void a_descendant_of_what_is_asked_for_passes(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 8080);
	struct process holder = { .tgid = 9, .asked = true, .comm = "child" };
	struct process *holders[] = { &holder };
	const struct filter by_pid = { .pids = { 1 }, .n_pids = 1 },
			    by_both = { .pids = { 1 }, .n_pids = 1, .uids = { 33 }, .n_uids = 1 };

	(void)state;
	assert_false(filter_pass(&by_pid, &event));
	event.holders = holders;
	event.n_holders = 1;
	assert_true(filter_pass(&by_pid, &event));
	event.n_holders = 0;
	process.asked = true;
	assert_true(filter_pass(&by_pid, &event));
	assert_false(filter_pass(&by_both, &event)); /* the other parts count as well */
}

static void nobody_known_is_no_descendant(void **state)
{
	struct event event = event_at(IPPROTO_TCP, "127.0.0.1", 8080);
	const struct filter by_pid = { .pids = { 0 }, .n_pids = 1 };

	(void)state;
	event.actor = (struct actor){ 0 };
	assert_false(filter_pass(&by_pid, &event));
}

static void lost_always_passes(void **state)
{
	const struct event event = { .kind = EVENT_LOST };
	struct port_range range = { 1, 1 };
	const struct filter filter = { .tcp = true,
				       .ipv6 = true,
				       .ports = { &range, 1 },
				       .records = 1u << RECORD_CLOSE,
				       .pids = { 1 },
				       .n_pids = 1,
				       .scopes = 1u << SCOPE_LINK };

	(void)state;
	assert_true(filter_pass(&filter, &event));
}

/* Each member on its own: one that is forgotten would have a port told as missing that is there. */
static void protocols_and_ports_alone_ask_for_no_more(void **state)
{
	struct port_range range = { 1, 1 };
	const struct filter none = { .tcp = true, .udp = true, .ports = { &range, 1 } };
	const struct filter more[] = {
		{ .ipv4 = true },      { .ipv6 = true }, { .scopes = 1u << SCOPE_ANY },
		{ .n_pids = 1 },       { .n_uids = 1 },  { .n_netns = 1 },
		{ .n_comms = 1 },      { .n_exes = 1 },  { .n_units = 1 },
		{ .n_containers = 1 },
	};

	(void)state;
	assert_false(filter_asks_for_more(&none));
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
		assert_true(filter_asks_for_more(&more[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_filter_passes_everything),
		cmocka_unit_test(tcp_and_udp_select_the_protocol),
		cmocka_unit_test(families_count_a_mapped_address_as_ipv4),
		cmocka_unit_test(ports_scopes_and_namespaces_select),
		cmocka_unit_test(processes_are_selected_by_each_of_their_marks),
		cmocka_unit_test(units_are_those_of_the_system_and_of_users),
		cmocka_unit_test(containers_go_by_whole_and_by_short_names),
		cmocka_unit_test(the_actors_own_comm_and_uid_count),
		cmocka_unit_test(any_holder_that_passes_is_enough),
		cmocka_unit_test(nobody_known_passes_no_filter_of_processes),
		cmocka_unit_test(records_select_events_but_not_existing),
		cmocka_unit_test(the_port_of_the_other_end_counts_as_well),
		cmocka_unit_test(each_kind_of_connection_is_asked_for_by_its_word),
		cmocka_unit_test(a_descendant_of_what_is_asked_for_passes),
		cmocka_unit_test(nobody_known_is_no_descendant),
		cmocka_unit_test(lost_always_passes),
		cmocka_unit_test(protocols_and_ports_alone_ask_for_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
