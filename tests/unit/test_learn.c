// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is learnt is read back by the parser, and judged: a policy that alerts about
 * what it was made of is of no use, and one that lets through more than it saw is worse.
 */
#include "unit.h"

#include "policy/learn.h"

#include <arpa/inet.h>
#include <errno.h>

#define NOON 1795608000ULL /* 2026-11-25T12:00:00Z */
#define SUBJECTS 60
#define ROUNDS 400

/* --- subjects ------------------------------------------------------------------------------ */

struct someone {
	struct endpoint local;
	struct policy_subject subject;
	struct learn_seen seen;
	char exe[64];
	char unit[48];
	char user[48];
	char container[96];
};

static struct endpoint bound_to(const char *addr, uint16_t port)
{
	struct endpoint local = { .family = strchr(addr, ':') ? AF_INET6 : AF_INET,
				  .proto = IPPROTO_TCP,
				  .port = port };

	assert_int_equal(inet_pton(local.family, addr, local.addr), 1);
	return local;
}

/* nginx, of the host, at a port somebody asked for. */
static struct someone *someone(const char *addr, uint16_t port)
{
	static struct someone all[16];
	static size_t next;
	struct someone *s = &all[next++ % COUNT(all)];

	*s = (struct someone){ .local = bound_to(addr, port) };
	s->subject = (struct policy_subject){
		.local = &s->local,
		.proto = "tcp",
		.picked_known = true,
		.ephemeral_first = 32768,
		.ephemeral_last = 60999,
		.exe = "/usr/sbin/nginx",
		.standing = EXE_HOST,
		.uid_known = true,
		.user = "root",
		.unit = "nginx.service",
		.container = "",
	};
	s->seen = (struct learn_seen){ .subject = &s->subject, .time_s = NOON };
	return s;
}

/* --- what is made of them -------------------------------------------------------------------- */

static struct learn *learn;

static int learn_begin(void **state)
{
	(void)state;
	learn = learn_new(NULL);
	return !learn;
}

static int learn_end(void **state)
{
	(void)state;
	learn_free(learn);
	return 0;
}

static void see(const struct someone *s)
{
	assert_int_equal(learn_see(learn, &s->seen), 0);
}

/* The policy, in a buffer that is good until the next call. */
static const char *learnt(struct learn_counts *counts)
{
	static struct buf text;
	struct learn_counts ignored;

	buf_free(&text);
	text = (struct buf){ 0 };
	learn_put(learn, "test", &text, counts ? counts : &ignored);
	assert_false(text.failed);
	return text_of(&text);
}

/* What one subject becomes: the lines behind the heading. */
static const char *rule_of(const struct someone *s)
{
	static char line[1024];
	const char *text, *from, *to;

	learn_free(learn);
	learn = learn_new(NULL);
	see(s);
	text = learnt(NULL);
	from = strstr(text, "\nallow ");
	if (!from)
		from = strstr(text, "\n#allow ");
	assert_non_null(from);
	to = strchr(++from, '\n');
	snprintf(line, sizeof(line), "%.*s", (int)(to - from), from);
	return line;
}

/* --- reading it back -------------------------------------------------------------------------- */

static int read_text(void *arg, const char *path, char **text, size_t *len,
		     struct policy_file_id *id, const char **why)
{
	(void)path;
	(void)why;
	*text = strdup(arg);
	*len = strlen(arg);
	*id = (struct policy_file_id){ 1, 1 };
	return *text ? 0 : -1;
}

/* Neither an error nor a warning is in it. */
static struct policy *parsed(const char *text)
{
	const struct policy_files files = { .read = read_text, .arg = (void *)text };
	struct policy_problems problems = { 0 };
	struct policy *policy = NULL;
	struct buf told = { 0 };

	policy_parse(&policy, "learnt", &files, &problems);
	if (problems.n) {
		policy_problems_put(&problems, &told);
		fail_msg("%s\nin\n%s", text_of(&told), text);
	}
	policy_problems_free(&problems);
	assert_non_null(policy);
	return policy;
}

static enum verdict_kind judged(const struct policy *policy, const struct someone *s)
{
	struct judgement judgement;

	policy_judge(policy, &s->subject, &judgement);
	return judgement.verdict.kind;
}

/* --- the text ----------------------------------------------------------------------------------- */

static void nothing_seen_is_a_policy_that_lets_nothing_through(void **state)
{
	(void)state;
	assert_string_equal(learnt(NULL),
			    "# Learnt by test: nothing was open\n"
			    "# It was open, which does not say that it should have been: read this "
			    "before you trust it.\n"
			    "\ndefault alert:warning\n");
	policy_free(parsed(learnt(NULL)));
}

