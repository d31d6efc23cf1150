/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's record does not hold: names for numbers, and what /proc
 * still knows. Every look-up is remembered, since it stands in the way of a line.
 */
#ifndef PORTTRACE_ENRICH_ENRICH_H
#define PORTTRACE_ENRICH_ENRICH_H

#include "model/event.h"

struct enrich;

/* numeric: no user and service names. NULL: no memory. */
struct enrich *enrich_new(bool numeric);
void enrich_free(struct enrich *enrich);

/* Inode of the initial network namespace, once it is known. */
void enrich_set_host_netns(struct enrich *enrich, uint32_t inode);

/* Each returns text that lives as long as enrich, or NULL where nothing is known. */
const char *enrich_user(struct enrich *enrich, uint32_t uid);
/* By /etc/services; proto is IPPROTO_*. */
const char *enrich_service(struct enrich *enrich, uint16_t proto, uint16_t port);
/* "host", or the name under /run/netns. */
const char *enrich_netns(struct enrich *enrich, uint32_t inode);

/*
 * Adds to a process what the kernel side could not catch (the arguments of one
 * that was there before, the cut-off part of a long path), if the same process
 * is still there: its start time is compared.
 */
void enrich_process(struct process *process);

/* CLOCK_REALTIME of an event's CLOCK_BOOTTIME. */
uint64_t enrich_wall_ns(uint64_t boot_ns);

#endif
