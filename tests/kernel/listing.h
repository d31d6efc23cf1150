/* SPDX-License-Identifier: GPL-2.0-only */
/* What `porttrace list -j` says of a network namespace. */
#ifndef LIVE_LISTING_H
#define LIVE_LISTING_H

#include "event.h"
#include "table.h"

#define LISTING_MAX 64

struct listing {
	size_t count;
	struct event events[LISTING_MAX];
};

/* Of the namespace the test is in now; options (ended by NULL, or NULL) come behind it. */
void listing_read(struct listing *listing, const char *const *options);
void listing_read_of(struct listing *listing, unsigned long netns, const char *const *options);
/* The only line of that port; fails the test if there is none, or more. */
const struct event *listing_expect(const struct listing *listing, int port);
size_t listing_count(const struct listing *listing, int port);

/* Opens 8080 to 8085, of every kind that one namespace has. */
void open_some(void);

/* The ports of it, without the connections. */
void listing_table(const struct listing *listing, struct table *table);

#endif