/* Groups by unit, then by executable; ports of one rule together; when and how often. */
static void a_policy_is_grouped_and_sorted(void **state)
{
	struct someone *s;
	struct learn_counts counts;

	(void)state;
	s = someone("0.0.0.0", 443);
	see(s);
	s = someone("::", 80);
	s->seen.time_s += 60;
	see(s);
	s = someone("0.0.0.0", 80);
	s->seen.time_s -= 60;
	see(s);
	s = someone("127.0.0.1", 8080);
	see(s);
	s = someone("127.0.0.1", 40000);
	s->subject.exe = "/usr/bin/python3.11";
	s->subject.unit = "";
	s->subject.user = "dev";
	s->subject.picked = true;
	see(s);
	s = someone("127.0.0.1", 5432);
	s->subject.exe = "/usr/lib/postgresql/15/bin/postgres";
	s->subject.unit = "postgresql@15-main.service";
	see(s);
	assert_string_equal(
		learnt(&counts),
		"# Learnt by test: 2026-11-25T11:59:00Z to 2026-11-25T12:01:00Z\n"
		"# It was open, which does not say that it should have been: read this before you "
		"trust it.\n"
		"\n# --- nginx.service\n"
		"\n# 1 time, 2026-11-25T12:00:00Z\n"
		"allow tcp/8080 on=loopback exe=/usr/sbin/nginx unit=nginx.service\n"
		"\n# 3 times, 2026-11-25T11:59:00Z to 2026-11-25T12:01:00Z\n"
		"allow tcp/80,443 on=any exe=/usr/sbin/nginx unit=nginx.service\n"
		"\n# --- postgresql@15-main.service\n"
		"\n# 1 time, 2026-11-25T12:00:00Z\n"
		"allow tcp/5432 on=loopback exe=/usr/lib/postgresql/15/bin/postgres "
		"unit=postgresql@15-main.service\n"
		"\n# --- no unit that lasts\n"
		"\n# 1 time, 2026-11-25T12:00:00Z\n"
		"allow tcp/ephemeral on=loopback exe=/usr/bin/python3.11 user=dev\n"
		"\ndefault alert:warning\n");
	assert_int_equal(counts.rules, 4);
	assert_int_equal(counts.reviews, 0);
	policy_free(parsed(learnt(NULL)));
}

/* A wildcard bind is "any" alone, so that both are listed where both were seen. */
static void scopes_are_those_seen(void **state)
{
	const struct someone *s = someone("10.0.0.1", 80);

	(void)state;
	see(someone("0.0.0.0", 80));
	see(someone("127.0.0.1", 80));
	see(someone("8.8.8.8", 80));
	see(someone("fe80::1", 80));
	assert_contains(learnt(NULL), "tcp/80 on=loopback,link,public,any exe=");
	see(s);
	assert_contains(learnt(NULL), "on=loopback,link,private,public,any exe=");
	assert_string_equal(rule_of(someone("ff02::fb", 5353)),
			    "allow tcp/5353 on=multicast exe=/usr/sbin/nginx unit=nginx.service");
}

static void three_numbers_in_a_row_are_a_range(void **state)
{
	(void)state;
	see(someone("::1", 81));
	see(someone("::1", 80));
	assert_contains(learnt(NULL), "tcp/80,81 on=");
	see(someone("::1", 82));
	see(someone("::1", 8080));
	assert_contains(learnt(NULL), "tcp/80-82,8080 on=");
}

/* A line stays one that can be read. */
static void many_numbers_are_several_rules(void **state)
{
	struct learn_counts counts;
	const char *text;

	(void)state;
	for (uint16_t port = 1000; port < 1060; port = (uint16_t)(port + 2))
		see(someone("::1", port));
	text = learnt(&counts);
	assert_int_equal(counts.rules, 2);
	assert_contains(text, ",1046 on=loopback exe=");
	assert_contains(text, "allow tcp/1048,");
	text = strstr(text, "# so many: ");
	assert_non_null(text);
	assert_null(strstr(text + 1, "# so many: "));
	policy_free(parsed(learnt(NULL)));
}

