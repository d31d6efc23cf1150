/* SPDX-License-Identifier: GPL-2.0-only */
/* What "check" comes to, in one line. */
#ifndef PORTTRACE_OUTPUT_FINDINGS_TEXT_H
#define PORTTRACE_OUTPUT_FINDINGS_TEXT_H

#include "base/buf.h"
#include "model/verdict.h"

#include <stddef.h>

struct finding_counts {
	size_t unexpected;
	size_t changed;
	size_t missing;
	enum severity worst; /* of those three */
	size_t expected;     /* ports */
	size_t ignored;
	size_t unknown;        /* sockets: what decides of them cannot be seen */
	size_t maybe_missing;  /* required ones: they may be open, where they are not seen */
	size_t not_looked_for; /* and these the filter asks not for */
	bool partial;          /* there may be ports that were not seen */
};

/* Whether there is a finding. */
static inline bool findings_any(const struct finding_counts *counts)
{
	return counts->unexpected || counts->changed || counts->missing;
}

/*
 * "2 unexpected, 1 missing (worst: crit); 14 ports are as the policy wants". Without the end
 * of a line.
 */
void findings_put_text(struct buf *out, const struct finding_counts *counts);

#endif
