/* SPDX-License-Identifier: GPL-2.0-only */
/* The journal beside the output: --journal. Each takes NULL, and does nothing then. */
#ifndef PORTTRACE_SERVICE_JOURNALING_H
#define PORTTRACE_SERVICE_JOURNALING_H

#include "output/journal.h"

/* NULL: no memory, which it has said. */
struct journal *journaling_open(struct loop *loop, struct timers *timers);
void journaling_event(struct journal *journal, struct enrich *enrich, const struct event *event);
/* An entry of the command's own, such as JOURNAL_POLICY_REFUSED: a line, not escaped. */
void journaling_note(struct journal *journal, enum journal_kind kind, const char *text);
/* The journal has a second to take what waits; says what it did not take. */
void journaling_finish(struct journal *journal, struct loop *loop, struct timers *timers);
void journaling_close(struct journal *journal);

#endif
