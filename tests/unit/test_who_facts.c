// SPDX-License-Identifier: GPL-2.0-only
/* From rows to the facts of one port: who is asked for, and who is connected. */
#include "unit.h"

/* It stands on the kernel side by three functions alone, which are below. */
#include "cmd/who_facts.c"

#include <errno.h>

static struct snapshot shot;
static struct snapshot_row given[8];
static struct snapshot_row *list[8];
static struct process init, old, young;
static struct process *holders[8];
static struct who_facts who;
static uint32_t host_netns;

/* --- what is open now, as this test says ---------------------------------------------- */

const struct snapshot *open_now_snapshot(const struct open_now *now)
{
	(void)now;
	return &shot;
}

static bool hides_holders;

bool open_now_hides_holders(const struct open_now *now)
{
	(void)now;
	return hides_holders;
}

uint32_t open_now_host_netns(const struct open_now *now)
{
	(void)now;
	return host_netns;
}

int open_now_netns_fd(const struct open_now *now, uint32_t inode)
{
	(void)now;
	(void)inode;
	return -ENOENT;
}

/* --------------------------------------------------------------------------------------- */

static struct process of(uint32_t tgid, uint64_t start_ns)
{
	struct process process = { .tgid = tgid, .start_ns = start_ns, .uid = 7 };

	snprintf(process.comm, sizeof(process.comm), "comm%u", tgid);
	return process;
}

static int set_up(void **state)
{
	(void)state;
	memset(given, 0, sizeof(given));
	who = (struct who_facts){ 0 };
	host_netns = A_NETNS;
	for (size_t i = 0; i < COUNT(given); i++) {
		list[i] = &given[i];
		given[i].socket.local = an_endpoint(IPPROTO_TCP, 8080);
	}
	init = of(1, 1);
	old = of(100, 5);
	young = of(99, 9);
	shot = (struct snapshot){ .rows = list, .n = 1 };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	who_facts_free(&who);
	return 0;
}

static void hold(struct snapshot_row *row, size_t from, size_t n)
{
	row->holders = holders + from;
	row->n_holders = n;
}

/* A connection of peer 192.0.2.LAST at the port. */
static struct snapshot_row *connect_from(uint8_t last)
{
	struct snapshot_row *row = &given[shot.n++];

	row->socket.connected = true;
	row->socket.state = 1;
	row->remote = an_endpoint(IPPROTO_TCP, (uint16_t)(40000 + shot.n));
	memcpy(row->remote.addr, (uint8_t[]){ 192, 0, 2, last }, 4);
	return row;
}

static void gather(size_t n)
{
	who_facts_free(&who);
	assert_int_equal(who_facts_gather(&who, NULL, 0, n), 0);
}

static void the_oldest_holder_is_told_about(void **state)
{
	(void)state;
	holders[0] = &old;
	holders[1] = &young;
	hold(&given[0], 0, 2);
	gather(1);
	assert_ptr_equal(who.event.actor.process, &old);
	assert_string_equal(who.event.actor.comm, "comm100");
	assert_int_equal(who.event.actor.uid, 7);
	assert_int_equal(who.event.n_holders, 2);
	assert_true(who.facts.all_seen);
	assert_non_null(who.facts.portrait);
}

/* It opens ports for others. */
static void pid_1_is_told_about_only_where_it_is_alone(void **state)
{
	(void)state;
	holders[0] = &init;
	holders[1] = &old;
	holders[2] = &young;
	hold(&given[0], 0, 1);
	gather(1);
	assert_ptr_equal(who.event.actor.process, &init);
	hold(&given[0], 0, 3);
	gather(1);
	assert_ptr_equal(who.event.actor.process, &old);
	assert_int_equal(who.event.n_holders, 3);
}

static void holders_of_all_sockets_are_told_once(void **state)
{
	(void)state;
	holders[0] = &young;
	holders[1] = &old;
	holders[2] = &young;
	shot.n = 2;
	hold(&given[0], 0, 1);
	hold(&given[1], 1, 2);
	gather(2);
	assert_int_equal(who.event.n_holders, 2);
	assert_ptr_equal(who.event.holders[0], &old);
	assert_ptr_equal(who.event.holders[1], &young);
	assert_int_equal(who.event.sharing, 2);
	assert_int_equal(who.facts.n_rows, 2);
}

static void nobody_holds_what_nobody_holds(void **state)
{
	(void)state;
	gather(1);
	assert_null(who.event.actor.process);
	assert_null(who.facts.portrait);
	assert_true(who.event.holders_known);
	assert_int_equal(who.event.n_holders, 0);
	assert_int_equal(who.facts.n_peers, 0);
}

