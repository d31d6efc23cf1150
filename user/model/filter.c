// SPDX-License-Identifier: GPL-2.0-only
#include "model/filter.h"

#include "base/glob.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define CONTAINER_SHOWN_MAX 300 /* a runtime's name, and one of a file */

static bool has(const uint32_t *values, size_t n, uint32_t value)
{
	for (size_t i = 0; i < n; i++)
		if (values[i] == value)
			return true;
	return false;
}

static bool pass_socket(const struct filter *f, const struct event *e)
{
	const struct endpoint *local = &e->socket.local;
	bool udp = proto_is_udp(local->proto);
	/* What a person calls IPv4: mapped addresses are printed as such. */
	bool ipv4 = local->family == AF_INET || endpoint_is_mapped(local);

	if ((f->tcp || f->udp) && (local->proto == IPPROTO_SCTP || !(udp ? f->udp : f->tcp)))
		return false;
	if ((f->ipv4 || f->ipv6) && !(ipv4 ? f->ipv4 : f->ipv6))
		return false;
	if (f->ports.n && !port_set_has(&f->ports, local->port) &&
	    !(e->connection && port_set_has(&f->ports, e->connection->remote.port)))
		return false;
	if (f->n_netns && !has(f->netns, f->n_netns, local->netns))
		return false;
	return !f->scopes || f->scopes & 1u << endpoint_scope(local);
}

static bool comm_match(const struct filter *f, const char *comm)
{
	for (size_t i = 0; i < f->n_comms; i++)
		if (glob_match(f->comms[i], comm))
			return true;
	return false;
}

static bool exe_match(const struct filter *f, const char *exe)
{
	for (size_t i = 0; exe && i < f->n_exes; i++)
		if (glob_match_path(f->exes[i], exe))
			return true;
	return false;
}

static bool unit_match(const struct filter *f, const struct place *place)
{
	for (size_t i = 0; place && i < f->n_units; i++)
		if ((place->unit && glob_match(f->units[i], place->unit)) ||
		    (place->user_unit && glob_match(f->units[i], place->user_unit)))
			return true;
	return false;
}

/* "docker:ID", and "ID" alone. */
static bool with_or_without(const char *container, bool (*match)(const void *arg, const char *text),
			    const void *arg)
{
	const char *id = strchr(container, ':');

	return match(arg, container) || (id && match(arg, id + 1));
}

bool container_any_form(const char *container, bool (*match)(const void *arg, const char *text),
			const void *arg)
{
	char shown[CONTAINER_SHOWN_MAX];

	snprintf(shown, sizeof(shown), "%.*s", (int)container_shown(container), container);
	return with_or_without(container, match, arg) || with_or_without(shown, match, arg);
}

static bool by_glob(const void *pattern, const char *text)
{
	return glob_match(pattern, text);
}

static bool container_match(const struct filter *f, const struct place *place)
{
	for (size_t i = 0; place && place->container && i < f->n_containers; i++)
		if (container_any_form(place->container, by_glob, f->containers[i]))
			return true;
	return false;
}

static bool pass_process(const struct filter *f, const struct process *p, const char *comm,
			 uint32_t uid)
{
	if (f->n_pids && !p->asked && !has(f->pids, f->n_pids, p->tgid))
		return false;
	if (f->n_uids && !has(f->uids, f->n_uids, uid))
		return false;
	if (f->n_comms && !comm_match(f, comm))
		return false;
	if (f->n_exes && !exe_match(f, p->exe))
		return false;
	if (f->n_units && !unit_match(f, p->place))
		return false;
	return !f->n_containers || container_match(f, p->place);
}

static bool asks_for_processes(const struct filter *f)
{
	return f->n_pids || f->n_uids || f->n_comms || f->n_exes || f->n_units || f->n_containers;
}

/* The actor passes, or any of the holders does. */
static bool pass_processes(const struct filter *f, const struct event *e)
{
	if (!asks_for_processes(f))
		return true;
	if (e->actor.process && pass_process(f, e->actor.process, e->actor.comm, e->actor.uid))
		return true;
	for (size_t i = 0; i < e->n_holders; i++)
		if (pass_process(f, e->holders[i], e->holders[i]->comm, e->holders[i]->uid))
			return true;
	return false;
}

bool filter_asks_for_more(const struct filter *f)
{
	return asks_for_processes(f) || f->n_netns || f->scopes || f->ipv4 || f->ipv6;
}

/* Which of the words of --events an event belongs to. */
static enum record_kind asked_as(const struct event *e)
{
	return e->kind == EVENT_CHANGE ? RECORD_CHANGE : e->from;
}

bool filter_pass(const struct filter *filter, const struct event *event)
{
	if (event->kind == EVENT_LOST)
		return true;
	if (filter->records && event->kind != EVENT_EXISTING &&
	    !(filter->records & 1u << asked_as(event)))
		return false;
	return pass_socket(filter, event) && pass_processes(filter, event);
}

void filter_free(struct filter *filter)
{
	port_set_free(&filter->ports);
}
