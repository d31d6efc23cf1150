// SPDX-License-Identifier: GPL-2.0-only
/* SOCK_DESTROY: what `ss -K` does, of one socket and no other. */
#include "diag/channel.h"
#include "diag/diag.h"

#include "base/netns.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

/*
 * Which socket of a group (SO_REUSEPORT) the kernel looks up depends on the peer's address
 * and port (net/core/sock_reuseport.c, reuseport_select_sock()), and a wrong cookie is
 * refused. So peers are made up until the right one comes: with a group of 1000, after that
 * many tries it has not come with a probability of one in a million.
 */
#define TRIES_MAX 16384

/* The socket among those of its protocol: by its cookie, or by inode and address where that is not known. */
struct search {
	const struct socket_info *wanted;
	uint64_t cookie;
	unsigned int found;
};

static bool is_wanted(const struct socket_info *found, const struct socket_info *wanted)
{
	if (wanted->cookie)
		return found->cookie == wanted->cookie;
	if (wanted->inode && found->inode != wanted->inode)
		return false;
	return found->local.port == wanted->local.port &&
	       found->local.ifindex == wanted->local.ifindex &&
	       !memcmp(found->local.addr, wanted->local.addr, sizeof(wanted->local.addr));
}

static int compare_row(const struct diag_message *row, void *arg)
{
	struct search *search = arg;

	if (!is_wanted(&row->socket, search->wanted))
		return 0;
	search->found++;
	search->cookie = row->socket.cookie;
	return 0;
}

/* Whether it has its port, and then its cookie. 0, -ENOENT, -ENOTUNIQ or another -errno. */
static int look(struct channel *channel, const struct socket_info *socket, uint64_t *cookie)
{
	const struct channel_question question = {
		.family = socket->local.family,
		.proto = socket->local.proto,
		.states = 1u << (proto_is_udp(socket->local.proto) ? TCP_CLOSE : TCP_LISTEN)
	};
	struct search search = { .wanted = socket };
	unsigned int interrupted = 0;
	int err = channel_dump(channel, &question, &interrupted, compare_row, &search);

	if (err)
		return err == -ENOENT ? -EOPNOTSUPP : err;
	*cookie = search.cookie;
	return search.found == 1 ? 0 : search.found ? -ENOTUNIQ : -ENOENT;
}

/* A peer that nobody has: 240.0.0.0/4 is reserved (RFC 1112), 100::/64 is discarded (RFC 6666). */
static struct endpoint made_up_peer(const struct endpoint *local, unsigned int number)
{
	struct endpoint peer = { .family = local->family };

	peer.port = (uint16_t)(1 + number % 65535);
	if (local->family == AF_INET) {
		memcpy(peer.addr, (uint8_t[]){ 240, 0, 0, (uint8_t)(1 + number / 65535) }, 4);
		return peer;
	}
	peer.addr[0] = 1;
	peer.addr[15] = (uint8_t)(1 + number / 65535);
	return peer;
}

static int destroy(struct channel *channel, const struct socket_info *socket)
{
	struct endpoint peer = { .family = socket->local.family };
	struct channel_name name = { &socket->local, &peer, socket->cookie };
	int err = socket->cookie ? 0 : look(channel, socket, &name.cookie);

	if (!err)
		err = channel_destroy(channel, &name);
	if (err != -ENOENT)
		return err;
	/* Gone, or another of its group was looked up. */
	err = look(channel, socket, &name.cookie);
	if (err)
		return err;
	for (unsigned int i = 0; i < TRIES_MAX; i++) {
		peer = made_up_peer(&socket->local, i);
		err = channel_destroy(channel, &name);
		if (err != -ENOENT)
			return err;
	}
	err = look(channel, socket, &name.cookie);
	return err ? err : -ENOTUNIQ;
}

int diag_destroy(int netns_fd, const struct socket_info *socket)
{
	struct netns_visit visit;
	struct channel *channel;
	int err;

	/*
	 * The kernel's lookup would find its TCP socket, and since v6.5 refuses to close
	 * it (net/mptcp/subflow.c, tcp_abort_override()); before, that was a mistake.
	 */
	if (socket->mptcp)
		return -EOPNOTSUPP;
	err = netns_visit(&visit, netns_fd);
	if (err)
		return err;
	/* It stays a channel of that namespace wherever we are. */
	err = channel_open(&channel);
	netns_leave(&visit);
	if (err)
		return err == -EPROTONOSUPPORT ? -EOPNOTSUPP : err;
	err = destroy(channel, socket);
	channel_close(channel);
	return err;
}
