// SPDX-License-Identifier: GPL-2.0-only
#include "diag/held.h"

#include "diag/channel.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>

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

/* NULL: there is none yet. last is where the row before was found, as nearly always this one is. */
static struct held_netns *find_netns(const struct held_sockets *held, uint32_t inode,
				     struct held_netns *last)
{
	if (last && last->inode == inode)
		return last;
	for (size_t i = 0; i < held->n_netns; i++)
		if (held->netns[i].inode == inode)
			return &held->netns[i];
	return NULL;
}

static struct held_netns *add_netns(struct held_sockets *held, uint32_t inode)
{
	struct held_netns *grown = held->netns;

	if (!(held->n_netns & (held->n_netns - 1))) /* full: it grows by powers of two */
		grown = reallocarray(held->netns, held->n_netns ? held->n_netns * 2 : 1,
				     sizeof(*grown));
	if (!grown)
		return NULL;
	held->netns = grown;
	grown[held->n_netns] = (struct held_netns){ .inode = inode };
	return &grown[held->n_netns++];
}

static int count_rows(struct held_sockets *held, const struct snapshot *so_far)
{
	struct held_netns *netns = NULL;

	for (size_t i = 0; i < so_far->n; i++) {
		uint32_t inode = so_far->rows[i]->socket.local.netns;

		netns = find_netns(held, inode, netns);
		if (!netns)
			netns = add_netns(held, inode);
		if (!netns)
			return -ENOMEM;
		netns->rows++;
	}
	return 0;
}

static bool has_few(const struct held_netns *netns)
{
	return !netns || netns->rows < ROWS_MANY;
}

static int by_inode(const void *a, const void *b)
{
	const struct held_socket *sa = a, *sb = b;

	return sa->inode < sb->inode ? -1 : sa->inode > sb->inode;
}

/* Numbers of sockets' inodes are the host's: none is used twice at a time. */
static int list_held(struct held_sockets *held, const struct snapshot *so_far)
{
	struct held_netns *netns = NULL;
	int err = count_rows(held, so_far);

	held->sockets = err ? NULL : calloc(so_far->n + 1, sizeof(*held->sockets));
	if (!held->sockets)
		return -ENOMEM;
	for (size_t i = 0; i < so_far->n; i++) {
		struct snapshot_row *row = so_far->rows[i];

		netns = find_netns(held, row->socket.local.netns, netns);
		if (has_few(netns) && row->socket.inode)
			held->sockets[held->n_sockets++] = (struct held_socket){ row->socket.inode,
										 row };
	}
	qsort(held->sockets, held->n_sockets, sizeof(*held->sockets), by_inode);
	return 0;
}

static int compare(const struct diag_message *message, void *arg)
{
	const struct held_socket key = { .inode = message->socket.inode }, *found;
	const struct held_sockets *held = arg;
	struct socket_info *socket;

	if (!message->socket.local.port)
		return 0;
	found = bsearch(&key, held->sockets, held->n_sockets, sizeof(*held->sockets), by_inode);
	if (!found)
		return NOT_SEEN;
	socket = &found->row->socket;
	if (!socket->cookie)
		socket->cookie = message->socket.cookie;
	return 0;
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

bool held_all_seen(const struct snapshot *so_far, uint32_t netns, void *arg)
{
	struct held_sockets *held = arg;
	int err;

	if (!held->listed)
		held->failed = list_held(held, so_far);
	held->listed = true;
	if (held->failed || !has_few(find_netns(held, netns, NULL)))
		return false;
	err = look(held);
	/* One that fails here will not do elsewhere. */
	held->failed = err < 0;
	return !err;
}

void held_free(struct held_sockets *held)
{
	free(held->netns);
	free(held->sockets);
	*held = (struct held_sockets){ 0 };
}
