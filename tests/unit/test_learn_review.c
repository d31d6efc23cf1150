// SPDX-License-Identifier: GPL-2.0-only
/* What looks wrong is learnt as a comment, for somebody to read. */
#include "learning.h"

static void assert_review(const struct someone *s, const char *rule, const char *reason)
{
	assert_string_equal(rule_of(s), rule);
	assert_contains(learnt(NULL), reason);
	assert_contains(learnt(NULL), "\n# REVIEW: ");
	policy_free(parsed(learnt(NULL)));
}

static void what_looks_wrong_is_commented_out(void **state)
{
	struct someone *s = someone("0.0.0.0", 80);

	(void)state;
	s->seen.writable = true;
	assert_review(s, "#allow tcp/80 on=any exe=/usr/sbin/nginx unit=nginx.service",
		      "# everybody may write to the executable");
	s->seen.writable = false;
	s->subject.standing = EXE_DELETED;
	assert_review(s,
		      "#allow tcp/80 on=any exe=/usr/sbin/nginx exe-deleted=ok unit=nginx.service",
		      "# the executable was deleted or replaced");
	s->subject.standing = EXE_MEMFD;
	s->subject.exe = "/memfd:x";
	assert_review(s, "#allow tcp/80 on=any exe=memfd:* unit=nginx.service",
		      "# the executable is in memory alone");
	assert_contains(learnt(NULL), "\n# it is called /memfd:x\n");
	s->subject.standing = EXE_OTHER;
	s->subject.exe = "/usr/sbin/nginx";
	assert_review(s, "#allow tcp/80 on=any unit=nginx.service",
		      "# on the host another file has this path");
	s->subject.standing = EXE_UNKNOWN;
	assert_review(s, "#allow tcp/80 on=any unit=nginx.service", "could not be found out");
	s->subject =
		(struct policy_subject){ .local = &s->local, .proto = "udp", .picked_known = true };
	s->seen.nobody = true;
	assert_review(s, "#allow udp/80 on=any", "# no process is known to have it");
}

/* A comment is one line, whatever a process calls itself. */
static void names_cannot_leave_their_comment(void **state)
{
	struct someone *s = someone("0.0.0.0", 80);

	(void)state;
	s->subject.standing = EXE_OTHER;
	s->subject.exe = "/x\nallow any/*\n\x1b[2J";
	s->subject.unit = "x\nallow any/*.service";
	assert_contains(rule_of(s), "#allow tcp/80 on=any unit=\"x\\x0aallow any/");
	assert_contains(learnt(NULL), "# it is called /x\\x0aallow any/*\\x0a\\x1b[2J\n");
	assert_contains(learnt(NULL), "\n# --- x\\x0aallow any/*.service\n");
	policy_free(parsed(learnt(NULL)));
}

/* By its number alone one cannot say: sock_diag does not tell. */
static void a_port_that_may_have_been_picked_is_for_review(void **state)
{
	struct someone *s = someone("0.0.0.0", 40000);

	(void)state;
	s->subject.picked_known = false;
	assert_contains(rule_of(s), "#allow tcp/40000 on=any");
	assert_contains(learnt(NULL), "# whether the kernel picked this port is not known");
	s->local.port = 80;
	assert_contains(rule_of(s), "allow tcp/80 on=any");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEARNT(what_looks_wrong_is_commented_out),
		LEARNT(names_cannot_leave_their_comment),
		LEARNT(a_port_that_may_have_been_picked_is_for_review),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
