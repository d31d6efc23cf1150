// SPDX-License-Identifier: GPL-2.0-only
#include "policies.h"

static struct judgement judge(const char *text, const struct case_of *c)
{
	static struct judgement out;
	static struct policy *policy;

	policy_free(policy); /* the one before: the texts of its verdict were looked at */
	policy = NULL;
	if (text)
		policy = a_policy(text);
	if (policy)
		policy_judge(policy, &c->subject, &out);
	return out;
}

/* Whether "allow" with these keys lets it through, and "alert" with them alerts. */
static void check(const char *keys, const struct case_of *c, enum truth truth, const char *file,
		  int line)
{
	char text[512];
	struct judgement got;

	snprintf(text, sizeof(text), "allow tcp %s\ndefault alert", keys);
	got = judge(text, c);
	if ((got.verdict.kind == VERDICT_EXPECTED) != (truth == TRUTH_YES))
		fail_msg("%s:%d: allow with %s: %s", file, line, keys,
			 verdict_name(got.verdict.kind));
	snprintf(text, sizeof(text), "alert:crit tcp %s\ndefault allow", keys);
	got = judge(text, c);
	if ((got.verdict.kind == VERDICT_UNEXPECTED) != (truth != TRUTH_NO))
		fail_msg("%s:%d: alert with %s: %s", file, line, keys,
			 verdict_name(got.verdict.kind));
}

#define assert_truth(keys, c, truth) check(keys, c, truth, __FILE__, __LINE__)
#define assert_yes(keys, c) assert_truth(keys, c, TRUTH_YES)
#define assert_no(keys, c) assert_truth(keys, c, TRUTH_NO)
#define assert_maybe(keys, c) assert_truth(keys, c, TRUTH_MAYBE)

static void verdicts_are_those_of_the_first_rule(void **state)
{
	static const char text[] = "allow tcp/80 user=root\n"
				   "ignore tcp/80 user=www-data\n"
				   "allow tcp/80\n"
				   "require tcp/81\n"
				   "alert:info tcp/82 hook=h\n"
				   "alert tcp/83\n"
				   "default alert:crit\n";
	struct case_of c;
	struct judgement got;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	got = judge(text, &c);
	assert_int_equal(got.verdict.kind, VERDICT_IGNORED);
	assert_string_equal(got.verdict.rule, "porttrace.policy:2");
	assert_null(got.verdict.why);
	c.local.port = 81;
	got = judge(text, &c);
	assert_int_equal(got.verdict.kind, VERDICT_EXPECTED);
	assert_string_equal(got.verdict.rule, "porttrace.policy:4");
	c.local.port = 82;
	got = judge(text, &c);
	assert_int_equal(got.verdict.kind, VERDICT_UNEXPECTED);
	assert_int_equal(got.verdict.severity, SEVERITY_INFO);
	assert_string_equal(got.verdict.hook, "h");
	c.local.port = 83;
	got = judge(text, &c);
	assert_int_equal(got.verdict.severity, SEVERITY_WARNING);
	assert_null(got.verdict.hook);
	c.local.port = 84;
	got = judge(text, &c);
	assert_int_equal(got.verdict.severity, SEVERITY_CRIT);
	assert_string_equal(got.verdict.rule, "default");
	assert_false(got.verdict.changed);
	assert_string_equal(got.verdict.why, "no rule allows it, and none names tcp/84");
}

static void without_a_default_it_is_a_warning(void **state)
{
	struct case_of c;
	struct judgement got;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	got = judge("", &c);
	assert_int_equal(got.verdict.kind, VERDICT_UNEXPECTED);
	assert_int_equal(got.verdict.severity, SEVERITY_WARNING);
	assert_string_equal(got.verdict.rule, "default");
	got = judge("default ignore", &c);
	assert_int_equal(got.verdict.kind, VERDICT_IGNORED);
}

static bool allowed(const char *target, const char *proto, uint16_t port)
{
	char text[128];
	struct case_of c;

	a_case(&c, "0.0.0.0", port);
	c.subject.proto = proto;
	snprintf(text, sizeof(text), "allow %s", target);
	return judge(text, &c).verdict.kind == VERDICT_EXPECTED;
}

