// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "model/state.h"

#include <errno.h>

#define SECOND 1000000000ULL

static const char this_boot[] = "11111111-2222-3333-4444-555555555555";
static const char other_boot[] = "11111111-2222-3333-4444-555555555556";

static struct procs *procs;
static struct ports *ports;
static struct snapshot snapshot;
static struct buf bytes;
static struct past *past;
static char told[256]; /* "8080 (comm10) 8081 (comm11) " */

static void take(const struct event *event, void *arg)
{
	size_t len = strlen(told);

	(void)arg;
	if (!event->while_down)
		return;
	assert_int_equal(event->kind, EVENT_CLOSE);
	snprintf(told + len, sizeof(told) - len, "%u (%s) ", event->socket.local.port,
		 event->actor.process ? event->actor.process->comm : "");
}

static int set_up(void **state)
{
	(void)state;
	procs = procs_new();
	ports = ports_new(procs, take, NULL);
	snapshot_init(&snapshot, procs);
	*told = '\0';
	return !procs || !ports;
}

static int tear_down(void **state)
{
	(void)state;
	past_free(past);
	past = NULL;
	buf_free(&bytes);
	snapshot_free(&snapshot);
	ports_free(ports);
	procs_free(procs);
	return 0;
}

static void opens(uint64_t sk, uint16_t port, uint32_t tgid)
{
	const struct decoded record = a_port_record(RECORD_OPEN, sk, port, tgid, 5 * SECOND);

	assert_int_equal(ports_apply(ports, &record), 0);
}

static void is_there(uint64_t sk, uint16_t port)
{
	const struct decoded record = a_record(DECODED_HOLDER, sk, port, 99);

	assert_int_equal(snapshot_add(&snapshot, &record), 0);
}

static int read_back(const char *boot)
{
	past_free(past);
	past = NULL;
	return past_read(&past, bytes.data, bytes.len, boot);
}

static void compare(void)
{
	state_put(&bytes, this_boot, ports, STATE_FOLLOWS_ALL);
	assert_false(bytes.failed);
	assert_int_equal(read_back(this_boot), 0);
	snapshot_sort(&snapshot);
	past_look(past, &snapshot);
	past_tell_closed(past, false, take, NULL);
}

static bool has(uint16_t port)
{
	const struct endpoint at = an_endpoint(IPPROTO_TCP, port);

	return past_has(past, &at);
}

static void what_is_gone_is_told_and_what_stays_is_not(void **state)
{
	(void)state;
	opens(1, 8080, 10);
	opens(2, 8081, 11);
	opens(3, 8082, 12);
	is_there(2, 8081);
	is_there(9, 8090); /* new */
	compare();
	assert_int_equal(past_count(past), 3);
	assert_true(past_any_missing(past));
	assert_string_equal(told, "8080 (comm10) 8082 (comm12) ");
	assert_false(has(8080));
	assert_true(has(8081));
	assert_false(has(8090));
}

/* Its port is open, but by another socket: the old one's end is told. */
static void another_socket_is_another_port(void **state)
{
	(void)state;
	opens(1, 8080, 10);
	is_there(7, 8080);
	compare();
	assert_string_equal(told, "8080 (comm10) ");
	assert_false(has(8080));
}

/* Of several sockets one is enough. */
static void a_port_stays_while_any_of_its_sockets_does(void **state)
{
	(void)state;
	opens(1, 8080, 10);
	opens(2, 8080, 11);
	is_there(2, 8080);
	compare();
	assert_string_equal(told, "");
	assert_true(has(8080));
}

static void a_second_look_finds_what_the_first_missed(void **state)
{
	struct snapshot again;

	(void)state;
	opens(1, 8080, 10);
	state_put(&bytes, this_boot, ports, STATE_FOLLOWS_ALL);
	assert_int_equal(read_back(this_boot), 0);
	past_look(past, &snapshot);
	assert_true(past_any_missing(past));
	snapshot_init(&again, procs);
	is_there(1, 8080);
	past_look(past, &snapshot);
	past_look(past, &again);
	snapshot_free(&again);
	assert_false(past_any_missing(past));
	past_tell_closed(past, false, take, NULL);
	assert_string_equal(told, "");
}

/* In a namespace that could not be read everything may be open. */
static void nothing_is_told_of_what_could_not_be_read(void **state)
{
	(void)state;
	opens(1, 8080, 10);
	state_put(&bytes, this_boot, ports, STATE_FOLLOWS_ALL);
	assert_int_equal(read_back(this_boot), 0);
	past_look(past, &snapshot);
	past_tell_closed(past, true, take, NULL);
	assert_string_equal(told, "");
}

/* The last run was for other protocols: what it found at first says nothing of what came later. */
static void nothing_is_told_of_what_was_not_followed(void **state)
{
	(void)state;
	opens(1, 8080, 10);
	state_put(&bytes, this_boot, ports, STATE_FOLLOWS_UDP);
	assert_int_equal(read_back(this_boot), 0);
	assert_false(past_followed(past, IPPROTO_TCP));
	assert_false(past_followed(past, IPPROTO_SCTP));
	assert_true(past_followed(past, IPPROTO_UDP));
	past_look(past, &snapshot);
	past_tell_closed(past, false, take, NULL);
	assert_string_equal(told, "");
}

static void an_empty_state_is_one(void **state)
{
	(void)state;
	compare();
	assert_int_equal(past_count(past), 0);
	assert_false(past_any_missing(past));
	assert_string_equal(told, "");
}

static void another_boot_and_another_version_are_told_apart(void **state)
{
	(void)state;
	opens(1, 8080, 10);
	state_put(&bytes, this_boot, ports, STATE_FOLLOWS_ALL);
	assert_int_equal(read_back(other_boot), -ESTALE);
	bytes.data[16]++;
	assert_int_equal(read_back(this_boot), -EPROTONOSUPPORT);
}

static void every_flipped_bit_is_noticed(void **state)
{
	(void)state;
	opens(1, 8080, 10);
	opens(2, 8081, 11);
	state_put(&bytes, this_boot, ports, STATE_FOLLOWS_ALL);
	for (size_t i = 0; i < bytes.len * 8; i++) {
		int err;

		bytes.data[i / 8] ^= (char)(1 << i % 8);
		err = read_back(this_boot);
		if (!err)
			fail_msg("bit %zu may be anything", i);
		bytes.data[i / 8] ^= (char)(1 << i % 8);
	}
	assert_int_equal(read_back(this_boot), 0);
}

static void every_cut_is_noticed(void **state)
{
	size_t len;

	(void)state;
	opens(1, 8080, 10);
	state_put(&bytes, this_boot, ports, STATE_FOLLOWS_ALL);
	len = bytes.len;
	for (bytes.len = 0; bytes.len < len; bytes.len++)
		assert_int_equal(read_back(this_boot), -EBADMSG);
	buf_putc(&bytes, 'x');
	buf_putc(&bytes, 'x');
	assert_int_equal(read_back(this_boot), -EBADMSG);
}

#define STATE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATE_TEST(what_is_gone_is_told_and_what_stays_is_not),
		STATE_TEST(another_socket_is_another_port),
		STATE_TEST(a_port_stays_while_any_of_its_sockets_does),
		STATE_TEST(a_second_look_finds_what_the_first_missed),
		STATE_TEST(nothing_is_told_of_what_could_not_be_read),
		STATE_TEST(nothing_is_told_of_what_was_not_followed),
		STATE_TEST(an_empty_state_is_one),
		STATE_TEST(another_boot_and_another_version_are_told_apart),
		STATE_TEST(every_flipped_bit_is_noticed),
		STATE_TEST(every_cut_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
