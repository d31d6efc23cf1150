// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define WORD_DIGITS 8

static struct table_port *find(const struct table *table, const struct table_port *port)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct table_port *at = &table->ports[i];

		if (at->port == port->port && !strcmp(at->proto, port->proto) &&
		    !strcmp(at->addr, port->addr))
			return (struct table_port *)at;
	}
	return NULL;
}

static void add(struct table *table, const struct table_port *port)
{
	if (table->count == TABLE_MAX)
		test_fail("more than %d open ports", TABLE_MAX);
	table->ports[table->count++] = *port;
}

/* "0100007F" or 32 hexadecimal digits: words as the CPU has them. */
static bool parse_address(const char *hex, struct table_port *port)
{
	size_t n = strlen(hex) / WORD_DIGITS;
	uint32_t words[4];

	if (strlen(hex) % WORD_DIGITS || (n != 1 && n != 4))
		return false;
	for (size_t i = 0; i < n; i++) {
		char digits[WORD_DIGITS + 1] = "";

		memcpy(digits, hex + i * WORD_DIGITS, WORD_DIGITS);
		words[i] = (uint32_t)strtoul(digits, NULL, 16);
	}
	return inet_ntop(n == 4 ? AF_INET6 : AF_INET, words, port->addr, sizeof(port->addr));
}

static void read_file(struct table *table, pid_t pid, const char *name, unsigned int want_state)
{
	struct table_port port = { 0 };
	char path[64], line[512], addr[64], number[16], state[16];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", pid, name);
	snprintf(port.proto, sizeof(port.proto), "%.3s", name);
	file = fopen(path, "re");
	if (!file)
		test_fail("%s cannot be read", path);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*d: %63[0-9A-F]:%15s %*s %15s", addr, number, state) != 3 ||
		    strtoul(state, NULL, 16) != want_state)
			continue;
		port.port = (int)strtoul(number, NULL, 16);
		if (parse_address(addr, &port) && !find(table, &port))
			add(table, &port);
	}
	fclose(file);
}

void table_read(struct table *table, pid_t pid)
{
	table->count = 0;
	read_file(table, pid, "tcp", TCP_LISTEN);
	read_file(table, pid, "tcp6", TCP_LISTEN);
	read_file(table, pid, "udp", TCP_CLOSE);
	read_file(table, pid, "udp6", TCP_CLOSE);
}

bool table_has(const struct table *table, const char *proto, const char *addr, int port)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct table_port *known = &table->ports[i];

		if (known->port == port && (!proto || !strcmp(known->proto, proto)) &&
		    (!addr || !strcmp(known->addr, addr)))
			return true;
	}
	return false;
}

static bool is_close(const struct event *event)
{
	return !strcmp(event->name, "close") || !strcmp(event->of, "close");
}

void table_replay(struct table *table, const struct tracer *tracer, unsigned long netns, bool exact)
{
	table->count = 0;
	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];
		struct table_port port = { .port = event->port };
		struct table_port *known;

		if (event->netns != netns || !event->port)
			continue;
		memcpy(port.proto, event->proto, sizeof(port.proto));
		memcpy(port.addr, event->addr, sizeof(port.addr));
		known = find(table, &port);
		if (exact)
			check(is_close(event) == !!known, "%s %s:%d: `%s`, but it is %s",
			      port.proto, port.addr, port.port, event->name,
			      known ? "open already" : "not open");
		if (is_close(event) && known)
			*known = table->ports[--table->count];
		else if (!is_close(event) && !known)
			add(table, &port);
	}
}

static bool is_subset(const struct table *part, const struct table *whole, const char *message,
		      char *text, size_t size)
{
	for (size_t i = 0; i < part->count; i++) {
		const struct table_port *port = &part->ports[i];

		if (find(whole, port))
			continue;
		snprintf(text, size, "%s: %s %s:%d (of %zu)", message, port->proto, port->addr,
			 port->port, part->count);
		return false;
	}
	return true;
}

bool table_equal(const struct table *kernel, const struct table *told, char *text, size_t size)
{
	return is_subset(kernel, told, "open in the kernel's table but not told", text, size) &&
	       is_subset(told, kernel, "told as open but not in the kernel's table", text, size);
}
