// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "records.h"

#include <errno.h>

static struct records records;

static int fill(void **state)
{
	(void)state;
	records_fill(&records);
	return 0;
}

/* From a copy of exactly this size, so that a read beyond it is caught; shift: off alignment. */
static int decode_copy(const void *data, size_t size, size_t shift, struct decoded *out)
{
	char *copy = malloc(size + shift + !size);
	int err;

	assert_non_null(copy);
	memcpy(copy + shift, data, size);
	memset(out, 0, sizeof(*out));
	err = decode(copy + shift, size, out);
	out->args = NULL; /* pointed into the copy */
	free(copy);
	return err;
}

static int decode_it(const void *data, size_t size)
{
	struct decoded out;

	return decode_copy(data, size, 0, &out);
}

#define assert_refused(record) assert_int_equal(decode_it(&(record), sizeof(record)), -EBADMSG)
#define assert_taken(record) assert_int_equal(decode_it(&(record), sizeof(record)), 0)

static void assert_the_task(const struct task_ref *task)
{
	assert_int_equal(task->start_ns, 1000000001);
	assert_int_equal(task->exec_id, 5);
	assert_int_equal(task->cgroup_id, 77);
	assert_int_equal(task->tgid, 4242);
	assert_int_equal(task->tid, 4243);
	assert_int_equal(task->uid, 1000);
	assert_int_equal(task->gid, 100);
	assert_false(task->kthread);
	assert_string_equal(task->comm, "python3");
}

static void assert_the_socket(const struct socket_info *socket)
{
	static const uint8_t addr[16] = { 192, 168, 1, 2 };

	assert_int_equal(socket->sk, 0xffff888001020304);
	assert_int_equal(socket->cookie, 99);
	assert_int_equal(socket->backlog, 128);
	assert_int_equal(socket->local.netns, 4026531840);
	assert_int_equal(socket->local.ifindex, 3);
	assert_int_equal(socket->local.port, 8080);
	assert_int_equal(socket->local.family, AF_INET);
	assert_int_equal(socket->local.proto, IPPROTO_TCP);
	assert_memory_equal(socket->local.addr, addr, sizeof(addr));
}

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

