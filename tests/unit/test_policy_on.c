// SPDX-License-Identifier: GPL-2.0-only
/* on=: the address a socket is bound to. */
#include "judging.h"

static void on_takes_scopes_and_networks(void **state)
{
	struct case_of c;

	(void)state;
	a_case(&c, "127.0.0.1", 80);
	assert_yes("on=loopback", &c);
	assert_yes("on=127.0.0.0/8", &c);
	assert_yes("on=127.0.0.1", &c);
	assert_yes("on=0.0.0.0/0", &c);
	assert_yes("on=public,loopback", &c);
	assert_yes("on=!public", &c);
	assert_no("on=!loopback", &c);
	assert_no("on=any", &c);
	assert_no("on=::1", &c);
	assert_no("on=::/0", &c);
	assert_no("on=127.0.0.2", &c);
	set_addr(&c, "10.1.2.3");
	assert_yes("on=private", &c);
	assert_yes("on=10.1.0.0/16", &c);
	assert_yes("on=10.1.2.2/31", &c);
	assert_no("on=10.1.2.0/31", &c);
	assert_no("on=10.0.0.0/16", &c);
	assert_no("on=private,!10.1.0.0/16", &c);
	assert_yes("on=private,!10.2.0.0/16", &c);
	set_addr(&c, "224.0.0.251");
	assert_yes("on=multicast", &c);
	set_addr(&c, "169.254.1.1");
	assert_yes("on=link", &c);
	set_addr(&c, "8.8.8.8");
	assert_yes("on=public", &c);
}

static void on_takes_ipv6(void **state)
{
	struct case_of c;

	(void)state;
	a_case(&c, "fd12:3456::1", 80);
	assert_yes("on=private", &c);
	assert_yes("on=fd00::/8", &c);
	assert_yes("on=fd12:3456::/32", &c);
	assert_yes("on=fd12:3456::/33", &c);
	assert_no("on=fd12:3457::/32", &c);
	assert_no("on=fd12:3456:8000::/33", &c);
	assert_yes("on=fd12:3456::1", &c);
	assert_no("on=fd12:3456::2", &c);
	assert_no("on=0.0.0.0/0", &c);
	assert_yes("on=::/0", &c);
	assert_no("on=!fd00::/8", &c);
	set_addr(&c, "fe80::1");
	assert_yes("on=link", &c);
	set_addr(&c, "::1");
	assert_yes("on=loopback", &c);
	assert_yes("on=::1", &c);
	/* What is IPv4 in IPv6 is IPv4, in the rule and in the socket. */
	set_addr(&c, "::ffff:10.1.2.3");
	assert_yes("on=10.0.0.0/8", &c);
	assert_yes("on=::ffff:10.0.0.0/104", &c);
	assert_no("on=::/0", &c);
	assert_yes("on=private", &c);
}

static void a_wildcard_bind_is_any_alone(void **state)
{
	static const char *const wildcards[] = { "0.0.0.0", "::", "::ffff:0.0.0.0" };
	struct case_of c;

	(void)state;
	for (size_t i = 0; i < COUNT(wildcards); i++) {
		a_case(&c, wildcards[i], 80);
		assert_yes("", &c);
		assert_yes("on=any", &c);
		assert_yes("on=loopback,any", &c);
		assert_no("on=loopback", &c);
		assert_no("on=public", &c);
		assert_no("on=0.0.0.0/0", &c);
		assert_no("on=::/0", &c);
		assert_no("on=!any", &c);
		/* It reaches public addresses, too: neither let through nor spared. */
		assert_maybe("on=!public", &c);
		assert_maybe("on=!10.0.0.0/8", &c);
		assert_yes("on=any,!public", &c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_takes_scopes_and_networks),
		cmocka_unit_test(on_takes_ipv6),
		cmocka_unit_test(a_wildcard_bind_is_any_alone),
	};

	return cmocka_run_group_tests(tests, NULL, let_go);
}
