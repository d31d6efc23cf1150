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
/* Whether it is: then a namespace that is not called "host" is another. */
bool enrich_knows_host_netns(const struct enrich *enrich);

/* Each returns text that lives as long as enrich, or NULL where nothing is known. */
const char *enrich_user(struct enrich *enrich, uint32_t uid);
/* By /etc/services; proto is IPPROTO_*. */
const char *enrich_service(struct enrich *enrich, uint16_t proto, uint16_t port);
/*
 * "host", the name under /run/netns, else that of who lives in it: "pod:UID",
 * "docker:ID", "nginx.service".
 */
const char *enrich_netns(struct enrich *enrich, uint32_t inode);

/* By RFC 6335: "well-known", "registered", "dynamic". */
const char *enrich_class(uint16_t port);

/*
 * Adds to a process what the kernel side could not catch (the arguments of one
 * that was there before, the cut-off part of a long path), if the same process
 * is still there: its start time is compared. And its place.
 */
void enrich_process(struct process *process);

/* Its place alone: by the cgroup, without /proc where the kernel side told the path and v1 has none. */
void enrich_place(struct process *process);

/* The process may live in this namespace: if it does, its place is a name for it. */
void enrich_inhabitant(struct enrich *enrich, uint32_t inode, const struct process *process);

void enrich_inhabitants(struct enrich *enrich, const struct event *event);

/* All of it for the processes of an event, before it is filtered and told. */
void enrich_event(struct enrich *enrich, const struct event *event);

/* Of a process whose place was looked up. It lives as long as the process does. */
const char *enrich_unit(struct enrich *enrich, const struct process *process);
/* "docker:ID" */
const char *enrich_container(struct enrich *enrich, const struct process *process);

/*
 * What a policy asks for besides. Nobody else does, so none of it is looked up
 * before it is asked for.
 */

/*
 * Opens what the host is looked at by, which takes CAP_SYS_PTRACE; else it is done
 * when it is first asked for.
 */
void enrich_open_host(struct enrich *enrich);
/*
 * Whether the executable is what the host has at its path, as far as that can be
 * found out now: see exe.c. It may find that it was deleted meanwhile, and notes it.
 */
enum exe_standing enrich_exe_standing(struct enrich *enrich, struct process *process);
/* As enrich_user(), whether numeric or not. */
const char *enrich_account(struct enrich *enrich, uint32_t uid);
/* Of a process: the group it has, and those that the group database says its user is in. */
struct enrich_groups {
	const char *const *names; /* "": it has none */
	const uint32_t *numbers;
	size_t n; /* 0: not known */
};

/* They live until enrich_forget_accounts(). */
struct enrich_groups enrich_groups(struct enrich *enrich, uint32_t uid, uint32_t gid);
/* Users and groups are looked up again: somebody may have changed them. */
void enrich_forget_accounts(struct enrich *enrich);
/*
 * The name of the interface a socket is bound to, "" for none, NULL where it is
 * not known. process: one that may live in its network namespace, or NULL.
 * Valid until the next call.
 */
const char *enrich_iface(struct enrich *enrich, const struct endpoint *local,
			 const struct process *process);

/* CLOCK_REALTIME of an event's CLOCK_BOOTTIME. */
uint64_t enrich_wall_ns(uint64_t boot_ns);

#endif
