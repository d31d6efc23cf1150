/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of ports: what is put into it, and the events that it tells. */
#ifndef UNIT_PORT_TABLE_H
#define UNIT_PORT_TABLE_H

#include "unit.h"

#include "model/ports.h"

#define TOLD_MAX 16
#define HOLDERS_MAX 8
#define SECOND 1000000000ULL

/* An event, kept beyond its call. */
struct told {
	struct event event;
	struct process process; /* of the actor; tgid 0: none */
	uint32_t holders[HOLDERS_MAX];
};

static struct procs *procs;
static struct ports *ports;
static const struct socket_set nothing;
static struct snapshot snapshot;
static struct told told[TOLD_MAX];
static size_t n_told;

static inline void take(const struct event *event, void *arg)
{
	struct told *t = &told[n_told++];

	assert_ptr_equal(arg, &ports);
	assert_in_range(n_told, 1, TOLD_MAX);
	assert_in_range(event->n_holders, 0, HOLDERS_MAX);
	*t = (struct told){ .event = *event };
	if (event->actor.process)
		t->process = *event->actor.process;
	for (size_t i = 0; i < event->n_holders; i++)
		t->holders[i] = event->holders[i]->tgid;
}

static inline int set_up(void **state)
{
	(void)state;
	procs = procs_new();
	ports = ports_new(procs, take, &ports);
	snapshot_init(&snapshot, procs);
	n_told = 0;
	return !procs || !ports;
}

static inline int tear_down(void **state)
{
	(void)state;
	snapshot_free(&snapshot);
	ports_free(ports);
	procs_free(procs);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static inline void apply(const struct decoded *record)
{
	assert_int_equal(ports_apply(ports, record), 0);
}

/* The socket sk of port, opened or closed by process tgid. */
static inline void open_port(uint64_t sk, uint16_t port, uint32_t tgid, uint64_t time_ns)
{
	struct decoded record = a_port_record(RECORD_OPEN, sk, port, tgid, time_ns);

	apply(&record);
}

static inline void close_port(uint64_t sk, uint16_t port, uint32_t tgid, uint64_t time_ns)
{
	struct decoded record = a_port_record(RECORD_CLOSE, sk, port, tgid, time_ns);

	apply(&record);
}

/* --- the snapshot -------------------------------------------------------------------- */

static inline void add(struct snapshot *to, const struct decoded *record)
{
	assert_int_equal(snapshot_add(to, record), 0);
}

/* The snapshot finds the socket, in process tgid (0: in none). */
static inline void found(uint64_t sk, uint16_t port, uint32_t tgid)
{
	struct decoded record = a_record(tgid ? DECODED_HOLDER : DECODED_SOCKET, sk, port, tgid);

	record.time_ns = 50 * SECOND;
	add(&snapshot, &record);
}

static inline void load(enum event_kind as)
{
	snapshot_sort(&snapshot);
	assert_int_equal(ports_load(ports, &snapshot, as, &nothing), 0);
}

/* A UDP socket as the snapshot finds it. */
static inline void found_udp(uint64_t sk, uint16_t port, bool connected, bool tracked)
{
	struct decoded record = a_record(DECODED_HOLDER, sk, port, 10);

	record.socket.local.proto = IPPROTO_UDP;
	record.socket.connected = connected;
	record.socket.tracked = tracked;
	add(&snapshot, &record);
}

static inline void drop(uint64_t before_ns)
{
	ports_drop_missing(ports, &snapshot, NULL, &nothing, before_ns);
}

/* --- what was told ------------------------------------------------------------------- */

/* The i-th event told. */
static inline const struct event *assert_told(size_t i, enum event_kind kind, uint16_t port,
					      uint32_t tgid)
{
	const struct event *event = &told[i].event;

	assert_in_range(i, 0, n_told - 1);
	assert_string_equal(event_kind_name(event->kind), event_kind_name(kind));
	assert_int_equal(event->socket.local.port, port);
	assert_int_equal(told[i].process.tgid, tgid);
	return event;
}

#endif
