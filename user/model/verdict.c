// SPDX-License-Identifier: GPL-2.0-only
#include "model/verdict.h"

#include <stddef.h>

const char *verdict_name(enum verdict_kind kind)
{
	static const char *const names[] = {
		[VERDICT_EXPECTED] = "expected",
		[VERDICT_IGNORED] = "ignored",
		[VERDICT_UNEXPECTED] = "unexpected",
	};

	return names[kind];
}

const char *severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_INFO] = "info",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_CRIT] = "crit",
	};

	return names[severity];
}

const char *verdict_finding(const struct verdict *verdict)
{
	if (verdict->missing)
		return "missing";
	if (verdict->kind != VERDICT_UNEXPECTED)
		return NULL;
	return verdict->changed ? "changed" : "unexpected";
}
