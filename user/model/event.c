// SPDX-License-Identifier: GPL-2.0-only
#include "model/event.h"

#include "base/libc.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

const char *event_kind_name(enum event_kind kind)
{
	static const char *const names[EVENT_KINDS] = {
		[EVENT_EXISTING] = "existing", [EVENT_OPEN] = "open",
		[EVENT_CHANGE] = "change",     [EVENT_CLOSE] = "close",
		[EVENT_LOST] = "lost",         [EVENT_RECOVERED] = "recovered",
		[EVENT_BIND] = "bind",         [EVENT_CONNECT] = "connect",
		[EVENT_ACCEPT] = "accept",     [EVENT_END] = "end",
		[EVENT_FAIL] = "fail",         [EVENT_STATE] = "state",
		[EVENT_MISSING] = "missing",
	};

	return names[kind];
}

void process_changed(struct process *process)
{
	static uint64_t last;

	process->version = ++last;
}

#define ID_LEN 64
#define ID_SHOWN 12

size_t container_shown(const char *container)
{
	const char *id = strchr(container, ':');

	if (!id || strspn(id + 1, "0123456789abcdef") != ID_LEN || id[1 + ID_LEN])
		return strlen(container);
	return (size_t)(id + 1 + ID_SHOWN - container);
}

const char *record_kind_name(enum record_kind kind)
{
	static const char *const names[RECORD_KINDS] = {
		[RECORD_TASK] = "task",     [RECORD_OPEN] = "open", [RECORD_CLOSE] = "close",
		[RECORD_CHANGE] = "change", [RECORD_BIND] = "bind", [RECORD_CONNECT] = "connect",
		[RECORD_ACCEPT] = "accept", [RECORD_END] = "end",   [RECORD_FAIL] = "fail",
		[RECORD_STATE] = "state",
	};

	return names[kind];
}

/* include/net/tcp_states.h, in the words of ss(8) and of RFC 9293 */
static const char *const tcp_states[] = {
	NULL,    "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",    "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV",
};

const char *tcp_state_name(unsigned int state)
{
	return state < sizeof(tcp_states) / sizeof(*tcp_states) ? tcp_states[state] : NULL;
}

const char *close_cause_name(enum close_cause cause)
{
	static const char *const names[] = {
		[CLOSE_UNKNOWN] = NULL,
		[CLOSE_CLOSED] = "closed",
		[CLOSE_PROCESS_EXIT] = "process-exit",
		[CLOSE_DESTROYED] = "destroyed",
	};

	return names[cause];
}

const char *event_no_holder_name(const struct event *event)
{
	return event->socket.kernel ? "kernel" : "none";
}

bool event_opens(const struct event *event)
{
	switch (event->kind) {
	case EVENT_EXISTING:
	case EVENT_OPEN:
		return !event->connection;
	case EVENT_CHANGE:
	case EVENT_RECOVERED:
		return event->from == RECORD_OPEN;
	default:
		return false;
	}
}

bool event_has_socket(const struct event *event)
{
	return event->kind != EVENT_LOST && event->kind != EVENT_MISSING;
}

bool event_has_local(const struct event *event)
{
	return event_has_socket(event) && !(event->connection && event->connection->no_local);
}

const char *origin_name(enum origin origin)
{
	static const char *const names[] = {
		[ORIGIN_NOT_KNOWN] = NULL,
		[ORIGIN_BY_SYSCALL] = "syscall",
		[ORIGIN_BY_IO_URING] = "io_uring",
	};

	return names[origin];
}

const char *errno_name(int error)
{
	static char unnamed[16];
	const char *name = strerrorname_np(error);

	if (name)
		return name;
	snprintf(unnamed, sizeof(unnamed), "E%d", error);
	return unnamed;
}

const char *proto_name(const struct socket_info *socket)
{
	if (socket->mptcp)
		return "mptcp";
	switch (socket->local.proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_UDPLITE:
		return "udplite";
	case IPPROTO_SCTP:
		return "sctp";
	case 0: /* EVENT_MISSING: whichever */
		return "any";
	default:
		return "?";
	}
}

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

