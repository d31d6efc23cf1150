// SPDX-License-Identifier: GPL-2.0-only
#include "listing.h"

#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "netns.h"
#include "sockets.h"
#include "spawn.h"

#define OPTIONS_MAX 8

void listing_read(struct listing *listing, const char *const *options)
{
	listing_read_of(listing, netns_inode(), options);
}

void listing_read_of(struct listing *listing, unsigned long netns, const char *const *options)
{
	const char *args[OPTIONS_MAX + 5] = { "list", "-j", "--netns" };
	static struct outcome outcome;
	char inode[24], *rest = outcome.out, *line;

	snprintf(inode, sizeof(inode), "%lu", netns);
	args[3] = inode;
	for (int i = 0; options && options[i] && i < OPTIONS_MAX; i++)
		args[4 + i] = options[i];
	run_porttrace(args, false, &outcome);
	check(outcome.status == 0, "list: exit status %d; stderr: %s", outcome.status, outcome.err);
	listing->count = 0;
	while ((line = strsep(&rest, "\n")) && *line) {
		if (listing->count == LISTING_MAX)
			test_fail("more than %d lines", LISTING_MAX);
		event_parse(&listing->events[listing->count++], line);
	}
}

size_t listing_count(const struct listing *listing, int port)
{
	size_t n = 0;

	for (size_t i = 0; i < listing->count; i++)
		n += listing->events[i].port == port;
	return n;
}

const struct event *listing_expect(const struct listing *listing, int port)
{
	const struct event *found = NULL;

	check(listing_count(listing, port) == 1, "port %d is listed %zu times, expected once", port,
	      listing_count(listing, port));
	for (size_t i = 0; i < listing->count; i++)
		if (listing->events[i].port == port)
			found = &listing->events[i];
	return found;
}

void listing_table(const struct listing *listing, struct table *table)
{
	table->count = 0;
	for (size_t i = 0; i < listing->count; i++) {
		const struct event *event = &listing->events[i];
		struct table_port *port = &table->ports[table->count];

		if (event->remote_port)
			continue;
		*port = (struct table_port){ .port = event->port };
		memcpy(port->proto, event->proto, sizeof(port->proto));
		memcpy(port->addr, event->addr, sizeof(port->addr));
		table->count++;
	}
}

void open_some(void)
{
	static const struct spec specs[] = {
		{ .addr = "127.0.0.1", .port = 8080 },
		{ .addr = "0.0.0.0", .port = 8081 },
		{ .addr = "::", .port = 8082 },
		{ .addr = "::1", .port = 8083, .flags = SPEC_V6ONLY },
		{ .type = SOCK_DGRAM, .addr = "0.0.0.0", .port = 8084 },
		{ .type = SOCK_DGRAM, .addr = "::1", .port = 8085 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
		spec_open(&specs[i]);
}
