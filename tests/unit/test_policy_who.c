// SPDX-License-Identifier: GPL-2.0-only
/* user=, group= and where a process runs. */
#include "judging.h"

static void users_and_groups_by_name_and_number(void **state)
{
	struct case_of c;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	assert_yes("user=www-data", &c);
	assert_yes("user=33", &c);
	assert_yes("user=www-*", &c);
	assert_yes("user=root,www-data", &c);
	assert_no("user=root", &c);
	assert_no("user=0", &c);
	assert_no("user=!33", &c);
	assert_yes("user=!root", &c);
	assert_yes("group=ssl-cert", &c);
	assert_yes("group=www-data", &c);
	assert_yes("group=115", &c);
	assert_yes("group=33", &c);
	assert_no("group=0", &c);
	assert_no("group=wheel", &c);
	assert_no("group=!ssl-cert", &c);
	assert_yes("group=!wheel", &c);
	assert_yes("group=ssl-*", &c);
	/* A user without a name has none for certain. */
	c.subject.user = "";
	assert_no("user=*", &c);
	assert_yes("user=!*", &c);
	assert_yes("user=33", &c);
	c.subject.user = NULL;
	assert_maybe("user=www-data", &c);
	c.subject.uid_known = false;
	assert_maybe("user=33", &c);
	assert_maybe("user=!33", &c);
	c.subject.group_ids = NULL;
	assert_yes("group=33", &c);
	assert_maybe("group=115", &c);
	c.subject.groups = NULL;
	assert_maybe("group=ssl-cert", &c);
	c.subject.gid_known = false;
	assert_maybe("group=33", &c);
}

static void units_containers_namespaces_and_interfaces(void **state)
{
	struct case_of c;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	assert_yes("unit=nginx.service", &c);
	assert_yes("unit=ngin*", &c);
	assert_yes("unit=!sshd.service", &c);
	assert_no("unit=sshd.service", &c);
	assert_no("container=*", &c);
	assert_yes("container=!*", &c);
	assert_yes("netns=host", &c);
	assert_yes("netns=4026531840", &c);
	assert_no("netns=4026531841", &c);
	assert_no("netns=!host", &c);
	assert_no("iface=eth0", &c);
	assert_no("iface=*", &c);
	assert_yes("iface=!*", &c);
	c.subject.iface = "eth0";
	assert_yes("iface=eth*", &c);
	assert_no("iface=!eth0", &c);
	c.subject.container =
		"docker:3f2a9c0b7d5e3f2a9c0b7d5e3f2a9c0b7d5e3f2a9c0b7d5e3f2a9c0b7d5e0123";
	assert_yes("container=docker:3f2a9c0b7d5e", &c);
	assert_yes("container=3f2a9c0b7d5e", &c);
	assert_yes("container=docker:*", &c);
	assert_yes("container=3f2a9c0b7d5e3f2a9c0b7d5e3f2a9c0b7d5e3f2a9c0b7d5e3f2a9c0b7d5e0123",
		   &c);
	assert_no("container=3f2a9c0b7d5", &c);
	c.subject.container = "lxc:web";
	assert_yes("container=web", &c);
	assert_yes("container=lxc:web", &c);
	assert_no("container=docker:web", &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_and_groups_by_name_and_number),
		cmocka_unit_test(units_containers_namespaces_and_interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, let_go);
}
