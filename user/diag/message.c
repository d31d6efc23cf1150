// SPDX-License-Identifier: GPL-2.0-only
#include "diag/message.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

/* The attributes behind a message. */
struct attrs {
	const char *at;
	size_t left;
};

struct attr {
	uint16_t type;
	const char *data;
	size_t len;
};

/* The next one. What is left over and too short for one is padding. */
static bool next_attr(struct attrs *attrs, struct attr *out)
{
	struct nlattr head;
	size_t whole;

	if (attrs->left < sizeof(head))
		return false;
	memcpy(&head, attrs->at, sizeof(head));
	if (head.nla_len < sizeof(head) || head.nla_len > attrs->left)
		return false;
	*out = (struct attr){ .type = head.nla_type & NLA_TYPE_MASK,
			      .data = attrs->at + sizeof(head),
			      .len = head.nla_len - sizeof(head) };
	whole = NLA_ALIGN(head.nla_len);
	if (whole > attrs->left)
		whole = attrs->left;
	attrs->at += whole;
	attrs->left -= whole;
	return true;
}

static void take_attrs(struct attrs attrs, struct endpoint *local)
{
	struct attr attr;

	while (next_attr(&attrs, &attr))
		if (attr.type == INET_DIAG_SKV6ONLY && attr.len)
			local->v6only = local->family == AF_INET6 && *attr.data;
}

static struct endpoint endpoint_of(const struct inet_diag_msg *msg, uint16_t proto,
				   const __be32 addr[4], __be16 port)
{
	struct endpoint endpoint = { .family = msg->idiag_family,
				     .proto = proto,
				     .port = ntohs(port) };

	memcpy(endpoint.addr, addr, endpoint.family == AF_INET ? 4 : 16);
	return endpoint;
}

/* MPTCP is TCP with a mark (IPPROTO_MPTCP is a number of socket(2) alone). */
static uint16_t wire_proto(uint16_t proto)
{
	return proto == IPPROTO_MPTCP ? IPPROTO_TCP : proto;
}

static int take_row(const char *data, size_t size, uint16_t proto, struct diag_message *out)
{
	const size_t body = NLMSG_ALIGN(sizeof(struct inet_diag_msg));
	struct socket_info *socket = &out->socket;
	struct inet_diag_msg msg;

	if (size < sizeof(msg))
		return -EBADMSG;
	memcpy(&msg, data, sizeof(msg));
	if (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6)
		return -EBADMSG;
	out->kind = DIAG_ROW;
	out->uid = msg.idiag_uid;
	*socket = (struct socket_info){
		.cookie = (uint64_t)msg.id.idiag_cookie[1] << 32 | msg.id.idiag_cookie[0],
		.inode = msg.idiag_inode,
		.state = msg.idiag_state,
		.mptcp = proto == IPPROTO_MPTCP,
		.reuse_unknown = true,
		.listening = msg.idiag_state == TCP_LISTEN,
		.local = endpoint_of(&msg, wire_proto(proto), msg.id.idiag_src, msg.id.idiag_sport),
	};
	socket->sk = socket->cookie;
	socket->local.ifindex = msg.id.idiag_if;
	socket->connected = !socket->listening && msg.id.idiag_dport;
	out->remote = endpoint_of(&msg, wire_proto(proto), msg.id.idiag_dst, msg.id.idiag_dport);
	/* net/ipv4/tcp_diag.c, tcp_diag_get_info(); of others the queues are of bytes. */
	if (socket->listening) {
		socket->accept_queue = msg.idiag_rqueue;
		socket->backlog = msg.idiag_wqueue;
		socket->queue_known = true;
	}
	if (size > body)
		take_attrs((struct attrs){ data + body, size - body }, &socket->local);
	return 0;
}

/* The number that NLMSG_ERROR and NLMSG_DONE begin with; a DONE may lack it. */
static int take_error(const char *data, size_t size, enum diag_kind kind, struct diag_message *out)
{
	int error = 0;

	if (size >= sizeof(error))
		memcpy(&error, data, sizeof(error));
	else if (kind == DIAG_ERROR)
		return -EBADMSG;
	/* What is no error number of the kernel's would be taken for success. */
	if (error > 0 || error < -4095)
		return -EBADMSG;
	out->kind = kind;
	out->error = error;
	return 0;
}

int diag_message(const void *data, size_t size, uint16_t proto, struct diag_message *out)
{
	struct nlmsghdr head;
	const char *body = (const char *)data + NLMSG_HDRLEN;
	size_t whole;

	if (size < NLMSG_HDRLEN)
		return -EBADMSG;
	memcpy(&head, data, sizeof(head));
	if (head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > size)
		return -EBADMSG;
	whole = NLMSG_ALIGN((size_t)head.nlmsg_len);
	*out = (struct diag_message){
		.kind = DIAG_OTHER,
		.size = whole < size ? whole : size,
		.seq = head.nlmsg_seq,
		.interrupted = head.nlmsg_flags & NLM_F_DUMP_INTR,
	};
	switch (head.nlmsg_type) {
	case SOCK_DIAG_BY_FAMILY:
		return take_row(body, head.nlmsg_len - NLMSG_HDRLEN, proto, out);
	case NLMSG_DONE:
		return take_error(body, head.nlmsg_len - NLMSG_HDRLEN, DIAG_DONE, out);
	case NLMSG_ERROR:
		return take_error(body, head.nlmsg_len - NLMSG_HDRLEN, DIAG_ERROR, out);
	default:
		return 0;
	}
}