static void protocols_and_ports(void **state)
{
	(void)state;
	assert_true(allowed("tcp/80", "tcp", 80));
	assert_false(allowed("tcp/80", "tcp", 81));
	assert_false(allowed("tcp/80", "udp", 80));
	assert_true(allowed("tcp/80,443", "tcp", 443));
	assert_true(allowed("tcp/8000-8100", "tcp", 8000));
	assert_true(allowed("tcp/8000-8100", "tcp", 8100));
	assert_false(allowed("tcp/8000-8100", "tcp", 7999));
	assert_false(allowed("tcp/8000-8100", "tcp", 8101));
	assert_true(allowed("tcp/*", "tcp", 1));
	assert_true(allowed("tcp", "tcp", 65535));
	assert_true(allowed("any/53", "sctp", 53));
	assert_true(allowed("any/53", "?", 53));
	assert_true(allowed("udp/53", "udp", 53));
	assert_true(allowed("udplite/53", "udplite", 53));
	assert_false(allowed("udp/53", "udplite", 53));
	assert_true(allowed("sctp/53", "sctp", 53));
	/* A socket of MPTCP takes connections of TCP. */
	assert_true(allowed("tcp/80", "mptcp", 80));
	assert_true(allowed("mptcp/80", "mptcp", 80));
	assert_false(allowed("mptcp/80", "tcp", 80));
}

static void ephemeral_is_what_the_kernel_picked(void **state)
{
	struct case_of c;

	(void)state;
	a_case(&c, "0.0.0.0", 40000);
	assert_int_equal(judge("allow tcp/ephemeral", &c).verdict.kind, VERDICT_UNEXPECTED);
	c.subject.picked = true;
	assert_int_equal(judge("allow tcp/ephemeral", &c).verdict.kind, VERDICT_EXPECTED);
	assert_int_equal(judge("allow tcp/80,ephemeral", &c).verdict.kind, VERDICT_EXPECTED);
	/* Not known: by the range; and without one, nobody knows. */
	c.subject.picked_known = false;
	c.subject.ephemeral_first = 32768;
	c.subject.ephemeral_last = 60999;
	assert_int_equal(judge("allow tcp/ephemeral", &c).verdict.kind, VERDICT_EXPECTED);
	c.local.port = 61000;
	assert_int_equal(judge("allow tcp/ephemeral", &c).verdict.kind, VERDICT_UNEXPECTED);
	c.subject.ephemeral_first = 0;
	assert_int_equal(judge("allow tcp/ephemeral", &c).verdict.kind, VERDICT_UNEXPECTED);
	assert_int_equal(judge("alert tcp/ephemeral\ndefault allow", &c).verdict.kind,
			 VERDICT_UNEXPECTED);
}

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

static void unknown_lets_nothing_through_and_spares_nobody(void **state)
{
	static const char *const keys[] = {
		"exe=/usr/sbin/nginx",
		"exe=!/usr/sbin/nginx",
		"exe=deleted",
		"exe=memfd:*",
		"user=root",
		"user=!root",
		"user=0",
		"group=wheel",
		"group=!wheel",
		"group=0",
		"unit=a",
		"unit=!a",
		"container=a",
		"container=!a",
		"netns=host",
		"netns=!host",
		"netns=1",
		"iface=eth0",
		"iface=!eth0",
	};
	struct case_of c = { 0 };

	(void)state;
	set_addr(&c, "0.0.0.0");
	c.subject = (struct policy_subject){ .local = &c.local, .proto = "tcp" };
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_maybe(keys[i], &c);
	/* What is known otherwise still decides. */
	assert_no("exe=/usr/sbin/nginx on=loopback", &c);
}

static void keys_are_joined_by_and(void **state)
{
	struct case_of c;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	assert_yes("unit=nginx.service exe=/usr/sbin/nginx user=33 on=any", &c);
	assert_no("unit=nginx.service exe=/usr/sbin/nginx user=34 on=any", &c);
	c.subject.unit = NULL;
	assert_maybe("unit=nginx.service exe=/usr/sbin/nginx", &c);
	assert_no("unit=nginx.service exe=/usr/sbin/apache2", &c);
}

