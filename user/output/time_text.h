/* SPDX-License-Identifier: GPL-2.0-only */
/* Times of events, as people and as machines read them. */
#ifndef PORTTRACE_OUTPUT_TIME_TEXT_H
#define PORTTRACE_OUTPUT_TIME_TEXT_H

#include "base/buf.h"

#define TIME_TEXT_MAX 64

/* "06:31:02" of an event's CLOCK_BOOTTIME, in the local time zone. Nothing: it is not known. */
void time_put_clock(struct buf *out, uint64_t boot_ns);

/* "Thu 2026-11-26 UTC+01:00": the day and the zone that those are of. Nothing: it is not known. */
void time_put_day(struct buf *out, uint64_t boot_ns);

/*
 * The same as "2026-11-22T06:31:02.123456Z", less than TIME_TEXT_MAX bytes. False, and nothing: it is not known.
 */
bool time_put_utc(struct buf *out, uint64_t boot_ns);

#endif
