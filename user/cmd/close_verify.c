// SPDX-License-Identifier: GPL-2.0-only
/* Did it work? What "close" says of each port in the end. */
#include "cmd/close_internal.h"

#include "base/log.h"
#include "model/socket_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A service manager starts again what ended: systemd after 100 ms, if nothing else is said (RestartSec=). */
#define LOOK_AGAIN_NS 500000000L

/* Ways in which a port can be open in the end. */
enum found { FOUND_NOT, FOUND_STAYS, FOUND_BACK };

struct verifying {
	const struct targets *targets;
	struct socket_set before; /* all that was open, not the targets alone */
	bool killed;
	unsigned int open; /* targets that are */
	bool told;
};

const char *target_text(const struct socket_info *socket, char text[TARGET_TEXT])
{
	char addr[INET6_ADDRSTRLEN];

	endpoint_addr_text(&socket->local, addr);
	snprintf(text, TARGET_TEXT, "%s/%u on %s", proto_name(socket), socket->local.port, addr);
	return text;
}

/* What was destroyed and listens again with the same socket is no other than what was opened anew. */
static enum found compare(const struct verifying *v, const struct target *target,
			  const struct socket_info *now)
{
	if (same_socket(&target->socket, now))
		return target->err || !v->targets->destroyed || !now->listening ? FOUND_STAYS :
										  FOUND_BACK;
	return socket_set_has(&v->before, now) ? FOUND_NOT : FOUND_BACK;
}

/* The rest of a sentence: why the kernel did not close it. */
static const char *why_it_stays(const struct targets *targets, const struct target *target)
{
	static char text[64];

	if (!targets->destroyed)
		return "this one has it as well";
	if (target->socket.mptcp)
		return "no kernel closes an MPTCP listener from outside";
	if (!target->err && target->socket.local.proto == IPPROTO_UDP)
		return "its process was told (ECONNABORTED), but a UDP socket keeps the port it was "
		       "bound to until its process closes it";
	if (target->err == -EOPNOTSUPP)
		return "the kernel closes no socket of this protocol from outside";
	if (target->err == -ENOTUNIQ)
		return "the kernel did not give out this one of the sockets that share the port";
	snprintf(text, sizeof(text), "%s", strerror(target->err ? -target->err : EBUSY));
	return text;
}

static bool is_service(const char *unit)
{
	const char *dot = unit ? strrchr(unit, '.') : NULL;

	return dot && !strcmp(dot, ".service");
}

/* What would open it again: a service, or a container; NULL: none is known. */
static const struct place *place_of(struct process *const *holders, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct place *place;

		enrich_place(holders[i]);
		place = holders[i]->place;
		if (place &&
		    (place->container || is_service(place->user_unit) || is_service(place->unit)))
			return place;
	}
	return NULL;
}

/* The service manager itself holds a port for a socket unit. */
static bool held_by_systemd(struct process *const *holders, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(holders[i]->comm, "systemd"))
			return true;
	return false;
}

/* The service manager listens, and starts the service when somebody connects. */
static void socket_unit_advice(const struct place *place, char *text, size_t size)
{
	const char *unit = place && is_service(place->unit) ? place->unit : NULL;

	if (unit)
		snprintf(text, size, "; 'systemctl stop %.*s.socket %s' ends both",
			 (int)(strlen(unit) - strlen(".service")), unit, unit);
	else
		snprintf(text, size,
			 "; it is of a socket unit: 'systemctl list-sockets' names it, "
			 "'systemctl stop NAME.socket' closes it");
}

/* "; 'systemctl stop X' ends it", as far as that can be known. */
static void advice(const struct target *target, const struct snapshot_row *row, char *text,
		   size_t size)
{
	const struct place *place = place_of(row->holders, row->n_holders);

	if (!place)
		place = place_of(target->holders, target->n_holders);
	*text = '\0';
	if (held_by_systemd(row->holders, row->n_holders))
		socket_unit_advice(place, text, size);
	else if (place && place->container)
		snprintf(text, size, "; it runs in the container %.*s",
			 (int)container_shown(place->container), place->container);
	else if (place && is_service(place->user_unit))
		snprintf(text, size, "; 'systemctl --user stop %s' ends it", place->user_unit);
	else if (place && strncmp(place->unit, "user@", strlen("user@")) != 0)
		snprintf(text, size, "; 'systemctl stop %s' ends it", place->unit);
}

