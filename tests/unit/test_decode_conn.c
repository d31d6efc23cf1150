// SPDX-License-Identifier: GPL-2.0-only
/* Records of connections, binds and failed calls. */
#include "decoding.h"

static struct decoded conn;

/* The record of this kind, as it was filled and changed. */
static struct rec_conn *conn_of(enum rec_kind kind)
{
	return &records.conns[kind - KIND_BIND];
}

static const struct decoded *decoded_of(const struct rec_conn *rec)
{
	assert_int_equal(decode_copy(rec, sizeof(*rec), 0, &conn), 0);
	return &conn;
}

static void every_field_is_taken(void **state)
{
	static const uint8_t remote[16] = { 198, 51, 100, 7 };
	const struct connection *c = &conn.connection;

	(void)state;
	for (int kind = KIND_BIND; kind < KIND_MAX; kind++) {
		decoded_of(conn_of((enum rec_kind)kind));
		assert_int_equal(conn.type, DECODED_CONN);
		assert_int_equal(conn.kind, kind);
		assert_int_equal(conn.size, sizeof(struct rec_conn));
		assert_int_equal(conn.time_ns, 8000000001);
		assert_int_equal(conn.span_ns, 1500000);
		assert_int_equal(conn.origin, ORIGIN_BY_SYSCALL);
		assert_int_equal(conn.source, SOURCE_KERNEL);
		assert_string_equal(conn.hook, "sockops");
		assert_the_task(&conn.task);
		assert_the_socket(&conn.socket);
		assert_true(c->bytes_sent == 1000000000001 && c->bytes_received == 22);
		assert_true(c->bytes_known);
		assert_false(c->autobind || c->no_local || c->passive);
		assert_int_equal(c->remote.port, 443);
		assert_int_equal(c->remote.family, AF_INET);
		assert_int_equal(c->remote.proto, IPPROTO_TCP);
		assert_int_equal(c->remote.netns, 4026531840);
		assert_memory_equal(c->remote.addr, remote, sizeof(remote));
		assert_string_equal(c->old_state, "SYN_SENT");
		assert_string_equal(c->new_state, "ESTABLISHED");
	}
}

static void a_failure_gives_its_call_and_errno(void **state)
{
	static const char *const ops[CALL_MAX] = { NULL, "bind", "listen", "connect" };
	struct rec_conn *rec = conn_of(KIND_FAIL);

	(void)state;
	for (__u8 op = CALL_NONE + 1; op < CALL_MAX; op++) {
		rec->op = op;
		rec->error = (__u16)(UINT16_MAX - op);
		decoded_of(rec);
		assert_string_equal(conn.connection.op, ops[op]);
		assert_int_equal(conn.connection.error, UINT16_MAX - op);
	}
	rec->error = 0; /* the kernel kept none */
	assert_int_equal(decoded_of(rec)->connection.error, 0);
}

/* Nothing could be said of it. */
static void a_failure_of_no_call_is_refused(void **state)
{
	(void)state;
	conn_of(KIND_FAIL)->op = CALL_NONE;
	assert_refused(*conn_of(KIND_FAIL));
	assert_taken(*conn_of(KIND_END)); /* which has none either */
}

static void each_flag_reaches_its_field(void **state)
{
	struct rec_conn *rec = conn_of(KIND_CONNECT);

	(void)state;
	for (int bit = 0; bit < 8; bit++) {
		const struct connection *c = &conn.connection;
		int flag = 1 << bit;

		rec->flags = (__u8)flag;
		decoded_of(rec);
		assert_int_equal(c->autobind, flag == CONN_F_AUTOBIND);
		assert_int_equal(c->bytes_known, flag == CONN_F_BYTES);
		assert_int_equal(c->no_local, flag == CONN_F_NO_LOCAL);
		assert_int_equal(c->passive, flag == CONN_F_PASSIVE);
		assert_int_equal(conn.source, flag == CONN_F_NO_OWNER ? SOURCE_UNKNOWN :
					      flag == CONN_F_FOUND    ? SOURCE_PROC :
					      flag == CONN_F_OWNER    ? SOURCE_SOCKET :
									SOURCE_KERNEL);
	}
	/* Found is less than caught, and no owner is none, whatever else is said. */
	rec->flags = CONN_F_OWNER | CONN_F_FOUND;
	assert_int_equal(decoded_of(rec)->source, SOURCE_PROC);
	rec->flags = CONN_F_OWNER | CONN_F_FOUND | CONN_F_NO_OWNER;
	assert_int_equal(decoded_of(rec)->source, SOURCE_UNKNOWN);
}

