// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy and a port to be judged by it: lines of text, where the first ones
 * are the subject's, "exe=/usr/bin/x" say, and what follows an empty line is
 * the policy. Judged is as if the rules were read in order; a rule that is said
 * never to decide does not; and a reason has its bound.
 */
#include "../unit/text_files.h"
#include "need.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct judged {
	struct policy_subject subject;
	struct endpoint local;
	const char *groups[2];
	uint32_t ids[2];
};

static void set_text(const char **to, const char *value)
{
	*to = value;
}

static void set_numbers(struct judged *j, const char *key, const char *value)
{
	uint32_t number = (uint32_t)strtoul(value, NULL, 10);

	if (!strcmp(key, "port"))
		j->local.port = (uint16_t)number;
	else if (!strcmp(key, "standing"))
		j->subject.standing = (enum exe_standing)(number % (EXE_MEMFD + 1));
	else if (!strcmp(key, "picked")) {
		j->subject.picked_known = true;
		j->subject.picked = number;
	} else if (!strcmp(key, "first")) {
		j->subject.ephemeral_first = (uint16_t)number;
		j->subject.ephemeral_last = 60999;
	} else if (!strcmp(key, "uid")) {
		j->subject.uid_known = true;
		j->subject.uid = number;
	} else if (!strcmp(key, "gid")) {
		j->subject.gid_known = true;
		j->subject.gid = number;
		j->ids[0] = number;
		j->subject.group_ids = j->ids;
	} else if (!strcmp(key, "inode")) {
		j->subject.netns_inode = number;
	}
}

static void set_line(struct judged *j, char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return;
	*value++ = '\0';
	set_numbers(j, line, value);
	if (!strcmp(line, "proto"))
		set_text(&j->subject.proto, value);
	else if (!strcmp(line, "exe"))
		set_text(&j->subject.exe, value);
	else if (!strcmp(line, "user"))
		set_text(&j->subject.user, value);
	else if (!strcmp(line, "unit"))
		set_text(&j->subject.unit, value);
	else if (!strcmp(line, "container"))
		set_text(&j->subject.container, value);
	else if (!strcmp(line, "netns"))
		set_text(&j->subject.netns, value);
	else if (!strcmp(line, "iface"))
		set_text(&j->subject.iface, value);
	else if (!strcmp(line, "group")) {
		j->groups[0] = value;
		j->subject.groups = j->groups;
		j->subject.n_groups = 1;
	} else if (!strcmp(line, "addr")) {
		j->local.family = strchr(value, ':') ? AF_INET6 : AF_INET;
		inet_pton(j->local.family, value, j->local.addr);
	}
}

static void compare(const struct policy *policy, const struct policy_subject *subject,
		    const struct policy_problems *problems)
{
	const struct rule *rule = plain_first(policy, subject);
	struct judgement got;
	char why[POLICY_WHY_MAX];
	size_t n;

	policy_judge(policy, subject, &got);
	need(!strcmp(got.verdict.rule, rule ? rule->place : "default"), "another rule decides");
	need(!got.verdict.why == (got.verdict.kind != VERDICT_UNEXPECTED),
	     "why is missing, or there");
	need(!got.verdict.why || strnlen(got.verdict.why, POLICY_WHY_MAX) < POLICY_WHY_MAX,
	     "why has no end");
	need(!got.verdict.changed || got.verdict.kind == VERDICT_UNEXPECTED,
	     "changed, and expected");
	policy_explain(policy, subject, why);
	for (size_t i = 0; rule && i < problems->n; i++)
		need(problems->all[i].line != rule->line ||
			     !strstr(problems->all[i].message, "never decides"),
		     "a rule decides that never does");
	policy_required(policy, &n);
	while (n--)
		policy_satisfies(policy, policy_required(policy, &(size_t){ 0 }) + n, subject);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct judged j = { .subject = { .proto = "tcp" }, .local = { .family = AF_INET } };
	struct policy_problems problems;
	struct policy *policy;
	char *text = malloc(size + 1), *at = text, *line;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	j.subject.local = &j.local;
	while ((line = strsep(&at, "\n")) && *line)
		set_line(&j, line);
	if (at && !text_parse(&policy, at, &problems)) {
		compare(policy, &j.subject, &problems);
		policy_free(policy);
	} else if (!at) {
		problems = (struct policy_problems){ 0 };
	}
	policy_problems_free(&problems);
	free(text);
	return 0;
}