static void snapshot_records_give_every_field(void **state)
{
	struct decoded out;

	(void)state;
	assert_int_equal(decode_copy(&records.holder, sizeof(records.holder), 0, &out), 0);
	assert_int_equal(out.type, DECODED_HOLDER);
	assert_int_equal(out.time_ns, 6000000001);
	assert_int_equal(out.fd, 3);
	assert_the_task(&out.task);
	assert_the_socket(&out.socket);

	assert_int_equal(decode_copy(&records.socket, sizeof(records.socket), 0, &out), 0);
	assert_int_equal(out.type, DECODED_SOCKET);
	assert_int_equal(out.time_ns, 7000000001);
	assert_the_socket(&out.socket);

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

static void each_task_flag_reaches_its_field(void **state)
{
	struct decoded out;

	(void)state;
	for (int bit = 0; bit < 8; bit++) {
		__u32 flag = 1u << bit;

		records.task.task.flags = flag;
		assert_int_equal(decode_copy(&records.task, sizeof(records.task), 0, &out), 0);
		assert_int_equal(out.task.kthread, flag == TASK_F_KTHREAD);
		assert_int_equal(out.task.bystander, flag == TASK_F_BYSTANDER);
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

static void records_off_alignment_decode_alike(void **state)
{
	struct record_view views[RECORDS];
	struct decoded aligned, shifted;

	(void)state;
	records_view(&records, views);
	for (size_t i = 0; i < RECORDS; i++) {
		for (size_t shift = 1; shift < 8; shift++) {
			assert_int_equal(decode_copy(views[i].data, views[i].size, 0, &aligned), 0);
			assert_int_equal(decode_copy(views[i].data, views[i].size, shift, &shifted),
					 0);
			assert_memory_equal(&aligned, &shifted, sizeof(aligned));
		}
	}
}

/* Both cut off, and cut off but saying that it is whole. */
static void every_prefix_of_a_record_is_refused(void **state)
{
	struct record_view views[RECORDS];
	char copy[sizeof(struct records)];

	(void)state;
	records_view(&records, views);
	for (size_t i = 0; i < RECORDS; i++) {
		for (size_t size = 0; size < views[i].size; size++) {
			__u32 said = (__u32)size;

			assert_int_equal(decode_it(views[i].data, size), -EBADMSG);
			memcpy(copy, views[i].data, views[i].size);
			memcpy(copy + offsetof(struct rec_head, size), &said, sizeof(said));
			assert_int_equal(decode_it(copy, size), -EBADMSG);
		}
	}
}

static void any_damaged_byte_gives_badmsg_or_a_record(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct record_view views[RECORDS];
	unsigned char copy[sizeof(struct records)];

	(void)state;
	records_view(&records, views);
	for (size_t i = 0; i < RECORDS; i++) {
		for (size_t at = 0; at < views[i].size * COUNT(values); at++) {
			int err;

			memcpy(copy, views[i].data, views[i].size);
			copy[at / COUNT(values)] = values[at % COUNT(values)];
			err = decode_it(copy, views[i].size);
			assert_true(err == 0 || err == -EBADMSG);
		}
	}
}

static void a_record_larger_than_what_is_left_is_refused(void **state)
{
	(void)state;
	records.open.head.size = sizeof(records.open) + 1;
	assert_refused(records.open);
	records.open.head.size = UINT32_MAX;
	assert_refused(records.open);
}

/* A later kernel side may add fields at the end. */
static void a_record_longer_than_known_is_taken_and_stepped_over(void **state)
{
	struct {
		struct rec_open_socket rec;
		char more[24];
	} longer = { .rec = records.socket, .more = "from a later version" };
	struct decoded out;

	(void)state;
	longer.rec.head.size = sizeof(longer);
	assert_int_equal(decode_copy(&longer, sizeof(longer), 0, &out), 0);
	assert_int_equal(out.size, sizeof(longer));
	assert_the_socket(&out.socket);
}

static void only_its_own_bytes_count_where_more_follow(void **state)
{
	struct rec_port two[2] = { records.open, records.close };
	struct decoded out;

	(void)state;
	assert_int_equal(decode_copy(two, sizeof(two), 0, &out), 0);
	assert_int_equal(out.size, sizeof(*two));
	/* args_len reaches beyond the record, though not beyond the buffer */
	records.args.rec.head.size -= 1;
	assert_refused(records.args);
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
		if (kind == KIND_TASK || kind >= KIND_MAX)
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

static void an_unknown_reason_is_refused(void **state)
{
	(void)state;
	records.close.reason = REASON_MAX;
	assert_refused(records.close);
	records.close.reason = UINT32_MAX;
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

static void set_path(const char *components, size_t len)
{
	memset(records.task.exe, 'x', sizeof(records.task.exe));
	memset(records.task.cgroup, 'x', sizeof(records.task.cgroup));
	memcpy(records.task.exe, components, len);
	memcpy(records.task.cgroup, components, len);
	records.task.exe_len = records.task.cgroup_len = (__u32)len;
}

static void assert_path(const char *components, size_t len, const char *expected)
{
	struct decoded out;

	set_path(components, len);
	assert_int_equal(decode_copy(&records.task, sizeof(records.task), 0, &out), 0);
	assert_string_equal(out.exe, expected);
	assert_string_equal(out.cgroup, expected);
}

static void paths_are_turned_round(void **state)
{
#define ASSERT_PATH(components, expected) assert_path(components, sizeof(components), expected)
	(void)state;
	ASSERT_PATH("bash\0bin\0usr", "/usr/bin/bash");
	ASSERT_PATH("init", "/init");
	ASSERT_PATH("memfd:evil\n", "/memfd:evil\n");
	/* components without a name, as the root of a cgroup tree: nothing at all of them */
	ASSERT_PATH("", "");
	ASSERT_PATH("\0\0", "");
	ASSERT_PATH("x.service\0system.slice\0", "/system.slice/x.service");
	ASSERT_PATH("\0leaf\0\0root\0\0", "/root/leaf");
	assert_path("", 0, "");
}

static void paths_that_fill_their_field_are_whole(void **state)
{
	char components[sizeof(records.task.exe)], expected[2 * sizeof(components)];

	(void)state;
	memset(components, 'n', sizeof(components));
	components[sizeof(components) - 1] = '\0';
	snprintf(expected, sizeof(expected), "/%s", components);
	assert_path(components, sizeof(components), expected);

	for (size_t i = 0; i < sizeof(components); i += 2) {
		memcpy(components + i, "d", 2);
		memcpy(expected + i, "/d", 3);
	}
	assert_path(components, sizeof(components), expected);
}

static void a_path_without_its_nul_is_refused(void **state)
{
	(void)state;
	set_path("bash\0bin", 8);
	assert_refused(records.task);
	records.task.exe_len = 0; /* the cgroup's as well */
	assert_refused(records.task);
}

static void a_path_longer_than_its_field_is_refused(void **state)
{
	static const __u32 lengths[] = { EXE_MAX + NAME_SLACK + 1, 1024, UINT32_MAX };

	(void)state;
	memset(records.task.exe, 0, sizeof(records.task.exe));
	memset(records.task.cgroup, 0, sizeof(records.task.cgroup));
	for (size_t i = 0; i < COUNT(lengths); i++) {
		records.task.exe_len = lengths[i];
		records.task.cgroup_len = 0;
		assert_refused(records.task);
		records.task.exe_len = 0;
		records.task.cgroup_len = lengths[i];
		assert_refused(records.task);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_task_record_gives_every_field, fill),
		cmocka_unit_test_setup(an_args_record_points_at_its_arguments, fill),
		cmocka_unit_test_setup(a_port_record_gives_its_kind_hook_and_reason, fill),
		cmocka_unit_test_setup(snapshot_records_give_every_field, fill),
		cmocka_unit_test_setup(every_hook_has_a_name, fill),
		cmocka_unit_test_setup(each_socket_flag_reaches_its_field, fill),
		cmocka_unit_test_setup(each_task_flag_reaches_its_field, fill),
		cmocka_unit_test_setup(an_ipv4_address_takes_four_bytes_and_no_v6only, fill),
		cmocka_unit_test_setup(an_ipv6_address_takes_sixteen_bytes, fill),
		cmocka_unit_test_setup(a_comm_of_sixteen_bytes_without_nul_is_ended, fill),
		cmocka_unit_test_setup(records_off_alignment_decode_alike, fill),
		cmocka_unit_test_setup(every_prefix_of_a_record_is_refused, fill),
		cmocka_unit_test_setup(any_damaged_byte_gives_badmsg_or_a_record, fill),
		cmocka_unit_test_setup(a_record_larger_than_what_is_left_is_refused, fill),
		cmocka_unit_test_setup(a_record_longer_than_known_is_taken_and_stepped_over, fill),
		cmocka_unit_test_setup(only_its_own_bytes_count_where_more_follow, fill),
		cmocka_unit_test_setup(an_unknown_type_is_refused, fill),
		cmocka_unit_test_setup(an_unknown_kind_of_port_record_is_refused, fill),
		cmocka_unit_test_setup(an_unknown_hook_is_refused, fill),
		cmocka_unit_test_setup(an_unknown_reason_is_refused, fill),
		cmocka_unit_test_setup(an_unknown_family_is_refused_in_every_record_of_a_socket,
				       fill),
		cmocka_unit_test_setup(arguments_beyond_the_record_are_refused, fill),
		cmocka_unit_test_setup(paths_are_turned_round, fill),
		cmocka_unit_test_setup(paths_that_fill_their_field_are_whole, fill),
		cmocka_unit_test_setup(a_path_without_its_nul_is_refused, fill),
		cmocka_unit_test_setup(a_path_longer_than_its_field_is_refused, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
