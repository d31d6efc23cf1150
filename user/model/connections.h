/* SPDX-License-Identifier: GPL-2.0-only */
/* Records of connections, binds and failed calls into events. Nothing of them is kept here. */
#ifndef PORTTRACE_MODEL_CONNECTIONS_H
#define PORTTRACE_MODEL_CONNECTIONS_H

#include "model/ports.h"

/*
 * Takes a DECODED_CONN and tells it, to whom the ports are told. An incoming
 * connection whose process the kernel side did not know is its listener's, if
 * the ports say whose that is. 0 or -ENOMEM.
 */
int connections_apply(struct ports *ports, const struct decoded *record);

/*
 * Where a listener may be that takes connections to local: the first place it is to be
 * looked for at is way 0, the next 1. False: there are no more.
 */
bool connection_listener(const struct endpoint *local, unsigned int way, struct endpoint *key);

#endif
