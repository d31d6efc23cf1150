// SPDX-License-Identifier: GPL-2.0-only
#include "decoding.h"

static void a_task_record_gives_every_field(void **state)
{
	struct decoded out;

	(void)state;
	assert_int_equal(decode_copy(&records.task, sizeof(records.task), 0, &out), 0);
	assert_int_equal(out.type, DECODED_TASK);
	assert_int_equal(out.kind, RECORD_TASK);
	assert_int_equal(out.size, sizeof(records.task));
	assert_the_task(&out.task);
	assert_int_equal(out.ppid, 4100);
	assert_int_equal(out.exe_dev, 0x800001);
	assert_int_equal(out.exe_inode, 123456);
	assert_string_equal(out.parent_comm, "bash");
	assert_string_equal(out.exe, "/usr/bin/python3");
	assert_string_equal(out.cgroup, "/system.slice/x.service");
	assert_false(out.deleted || out.exe_truncated || out.cgroup_truncated);
}

static void an_args_record_points_at_its_arguments(void **state)
{
	struct decoded out = { 0 };

	(void)state;
	assert_int_equal(decode(&records.args, sizeof(records.args.bytes), &out), 0);
	assert_int_equal(out.type, DECODED_ARGS);
	assert_int_equal(out.kind, RECORD_TASK);
	assert_int_equal(out.task.tgid, 4242);
	assert_int_equal(out.task.start_ns, 1000000001);
	assert_int_equal(out.task.exec_id, 5);
	assert_int_equal(out.args_len, sizeof(RECORD_ARGV));
	assert_memory_equal(out.args, RECORD_ARGV, sizeof(RECORD_ARGV));
	assert_false(out.args_truncated);
}

static void a_port_record_gives_its_kind_hook_and_reason(void **state)
{
	struct decoded out;

	(void)state;
	assert_int_equal(decode_copy(&records.open, sizeof(records.open), 0, &out), 0);
	assert_int_equal(out.type, DECODED_PORT);
	assert_int_equal(out.kind, RECORD_OPEN);
	assert_int_equal(out.time_ns, 5000000001);
	assert_int_equal(out.cause, CLOSE_UNKNOWN);
	assert_string_equal(out.hook, "sockops TCP_LISTEN_CB");
	assert_the_task(&out.task);
	assert_the_socket(&out.socket);

	assert_int_equal(decode_copy(&records.close, sizeof(records.close), 0, &out), 0);
	assert_int_equal(out.kind, RECORD_CLOSE);
	assert_int_equal(out.cause, CLOSE_CLOSED);
	records.close.reason = REASON_PROCESS_EXIT;
	assert_int_equal(decode_copy(&records.close, sizeof(records.close), 0, &out), 0);
	assert_int_equal(out.cause, CLOSE_PROCESS_EXIT);
	records.close.reason = REASON_DESTROYED;
	assert_int_equal(decode_copy(&records.close, sizeof(records.close), 0, &out), 0);
	assert_int_equal(out.cause, CLOSE_DESTROYED);
	assert_int_equal(decode_copy(&records.change, sizeof(records.change), 0, &out), 0);
	assert_int_equal(out.kind, RECORD_CHANGE);
}

static void assert_found(const struct decoded *out)
{
	static const uint8_t addr[16] = { 198, 51, 100, 7 };

	assert_the_socket(&out->socket);
	assert_int_equal(out->socket.inode, 5000000000);
	assert_int_equal(out->socket.accept_queue, 3);
	assert_true(out->socket.queue_known);
	assert_string_equal(out->connection.new_state, "LISTEN");
	assert_int_equal(out->connection.remote.port, 443);
	assert_int_equal(out->connection.remote.netns, 4026531840);
	assert_memory_equal(out->connection.remote.addr, addr, sizeof(addr));
}

static void a_queue_that_is_not_known_is_said_to_be(void **state)
{
	struct decoded out;

	(void)state;
	records.socket.found.flags = 0;
	assert_int_equal(decode_copy(&records.socket, sizeof(records.socket), 0, &out), 0);
	assert_false(out.socket.queue_known);
}

static void a_record_says_its_size_if_it_is_whole(void **state)
{
	(void)state;
	assert_int_equal(decode_size(&records.socket, sizeof(records.socket)),
			 sizeof(records.socket));
	assert_int_equal(decode_size(&records.socket, sizeof(records) - 8), sizeof(records.socket));
	assert_int_equal(decode_size(&records.socket, sizeof(records.socket) - 1), 0);
	assert_int_equal(decode_size(&records.socket, sizeof(records.socket.head) - 1), 0);
	records.socket.head.size = sizeof(records.socket.head) - 1;
	assert_int_equal(decode_size(&records.socket, sizeof(records.socket)), 0);
	/* What it is of does not matter: it can be stepped over. */
	records.socket.head.size = sizeof(records.socket);
	records.socket.head.type = REC_TYPE_MAX;
	assert_int_equal(decode_size(&records.socket, sizeof(records.socket)),
			 sizeof(records.socket));
}

