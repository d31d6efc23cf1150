// SPDX-License-Identifier: GPL-2.0-only
/* exe=: which file it is that runs. */
#include "judging.h"

static void exe_is_the_hosts_file(void **state)
{
	struct case_of c;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	assert_yes("exe=/usr/sbin/nginx", &c);
	assert_yes("exe=/usr/sbin/*", &c);
	assert_yes("exe=/usr/**", &c);
	assert_yes("exe=**/nginx", &c);
	assert_yes("exe=/usr/sbin/ngin?", &c);
	assert_no("exe=/usr/*", &c);
	assert_no("exe=/usr/sbin/ngin", &c);
	assert_no("exe=/usr/sbin/apache2", &c);
	assert_yes("exe=/usr/sbin/apache2,/usr/sbin/nginx", &c);
	assert_no("exe=!/usr/sbin/nginx", &c);
	assert_yes("exe=!/usr/sbin/apache2,!/usr/bin/*", &c);
	assert_no("exe=/usr/**,!/usr/sbin/*", &c);
	assert_no("exe=!/usr/bin/x,/usr/bin/y", &c);
	assert_no("exe=deleted", &c);
	assert_no("exe=memfd:*", &c);
	assert_yes("exe=!deleted,!memfd:*", &c);
	/* Quoted, a star is a star. */
	assert_no("exe=\"/usr/sbin/*\"", &c);
	c.subject.exe = "/opt/My App/a*b";
	assert_yes("exe=\"/opt/My App/a*b\"", &c);
	assert_yes("exe=\"/opt/My\\x20App/a\\x2ab\"", &c);
	assert_yes("exe=\"/opt/My App/\"*", &c);
	assert_no("exe=\"/opt/My App/*\"", &c);
}

static void another_file_of_that_path_is_not_it(void **state)
{
	static const enum exe_standing standings[] = { EXE_OTHER, EXE_DELETED, EXE_UNKNOWN };
	struct case_of c;

	(void)state;
	for (size_t i = 0; i < COUNT(standings); i++) {
		a_case(&c, "0.0.0.0", 80);
		c.subject.standing = standings[i];
		assert_maybe("exe=/usr/sbin/nginx", &c);
		assert_maybe("exe=!/usr/sbin/nginx", &c);
		assert_no("exe=/usr/sbin/apache2", &c);
		assert_yes("exe=!/usr/sbin/apache2", &c);
		assert_truth("exe=/usr/sbin/nginx exe-deleted=ok", &c,
			     standings[i] == EXE_DELETED ? TRUTH_YES : TRUTH_MAYBE);
		assert_truth("exe=!/usr/sbin/nginx exe-deleted=ok", &c,
			     standings[i] == EXE_DELETED ? TRUTH_NO : TRUTH_MAYBE);
	}
}

static void deleted_and_memfd_are_attributes(void **state)
{
	struct case_of c;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	c.subject.standing = EXE_DELETED;
	assert_yes("exe=deleted", &c);
	assert_no("exe=!deleted", &c);
	assert_no("exe=memfd:*", &c);
	c.subject.standing = EXE_OTHER;
	assert_no("exe=deleted", &c);
	/* It lay elsewhere, or that was not to be found out: deleted it is all the same. */
	c.subject.deleted = true;
	assert_yes("exe=deleted", &c);
	assert_no("exe=!deleted", &c);
	c.subject.standing = EXE_UNKNOWN;
	assert_yes("exe=deleted", &c);
	c.subject.exe = "/memfd:a/b";
	assert_maybe("exe=deleted", &c);
	c.subject.standing = EXE_MEMFD;
	assert_yes("exe=memfd:*", &c);
	assert_yes("exe=memfd:a*", &c);
	assert_yes("exe=memfd:a/b", &c);
	assert_no("exe=memfd:a", &c);
	assert_no("exe=deleted", &c);
	assert_no("exe=!memfd:*", &c);
	c.subject.exe = "memfd:x";
	assert_yes("exe=memfd:x", &c);
	assert_no("exe=/usr/**", &c);
	/* A file may be called so: it is none in memory. */
	c.subject.exe = "/memfd:x";
	c.subject.standing = EXE_HOST;
	assert_no("exe=memfd:x", &c);
	assert_yes("exe=\"/memfd:x\"", &c);
	c.subject.standing = EXE_UNKNOWN;
	assert_maybe("exe=memfd:x", &c);
	assert_maybe("exe=deleted", &c);
	c.subject.exe = "/usr/bin/x";
	assert_no("exe=memfd:x", &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exe_is_the_hosts_file),
		cmocka_unit_test(another_file_of_that_path_is_not_it),
		cmocka_unit_test(deleted_and_memfd_are_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, let_go);
}
