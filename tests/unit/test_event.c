// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>

static struct endpoint address(const char *addr)
{
	struct endpoint local = { .family = strchr(addr, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(local.family, addr, local.addr) != 1)
		fail_msg("'%s' is no address", addr);
	return local;
}

/* The first and last address of each prefix, and its neighbours outside. */
static const struct {
	const char *addr;
	enum scope scope;
} scopes[] = {
	{ "0.0.0.0", SCOPE_ANY },
	{ "0.0.0.1", SCOPE_PUBLIC },
	{ "9.255.255.255", SCOPE_PUBLIC }, /* RFC 1918: 10/8 */
	{ "10.0.0.0", SCOPE_PRIVATE },
	{ "10.255.255.255", SCOPE_PRIVATE },
	{ "11.0.0.0", SCOPE_PUBLIC },
	{ "100.63.255.255", SCOPE_PUBLIC }, /* RFC 6598: 100.64/10 */
	{ "100.64.0.0", SCOPE_PRIVATE },
	{ "100.127.255.255", SCOPE_PRIVATE },
	{ "100.128.0.0", SCOPE_PUBLIC },
	{ "126.255.255.255", SCOPE_PUBLIC }, /* RFC 1122: 127/8 */
	{ "127.0.0.0", SCOPE_LOOPBACK },
	{ "127.0.0.1", SCOPE_LOOPBACK },
	{ "127.255.255.255", SCOPE_LOOPBACK },
	{ "128.0.0.0", SCOPE_PUBLIC },
	{ "169.253.255.255", SCOPE_PUBLIC }, /* RFC 3927: 169.254/16 */
	{ "169.254.0.0", SCOPE_LINK },
	{ "169.254.255.255", SCOPE_LINK },
	{ "169.255.0.0", SCOPE_PUBLIC },
	{ "172.15.255.255", SCOPE_PUBLIC }, /* RFC 1918: 172.16/12 */
	{ "172.16.0.0", SCOPE_PRIVATE },
	{ "172.31.255.255", SCOPE_PRIVATE },
	{ "172.32.0.0", SCOPE_PUBLIC },
	{ "192.167.255.255", SCOPE_PUBLIC }, /* RFC 1918: 192.168/16 */
	{ "192.168.0.0", SCOPE_PRIVATE },
	{ "192.168.255.255", SCOPE_PRIVATE },
	{ "192.169.0.0", SCOPE_PUBLIC },
	{ "223.255.255.255", SCOPE_PUBLIC }, /* RFC 5771: 224/4 */
	{ "224.0.0.0", SCOPE_MULTICAST },
	{ "239.255.255.255", SCOPE_MULTICAST },
	{ "240.0.0.0", SCOPE_PUBLIC },
	{ "8.8.8.8", SCOPE_PUBLIC },
	{ "::", SCOPE_ANY }, /* RFC 4291 */
	{ "::1", SCOPE_LOOPBACK },
	{ "::2", SCOPE_PUBLIC },
	{ "1::1", SCOPE_PUBLIC },
	{ "fbff:ffff::ffff", SCOPE_PUBLIC }, /* RFC 4193: fc00::/7 */
	{ "fc00::", SCOPE_PRIVATE },
	{ "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", SCOPE_PRIVATE },
	{ "fe00::", SCOPE_PUBLIC },
	{ "fe7f:ffff::1", SCOPE_PUBLIC }, /* RFC 4291: fe80::/10 */
	{ "fe80::", SCOPE_LINK },
	{ "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", SCOPE_LINK },
	{ "fec0::", SCOPE_PUBLIC },
	{ "feff:ffff::1", SCOPE_PUBLIC }, /* RFC 4291: ff00::/8 */
	{ "ff00::", SCOPE_MULTICAST },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", SCOPE_MULTICAST },
	{ "2001:db8::1", SCOPE_PUBLIC },
	{ "::ffff:0.0.0.0", SCOPE_ANY }, /* mapped: as the IPv4 address */
	{ "::ffff:127.0.0.1", SCOPE_LOOPBACK },
	{ "::ffff:169.254.1.1", SCOPE_LINK },
	{ "::ffff:192.168.1.1", SCOPE_PRIVATE },
	{ "::ffff:8.8.8.8", SCOPE_PUBLIC },
	{ "::ffff:224.0.0.1", SCOPE_MULTICAST },
	{ "::fffe:127.0.0.1", SCOPE_PUBLIC }, /* not mapped */
	{ "::127.0.0.1", SCOPE_PUBLIC },
};

static void each_address_has_its_scope_up_to_the_borders(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scopes); i++) {
		struct endpoint local = address(scopes[i].addr);
		enum scope scope = endpoint_scope(&local);

		if (scope != scopes[i].scope)
			fail_msg("%s is %s", scopes[i].addr, scope_name(scope));
	}
}

static void addresses_print_as_people_write_them(void **state)
{
	static const char *const table[][2] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "192.168.1.2", "192.168.1.2" },
		{ "::", "::" },
		{ "2001:db8:0:0:0:0:0:1", "2001:db8::1" },
		{ "fe80:1:2:3:4:5:6:7", "fe80:1:2:3:4:5:6:7" },
		{ "::ffff:192.168.1.2", "192.168.1.2" },
		{ "::ffff:0:0", "0.0.0.0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct endpoint local = address(table[i][0]);
		char text[INET6_ADDRSTRLEN];

		endpoint_addr_text(&local, text);
		assert_string_equal(text, table[i][1]);
	}
}

