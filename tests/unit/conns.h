/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of connections share: a table of ports, listeners in it, and the last event. */
#ifndef UNIT_CONNS_H
#define UNIT_CONNS_H

#include "unit.h"

#include "model/connections.h"

#include <arpa/inet.h>

#define SECOND 1000000000ULL

static struct procs *procs;
static struct ports *ports;
static struct event told;
static struct connection connection; /* of told */
static struct process process;       /* of told; tgid 0: none */
static size_t n_told;

static inline void take(const struct event *event, void *arg)
{
	assert_ptr_equal(arg, &ports);
	n_told++;
	told = *event;
	process = event->actor.process ? *event->actor.process : (struct process){ 0 };
	if (event->connection)
		connection = *event->connection;
}

static inline int set_up(void **state)
{
	(void)state;
	procs = procs_new();
	ports = ports_new(procs, take, &ports);
	n_told = 0;
	return !procs || !ports;
}

static inline int tear_down(void **state)
{
	(void)state;
	ports_free(ports);
	procs_free(procs);
	return 0;
}

static inline struct endpoint address(const char *addr, uint16_t port)
{
	struct endpoint end = an_endpoint(IPPROTO_TCP, port);

	end.family = strchr(addr, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(end.family, addr, end.addr), 1);
	return end;
}

/* Process tgid listens there by the socket sk. */
static inline void listens_at(uint64_t sk, struct endpoint local, uint32_t tgid)
{
	struct decoded record = a_port_record(RECORD_OPEN, sk, local.port, tgid, 5 * SECOND);

	record.socket.local = local;
	assert_int_equal(ports_apply(ports, &record), 0);
}

static inline void listens(uint64_t sk, const char *addr, uint32_t tgid)
{
	listens_at(sk, address(addr, 80), tgid);
}

static inline void apply(const struct decoded *record)
{
	size_t before = n_told;

	assert_int_equal(connections_apply(ports, record), 0);
	assert_int_equal(n_told, before + 1);
}

static inline struct decoded a_connection(enum record_kind kind, struct endpoint local)
{
	struct decoded record = a_record(DECODED_CONN, 99, local.port, 20);

	record.kind = kind;
	record.time_ns = 8 * SECOND;
	record.hook = "a hook";
	record.source = SOURCE_KERNEL;
	record.socket.local = local;
	record.connection.remote = an_endpoint(IPPROTO_TCP, 40000);
	return record;
}

/* Whose a connection to this address is, that nobody has accepted; 0: not known. */
static inline uint32_t owner_at(struct endpoint local)
{
	struct decoded record = a_connection(RECORD_ACCEPT, local);

	record.source = SOURCE_UNKNOWN;
	record.connection.passive = true;
	apply(&record);
	assert_int_equal(told.actor.source, process.tgid ? SOURCE_SOCKET : SOURCE_UNKNOWN);
	return process.tgid;
}

static inline uint32_t owner_of(const char *addr)
{
	return owner_at(address(addr, 80));
}

#define CONN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