/* What is gone tomorrow names nothing: then the user does. */
static void units_of_a_moment_are_left_away(void **state)
{
	static const char *const moments[] = { "session-3.scope", "run-u12.service",
					       "run-r3f2.scope", "docker-1234.scope" };
	struct someone *s = someone("::1", 80);

	(void)state;
	for (size_t i = 0; i < COUNT(moments); i++) {
		s->subject.unit = moments[i];
		assert_string_equal(rule_of(s),
				    "allow tcp/80 on=loopback exe=/usr/sbin/nginx user=root");
	}
	s->subject.unit = "init.scope";
	assert_contains(rule_of(s), " unit=init.scope");
	s->subject.unit = NULL;
	s->subject.user = NULL;
	s->subject.uid = 12345;
	assert_contains(rule_of(s), " user=12345");
}

/* exe= is for the host's files alone: a container goes by what names it tomorrow, too. */
static void containers_go_by_a_name_that_lasts(void **state)
{
	struct someone *s = someone("0.0.0.0", 80);

	(void)state;
	s->subject.standing = EXE_OTHER;
	s->subject.unit = "";
	s->subject.container = "lxc:web";
	assert_string_equal(rule_of(s), "allow tcp/80 on=any container=lxc:web");
	s->subject.container = "docker:3f2a9c0b7d5e3f2a9c0b7d5e";
	assert_string_equal(rule_of(s), "#allow tcp/80 on=any container=docker:**");
	assert_contains(learnt(NULL), "an id and no name that lasts");
	s->subject.unit = "web.service"; /* of podman, by a unit of its own */
	assert_string_equal(rule_of(s), "allow tcp/80 on=any unit=web.service");
	s->subject.standing = EXE_HOST;
	assert_string_equal(rule_of(s), "allow tcp/80 on=any exe=/usr/sbin/nginx unit=web.service");
}

/* --- REVIEW ----------------------------------------------------------------------------------- */

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

/* --- a real path is that path ----------------------------------------------------------------- */

static void a_path_with_stars_means_itself(void **state)
{
	struct someone *s = someone("0.0.0.0", 80);
	struct policy *policy;

	(void)state;
	s->subject.exe = "/opt/a b,!*?[x]\"\\#\xff/n";
	see(s);
	policy = parsed(learnt(NULL));
	assert_int_equal(judged(policy, s), VERDICT_EXPECTED);
	s->subject.exe = "/opt/a b,!zz?[x]\"\\#\xff/n";
	assert_int_equal(judged(policy, s), VERDICT_UNEXPECTED);
	s->subject.exe = "/opt/a b";
	assert_int_equal(judged(policy, s), VERDICT_UNEXPECTED);
	policy_free(policy);
}

/* --- merging ------------------------------------------------------------------------------------ */

#define PEOPLES \
	"# ours\nallow  tcp/80   exe=/usr/sbin/nginx # both\nalert:crit tcp/23\ndefault alert"

/* Appends to a text what is new against it. */
static const char *merged(const char *text, struct someone *const *all, size_t n)
{
	static struct buf out;
	struct policy *known = parsed(text);
	struct learn *more = learn_new(known);
	struct learn_counts counts;

	assert_non_null(more);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(learn_see(more, &all[i]->seen), 0);
	buf_free(&out);
	out = (struct buf){ 0 };
	buf_puts(&out, text);
	learn_put_new(more, "test", text, strlen(text), &out, &counts);
	learn_free(more);
	policy_free(known);
	return text_of(&out);
}

static void merging_adds_what_is_new_behind_what_was(void **state)
{
	struct someone *all[] = { someone("0.0.0.0", 80), someone("0.0.0.0", 443) };
	char once[2048];

	(void)state;
	snprintf(once, sizeof(once), "%s", merged(PEOPLES, all, COUNT(all)));
	assert_string_equal(once, PEOPLES
			    "\n\n# Added by test: 2026-11-25T12:00:00Z\n"
			    "\n# --- nginx.service\n"
			    "\n# 1 time, 2026-11-25T12:00:00Z\n"
			    "allow tcp/443 on=any exe=/usr/sbin/nginx unit=nginx.service\n");
	assert_string_equal(merged(once, all, COUNT(all)), once);
}