static void only_an_ipv6_socket_is_mapped(void **state)
{
	struct endpoint mapped = address("::ffff:1.2.3.4"), other = address("::1.2.3.4");

	(void)state;
	assert_true(endpoint_is_mapped(&mapped));
	assert_false(endpoint_is_mapped(&other));
	mapped.family = AF_INET;
	assert_false(endpoint_is_mapped(&mapped));
}

static void protocols_have_their_names(void **state)
{
	static const struct {
		uint16_t proto;
		bool mptcp;
		const char *name;
	} table[] = {
		{ 6, false, "tcp" },    { 17, false, "udp" }, { 136, false, "udplite" },
		{ 132, false, "sctp" }, { 6, true, "mptcp" }, { 1, false, "?" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct socket_info socket = { .mptcp = table[i].mptcp,
					      .local.proto = table[i].proto };

		assert_string_equal(proto_name(&socket), table[i].name);
	}
}

static void errors_go_by_their_names(void **state)
{
	(void)state;
	assert_string_equal(errno_name(ECONNREFUSED), "ECONNREFUSED");
	assert_string_equal(errno_name(EADDRINUSE), "EADDRINUSE");
	assert_string_equal(errno_name(ETIMEDOUT), "ETIMEDOUT");
	assert_string_equal(errno_name(EAGAIN), "EAGAIN");
}

/* The kernel has some for itself (include/linux/errno.h: ERESTARTSYS is 512). */
static void an_error_without_a_name_goes_by_its_number(void **state)
{
	(void)state;
	assert_string_equal(errno_name(512), "E512");
	assert_string_equal(errno_name(65535), "E65535");
	assert_string_equal(errno_name(INT_MAX), "E2147483647");
	assert_string_equal(errno_name(-5), "E-5");
}

static void origins_are_named_where_they_are_known(void **state)
{
	(void)state;
	assert_null(origin_name(ORIGIN_NOT_KNOWN));
	assert_string_equal(origin_name(ORIGIN_BY_SYSCALL), "syscall");
	assert_string_equal(origin_name(ORIGIN_BY_IO_URING), "io_uring");
}

/* What --events takes is what an event calls itself. */
static void a_record_and_its_event_have_one_name(void **state)
{
	static const enum event_kind kinds[RECORD_KINDS] = {
		[RECORD_OPEN] = EVENT_OPEN,       [RECORD_CLOSE] = EVENT_CLOSE,
		[RECORD_CHANGE] = EVENT_CHANGE,   [RECORD_BIND] = EVENT_BIND,
		[RECORD_CONNECT] = EVENT_CONNECT, [RECORD_ACCEPT] = EVENT_ACCEPT,
		[RECORD_END] = EVENT_END,         [RECORD_FAIL] = EVENT_FAIL,
		[RECORD_STATE] = EVENT_STATE,
	};

	(void)state;
	for (int i = RECORD_OPEN; i < RECORD_KINDS; i++)
		assert_string_equal(record_kind_name((enum record_kind)i),
				    event_kind_name(kinds[i]));
}

static void every_kind_and_scope_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_KINDS; i++)
		assert_non_null(event_kind_name((enum event_kind)i));
	for (int i = 0; i < RECORD_KINDS; i++)
		assert_non_null(record_kind_name((enum record_kind)i));
	for (int i = 0; i < SCOPES; i++)
		assert_non_null(scope_name((enum scope)i));
	assert_string_equal(event_kind_name(EVENT_RECOVERED), "recovered");
	assert_string_equal(scope_name(SCOPE_LINK), "link");
}

#define AN_ID "3f2a9c0b7d5e4f6a8b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6"

static void whole_ids_alone_are_shown_short(void **state)
{
	(void)state;
	assert_int_equal(container_shown("docker:" AN_ID), strlen("docker:3f2a9c0b7d5e"));
	assert_int_equal(container_shown("docker:" AN_ID "0"), strlen("docker:" AN_ID "0"));
	assert_int_equal(container_shown("docker:3f2a9c0b7d5e4f"), strlen("docker:3f2a9c0b7d5e4f"));
	assert_int_equal(container_shown("lxc:web"), strlen("lxc:web"));
	assert_int_equal(container_shown(AN_ID), strlen(AN_ID));
	assert_int_equal(container_shown(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_has_its_scope_up_to_the_borders),
		cmocka_unit_test(addresses_print_as_people_write_them),
		cmocka_unit_test(only_an_ipv6_socket_is_mapped),
		cmocka_unit_test(protocols_have_their_names),
		cmocka_unit_test(errors_go_by_their_names),
		cmocka_unit_test(an_error_without_a_name_goes_by_its_number),
		cmocka_unit_test(origins_are_named_where_they_are_known),
		cmocka_unit_test(a_record_and_its_event_have_one_name),
		cmocka_unit_test(every_kind_and_scope_has_a_name),
		cmocka_unit_test(whole_ids_alone_are_shown_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
