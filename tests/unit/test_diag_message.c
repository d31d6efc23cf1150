// SPDX-License-Identifier: GPL-2.0-only
/* What sock_diag answers, from recorded bytes; and from such as no kernel would send. */
#include "answers.h"
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

#define ROWS_MAX 16

struct answered {
	struct diag_message rows[ROWS_MAX];
	size_t n;
	struct diag_message last; /* that is no row */
};

/* All messages of a recorded answer, which must end exactly with its bytes. */
static void read_answer(const char *name, uint16_t proto, struct answered *out)
{
	static char bytes[ANSWER_SIZE];
	size_t size = answer_read(name, bytes), at = 0;
	struct diag_message message;

	memset(out, 0, sizeof(*out));
	assert_int_not_equal(size, 0);
	while (at < size) {
		assert_int_equal(diag_message(bytes + at, size - at, proto, &message), 0);
		assert_int_not_equal(message.size, 0);
		assert_int_equal(message.seq, 7);
		assert_false(message.interrupted);
		at += message.size;
		if (message.kind == DIAG_ROW && out->n < ROWS_MAX)
			out->rows[out->n++] = message;
		else
			out->last = message;
	}
	assert_int_equal(at, size);
}

static const struct diag_message *row_of(const struct answered *answered, uint16_t port)
{
	for (size_t i = 0; i < answered->n; i++)
		if (answered->rows[i].socket.local.port == port)
			return &answered->rows[i];
	fail_msg("port %u is not there", port);
	return NULL;
}

static void assert_address(const struct endpoint *endpoint, const char *expected)
{
	char text[INET6_ADDRSTRLEN];

	endpoint_addr_text(endpoint, text);
	assert_string_equal(text, expected);
}

static void listeners(void **state)
{
	const struct diag_message *row;
	struct answered answered;

	(void)state;
	read_answer("tcp4", IPPROTO_TCP, &answered);
	assert_int_equal(answered.last.kind, DIAG_DONE);
	assert_int_equal(answered.last.error, 0);
	row = row_of(&answered, 8081);
	assert_int_equal(row->socket.local.family, AF_INET);
	assert_int_equal(row->socket.local.proto, IPPROTO_TCP);
	assert_address(&row->socket.local, "127.0.0.1");
	assert_true(row->socket.listening);
	assert_false(row->socket.connected);
	assert_false(row->socket.mptcp);
	assert_true(row->socket.reuse_unknown);
	assert_int_equal(row->socket.state, TCP_LISTEN);
	assert_int_equal(row->socket.backlog, 7);
	assert_true(row->socket.queue_known);
	assert_int_equal(row->socket.accept_queue, 1);
	assert_int_not_equal(row->socket.inode, 0);
	assert_int_equal(row->uid, 0);
	assert_int_equal(row_of(&answered, 8080)->socket.accept_queue, 0);
	assert_address(&row_of(&answered, 8080)->socket.local, "0.0.0.0");
}

static void sockets_of_a_group_differ(void **state)
{
	struct answered answered;
	uint64_t cookies[4];
	size_t n = 0;

	(void)state;
	read_answer("tcp4", IPPROTO_TCP, &answered);
	for (size_t i = 0; i < answered.n; i++) {
		const struct socket_info *socket = &answered.rows[i].socket;

		if (socket->local.port != 8084)
			continue;
		assert_in_range(n, 0, 3);
		assert_int_equal(socket->sk, socket->cookie);
		for (size_t j = 0; j < n; j++)
			assert_int_not_equal(cookies[j], socket->cookie);
		cookies[n++] = socket->cookie;
	}
	assert_int_equal(n, 4);
}

