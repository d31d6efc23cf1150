// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/port_arg.h"

#include "base/log.h"
#include "cmd/option_words.h"

#include <string.h>

static const char *const protos[] = { "tcp", "udp", "udplite", "mptcp", "sctp" };

#define PROTOS (sizeof(protos) / sizeof(*protos))

static const char *proto_of(const char *word, size_t len)
{
	for (size_t i = 0; i < PROTOS; i++)
		if (strlen(protos[i]) == len && !memcmp(protos[i], word, len))
			return protos[i];
	return NULL;
}

static int unknown_proto(const char *word, size_t len)
{
	char name[64];

	if (len >= sizeof(name))
		len = sizeof(name) - 1;
	memcpy(name, word, len);
	name[len] = '\0';
	return option_unknown_word("protocol", name, protos, PROTOS);
}

int port_arg_parse(const char *word, struct port_arg *out)
{
	const char *slash = strchr(word, '/'), *ports = slash ? slash + 1 : word;
	const char *bad = "out of memory";
	size_t len = slash ? (size_t)(slash - word) : 0;

	*out = (struct port_arg){ .proto = slash ? proto_of(word, len) : NULL };
	if (slash && !out->proto)
		return unknown_proto(word, len);
	if (!parse_ports(ports, &out->ports, &bad))
		return STATUS_OK;
	say("port '%s': %s; it takes numbers and ranges, as 8080, tcp/8080 or 22,8000-8100", word,
	    bad);
	return STATUS_USAGE;
}

bool port_arg_has(const struct port_arg *arg, const struct socket_info *socket)
{
	if (!port_set_has(&arg->ports, socket->local.port))
		return false;
	if (!arg->proto || !strcmp(arg->proto, proto_name(socket)))
		return true;
	return socket->mptcp && !strcmp(arg->proto, "tcp");
}

bool port_arg_is_one(const struct port_arg *arg)
{
	return arg->ports.n == 1 && arg->ports.ranges->first == arg->ports.ranges->last;
}

void port_arg_free(struct port_arg *arg)
{
	port_set_free(&arg->ports);
}
