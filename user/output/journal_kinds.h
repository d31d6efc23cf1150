/* SPDX-License-Identifier: GPL-2.0-only */
/* What a journal entry is about: its MESSAGE_ID, which never changes, its name and priority. */
#ifndef PORTTRACE_OUTPUT_JOURNAL_KINDS_H
#define PORTTRACE_OUTPUT_JOURNAL_KINDS_H

#include "model/event.h"

/* The first are those of events: enum event_kind is one of these as well. */
enum journal_kind {
	JOURNAL_UNEXPECTED = EVENT_KINDS, /* a port that the policy does not expect */
	JOURNAL_CHANGED,                  /* the same, and a rule names its number */
	JOURNAL_UNTOLD,                   /* entries that the journal did not take */
	JOURNAL_POLICY_LOADED,
	JOURNAL_POLICY_REFUSED, /* a reload with an error: the old policy holds on */
	JOURNAL_BLIND,          /* an event of our own did not come */
	JOURNAL_SEEING,         /* it comes again */
	JOURNAL_KINDS
};

enum journal_priority {
	JOURNAL_CRIT = 2,
	JOURNAL_ERR = 3,
	JOURNAL_WARNING = 4,
	JOURNAL_NOTICE = 5,
	JOURNAL_INFO = 6,
};

/* Static texts. */
const char *journal_message_id(enum journal_kind kind);
/* "open", "unexpected", … Of an entry that is of no event it is PORTTRACE_EVENT. */
const char *journal_kind_name(enum journal_kind kind);
/* Without a verdict, which may raise it. */
enum journal_priority journal_kind_priority(enum journal_kind kind);

#endif