static void what_changed_is_told(void **state)
{
	static const char text[] = "alert:crit any/* exe=memfd:*,/tmp/**\n"
				   "allow tcp/80,443 exe=/usr/sbin/apache2 user=root unit=x\n"
				   "ignore tcp/1-1024 user=nobody\n"
				   "allow tcp/80 exe=/usr/sbin/nginx user=www-data on=any\n"
				   "ignore tcp/9000 user=dev\n"
				   "allow udp/80 exe=/tmp/nginx\n";
	struct case_of c;
	struct judgement got;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	c.subject.exe = "/tmp/nginx";
	got = judge(text, &c);
	assert_int_equal(got.verdict.severity, SEVERITY_CRIT);
	assert_string_equal(got.verdict.rule, "porttrace.policy:1");
	assert_true(got.verdict.changed);
	assert_string_equal(got.verdict.why,
			    "exe is /tmp/nginx, rule porttrace.policy:4 wants /usr/sbin/nginx");
	set_addr(&c, "10.0.0.1");
	got = judge(text, &c);
	assert_string_equal(got.verdict.why,
			    "on is private (10.0.0.1), rule porttrace.policy:4 wants any; "
			    "exe is /tmp/nginx, it wants /usr/sbin/nginx");
	/* A range to be ignored names no number. */
	c.local.port = 81;
	got = judge(text, &c);
	assert_false(got.verdict.changed);
	assert_string_equal(got.verdict.why,
			    "exe is /tmp/nginx, rule porttrace.policy:1 alerts on any/* "
			    "exe=memfd:*,/tmp/**");
	c.local.port = 9000;
	got = judge(text, &c);
	assert_true(got.verdict.changed);
	assert_string_equal(got.verdict.why, "user is www-data, rule porttrace.policy:5 wants dev");
}

static void why_it_is_not_the_file_is_told(void **state)
{
	static const char text[] = "allow tcp/80 exe=/usr/sbin/nginx\n";
	struct case_of c;
	struct judgement got;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	c.subject.standing = EXE_OTHER;
	got = judge(text, &c);
	assert_true(got.verdict.changed);
	assert_string_equal(
		got.verdict.why,
		"exe is /usr/sbin/nginx, but not the host's file of that path: a container's, "
		"or one mounted over it, rule porttrace.policy:1 wants /usr/sbin/nginx");
	c.subject.standing = EXE_DELETED;
	got = judge(text, &c);
	assert_true(got.verdict.changed);
	assert_contains(got.verdict.why, "which was deleted or replaced since it started "
					 "(exe-deleted=ok allows that), rule");
	/* Not known is not known to have changed. */
	c.subject.standing = EXE_UNKNOWN;
	got = judge(text, &c);
	assert_false(got.verdict.changed);
	assert_contains(got.verdict.why, "which is not known to be the host's file, rule");
	c.subject.exe = NULL;
	got = judge(text, &c);
	assert_false(got.verdict.changed);
	assert_string_equal(got.verdict.why,
			    "exe is not known, rule porttrace.policy:1 wants /usr/sbin/nginx");
	c.subject.exe = "memfd:x";
	c.subject.standing = EXE_MEMFD;
	got = judge(text, &c);
	assert_string_equal(got.verdict.why,
			    "exe is memfd:x, rule porttrace.policy:1 wants /usr/sbin/nginx");
}

static void each_fact_has_its_words(void **state)
{
	static const char text[] =
		"allow tcp/80 user=a group=b unit=c container=d netns=e iface=f\n";
	struct case_of c;
	struct judgement got;

	(void)state;
	a_case(&c, "127.0.0.1", 80);
	got = judge(text, &c);
	assert_string_equal(
		got.verdict.why,
		"user is www-data, rule porttrace.policy:1 wants a; group is "
		"www-data,ssl-cert, it wants b; unit is nginx.service, it wants c; "
		"container is none, it wants d; netns is host, it wants e; iface is none, "
		"it wants f");
	c.subject.user = "";
	c.subject.groups = NULL;
	c.subject.unit = NULL;
	c.subject.netns = "";
	got = judge(text, &c);
	assert_contains(got.verdict.why, "user is 33, rule");
	assert_contains(got.verdict.why,
			"; group is 33, and others that are not known, it wants b");
	assert_contains(got.verdict.why, "; unit is not known, it wants c");
	assert_contains(got.verdict.why, "; netns is 4026531840, it wants e");
	c.subject.uid_known = c.subject.gid_known = false;
	c.subject.user = NULL;
	c.subject.netns_inode = 0;
	got = judge(text, &c);
	assert_contains(got.verdict.why, "user is not known, rule");
	assert_contains(got.verdict.why, "; group is not known, it");
	assert_contains(got.verdict.why, "; netns is none, it");
	c.subject.groups = c.groups;
	c.subject.n_groups = 0;
	got = judge(text, &c);
	assert_contains(got.verdict.why, "; group is none, it");
}

