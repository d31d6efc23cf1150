/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy says of a port: what judges, prints and alerts agree on. */
#ifndef PORTTRACE_MODEL_VERDICT_H
#define PORTTRACE_MODEL_VERDICT_H

#include <stdbool.h>

enum verdict_kind { VERDICT_EXPECTED, VERDICT_IGNORED, VERDICT_UNEXPECTED };

/* Of VERDICT_UNEXPECTED, and of a required port that is missing. */
enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRIT, SEVERITIES };

struct verdict {
	enum verdict_kind kind;
	enum severity severity;
	bool changed;     /* unexpected, and a rule names its number: why says what differs */
	bool missing;     /* EVENT_MISSING: a required port that nobody has open */
	const char *rule; /* "web.policy:3", "default"; never NULL */
	const char *why;  /* one line, for a person; not escaped; NULL: the rule says it all */
	const char *hook; /* to be run for an alert; NULL: none */
};

/* "expected", "ignored", "unexpected" */
const char *verdict_name(enum verdict_kind kind);
/* "info", "warning", "crit" */
const char *severity_name(enum severity severity);
/* "unexpected", "changed", "missing"; NULL: there is nothing to tell. */
const char *verdict_finding(const struct verdict *verdict);

#endif