static void snapshot_records_give_every_field(void **state)
{
	struct decoded out;

	(void)state;
	assert_int_equal(decode_copy(&records.holder, sizeof(records.holder), 0, &out), 0);
	assert_int_equal(out.type, DECODED_HOLDER);
	assert_int_equal(out.time_ns, 6000000001);
	assert_int_equal(out.fd, 3);
	assert_the_task(&out.task);
	assert_found(&out);

	assert_int_equal(decode_copy(&records.socket, sizeof(records.socket), 0, &out), 0);
	assert_int_equal(out.type, DECODED_SOCKET);
	assert_int_equal(out.time_ns, 7000000001);
	assert_found(&out);

	assert_int_equal(decode_copy(&records.netns, sizeof(records.netns), 0, &out), 0);
	assert_int_equal(out.type, DECODED_NETNS);
	assert_int_equal(out.netns, 4026531840);
	assert_int_equal(out.task.tgid, 1);
	assert_int_equal(out.fd, -1);
	assert_true(out.netns_initial);
}

static void every_hook_has_a_name(void **state)
{
	struct decoded out;

	(void)state;
	for (__u32 hook = 0; hook < HOOK_MAX; hook++) {
		records.open.hook = hook;
		assert_int_equal(decode_copy(&records.open, sizeof(records.open), 0, &out), 0);
		assert_non_null(out.hook);
		assert_true(*out.hook);
	}
}

static void each_socket_flag_reaches_its_field(void **state)
{
	struct decoded out;

	(void)state;
	for (int bit = 0; bit < 8; bit++) {
		const struct socket_info *s = &out.socket;
		int flag = 1 << bit;

		records.open.sock.flags = (__u8)flag;
		records.open.sock.family = AF_INET6;
		assert_int_equal(decode_copy(&records.open, sizeof(records.open), 0, &out), 0);
		assert_int_equal(s->reuseport, flag == SOCK_F_REUSEPORT);
		assert_int_equal(s->reuseaddr, flag == SOCK_F_REUSEADDR);
		assert_int_equal(s->local.v6only, flag == SOCK_F_V6ONLY);
		assert_int_equal(s->kernel, flag == SOCK_F_KERNEL);
		assert_int_equal(s->mptcp, flag == SOCK_F_MPTCP);
		assert_int_equal(s->connected, flag == SOCK_F_CONNECTED);
		assert_int_equal(s->tracked, flag == SOCK_F_TRACKED);
		assert_int_equal(out.untracked, flag == SOCK_F_UNTRACKED);
	}
}

static void how_a_port_was_picked_reaches_its_fields(void **state)
{
	struct decoded out;

	(void)state;
	for (__u32 by = PORT_BY_UNKNOWN; by < PORT_BY_MAX; by++) {
		records.open.sock.port_by = by;
		assert_int_equal(decode_copy(&records.open, sizeof(records.open), 0, &out), 0);
		assert_int_equal(out.socket.picked_known, by != PORT_BY_UNKNOWN);
		assert_int_equal(out.socket.picked, by == PORT_BY_KERNEL);
	}
	records.open.sock.port_by = PORT_BY_MAX;
	assert_int_equal(decode_copy(&records.open, sizeof(records.open), 0, &out), -EBADMSG);
}

static void each_task_flag_reaches_its_field(void **state)
{
	struct decoded out;

	(void)state;
	for (int bit = 0; bit < 16; bit++) {
		__u32 flag = 1u << bit;

		records.task.task.flags = flag;
		assert_int_equal(decode_copy(&records.task, sizeof(records.task), 0, &out), 0);
		assert_int_equal(out.task.kthread, flag == TASK_F_KTHREAD);
		assert_int_equal(out.task.bystander, flag == TASK_F_BYSTANDER);
		assert_int_equal(out.task.asked, flag == TASK_F_ASKED);
		assert_int_equal(out.deleted, flag == TASK_F_EXE_DELETED);
		assert_int_equal(out.exe_truncated, flag == TASK_F_EXE_TRUNCATED);
		assert_int_equal(out.cgroup_truncated, flag == TASK_F_CGROUP_TRUNCATED);
		records.args.rec.flags = flag;
		assert_int_equal(decode_copy(&records.args, sizeof(records.args.bytes), 0, &out),
				 0);
		assert_int_equal(out.args_truncated, flag == TASK_F_ARGS_TRUNCATED);
	}
}

/* What is left in the bytes behind an IPv4 address must not make two ports of one. */
static void an_ipv4_address_takes_four_bytes_and_no_v6only(void **state)
{
	static const uint8_t addr[16] = { 192, 168, 1, 2 };
	struct decoded out;

	(void)state;
	memset(records.open.sock.addr + 4, 0xee, 12);
	records.open.sock.flags = SOCK_F_V6ONLY;
	assert_int_equal(decode_copy(&records.open, sizeof(records.open), 0, &out), 0);
	assert_memory_equal(out.socket.local.addr, addr, sizeof(addr));
	assert_int_equal(out.socket.local.v6only, 0);
}

