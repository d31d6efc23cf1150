/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports that are seen, and the policy that is learnt of them, read back by the parser. */
#ifndef UNIT_LEARNING_H
#define UNIT_LEARNING_H

#include "text_files.h"
#include "unit.h"

#include "policy/learn.h"

#include <arpa/inet.h>

#define NOON 1795608000ULL /* 2026-11-25T12:00:00Z */

/* --- who is seen --------------------------------------------------------------------- */

struct someone {
	struct endpoint local;
	struct policy_subject subject;
	struct learn_seen seen;
	char exe[64];
	char unit[48];
	char user[48];
	char container[96];
};

static inline struct endpoint bound_to(const char *addr, uint16_t port)
{
	struct endpoint local = { .family = strchr(addr, ':') ? AF_INET6 : AF_INET,
				  .proto = IPPROTO_TCP,
				  .port = port };

	assert_int_equal(inet_pton(local.family, addr, local.addr), 1);
	return local;
}

/* nginx, of the host, at a port somebody asked for. */
static inline struct someone *someone(const char *addr, uint16_t port)
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

/* --- what is made of them ------------------------------------------------------------ */

static struct learn *learn;

static inline int learn_begin(void **state)
{
	(void)state;
	learn = learn_new(NULL);
	return !learn;
}

static inline int learn_end(void **state)
{
	(void)state;
	learn_free(learn);
	return 0;
}

static inline void see(const struct someone *s)
{
	assert_int_equal(learn_see(learn, &s->seen), 0);
}

/* The policy, in a buffer that is good until the next call. */
static inline const char *learnt(struct learn_counts *counts)
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
static inline const char *rule_of(const struct someone *s)
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

#define LEARNT(test) cmocka_unit_test_setup_teardown(test, learn_begin, learn_end)

/* --- read back ----------------------------------------------------------------------- */

/* Neither an error nor a warning is in it. */
static inline struct policy *parsed(const char *text)
{
	struct policy_problems problems;
	struct policy *policy = NULL;
	struct buf told = { 0 };

	text_parse(&policy, text, &problems);
	if (problems.n) {
		policy_problems_put(&problems, &told);
		fail_msg("%s\nin\n%s", text_of(&told), text);
	}
	policy_problems_free(&problems);
	assert_non_null(policy);
	return policy;
}

static inline enum verdict_kind judged(const struct policy *policy, const struct someone *s)
{
	struct judgement judgement;

	policy_judge(policy, &s->subject, &judgement);
	return judgement.verdict.kind;
}

/* Appends to a text what is new against it. */
static inline const char *merged(const char *text, struct someone *const *all, size_t n)
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

#endif
