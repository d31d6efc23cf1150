// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "model/snapshot.h"

static struct snapshot snapshot;

static int set_up(void **state)
{
	(void)state;
	snapshot_init(&snapshot, procs_new());
	return 0;
}

static int tear_down(void **state)
{
	struct procs *procs = snapshot.procs;

	(void)state;
	snapshot_free(&snapshot);
	procs_free(procs);
	return 0;
}

static struct endpoint port_of(uint32_t netns, uint16_t port, uint8_t first_byte)
{
	return (struct endpoint){ .netns = netns,
				  .family = AF_INET,
				  .proto = IPPROTO_TCP,
				  .port = port,
				  .addr = { first_byte } };
}

static void add(struct endpoint local, uint64_t cookie)
{
	static struct decoded record;

	record = (struct decoded){ .type = DECODED_SOCKET,
				   .socket = { .sk = cookie, .cookie = cookie, .local = local } };
	assert_int_equal(snapshot_add(&snapshot, &record), 0);
}

static size_t count(struct endpoint local)
{
	struct snapshot_row *const *rows;
	size_t n;

	rows = snapshot_port(&snapshot, &local, &n);
	for (size_t i = 0; i < n; i++)
		assert_memory_equal(&rows[i]->socket.local, &local, sizeof(local));
	return n;
}

static void all_sockets_of_a_port_and_no_others(void **state)
{
	(void)state;
	assert_int_equal(count(port_of(1, 80, 0)), 0);
	for (uint64_t cookie = 1; cookie <= 20; cookie++)
		add(port_of(1, 80, 0), cookie);
	add(port_of(1, 80, 127), 100);
	add(port_of(2, 80, 0), 101);
	add(port_of(1, 79, 0), 102);
	add(port_of(1, 81, 0), 103);
	snapshot_sort(&snapshot);
	assert_int_equal(count(port_of(1, 80, 0)), 20);
	assert_int_equal(count(port_of(1, 80, 127)), 1);
	assert_int_equal(count(port_of(2, 80, 0)), 1);
	assert_int_equal(count(port_of(1, 79, 0)), 1);
	assert_int_equal(count(port_of(1, 81, 0)), 1);
	assert_int_equal(count(port_of(2, 81, 0)), 0);
	assert_int_equal(count(port_of(0, 80, 0)), 0);
	assert_int_equal(count(port_of(3, 80, 0)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_sockets_of_a_port_and_no_others, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