static void an_ipv6_address_takes_sixteen_bytes(void **state)
{
	struct decoded out;

	(void)state;
	memset(records.open.sock.addr, 0xee, 16);
	records.open.sock.family = AF_INET6;
	assert_int_equal(decode_copy(&records.open, sizeof(records.open), 0, &out), 0);
	assert_memory_equal(out.socket.local.addr, records.open.sock.addr, 16);
}

static void a_comm_of_sixteen_bytes_without_nul_is_ended(void **state)
{
	struct decoded out;

	(void)state;
	memset(records.task.task.comm, 'c', 16);
	memset(records.task.parent_comm, 'p', 16);
	assert_int_equal(decode_copy(&records.task, sizeof(records.task), 0, &out), 0);
	assert_string_equal(out.task.comm, "cccccccccccccccc");
	assert_string_equal(out.parent_comm, "pppppppppppppppp");
}

static void an_unknown_type_is_refused(void **state)
{
	(void)state;
	for (unsigned int type = 0; type <= UINT16_MAX; type++) {
		records.open.head.type = (__u16)type;
		if (type == 0 || type >= REC_TYPE_MAX)
			assert_refused(records.open);
	}
}

static void an_unknown_kind_of_port_record_is_refused(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind <= UINT16_MAX; kind++) {
		records.open.head.kind = (__u16)kind;
		if (kind < KIND_OPEN || kind > KIND_CHANGE)
			assert_refused(records.open);
		else
			assert_taken(records.open);
	}
}

static void an_unknown_hook_is_refused(void **state)
{
	(void)state;
	records.open.hook = HOOK_MAX;
	assert_refused(records.open);
	records.open.hook = UINT32_MAX;
	assert_refused(records.open);
}

static void the_origin_of_a_port_is_taken_and_an_unknown_one_refused(void **state)
{
	struct decoded out;

	(void)state;
	for (__u16 origin = 0; origin < ORIGIN_MAX; origin++) {
		records.open.origin = origin;
		assert_int_equal(decode_copy(&records.open, sizeof(records.open), 0, &out), 0);
		assert_int_equal(out.origin, origin);
	}
	records.open.origin = ORIGIN_MAX;
	assert_refused(records.open);
	records.open.origin = UINT16_MAX;
	assert_refused(records.open);
}

static void an_unknown_reason_is_refused(void **state)
{
	(void)state;
	records.close.reason = REASON_MAX;
	assert_refused(records.close);
	records.close.reason = UINT16_MAX;
	assert_refused(records.close);
}

static void an_unknown_family_is_refused_in_every_record_of_a_socket(void **state)
{
	static const __u16 families[] = { 0, AF_UNIX, AF_INET6 + 1, AF_PACKET, UINT16_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(families); i++) {
		records.open.sock.family = families[i];
		assert_refused(records.open);
		records.holder.sock.family = families[i];
		assert_refused(records.holder);
		records.socket.sock.family = families[i];
		assert_refused(records.socket);
	}
}

static void arguments_beyond_the_record_are_refused(void **state)
{
	(void)state;
	records.args.rec.args_len = sizeof(RECORD_ARGV) + 1;
	assert_refused(records.args);
	records.args.rec.args_len = UINT32_MAX;
	assert_refused(records.args);
	records.args.rec.args_len = 0;
	assert_taken(records.args);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_task_record_gives_every_field, fill),
		cmocka_unit_test_setup(an_args_record_points_at_its_arguments, fill),
		cmocka_unit_test_setup(a_port_record_gives_its_kind_hook_and_reason, fill),
		cmocka_unit_test_setup(snapshot_records_give_every_field, fill),
		cmocka_unit_test_setup(a_queue_that_is_not_known_is_said_to_be, fill),
		cmocka_unit_test_setup(a_record_says_its_size_if_it_is_whole, fill),
		cmocka_unit_test_setup(every_hook_has_a_name, fill),
		cmocka_unit_test_setup(each_socket_flag_reaches_its_field, fill),
		cmocka_unit_test_setup(how_a_port_was_picked_reaches_its_fields, fill),
		cmocka_unit_test_setup(each_task_flag_reaches_its_field, fill),
		cmocka_unit_test_setup(an_ipv4_address_takes_four_bytes_and_no_v6only, fill),
		cmocka_unit_test_setup(an_ipv6_address_takes_sixteen_bytes, fill),
		cmocka_unit_test_setup(a_comm_of_sixteen_bytes_without_nul_is_ended, fill),
		cmocka_unit_test_setup(an_unknown_type_is_refused, fill),
		cmocka_unit_test_setup(an_unknown_kind_of_port_record_is_refused, fill),
		cmocka_unit_test_setup(an_unknown_hook_is_refused, fill),
		cmocka_unit_test_setup(the_origin_of_a_port_is_taken_and_an_unknown_one_refused,
				       fill),
		cmocka_unit_test_setup(an_unknown_reason_is_refused, fill),
		cmocka_unit_test_setup(an_unknown_family_is_refused_in_every_record_of_a_socket,
				       fill),
		cmocka_unit_test_setup(arguments_beyond_the_record_are_refused, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