static void connections_have_two_ends(void **state)
{
	struct answered answered;
	size_t n = 0;

	(void)state;
	read_answer("tcp4", IPPROTO_TCP, &answered);
	for (size_t i = 0; i < answered.n; i++) {
		const struct diag_message *row = &answered.rows[i];

		if (row->socket.listening)
			continue;
		assert_true(row->socket.connected);
		assert_false(row->socket.queue_known);
		assert_int_equal(row->socket.backlog, 0);
		assert_int_equal(row->socket.state, TCP_ESTABLISHED);
		assert_address(&row->remote, "127.0.0.1");
		assert_true(row->remote.port == 8081 || row->socket.local.port == 8081);
		n++;
	}
	assert_int_equal(n, 2);
}

static void ipv6(void **state)
{
	struct answered answered;

	(void)state;
	read_answer("tcp6", IPPROTO_TCP, &answered);
	assert_address(&row_of(&answered, 8082)->socket.local, "::");
	assert_int_equal(row_of(&answered, 8082)->socket.local.v6only, 1);
	assert_address(&row_of(&answered, 8083)->socket.local, "::1");
	assert_true(endpoint_is_mapped(&row_of(&answered, 8085)->socket.local));
	assert_int_equal(row_of(&answered, 8085)->socket.local.v6only, 0);
	read_answer("udp6", IPPROTO_UDP, &answered);
	assert_int_equal(answered.n, 1);
	assert_int_equal(row_of(&answered, 5354)->socket.local.v6only, 0);
}

static void udp(void **state)
{
	struct answered answered;
	size_t connected = 0;

	(void)state;
	read_answer("udp4", IPPROTO_UDP, &answered);
	assert_int_equal(row_of(&answered, 5353)->socket.state, TCP_CLOSE);
	assert_false(row_of(&answered, 5353)->socket.listening);
	assert_false(row_of(&answered, 5353)->socket.queue_known);
	for (size_t i = 0; i < answered.n; i++)
		connected += answered.rows[i].socket.connected;
	assert_int_equal(connected, 1);
	read_answer("udplite4", IPPROTO_UDPLITE, &answered);
	assert_string_equal(proto_name(&row_of(&answered, 5356)->socket), "udplite");
}

/* Told as TCP, and again when MPTCP is asked for: the inode joins them. */
static void mptcp(void **state)
{
	struct answered tcp, answered;
	const struct socket_info *a, *b;

	(void)state;
	read_answer("tcp4", IPPROTO_TCP, &tcp);
	read_answer("mptcp4", IPPROTO_MPTCP, &answered);
	a = &row_of(&tcp, 8086)->socket;
	b = &row_of(&answered, 8086)->socket;
	assert_string_equal(proto_name(a), "tcp");
	assert_string_equal(proto_name(b), "mptcp");
	assert_int_equal(a->inode, b->inode);
	assert_int_equal(b->local.proto, IPPROTO_TCP);
}

static void errors(void **state)
{
	struct answered answered;

	(void)state;
	read_answer("no-such-protocol", 99, &answered);
	assert_int_equal(answered.n, 0);
	assert_int_equal(answered.last.kind, DIAG_DONE);
	assert_int_equal(answered.last.error, -ENOENT);
	read_answer("destroy-gone", IPPROTO_TCP, &answered);
	assert_int_equal(answered.last.kind, DIAG_ERROR);
	assert_int_equal(answered.last.error, -ENOENT);
	read_answer("destroy-forbidden", IPPROTO_TCP, &answered);
	assert_int_equal(answered.last.error, -EPERM);
}

/* --- made up -------------------------------------------------------------------- */

struct made {
	struct nlmsghdr head;
	union {
		struct inet_diag_msg msg;
		int error;
	} body;
	char attrs[64];
};

static struct made make(uint16_t type, size_t body)
{
	struct made made = { .head = { .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + body),
				       .nlmsg_type = type } };

	if (type == SOCK_DIAG_BY_FAMILY)
		made.body.msg.idiag_family = AF_INET6;
	return made;
}

static int parse(const struct made *made, struct diag_message *out)
{
	return diag_message(made, sizeof(*made), IPPROTO_TCP, out);
}

