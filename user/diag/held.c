// SPDX-License-Identifier: GPL-2.0-only
#include "diag/held.h"

#include "diag/channel.h"

#include <errno.h>
#include <netinet/tcp.h>

#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif

/*
 * With as many rows as this a dump costs more than the walk that it saves: 0.6 us a listener
 * here, against 2 to 3 ms for the table of connections.
 */
#define ROWS_MANY 2000

/* Ends a dump: there is one that nobody was seen to hold. */
#define NOT_SEEN 1

/*
 * Numbers of sockets' inodes are the host's: none is used twice at a time. Who has no
 * cookie yet is no socket that was seen whole: by its file alone the TCP socket of an
 * MPTCP listener gets none.
 */
static void list_held(struct held_sockets *held, const struct snapshot *so_far)
{
	for (size_t i = 0; i < so_far->n && !held->failed; i++) {
		const struct socket_info *socket = &so_far->rows[i]->socket;

		if (socket->inode && socket->cookie)
			held->failed = inodes_add(&held->inodes, socket->inode);
	}
	inodes_sort(&held->inodes);
	held->listed = true;
}

static int compare(const struct diag_message *row, void *arg)
{
	const struct held_sockets *held = arg;

	if (!row->socket.local.port || inodes_has(&held->inodes, row->socket.inode))
		return 0;
	return NOT_SEEN;
}

static int look_at(struct channel *channel, uint16_t proto, uint32_t states,
		   struct held_sockets *held)
{
	struct channel_question question = { .proto = proto, .states = states };
	unsigned int interrupted = 0;
	int err = 0;

	for (int i = 0; i < 2 && !err; i++) {
		question.family = i ? AF_INET6 : AF_INET;
		err = channel_dump(channel, &question, &interrupted, compare, held);
	}
	return err ? err : interrupted ? NOT_SEEN : 0;
}

/* UDP-Lite is gone from newer kernels; where UDP can be asked, it can be, if it is there. */
static int look(struct held_sockets *held)
{
	struct channel *channel;
	int err = channel_open(&channel);

	if (err)
		return err;
	err = look_at(channel, IPPROTO_TCP, 1u << TCP_LISTEN, held);
	if (!err)
		err = look_at(channel, IPPROTO_UDP, 1u << TCP_CLOSE, held);
	if (!err) {
		err = look_at(channel, IPPROTO_UDPLITE, 1u << TCP_CLOSE, held);
		err = err == -ENOENT ? 0 : err;
	}
	channel_close(channel);
	return err;
}

bool held_all_seen(const struct snapshot *so_far, void *arg)
{
	struct held_sockets *held = arg;
	int err;

	if (so_far->n >= ROWS_MANY)
		return false;
	if (!held->listed)
		list_held(held, so_far);
	if (held->failed)
		return false;
	err = look(held);
	/* One that fails here will not do elsewhere. */
	held->failed = err < 0;
	return !err;
}

void held_free(struct held_sockets *held)
{
	inodes_free(&held->inodes);
	*held = (struct held_sockets){ 0 };
}
