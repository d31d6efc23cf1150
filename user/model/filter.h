/* SPDX-License-Identifier: GPL-2.0-only */
/* Which events a command shows: the filters all commands share. */
#ifndef PORTTRACE_MODEL_FILTER_H
#define PORTTRACE_MODEL_FILTER_H

#include "base/parse.h"
#include "model/event.h"

#define FILTER_MANY_MAX 32

/* An empty part lets everything through; parts are joined by "and", words of one part by "or". */
struct filter {
	bool tcp; /* -t, -u: both or neither: all protocols */
	bool udp;
	bool ipv4;
	bool ipv6;
	struct port_set ports;
	uint32_t scopes;  /* bit of enum scope */
	uint32_t records; /* bit of enum record_kind; EVENT_EXISTING is the command's business */
	uint32_t pids[FILTER_MANY_MAX];
	size_t n_pids;
	uint32_t uids[FILTER_MANY_MAX];
	size_t n_uids;
	uint32_t netns[FILTER_MANY_MAX]; /* inodes */
	size_t n_netns;
	const char *comms[FILTER_MANY_MAX]; /* globs, borrowed */
	size_t n_comms;
	const char *exes[FILTER_MANY_MAX];
	size_t n_exes;
	const char *units[FILTER_MANY_MAX]; /* of the system, or of a user */
	size_t n_units;
	const char *containers[FILTER_MANY_MAX]; /* with or without the runtime, whole or as shown */
	size_t n_containers;
};

/* EVENT_LOST always passes: nobody filters away that something is missing. */
bool filter_pass(const struct filter *filter, const struct event *event);
/*
 * Whether it asks for anything but protocols and numbers of ports: for what a port that
 * nobody has open does not have.
 */
bool filter_asks_for_more(const struct filter *filter);
void filter_free(struct filter *filter);

/* Whether match() takes any form of a container's name: with the runtime or without, whole or as shown. */
bool container_any_form(const char *container, bool (*match)(const void *arg, const char *text),
			const void *arg);

#endif
