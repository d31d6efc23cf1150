// SPDX-License-Identifier: GPL-2.0-only
/* The table of what is open into bytes. */
#include "model/state_format.h"

#include "base/libc.h"
#include "model/port_table.h"

#include <string.h>
#include <zlib.h>

/* Executables and cgroups of processes that were put lately, so that each is there once. */
#define RECENT 256

struct putting {
	struct buf *records;
	struct buf texts;
	uint32_t n;
	struct {
		const struct process *process;
		uint32_t exe;
		uint32_t cgroup;
	} recent[RECENT];
};

/* 0: there is none. */
static uint32_t put_text(struct putting *putting, const char *text)
{
	size_t at = putting->texts.len, len = text ? strlen(text) + 1 : 0;

	if (len <= 1 || len > STATE_TEXT_MAX || at + len > STATE_TEXTS_MAX)
		return 0;
	buf_put(&putting->texts, text, len);
	return (uint32_t)at;
}

static void put_process(struct putting *putting, struct state_record *record,
			const struct process *process)
{
	size_t slot = (size_t)((uintptr_t)process / sizeof(*process) % RECENT);

	if (!process)
		return;
	if (putting->recent[slot].process != process) {
		putting->recent[slot].process = process;
		putting->recent[slot].exe = put_text(putting, process->exe);
		putting->recent[slot].cgroup = put_text(putting, process->cgroup_path);
	}
	record->exe = putting->recent[slot].exe;
	record->cgroup = putting->recent[slot].cgroup;
	record->tgid = process->tgid;
	record->start_ns = process->start_ns;
	record->cgroup_id = process->cgroup_id;
	record->ppid = process->ppid;
	memcpy(record->comm, process->comm, sizeof(record->comm));
	memcpy(record->parent_comm, process->parent_comm, sizeof(record->parent_comm));
}

static uint32_t flags_of(const struct socket_info *socket)
{
	return (socket->mptcp ? STATE_MPTCP : 0) | (socket->kernel ? STATE_KERNEL : 0) |
	       (socket->reuseport ? STATE_REUSEPORT : 0);
}

static void put_socket(const void *node, VISIT visit, void *arg)
{
	const struct open_socket *open = *(struct open_socket *const *)node;
	struct putting *putting = arg;
	struct state_record record;

	if ((visit != postorder && visit != leaf) || putting->n == STATE_SOCKETS_MAX)
		return;
	memset(&record, 0, sizeof(record));
	record.local = open->socket.local;
	record.sk = open->socket.sk;
	record.cookie = open->socket.cookie;
	record.inode = open->socket.inode;
	record.opened_ns = open->opened_ns;
	record.backlog = open->socket.backlog;
	record.flags = flags_of(&open->socket);
	record.uid = open->opener.uid;
	record.gid = open->opener.gid;
	put_process(putting, &record, open->opener.process);
	buf_put(putting->records, (const char *)&record, sizeof(record));
	putting->n++;
}

/* The head comes last: it has the sum of what follows. */
void state_put(struct buf *out, const char boot_id[BOOT_ID_LEN], struct ports *ports,
	       uint32_t followed)
{
	struct state_head head = { .magic = STATE_MAGIC,
				   .version = STATE_VERSION,
				   .followed = followed };
	struct putting putting = { .records = out };
	size_t at = out->len;

	buf_reserve(out, sizeof(head) + ports_count(ports) * sizeof(struct state_record));
	buf_put(out, (const char *)&head, sizeof(head));
	buf_putc(&putting.texts, '\0');
	twalk_r(ports->sockets, put_socket, &putting);
	buf_put(out, putting.texts.data, putting.texts.len);
	out->failed |= putting.texts.failed;
	if (!out->failed) {
		size_t body = out->len - at - sizeof(head);

		memcpy(head.boot_id, boot_id, BOOT_ID_LEN);
		head.sockets = putting.n;
		head.texts = (uint32_t)putting.texts.len;
		head.sum = (uint32_t)crc32(followed, (const Bytef *)out->data + at + sizeof(head),
					   (uInt)body);
		memcpy(out->data + at, &head, sizeof(head));
	}
	buf_free(&putting.texts);
}