static void the_remote_end_is_of_the_local_ones_family(void **state)
{
	struct rec_conn *rec = conn_of(KIND_ACCEPT);
	static const uint8_t four[16] = { 0xee, 0xee, 0xee, 0xee };

	(void)state;
	memset(rec->remote_addr, 0xee, sizeof(rec->remote_addr));
	decoded_of(rec);
	assert_memory_equal(conn.connection.remote.addr, four, sizeof(four));
	rec->sock.family = AF_INET6;
	decoded_of(rec);
	assert_int_equal(conn.connection.remote.family, AF_INET6);
	assert_memory_equal(conn.connection.remote.addr, rec->remote_addr, 16);
	rec->remote_port = 0; /* there is none */
	assert_int_equal(decoded_of(rec)->connection.remote.port, 0);
}

/* The kernel's numbers (include/net/tcp_states.h) in the words of RFC 9293. */
static void every_state_has_its_name_and_others_have_none(void **state)
{
	static const char *const names[] = {
		NULL,        "ESTABLISHED", "SYN_SENT",     "SYN_RECV",   "FIN_WAIT1",
		"FIN_WAIT2", "TIME_WAIT",   "CLOSE",        "CLOSE_WAIT", "LAST_ACK",
		"LISTEN",    "CLOSING",     "NEW_SYN_RECV",
	};
	struct rec_conn *rec = conn_of(KIND_STATE);

	(void)state;
	for (int i = 0; i <= UINT8_MAX; i++) {
		rec->old_state = (__u8)i;
		rec->new_state = (__u8)(UINT8_MAX - i);
		decoded_of(rec);
		for (int end = 0; end < 2; end++) {
			const char *name = end ? conn.connection.new_state :
						 conn.connection.old_state;
			size_t number = (size_t)(end ? UINT8_MAX - i : i);
			const char *expected = number < COUNT(names) ? names[number] : NULL;

			if (expected)
				assert_string_equal(name, expected);
			else
				assert_null(name);
		}
	}
}

static void every_origin_is_taken_and_an_unknown_one_refused(void **state)
{
	struct rec_conn *rec = conn_of(KIND_BIND);

	(void)state;
	for (unsigned int origin = 0; origin <= UINT8_MAX; origin++) {
		rec->origin = (__u8)origin;
		if (origin >= ORIGIN_MAX)
			assert_refused(*rec);
		else
			assert_int_equal(decoded_of(rec)->origin, origin);
	}
}

static void an_unknown_call_or_hook_is_refused(void **state)
{
	struct rec_conn *rec = conn_of(KIND_FAIL);

	(void)state;
	for (unsigned int op = CALL_MAX; op <= UINT8_MAX; op++) {
		rec->op = (__u8)op;
		assert_refused(*rec);
	}
	rec->op = CALL_BIND;
	assert_taken(*rec);
	rec->hook = HOOK_MAX;
	assert_refused(*rec);
	rec->hook = UINT16_MAX;
	assert_refused(*rec);
}

static void every_hook_has_a_name(void **state)
{
	struct rec_conn *rec = conn_of(KIND_ACCEPT);

	(void)state;
	for (__u16 hook = 0; hook < HOOK_MAX; hook++) {
		rec->hook = hook;
		assert_non_null(decoded_of(rec)->hook);
		assert_true(*conn.hook);
	}
}

static void an_unknown_kind_or_one_of_ports_is_refused(void **state)
{
	struct rec_conn rec = *conn_of(KIND_END);

	(void)state;
	for (unsigned int kind = 0; kind <= UINT16_MAX; kind++) {
		rec.head.kind = (__u16)kind;
		if (kind < KIND_BIND || kind >= KIND_MAX)
			assert_refused(rec);
		else if (kind != KIND_FAIL)
			assert_taken(rec);
	}
}

static void an_unknown_family_is_refused(void **state)
{
	static const __u16 families[] = { 0, AF_UNIX, AF_INET6 + 1, UINT16_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(families); i++) {
		conn_of(KIND_END)->sock.family = families[i];
		assert_refused(*conn_of(KIND_END));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_field_is_taken, fill),
		cmocka_unit_test_setup(a_failure_gives_its_call_and_errno, fill),
		cmocka_unit_test_setup(a_failure_of_no_call_is_refused, fill),
		cmocka_unit_test_setup(each_flag_reaches_its_field, fill),
		cmocka_unit_test_setup(the_remote_end_is_of_the_local_ones_family, fill),
		cmocka_unit_test_setup(every_state_has_its_name_and_others_have_none, fill),
		cmocka_unit_test_setup(every_origin_is_taken_and_an_unknown_one_refused, fill),
		cmocka_unit_test_setup(an_unknown_call_or_hook_is_refused, fill),
		cmocka_unit_test_setup(every_hook_has_a_name, fill),
		cmocka_unit_test_setup(an_unknown_kind_or_one_of_ports_is_refused, fill),
		cmocka_unit_test_setup(an_unknown_family_is_refused, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