static void a_long_why_is_cut_and_says_so(void **state)
{
	char exe[3000];
	struct case_of c;
	struct judgement got;

	(void)state;
	memset(exe, 'a', sizeof(exe) - 1);
	exe[0] = '/';
	exe[sizeof(exe) - 1] = '\0';
	a_case(&c, "127.0.0.1", 80);
	c.subject.exe = exe;
	got = judge("allow tcp/80 exe=/b user=x", &c);
	assert_int_equal(strlen(got.verdict.why), POLICY_WHY_MAX - 1);
	assert_string_equal(got.verdict.why + POLICY_WHY_MAX - 1 - 4, "a...");
}

static void required_ports_are_satisfied_by_what_the_rule_asks(void **state)
{
	struct policy *policy = a_policy("alert tcp/22 exe=/usr/sbin/sshd\n"
					 "require tcp/22,23-24 exe=/usr/sbin/sshd on=any\n");
	const struct policy_required *all;
	struct case_of c;
	size_t n;

	(void)state;
	all = policy_required(policy, &n);
	assert_int_equal(n, 2);
	a_case(&c, "0.0.0.0", 22);
	c.subject.exe = "/usr/sbin/sshd";
	assert_true(policy_satisfies(policy, &all[0], &c.subject));
	assert_false(policy_satisfies(policy, &all[1], &c.subject));
	c.subject.standing = EXE_OTHER;
	assert_false(policy_satisfies(policy, &all[0], &c.subject));
	c.subject.standing = EXE_HOST;
	c.local.port = 24;
	assert_false(policy_satisfies(policy, &all[0], &c.subject));
	assert_true(policy_satisfies(policy, &all[1], &c.subject));
	c.subject.proto = "udp";
	assert_false(policy_satisfies(policy, &all[1], &c.subject));
	c.subject.proto = "tcp";
	set_addr(&c, "127.0.0.1");
	assert_false(policy_satisfies(policy, &all[1], &c.subject));
	policy_free(policy);
}

/* Whoever asks is told why, whatever the verdict. */
static void each_verdict_can_be_explained(void **state)
{
	struct policy *policy = a_policy("allow tcp/80 exe=/usr/sbin/nginx on=any\nignore tcp/81\n"
					 "alert tcp/82 user=!root\ndefault allow\n");
	char why[POLICY_WHY_MAX];
	struct case_of c;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	policy_explain(policy, &c.subject, why);
	assert_string_equal(why, "on is any (0.0.0.0), rule porttrace.policy:1 wants any; exe is "
				 "/usr/sbin/nginx, it wants /usr/sbin/nginx");
	c.local.port = 81;
	policy_explain(policy, &c.subject, why);
	assert_string_equal(why, "rule porttrace.policy:2 takes tcp/81, whoever it is");
	c.local.port = 82;
	policy_explain(policy, &c.subject, why);
	assert_string_equal(
		why, "user is www-data, rule porttrace.policy:3 alerts on tcp/82 user=!root");
	c.local.port = 83;
	policy_explain(policy, &c.subject, why);
	assert_string_equal(why, "no rule matches, and the default lets it through");
	policy_free(policy);
}

static int let_go(void **state)
{
	(void)state;
	judge(NULL, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_are_those_of_the_first_rule),
		cmocka_unit_test(without_a_default_it_is_a_warning),
		cmocka_unit_test(protocols_and_ports),
		cmocka_unit_test(ephemeral_is_what_the_kernel_picked),
		cmocka_unit_test(on_takes_scopes_and_networks),
		cmocka_unit_test(on_takes_ipv6),
		cmocka_unit_test(a_wildcard_bind_is_any_alone),
		cmocka_unit_test(exe_is_the_hosts_file),
		cmocka_unit_test(another_file_of_that_path_is_not_it),
		cmocka_unit_test(deleted_and_memfd_are_attributes),
		cmocka_unit_test(users_and_groups_by_name_and_number),
		cmocka_unit_test(units_containers_namespaces_and_interfaces),
		cmocka_unit_test(unknown_lets_nothing_through_and_spares_nobody),
		cmocka_unit_test(keys_are_joined_by_and),
		cmocka_unit_test(what_changed_is_told),
		cmocka_unit_test(why_it_is_not_the_file_is_told),
		cmocka_unit_test(each_fact_has_its_words),
		cmocka_unit_test(a_long_why_is_cut_and_says_so),
		cmocka_unit_test(required_ports_are_satisfied_by_what_the_rule_asks),
		cmocka_unit_test(each_verdict_can_be_explained),
	};

	return cmocka_run_group_tests(tests, NULL, let_go);
}
