/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is open now. Turns records into events: an open and its close are
 * paired, what two hooks saw is told once, the sockets of one port are counted.
 */
#ifndef PORTTRACE_MODEL_PORTS_H
#define PORTTRACE_MODEL_PORTS_H

#include "model/procs.h"
#include "model/snapshot.h"
#include "model/socket_set.h"

struct ports;

/* Takes an event; what it points to is valid during the call alone. */
typedef void (*event_fn)(const struct event *event, void *arg);

/* procs outlives the table; each event goes to tell(event, arg). */
struct ports *ports_new(struct procs *procs, event_fn tell, void *arg);
void ports_free(struct ports *ports);
/* Sockets open now. */
size_t ports_count(const struct ports *ports);
/*
 * What a policy says of a port, kept as long as it is open: enum verdict_kind and one
 * more, 0: nobody judged it. Does nothing where it is not open.
 */
void ports_judged(struct ports *ports, const struct endpoint *endpoint, unsigned int verdict);
/* Each port, once, whatever number of sockets share it. */
void ports_each(const struct ports *ports,
		void (*tell)(const struct endpoint *endpoint, unsigned int verdict, void *arg),
		void *arg);

/* Each socket that is open, as EVENT_EXISTING, to tell(event, arg); whose it is, is its opener. */
void ports_tell_open(const struct ports *ports, event_fn tell, void *arg);

/* Takes a DECODED_PORT. 0 or -ENOMEM. */
int ports_apply(struct ports *ports, const struct decoded *record);

/*
 * Enters what a snapshot found and the table lacks. As EVENT_EXISTING, one for
 * each port, at the start; as EVENT_RECOVERED after a loss. Sockets in skip
 * are told by records that are still to be applied. 0 or -ENOMEM.
 */
int ports_load(struct ports *ports, const struct snapshot *snapshot, enum event_kind as,
	       const struct socket_set *skip);

/*
 * Drops, as EVENT_RECOVERED closes, what was open before before_ns and is in
 * neither snapshot. Sockets in skip are told by records still to be applied.
 */
void ports_drop_missing(struct ports *ports, const struct snapshot *first,
			const struct snapshot *second, const struct socket_set *skip,
			uint64_t before_ns);

/* Whether something that was open before before_ns is not in the snapshot. */
bool ports_any_missing(struct ports *ports, const struct snapshot *snapshot, uint64_t before_ns);

#endif