static void holder_text(const struct snapshot_row *row, char *text, size_t size)
{
	if (!row->n_holders)
		snprintf(text, size, "no process that is known");
	else if (row->n_holders == 1)
		snprintf(text, size, "%s (%u)", row->holders[0]->comm, row->holders[0]->tgid);
	else
		snprintf(text, size, "%s (%u) and %zu more", row->holders[0]->comm,
			 row->holders[0]->tgid, row->n_holders - 1);
}

static void say_found(struct verifying *v, const struct target *target,
		      const struct snapshot_row *row, enum found found)
{
	char text[TARGET_TEXT], holder[96], hint[320];

	target_text(&row->socket, text);
	holder_text(row, holder, sizeof(holder));
	advice(target, row, hint, sizeof(hint));
	if (found == FOUND_BACK)
		say("%s is open again, held by %s%s", text, holder, hint);
	else
		say("%s is still open, held by %s: %s%s%s", text, holder,
		    why_it_stays(v->targets, target),
		    v->killed           ? "" :
		    v->targets->by_keys ? "; k ends the process" :
					  "; --kill ends the process",
		    hint);
}

static bool look_at(struct verifying *v, const struct target *target,
		    const struct snapshot *snapshot, bool tell)
{
	size_t n;
	struct snapshot_row *const *rows = snapshot_port(snapshot, &target->socket.local, &n);

	for (size_t i = 0; i < n; i++) {
		enum found found = compare(v, target, &rows[i]->socket);

		if (found == FOUND_NOT)
			continue;
		if (tell)
			say_found(v, target, rows[i], found);
		return true;
	}
	return false;
}

/* Reads what is open, and counts the targets that are. STATUS_OK, or why it cannot. */
static int look(struct verifying *v, const char *btf_path, bool last)
{
	const struct open_now_wants wants = { .btf_path = btf_path, .quiet = true };
	struct open_now *now;
	int status = open_now_read(&now, &wants);
	bool tell;

	if (status)
		return status;
	v->open = 0;
	for (size_t i = 0; i < v->targets->n; i++)
		v->open += look_at(v, &v->targets->list[i], open_now_snapshot(now), false);
	tell = v->open && (last || v->open == v->targets->n);
	for (size_t i = 0; i < v->targets->n && tell; i++)
		look_at(v, &v->targets->list[i], open_now_snapshot(now), true);
	v->told = tell;
	open_now_free(now);
	return status;
}

static int note_before(struct verifying *v, const struct snapshot *snapshot)
{
	int err = 0;

	for (size_t i = 0; i < snapshot->n && !err; i++)
		err = socket_set_add(&v->before, &snapshot->rows[i]->socket);
	return err;
}

static int verify(struct verifying *v, const char *btf_path)
{
	const struct timespec pause = { .tv_nsec = LOOK_AGAIN_NS };
	int status = look(v, btf_path, false);
	char text[TARGET_TEXT];
	size_t closed;

	if (!status && !v->told) {
		nanosleep(&pause, NULL);
		status = look(v, btf_path, true);
	}
	if (status)
		return status;
	closed = v->targets->n - v->open;
	if (closed && v->targets->n == 1)
		say("%s is closed", target_text(&v->targets->list->socket, text));
	else if (closed)
		say("%zu of %zu closed", closed, v->targets->n);
	return v->open ? STATUS_NO : STATUS_OK;
}

int close_verify(const struct targets *targets, const struct open_now *before, bool killed,
		 const char *btf_path)
{
	struct verifying v = { .targets = targets, .killed = killed };
	int status = STATUS_NO_TRACING;

	if (note_before(&v, open_now_snapshot(before)))
		say("out of memory: look by 'porttrace list'");
	else
		status = verify(&v, btf_path);
	socket_set_free(&v.before);
	return status;
}
