// SPDX-License-Identifier: GPL-2.0-only
/* What was open in the last run, held against what is open now. */
#include "model/state_format.h"

#include "base/loop.h"
#include "model/port_table.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct past {
	char *bytes; /* owned: records and texts */
	struct state_record *records;
	size_t n;
	const char *texts; /* ended by NUL */
	size_t texts_len;
	bool *found; /* for each record: it is still open */
	uint32_t followed;
};

/* By port: those of one are beside each other. */
static int compare_records(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct endpoint));
}

/* What is not believed is not used: bytes may be anybody's. */
static bool record_is_sound(const struct past *past, const struct state_record *record)
{
	const struct endpoint *local = &record->local;

	return (local->family == AF_INET || local->family == AF_INET6) && local->v6only <= 1 &&
	       local->port && record->exe < past->texts_len && record->cgroup < past->texts_len &&
	       !record->comm[COMM_LEN] && !record->parent_comm[COMM_LEN];
}

static int check_head(const struct state_head *head, const void *data, size_t len,
		      const char boot_id[BOOT_ID_LEN])
{
	const Bytef *body = (const Bytef *)data + sizeof(*head);

	if (memcmp(head->magic, STATE_MAGIC, sizeof(head->magic)) != 0)
		return -EBADMSG;
	if (head->version != STATE_VERSION)
		return -EPROTONOSUPPORT;
	if (len > STATE_BYTES_MAX || head->sockets > STATE_SOCKETS_MAX || !head->texts ||
	    len - sizeof(*head) !=
		    head->sockets * sizeof(struct state_record) + (size_t)head->texts)
		return -EBADMSG;
	if (head->sum != (uint32_t)crc32(head->followed, body, (uInt)(len - sizeof(*head))))
		return -EBADMSG;
	return memcmp(head->boot_id, boot_id, BOOT_ID_LEN) ? -ESTALE : 0;
}

static int take_body(struct past *past, const struct state_head *head, const char *body, size_t len)
{
	past->bytes = malloc(len);
	past->found = calloc(head->sockets + 1, sizeof(*past->found));
	if (!past->bytes || !past->found)
		return -ENOMEM;
	memcpy(past->bytes, body, len);
	past->records = (struct state_record *)past->bytes;
	past->n = head->sockets;
	past->followed = head->followed;
	past->texts = past->bytes + head->sockets * sizeof(struct state_record);
	past->texts_len = head->texts;
	if (past->texts[0] || past->texts[head->texts - 1])
		return -EBADMSG;
	for (size_t i = 0; i < past->n; i++)
		if (!record_is_sound(past, &past->records[i]))
			return -EBADMSG;
	qsort(past->records, past->n, sizeof(*past->records), compare_records);
	return 0;
}

int past_read(struct past **out, const void *data, size_t len, const char boot_id[BOOT_ID_LEN])
{
	struct state_head head;
	struct past *past;
	int err;

	if (len < sizeof(head))
		return -EBADMSG;
	memcpy(&head, data, sizeof(head));
	err = check_head(&head, data, len, boot_id);
	if (err)
		return err;
	past = calloc(1, sizeof(*past));
	if (!past)
		return -ENOMEM;
	err = take_body(past, &head, (const char *)data + sizeof(head), len - sizeof(head));
	if (err) {
		past_free(past);
		return err;
	}
	*out = past;
	return 0;
}

void past_free(struct past *past)
{
	if (!past)
		return;
	free(past->bytes);
	free(past->found);
	free(past);
}

size_t past_count(const struct past *past)
{
	return past->n;
}

static struct socket_info socket_of(const struct state_record *record)
{
	return (struct socket_info){
		.sk = record->sk,
		.cookie = record->cookie,
		.inode = record->inode,
		.backlog = record->backlog,
		.mptcp = record->flags & STATE_MPTCP,
		.kernel = record->flags & STATE_KERNEL,
		.reuseport = record->flags & STATE_REUSEPORT,
		.local = record->local,
	};
}

/*
 * One that a peer was given since has another local address. Where no cookie was
 * made, memory that is another socket's now may still give itself away by its inode.
 */