static void short_messages(void **state)
{
	struct made made = make(SOCK_DIAG_BY_FAMILY, sizeof(struct inet_diag_msg));
	struct diag_message out;

	(void)state;
	assert_int_equal(parse(&made, &out), 0);
	for (size_t size = 0; size < made.head.nlmsg_len; size++)
		assert_int_equal(diag_message(&made, size, IPPROTO_TCP, &out), -EBADMSG);
	made.head.nlmsg_len--;
	assert_int_equal(parse(&made, &out), -EBADMSG);
	made.head.nlmsg_len = NLMSG_HDRLEN - 1;
	assert_int_equal(parse(&made, &out), -EBADMSG);
	made = make(NLMSG_ERROR, 3);
	assert_int_equal(parse(&made, &out), -EBADMSG);
}

static void what_cannot_be(void **state)
{
	struct made made = make(SOCK_DIAG_BY_FAMILY, sizeof(struct inet_diag_msg));
	struct diag_message out;

	(void)state;
	made.body.msg.idiag_family = AF_UNIX;
	assert_int_equal(parse(&made, &out), -EBADMSG);
	made = make(NLMSG_ERROR, sizeof(int));
	made.body.error = 5;
	assert_int_equal(parse(&made, &out), -EBADMSG);
	made.body.error = INT32_MIN;
	assert_int_equal(parse(&made, &out), -EBADMSG);
}

static void done_without_a_number(void **state)
{
	struct made made = make(NLMSG_DONE, 0);
	struct diag_message out;

	(void)state;
	made.head.nlmsg_flags = NLM_F_DUMP_INTR;
	assert_int_equal(parse(&made, &out), 0);
	assert_int_equal(out.kind, DIAG_DONE);
	assert_int_equal(out.error, 0);
	assert_true(out.interrupted);
}

/* An attribute that says it is longer than the message, or shorter than its head. */
static void bad_attributes(void **state)
{
	struct made made = make(SOCK_DIAG_BY_FAMILY, sizeof(struct inet_diag_msg) + 8);
	struct nlattr attr = { .nla_len = 5, .nla_type = INET_DIAG_SKV6ONLY };
	struct diag_message out;

	(void)state;
	made.attrs[sizeof(attr)] = 1;
	memcpy(made.attrs, &attr, sizeof(attr));
	assert_int_equal(parse(&made, &out), 0);
	assert_int_equal(out.socket.local.v6only, 1);
	attr.nla_len = 9;
	memcpy(made.attrs, &attr, sizeof(attr));
	assert_int_equal(parse(&made, &out), 0);
	assert_int_equal(out.socket.local.v6only, 0);
	attr.nla_len = 3;
	memcpy(made.attrs, &attr, sizeof(attr));
	assert_int_equal(parse(&made, &out), 0);
	assert_int_equal(out.socket.local.v6only, 0);
}

static void others_are_skipped(void **state)
{
	struct made made = make(NLMSG_NOOP, 1);
	struct diag_message out;

	(void)state;
	assert_int_equal(parse(&made, &out), 0);
	assert_int_equal(out.kind, DIAG_OTHER);
	assert_int_equal(out.size, NLMSG_ALIGN(NLMSG_HDRLEN + 1));
	/* The last message of a read may lack its padding. */
	assert_int_equal(diag_message(&made, NLMSG_HDRLEN + 1, IPPROTO_TCP, &out), 0);
	assert_int_equal(out.size, NLMSG_HDRLEN + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listeners),
		cmocka_unit_test(sockets_of_a_group_differ),
		cmocka_unit_test(connections_have_two_ends),
		cmocka_unit_test(ipv6),
		cmocka_unit_test(udp),
		cmocka_unit_test(mptcp),
		cmocka_unit_test(errors),
		cmocka_unit_test(short_messages),
		cmocka_unit_test(what_cannot_be),
		cmocka_unit_test(done_without_a_number),
		cmocka_unit_test(bad_attributes),
		cmocka_unit_test(others_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
