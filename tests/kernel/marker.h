/* SPDX-License-Identifier: GPL-2.0-only */
/* The harness's own ports, by which it knows how far a tracer has come; see tracer.h. */
#ifndef LIVE_MARKER_H
#define LIVE_MARKER_H

#include <stdbool.h>

#include "tracer.h"

/* Whether the event is of a marker, and no business of the test; remembers it. */
bool marker_note(struct tracer *tracer, const struct event *event);

#endif
