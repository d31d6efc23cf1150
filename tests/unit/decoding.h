/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of decode() share: one record of each kind, copies of it, what is in all of them. */
#ifndef UNIT_DECODING_H
#define UNIT_DECODING_H

#include "unit.h"

#include "records.h"

#include <errno.h>

static struct records records;

static inline int fill(void **state)
{
	(void)state;
	records_fill(&records);
	return 0;
}

/* From a copy of exactly this size, so that a read beyond it is caught; shift: off alignment. */
static inline int decode_copy(const void *data, size_t size, size_t shift, struct decoded *out)
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

static inline int decode_it(const void *data, size_t size)
{
	struct decoded out;

	return decode_copy(data, size, 0, &out);
}

#define assert_refused(record) assert_int_equal(decode_it(&(record), sizeof(record)), -EBADMSG)
#define assert_taken(record) assert_int_equal(decode_it(&(record), sizeof(record)), 0)

static inline void assert_the_task(const struct task_ref *task)
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

static inline void assert_the_socket(const struct socket_info *socket)
{
	static const uint8_t addr[16] = { 192, 168, 1, 2 };

	assert_int_equal(socket->sk, 0xffff888001020304);
	assert_int_equal(socket->cookie, 99);
	assert_int_equal(socket->backlog, 128);
	assert_int_equal(socket->state, 10);
	assert_int_equal(socket->local.netns, 4026531840);
	assert_int_equal(socket->local.ifindex, 3);
	assert_int_equal(socket->local.port, 8080);
	assert_int_equal(socket->local.family, AF_INET);
	assert_int_equal(socket->local.proto, IPPROTO_TCP);
	assert_memory_equal(socket->local.addr, addr, sizeof(addr));
}

#endif