bool endpoint_is_mapped(const struct endpoint *local)
{
	return local->family == AF_INET6 &&
	       !memcmp(local->addr, mapped_prefix, sizeof(mapped_prefix));
}

/* inet_ntop(3) goes through printf, and half of a line was it. */
static void ipv4_text(const uint8_t *addr, char *text)
{
	for (int i = 0; i < 4; i++) {
		unsigned int byte = addr[i];

		if (i)
			*text++ = '.';
		if (byte >= 100)
			*text++ = (char)('0' + byte / 100);
		if (byte >= 10)
			*text++ = (char)('0' + byte / 10 % 10);
		*text++ = (char)('0' + byte % 10);
	}
	*text = '\0';
}

void endpoint_addr_text(const struct endpoint *local, char text[INET6_ADDRSTRLEN])
{
	if (endpoint_is_mapped(local))
		ipv4_text(local->addr + sizeof(mapped_prefix), text);
	else if (local->family == AF_INET)
		ipv4_text(local->addr, text);
	else if (!inet_ntop(AF_INET6, local->addr, text, INET6_ADDRSTRLEN))
		memcpy(text, "?", sizeof("?"));
}

struct prefix {
	uint8_t bytes[16];
	unsigned int bits;
	enum scope scope;
};

/* First match wins. */
static const struct prefix scopes4[] = {
	{ { 0 }, 32, SCOPE_ANY },
	{ { 127 }, 8, SCOPE_LOOPBACK },
	{ { 169, 254 }, 16, SCOPE_LINK },    /* RFC 3927 */
	{ { 10 }, 8, SCOPE_PRIVATE },        /* RFC 1918 */
	{ { 172, 16 }, 12, SCOPE_PRIVATE },  /* RFC 1918 */
	{ { 192, 168 }, 16, SCOPE_PRIVATE }, /* RFC 1918 */
	{ { 100, 64 }, 10, SCOPE_PRIVATE },  /* RFC 6598 */
	{ { 224 }, 4, SCOPE_MULTICAST },
	{ { 0 }, 0, SCOPE_PUBLIC },
};

static const struct prefix scopes6[] = {
	{ { 0 }, 128, SCOPE_ANY },          { { [15] = 1 }, 128, SCOPE_LOOPBACK },
	{ { 0xfe, 0x80 }, 10, SCOPE_LINK }, /* RFC 4291 */
	{ { 0xfc }, 7, SCOPE_PRIVATE },     /* RFC 4193 */
	{ { 0xff }, 8, SCOPE_MULTICAST },   { { 0 }, 0, SCOPE_PUBLIC },
};

static bool in_prefix(const uint8_t *addr, const struct prefix *p)
{
	unsigned int whole = p->bits / 8, rest = p->bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	if (memcmp(addr, p->bytes, whole) != 0)
		return false;
	return !rest || (addr[whole] & mask) == (p->bytes[whole] & mask);
}

static enum scope scope_in(const uint8_t *addr, const struct prefix *p)
{
	while (!in_prefix(addr, p))
		p++;
	return p->scope;
}

enum scope endpoint_scope(const struct endpoint *local)
{
	if (local->family == AF_INET)
		return scope_in(local->addr, scopes4);
	if (endpoint_is_mapped(local))
		return scope_in(local->addr + sizeof(mapped_prefix), scopes4);
	return scope_in(local->addr, scopes6);
}

const char *scope_name(enum scope scope)
{
	static const char *const names[SCOPES] = {
		[SCOPE_LOOPBACK] = "loopback", [SCOPE_LINK] = "link",
		[SCOPE_PRIVATE] = "private",   [SCOPE_PUBLIC] = "public",
		[SCOPE_ANY] = "any",           [SCOPE_MULTICAST] = "multicast",
	};

	return names[scope];
}
