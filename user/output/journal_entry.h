/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of the journal, in its native protocol: one FIELD=VALUE a line
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL). Every value goes through the escaper, so
 * that none has a line feed in it, and none is a blob to journalctl.
 */
#ifndef PORTTRACE_OUTPUT_JOURNAL_ENTRY_H
#define PORTTRACE_OUTPUT_JOURNAL_ENTRY_H

#include "base/buf.h"
#include "enrich/enrich.h"
#include "output/journal_kinds.h"

/* MESSAGE is cut behind this many bytes: journalctl -o json shows none above 4,096. */
#define JOURNAL_MESSAGE_MAX 2000

/* Of a port that should not be open, or of one that should. */
bool journal_event_is_alert(const struct event *event);

/* An alert has another kind and priority than the event alone. */
enum journal_kind journal_event_kind(const struct event *event);
enum journal_priority journal_event_priority(const struct event *event);

/* Its fields PORTTRACE_*, one a line: what else wants them has the same. */
void journal_put_fields(const struct event *event, struct enrich *enrich, struct buf *out);

/*
 * Appends the entry of an event. Its end is true for the moment alone: a number
 * is a process's only as long as that lives, and journald looks it up. Returns
 * the length without it, for an entry that is sent late.
 */
size_t journal_put_event(const struct event *event, struct enrich *enrich, uint64_t seq,
			 struct buf *out);

/* One of no event; text is a line for a person, not escaped yet. */
void journal_put_note(enum journal_kind kind, const char *text, uint64_t seq, struct buf *out);

/* Of count entries that were not taken, made between these times. */
void journal_put_untold(uint64_t count, uint64_t from_ns, uint64_t to_ns, uint64_t seq,
			struct buf *out);

#endif