static void a_holder_that_may_be_hidden_is_not_told_to_be_none(void **state)
{
	(void)state;
	hides_holders = true;
	gather(1);
	assert_false(who.facts.all_seen);
	assert_false(who.event.holders_known);
	holders[0] = &old;
	hold(&given[0], 0, 1);
	gather(1);
	assert_true(who.event.holders_known);
	hides_holders = false;
}

static void peers_are_counted_by_address_most_first(void **state)
{
	(void)state;
	connect_from(9);
	connect_from(5);
	connect_from(9);
	connect_from(7);
	connect_from(9);
	gather(1);
	assert_int_equal(who.facts.connections, 5);
	assert_int_equal(who.facts.n_peers, 3);
	assert_int_equal(who.facts.peers[0].end.addr[3], 9);
	assert_int_equal(who.facts.peers[0].connections, 3);
	assert_int_equal(who.facts.peers[1].end.addr[3], 5);
	assert_int_equal(who.facts.peers[2].end.addr[3], 7);
	assert_int_equal(who.facts.peers[2].connections, 1);
}

static void connections_elsewhere_are_not_counted(void **state)
{
	(void)state;
	connect_from(1)->socket.local.port++;
	connect_from(2)->socket.local.netns++;
	connect_from(3)->socket.local.proto = IPPROTO_UDP;
	connect_from(4)->socket.local.family = AF_INET6;
	connect_from(5)->socket.state = 6; /* over: TIME-WAIT */
	connect_from(6)->remote.port = 0;
	connect_from(7)->socket.connected = false;
	gather(1);
	assert_int_equal(who.facts.connections, 0);
}

/* Who listens at the very address gets them, and the wildcard those to all others. */
static void a_wildcard_has_the_connections_to_addresses_nobody_else_has(void **state)
{
	const uint8_t theirs[] = { 10, 0, 0, 1 }, others[] = { 10, 0, 0, 2 };
	struct snapshot_row *row = &given[shot.n++];

	(void)state;
	memset(given[0].socket.local.addr, 0, sizeof(given[0].socket.local.addr));
	memcpy(row->socket.local.addr, theirs, sizeof(theirs));
	memcpy(connect_from(1)->socket.local.addr, theirs, sizeof(theirs));
	memcpy(connect_from(2)->socket.local.addr, others, sizeof(others));
	gather(1);
	assert_int_equal(who.facts.connections, 1);
	assert_int_equal(who.facts.peers[0].end.addr[3], 2);
}

static void a_port_of_one_address_has_the_connections_to_it(void **state)
{
	(void)state;
	memcpy(given[0].socket.local.addr, (uint8_t[]){ 10, 0, 0, 1 }, 4);
	connect_from(1);
	memcpy(connect_from(2)->socket.local.addr, (uint8_t[]){ 10, 0, 0, 1 }, 4);
	gather(1);
	assert_int_equal(who.facts.connections, 1);
	assert_int_equal(who.facts.peers[0].end.addr[3], 2);
	memset(given[0].socket.local.addr, 0, 4);
	gather(1);
	assert_int_equal(who.facts.connections, 2);
}

static void a_device_without_a_name_has_none(void **state)
{
	(void)state;
	given[0].socket.local.ifindex = 3;
	gather(1);
	assert_null(who.facts.device);
}

static void our_own_namespace_is_here_unless_the_hosts_is_known(void **state)
{
	struct stat st;

	(void)state;
	gather(1);
	assert_false(who.facts.here);
	host_netns = 0;
	gather(1);
	assert_false(who.facts.here);
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	given[0].socket.local.netns = (uint32_t)st.st_ino;
	gather(1);
	assert_true(who.facts.here);
	host_netns = A_NETNS;
	gather(1);
	assert_false(who.facts.here);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_oldest_holder_is_told_about),
		TEST(pid_1_is_told_about_only_where_it_is_alone),
		TEST(holders_of_all_sockets_are_told_once),
		TEST(nobody_holds_what_nobody_holds),
		TEST(a_holder_that_may_be_hidden_is_not_told_to_be_none),
		TEST(peers_are_counted_by_address_most_first),
		TEST(connections_elsewhere_are_not_counted),
		TEST(a_wildcard_has_the_connections_to_addresses_nobody_else_has),
		TEST(a_port_of_one_address_has_the_connections_to_it),
		TEST(our_own_namespace_is_here_unless_the_hosts_is_known),
		TEST(a_device_without_a_name_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
