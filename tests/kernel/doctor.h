/* SPDX-License-Identifier: GPL-2.0-only */
/* What porttrace's own doctor says this kernel lets it see. */
#ifndef LIVE_DOCTOR_H
#define LIVE_DOCTOR_H

#include <stdbool.h>

/* No program that the backends in use would take is one that the verifier refuses. */
void expect_no_refusal(void);

/* Skips the test unless this event ("connections", "acceptor", "fail") is covered here. */
void need(const char *event);

/* The same if it is, and its note says that what has this word ("io_uring") is not seen. */
void need_seen(const char *event, const char *word);

bool is_covered(const char *event);

/* Whether this backend gives the event here. */
bool given_by(const char *event, const char *backend);

#endif
