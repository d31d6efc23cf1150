// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/policing.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void policing_put_problems(const struct policy_problems *problems)
{
	struct buf text = { 0 };

	policy_problems_put(problems, &text);
	say_text(text.data, text.len);
	buf_free(&text);
}

int policing_load(struct policy **out, const char *path)
{
	struct policy_problems problems = { 0 };
	int err = policy_load(out, path ? path : POLICY_DEFAULT_PATH, &problems);

	if (problems.n)
		policing_put_problems(&problems);
	if (err && !problems.n_errors)
		say("the policy cannot be read: %s", strerror(-err));
	policy_problems_free(&problems);
	return err ? STATUS_USAGE : STATUS_OK;
}

int policing_open(struct judge **out, const char *path, struct enrich *enrich)
{
	struct policy *policy;
	int status = policing_load(&policy, path);

	if (status)
		return status;
	*out = judge_new(policy, enrich);
	if (*out)
		return STATUS_OK;
	say("out of memory");
	return STATUS_NO_TRACING;
}

bool policing_has_default(void)
{
	return !access(POLICY_DEFAULT_PATH, F_OK);
}
