/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trace wired to a model: records become events. What every streaming command
 * stands on; it knows nothing of sinks.
 */
#ifndef PORTTRACE_SESSION_SESSION_H
#define PORTTRACE_SESSION_SESSION_H

#include "model/ports.h"
#include "model/state.h"
#include "trace/trace.h"

struct session;

/*
 * Attaches. Each event goes to tell(event, arg). An exit status; on failure
 * coverage->why is a sentence, with the mend.
 */
int session_open(struct session **out, const struct trace_wants *wants, struct coverage *coverage,
		 event_fn tell, void *arg);
void session_close(struct session *session);

/*
 * Before session_start(), which tells what has closed since, before anything else; until
 * it returns, past_has() says what is not new. Borrowed.
 */
void session_set_past(struct session *session, struct past *past);

/* Attached before it is read: the snapshot as EVENT_EXISTING, then what happened meanwhile. */
int session_start(struct session *session);

/* The processes that events tell of. */
struct procs *session_procs(struct session *session);
struct trace *session_trace(struct session *session);
/* What was lost, as far as was looked; they live as long as it does. */
void session_losses(const struct session *session, const struct trace_counters **counters,
		    const struct trace_misses **misses);
/* What is open now, as far as was told. */
struct ports *session_ports(struct session *session);
/* The next pump compares with the kernel's tables, as after a loss. */
void session_compare(struct session *session);

/*
 * Takes what waits in the ring, then looks for losses: they are told, and the
 * kernel's tables are compared. Returns how many records came, or -errno.
 */
int session_pump(struct session *session);
/* Whether ports opened or closed that were not told: some wait still, or were lost and not found yet. */
bool session_is_behind(const struct session *session);

/* The kernel side falls silent, and what it told before is taken. 0 or -errno. */
int session_stop(struct session *session);

/* How long the loop may sleep before it pumps again, whatever the ring says. Nanoseconds. */
uint64_t session_patience(const struct session *session);

#endif
