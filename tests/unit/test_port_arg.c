// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/log.h"
#include "cmd/port_arg.h"

static struct port_arg arg;
static char said[1024];

static int parse(void *word)
{
	port_arg_free(&arg);
	return port_arg_parse(word, &arg);
}

static int tear_down(void **state)
{
	(void)state;
	port_arg_free(&arg);
	return 0;
}

static int call(const char *word)
{
	char copy[128];

	snprintf(copy, sizeof(copy), "%s", word);
	return captured(STDERR_FILENO, parse, copy, said, sizeof(said));
}

static bool has(uint16_t proto, bool mptcp, uint16_t port)
{
	struct socket_info socket = { .mptcp = mptcp, .local = { .proto = proto, .port = port } };

	return port_arg_has(&arg, &socket);
}

static void a_number_means_every_protocol(void **state)
{
	(void)state;
	assert_int_equal(call("8080"), STATUS_OK);
	assert_true(has(IPPROTO_TCP, false, 8080));
	assert_true(has(IPPROTO_UDP, false, 8080));
	assert_true(has(IPPROTO_SCTP, false, 8080));
	assert_false(has(IPPROTO_TCP, false, 8081));
	assert_true(port_arg_is_one(&arg));
	assert_string_equal(said, "");
}

static void a_protocol_before_it(void **state)
{
	(void)state;
	assert_int_equal(call("udp/53"), STATUS_OK);
	assert_true(has(IPPROTO_UDP, false, 53));
	assert_false(has(IPPROTO_TCP, false, 53));
	assert_false(has(IPPROTO_UDPLITE, false, 53));
	assert_int_equal(call("tcp/53"), STATUS_OK);
	assert_true(has(IPPROTO_TCP, true, 53));
	assert_int_equal(call("mptcp/53"), STATUS_OK);
	assert_true(has(IPPROTO_TCP, true, 53));
	assert_false(has(IPPROTO_TCP, false, 53));
}

static void lists_and_ranges(void **state)
{
	(void)state;
	assert_int_equal(call("tcp/22,8000-8100"), STATUS_OK);
	assert_true(has(IPPROTO_TCP, false, 22));
	assert_true(has(IPPROTO_TCP, false, 8100));
	assert_false(has(IPPROTO_TCP, false, 8101));
	assert_false(has(IPPROTO_UDP, false, 22));
	assert_false(port_arg_is_one(&arg));
}

static void what_is_wrong_is_said_in_a_line(void **state)
{
	static const struct {
		const char *word;
		const char *part;
	} bad[] = {
		{ "0", "0 is no port" },   { "65536", "end at 65535" },
		{ "abc", "'abc'" },        { "80-79", "wrong way round" },
		{ "", "number" },          { "tcp/", "number" },
		{ "/80", "protocol" },     { "tpc/80", "did you mean 'tcp'" },
		{ "icmp/1", "'icmp'" },    { "TCP/80", "'TCP'" },
		{ "80,", "number" },       { "tcp/80,udp/53", "number" },
		{ "tcp//80", "number" },   { "-1", "number" },
		{ "99999999999", "port" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (call(bad[i].word) != STATUS_USAGE)
			fail_msg("'%s' is taken", bad[i].word);
		assert_contains(said, bad[i].part);
		assert_int_equal(strcspn(said, "\n"), strlen(said) - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_number_means_every_protocol, tear_down),
		cmocka_unit_test_teardown(a_protocol_before_it, tear_down),
		cmocka_unit_test_teardown(lists_and_ranges, tear_down),
		cmocka_unit_test_teardown(what_is_wrong_is_said_in_a_line, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
