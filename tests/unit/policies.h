/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies out of texts, and subjects to be judged. */
#ifndef POLICIES_H
#define POLICIES_H

#include "text_files.h"
#include "unit.h"

#include <arpa/inet.h>
#include <sys/socket.h>

/* A policy without an error; the test fails with what is wrong. */
static inline struct policy *a_policy(const char *text)
{
	struct policy_problems problems;
	struct policy *made;
	struct buf wrong = { 0 };

	if (text_parse(&made, text, &problems)) {
		policy_problems_put(&problems, &wrong);
		fail_msg("%s", text_of(&wrong));
	}
	policy_problems_free(&problems);
	return made;
}

/* What is said of a policy, each line with its path. */
static inline const char *said_of(const char *text)
{
	static char out[1 << 20];
	struct policy_problems problems;
	struct policy *made;
	struct buf b = { 0 };
	int err = text_parse(&made, text, &problems);

	assert_int_equal(err, problems.n_errors ? -EINVAL : 0);
	assert_int_equal(!made, !!err);
	policy_problems_put(&problems, &b);
	snprintf(out, sizeof(out), "%s", text_of(&b));
	buf_free(&b);
	policy_problems_free(&problems);
	policy_free(made);
	return out;
}

/* A subject of which everything is known: nginx at 0.0.0.0:80. */
struct case_of {
	struct policy_subject subject;
	struct endpoint local;
	const char *groups[4];
	uint32_t gids[4];
};

static inline void set_addr(struct case_of *c, const char *addr)
{
	c->local.family = strchr(addr, ':') ? AF_INET6 : AF_INET;
	memset(c->local.addr, 0, sizeof(c->local.addr));
	assert_int_equal(inet_pton(c->local.family, addr, c->local.addr), 1);
}

static inline void a_case(struct case_of *c, const char *addr, uint16_t port)
{
	*c = (struct case_of){
		.subject = {
			.local = &c->local,
			.proto = "tcp",
			.picked_known = true,
			.exe = "/usr/sbin/nginx",
			.standing = EXE_HOST,
			.uid_known = true,
			.uid = 33,
			.user = "www-data",
			.gid_known = true,
			.gid = 33,
			.groups = c->groups,
			.group_ids = c->gids,
			.n_groups = 2,
			.unit = "nginx.service",
			.container = "",
			.netns = "host",
			.netns_inode = 4026531840,
			.iface = "",
		},
		.local = { .proto = IPPROTO_TCP, .port = port },
		.groups = { "www-data", "ssl-cert" },
		.gids = { 33, 115 },
	};
	set_addr(c, addr);
}

#endif