/* Who narrowed a rule down, or forbade a port, did so on purpose. */
static void merging_does_not_undo_what_people_decided(void **state)
{
	struct someone *other = someone("0.0.0.0", 80), *telnet = someone("0.0.0.0", 23);
	struct someone *all[] = { other, telnet };
	char once[4096];

	(void)state;
	other->subject.exe = "/usr/sbin/apache2";
	snprintf(once, sizeof(once), "%s", merged(PEOPLES, all, COUNT(all)));
	assert_contains(once, "\n# the policy is against it: exe is /usr/sbin/apache2, rule ");
	assert_contains(once, "\n#allow tcp/80 on=any exe=/usr/sbin/apache2 unit=nginx.service\n");
	assert_contains(once, "\n#allow tcp/23 on=any exe=/usr/sbin/nginx unit=nginx.service\n");
	assert_null(strstr(once, "\nallow tcp/80 on=any"));
	assert_null(strstr(once, "\nallow tcp/23"));
	/* and it is not told a second time */
	assert_string_equal(merged(once, all, COUNT(all)), once);
}

/* --- bounds ------------------------------------------------------------------------------------- */

static void what_is_too_much_is_counted(void **state)
{
	struct someone *s = someone("0.0.0.0", 0);
	struct learn_counts counts;
	char exe[32];

	(void)state;
	s->subject.exe = exe;
	for (unsigned int i = 0; i < LEARN_MAX + 3; i++) {
		snprintf(exe, sizeof(exe), "/bin/%u", i);
		assert_int_equal(learn_see(learn, &s->seen), i < LEARN_MAX ? 0 : -ENOSPC);
	}
	assert_contains(learnt(&counts), "# 3 ports were too many, and left away.\n");
	assert_int_equal(counts.dropped, 3);
}

/* --- the property ------------------------------------------------------------------------------- */

static uint32_t seed;