static bool is_there(const struct snapshot *snapshot, const struct state_record *record)
{
	struct socket_info socket = socket_of(record);
	const struct snapshot_row *row = snapshot_find(snapshot, &socket);

	if (!row || (row->socket.inode && record->inode && row->socket.inode != record->inode))
		return false;
	return row->socket.connected || !port_table_compare(&row->socket.local, &record->local);
}

void past_look(struct past *past, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < past->n; i++)
		past->found[i] |= is_there(snapshot, &past->records[i]);
}

bool past_any_missing(const struct past *past)
{
	for (size_t i = 0; i < past->n; i++)
		if (!past->found[i])
			return true;
	return false;
}

/* Where the records behind from end that have its port, or its namespace alone. */
static size_t run_end(const struct past *past, size_t from, size_t compared)
{
	size_t i = from;

	while (i < past->n &&
	       !memcmp(&past->records[i].local, &past->records[from].local, compared))
		i++;
	return i;
}

static bool any_found(const struct past *past, size_t from, size_t to)
{
	while (from < to)
		if (past->found[from++])
			return true;
	return false;
}

bool past_has(const struct past *past, const struct endpoint *endpoint)
{
	const struct state_record *at = bsearch(endpoint, past->records, past->n, sizeof(*at),
						compare_records);
	size_t from;

	if (!at)
		return false;
	from = (size_t)(at - past->records);
	while (from && !compare_records(&past->records[from - 1], at))
		from--;
	return any_found(past, from, run_end(past, from, sizeof(*endpoint)));
}

bool past_followed(const struct past *past, uint16_t proto)
{
	uint32_t needs = STATE_FOLLOWS_TCP;

	if (proto_is_udp(proto))
		needs = STATE_FOLLOWS_UDP;
	else if (proto == IPPROTO_SCTP)
		needs = STATE_FOLLOWS_ALL;
	return (past->followed & needs) == needs;
}

static char *text_at(const struct past *past, uint32_t at)
{
	return at ? (char *)past->texts + at : NULL;
}

static void tell_close(const struct past *past, const struct state_record *record, event_fn tell,
		       void *arg)
{
	struct process process = {
		.start_ns = record->start_ns,
		.cgroup_id = record->cgroup_id,
		.tgid = record->tgid,
		.uid = record->uid,
		.gid = record->gid,
		.ppid = record->ppid,
		.exe = text_at(past, record->exe),
		.cgroup_path = text_at(past, record->cgroup),
		.described = true,
		.proc_asked = true, /* what it says there now may be of another program */
		.refs = 1,
	};
	struct event event = {
		.kind = EVENT_CLOSE,
		.from = RECORD_CLOSE,
		.time_ns = boot_now_ns(),
		.socket = socket_of(record),
		.while_down = true,
	};

	memcpy(process.comm, record->comm, sizeof(process.comm));
	memcpy(process.parent_comm, record->parent_comm, sizeof(process.parent_comm));
	process_changed(&process);
	if (record->tgid) {
		event.actor = (struct actor){ .process = &process,
					      .uid = record->uid,
					      .gid = record->gid,
					      .source = SOURCE_SOCKET };
		memcpy(event.actor.comm, record->comm, sizeof(event.actor.comm));
	}
	tell(&event, arg);
	free(process.place);
}

void past_tell_closed(struct past *past, bool unread, event_fn tell, void *arg)
{
	size_t in_netns = 0, end;
	bool seen = false;

	for (size_t i = 0; i < past->n; i = end) {
		if (i >= in_netns) {
			in_netns = run_end(past, i, sizeof(past->records[i].local.netns));
			seen = any_found(past, i, in_netns);
		}
		end = run_end(past, i, sizeof(past->records[i].local));
		if (!any_found(past, i, end) && (seen || !unread) &&
		    past_followed(past, past->records[i].local.proto))
			tell_close(past, &past->records[i], tell, arg);
	}
}

void past_restore(const struct past *past, struct ports *ports)
{
	for (size_t i = 0; i < past->n; i++) {
		struct socket_info socket = socket_of(&past->records[i]);
		struct open_socket *open = port_table_find(ports, &socket);

		if (open && past->found[i] && !open->opened_ns &&
		    same_socket(&open->socket, &socket))
			open->opened_ns = past->records[i].opened_ns;
	}
}
