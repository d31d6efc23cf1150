/* SPDX-License-Identifier: GPL-2.0-only */
/* A port that somebody makes up on a command line, to ask a policy about it. */
#ifndef PORTTRACE_CMD_POLICY_CASE_H
#define PORTTRACE_CMD_POLICY_CASE_H

#include "policy/policy.h"

#define CASE_GROUPS_MAX 64

/* Zeroed before it is parsed; texts are those of the command line, or static. */
struct policy_case {
	struct policy_subject subject; /* points into this struct */
	struct endpoint local;
	const char *groups[CASE_GROUPS_MAX];
	uint32_t group_ids[CASE_GROUPS_MAX];
	char user[256];
	char groups_text[4096];
	uint32_t given; /* bits of the keys */
};

/* PROTO ADDR:PORT KEY=VALUE...; changes the words. STATUS_OK, or STATUS_USAGE after saying why. */
int policy_case_parse(struct policy_case *out, char **words, int n);
/* What the policy asks for and was not given: "user, unit"; "" for nothing. */
void policy_case_unknown(const struct policy_case *given, const struct policy *policy, char *out,
			 size_t size);

#endif
