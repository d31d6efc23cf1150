// SPDX-License-Identifier: GPL-2.0-only
#include "diag/channel.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

/* What the kernel fills at once at most (net/netlink/af_netlink.c, netlink_dump()). */
#define ANSWER_SIZE ((size_t)32 * 1024)
#define DUMPS_MAX 8
#define TIMEOUT_S 10

struct channel {
	struct mnl_socket *socket;
	uint32_t seq;
	char answer[ANSWER_SIZE];
};

void channel_close(struct channel *channel)
{
	if (!channel)
		return;
	if (channel->socket)
		mnl_socket_close(channel->socket);
	free(channel);
}

int channel_open(struct channel **out)
{
	struct channel *channel = calloc(1, sizeof(*channel));
	/* An answer is made while we ask: that long means never. */
	struct timeval patience = { .tv_sec = TIMEOUT_S };
	int err = 0;

	if (!channel)
		return -ENOMEM;
	channel->socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (!channel->socket || mnl_socket_bind(channel->socket, 0, MNL_SOCKET_AUTOPID) ||
	    setsockopt(mnl_socket_get_fd(channel->socket), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)))
		err = -errno;
	if (err) {
		channel_close(channel);
		return err;
	}
	*out = channel;
	return 0;
}

/* The head of a question; the body is the caller's to fill. */
static struct inet_diag_req_v2 *begin(struct channel *channel, char *to, uint16_t type,
				      uint16_t flags)
{
	struct nlmsghdr *head = mnl_nlmsg_put_header(to);

	head->nlmsg_type = type;
	head->nlmsg_flags = NLM_F_REQUEST | flags;
	head->nlmsg_seq = ++channel->seq;
	return mnl_nlmsg_put_extra_header(head, sizeof(struct inet_diag_req_v2));
}

/* A number of protocol that does not fit its byte goes into an attribute (since v5.9). */
static void put_proto(struct nlmsghdr *head, struct inet_diag_req_v2 *body, uint16_t proto)
{
	body->sdiag_protocol = proto & 0xff;
	if (proto > 0xff)
		mnl_attr_put_u32(head, INET_DIAG_REQ_PROTOCOL, proto);
}

static int send_message(struct channel *channel, const void *message)
{
	const struct nlmsghdr *head = message;
	ssize_t n;

	do
		n = mnl_socket_sendto(channel->socket, head, head->nlmsg_len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* The bytes of the next part of the answer, or -errno. */
static ssize_t receive(struct channel *channel)
{
	ssize_t n;

	do
		n = mnl_socket_recvfrom(channel->socket, channel->answer, sizeof(channel->answer));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* What came of one dump. */
struct rows {
	struct diag_message *rows; /* owned */
	size_t n;
	size_t cap;
	bool interrupted;
};

static int add_row(struct rows *rows, const struct diag_message *row)
{
	if (rows->n == rows->cap) {
		size_t cap = rows->cap ? rows->cap * 2 : 64;
		struct diag_message *grown = reallocarray(rows->rows, cap, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		rows->rows = grown;
		rows->cap = cap;
	}
	rows->rows[rows->n++] = *row;
	return 0;
}

/* 1: the end has come; 0: there is more; -errno. */
static int take_part(struct channel *channel, size_t size, uint16_t proto, struct rows *rows)
{
	struct diag_message message;

	for (size_t at = 0; at < size; at += message.size) {
		int err = diag_message(channel->answer + at, size - at, proto, &message);

		if (err)
			return err;
		if (message.seq != channel->seq)
			continue; /* of a question that was given up */
		rows->interrupted |= message.interrupted;
		if (message.kind == DIAG_ROW)
			err = add_row(rows, &message);
		else if (message.kind != DIAG_OTHER)
			return message.error ? message.error : 1;
		if (err)
			return err;
	}
	return 0;
}

static int dump_once(struct channel *channel, const struct channel_question *question,
		     struct rows *rows)
{
	char message[256] __attribute__((aligned(8)));
	struct inet_diag_req_v2 *body = begin(channel, message, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	int end;

	body->sdiag_family = (uint8_t)question->family;
	body->idiag_states = question->states;
	put_proto((struct nlmsghdr *)message, body, question->proto);
	end = send_message(channel, message);
	while (!end) {
		ssize_t n = receive(channel);

		end = n < 0 ? (int)n : take_part(channel, (size_t)n, question->proto, rows);
	}
	return end < 0 ? end : 0;
}

int channel_dump(struct channel *channel, const struct channel_question *question,
		 unsigned int *interrupted, channel_tell tell, void *arg)
{
	struct rows rows = { 0 };
	int err = 0;

	for (int i = 0; i < DUMPS_MAX; i++) {
		rows.n = 0;
		rows.interrupted = false;
		err = dump_once(channel, question, &rows);
		if (err == -EINTR)
			rows.interrupted = true;
		else if (err || !rows.interrupted)
			break;
	}
	if (rows.interrupted && (!err || err == -EINTR)) {
		(*interrupted)++;
		err = 0;
	}
	for (size_t i = 0; !err && i < rows.n; i++)
		err = tell(&rows.rows[i], arg);
	free(rows.rows);
	return err;
}

static void put_name(struct inet_diag_sockid *id, const struct channel_name *name)
{
	size_t len = name->local->family == AF_INET ? 4 : 16;

	memcpy(id->idiag_src, name->local->addr, len);
	memcpy(id->idiag_dst, name->remote->addr, len);
	id->idiag_sport = htons(name->local->port);
	id->idiag_dport = htons(name->remote->port);
	id->idiag_if = name->local->ifindex;
	id->idiag_cookie[0] = (uint32_t)name->cookie;
	id->idiag_cookie[1] = (uint32_t)(name->cookie >> 32);
}

int channel_destroy(struct channel *channel, const struct channel_name *name)
{
	char message[256] __attribute__((aligned(8)));
	struct inet_diag_req_v2 *body = begin(channel, message, SOCK_DESTROY, NLM_F_ACK);
	struct rows none = { 0 };
	int end;

	body->sdiag_family = (uint8_t)name->local->family;
	body->idiag_states = ~0U;
	put_proto((struct nlmsghdr *)message, body, name->local->proto);
	put_name(&body->id, name);
	end = send_message(channel, message);
	while (!end) {
		ssize_t n = receive(channel);

		end = n < 0 ? (int)n : take_part(channel, (size_t)n, name->local->proto, &none);
	}
	free(none.rows);
	return end < 0 ? end : 0;
}