static uint32_t any_of(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* A name of few letters, so that many are alike, and of what means something elsewhere. */
static const char *any_name(char *name, size_t size, const char *before)
{
	static const char *const parts[] = { "a",    "b",   "*",       "**",     "?",
					     "!",    ",",   " ",       "\"",     "\\",
					     "#",    "=",   "/",       "\n",     "[",
					     "\xff", "ü",   "deleted", "memfd:", "\xe2\x80\xae",
					     "\t",   "x0a", ":",       "1" };
	size_t n = any_of(4) + 1;

	snprintf(name, size, "%s", before);
	for (size_t i = 0; i < n; i++)
		strncat(name, parts[any_of(any_of(2) ? 2 : COUNT(parts))], size - strlen(name) - 1);
	return name;
}

static const char *any_container(struct someone *s)
{
	static const char *const containers[] = { "",
						  "",
						  "",
						  "lxc:web",
						  "lxc:a b",
						  "docker:3f2a9c0b7d5e3f2a9c0b",
						  "3f2a9c0b7d5e3f2a9c0b",
						  "containerd:0123456789abcdef" };
	uint32_t i = any_of(COUNT(containers) + 2);

	if (i < COUNT(containers))
		return containers[i];
	return i == COUNT(containers) ? NULL : any_name(s->container, sizeof(s->container), "lxc:");
}

static const char *any_unit(struct someone *s)
{
	static const char *const units[] = { NULL,
					     "",
					     "a.service",
					     "session-1.scope",
					     "run-1.service",
					     "user@0.service",
					     "a\\x2db.service",
					     "init.scope" };
	uint32_t i = any_of(COUNT(units) + 2);

	return i < COUNT(units) ? units[i] : any_name(s->unit, sizeof(s->unit), "u");
}

static void any_process(struct someone *s)
{
	struct policy_subject *subject = &s->subject;

	subject->standing = any_of(3) ? EXE_HOST : (enum exe_standing)any_of(5);
	subject->exe = any_of(12) ? any_name(s->exe, sizeof(s->exe), "/") : NULL;
	if (!subject->exe)
		subject->standing = EXE_UNKNOWN;
	if (subject->standing == EXE_MEMFD)
		subject->exe = any_name(s->exe, sizeof(s->exe), "/memfd:");
	subject->uid_known = any_of(8);
	subject->uid = any_of(3);
	subject->user = subject->uid_known && any_of(3) ? any_name(s->user, sizeof(s->user), "") :
							  NULL;
	subject->unit = any_unit(s);
	subject->container = any_container(s);
	s->seen.writable = subject->standing == EXE_HOST && !any_of(8);
}

static void anyone(struct someone *s)
{
	static const char *const addrs[] = {
		"0.0.0.0", "::",      "127.0.0.1",        "::1",         "10.0.0.1",
		"8.8.8.8", "fe80::1", "::ffff:127.0.0.1", "224.0.0.251", "ff02::fb"
	};
	static const char *const protos[] = { "tcp", "udp", "udplite", "mptcp", "sctp" };

	*s = (struct someone){ .local = bound_to(addrs[any_of(COUNT(addrs))], 0) };
	s->local.port = (uint16_t)(any_of(2) ? 80 + any_of(8) : 32768 + any_of(4000));
	s->subject = (struct policy_subject){
		.local = &s->local,
		.proto = protos[any_of(any_of(2) ? 2 : COUNT(protos))],
		.picked_known = any_of(8),
		.ephemeral_first = 32768,
		.ephemeral_last = 60999,
	};
	s->subject.picked = s->subject.picked_known && s->local.port >= 32768 && any_of(2);
	s->seen = (struct learn_seen){ .subject = &s->subject, .time_s = NOON + any_of(86400) };
	s->seen.nobody = !any_of(12);
	if (!s->seen.nobody)
		any_process(s);
}

/* Nothing is wrong with it. */
static bool is_fine(const struct someone *s)
{
	return !s->seen.nobody && s->subject.standing == EXE_HOST && !s->seen.writable &&
	       s->subject.picked_known;
}

/* Whether it stands under REVIEW, by itself as well as among others. */
static bool is_for_review(const struct someone *s)
{
	struct learn *alone = learn_new(NULL);
	struct learn_counts counts;
	struct buf out = { 0 };

	assert_int_equal(learn_see(alone, &s->seen), 0);
	learn_put(alone, "test", &out, &counts);
	assert_int_equal(counts.rules + counts.reviews, 1);
	buf_free(&out);
	learn_free(alone);
	return counts.reviews;
}

static void replay(const struct someone *all, size_t n)
{
	struct policy *policy = parsed(learnt(NULL));

	for (size_t i = 0; i < n; i++) {
		bool review = is_for_review(&all[i]);

		if (review && is_fine(&all[i]))
			fail_msg("a fine one is under REVIEW: '%s'", rule_of(&all[i]));
		if (!review && judged(policy, &all[i]) != VERDICT_EXPECTED)
			fail_msg("number %zu of %zu is not let through: '%s'", i, n,
				 rule_of(&all[i]));
	}
	policy_free(policy);
}

/* The same in any order; and merged with itself it is all known. */
static void assert_settled(const struct someone *all, size_t n)
{
	char *text = strdup(learnt(NULL));
	struct someone *pointers[SUBJECTS];

	learn_free(learn);
	learn = learn_new(NULL);
	for (size_t i = n; i--;)
		see(&all[i]);
	assert_string_equal(learnt(NULL), text);
	for (size_t i = 0; i < n; i++)
		pointers[i] = (struct someone *)&all[i];
	assert_string_equal(merged(text, pointers, n), text);
	free(text);
}

static void assert_reviews_can_be_taken(void)
{
	char *text = strdup(learnt(NULL)), *at = text;
	const struct policy_files files = { .read = read_text, .arg = text };
	struct policy_problems problems = { 0 };
	struct policy *policy = NULL;

	while ((at = strstr(at, "\n#allow ")))
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
	policy_parse(&policy, "taken", &files, &problems);
	assert_int_equal(problems.n_errors, 0);
	policy_problems_free(&problems);
	policy_free(policy);
	free(text);
}

static void what_was_learnt_gives_no_alert(void **state)
{
	static struct someone all[SUBJECTS];

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		size_t n = 1 + round % SUBJECTS;

		seed = round;
		learn_free(learn);
		learn = learn_new(NULL);
		for (size_t i = 0; i < n; i++) {
			anyone(&all[i]);
			see(&all[i]);
		}
		replay(all, n);
		assert_reviews_can_be_taken();
		assert_settled(all, n);
	}
}

#define LEARNT(test) cmocka_unit_test_setup_teardown(test, learn_begin, learn_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEARNT(nothing_seen_is_a_policy_that_lets_nothing_through),
		LEARNT(a_policy_is_grouped_and_sorted),
		LEARNT(scopes_are_those_seen),
		LEARNT(three_numbers_in_a_row_are_a_range),
		LEARNT(many_numbers_are_several_rules),
		LEARNT(units_of_a_moment_are_left_away),
		LEARNT(containers_go_by_a_name_that_lasts),
		LEARNT(what_looks_wrong_is_commented_out),
		LEARNT(names_cannot_leave_their_comment),
		LEARNT(a_port_that_may_have_been_picked_is_for_review),
		LEARNT(a_path_with_stars_means_itself),
		LEARNT(merging_adds_what_is_new_behind_what_was),
		LEARNT(merging_does_not_undo_what_people_decided),
		LEARNT(what_is_too_much_is_counted),
		LEARNT(what_was_learnt_gives_no_alert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
