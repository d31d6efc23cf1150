/* SPDX-License-Identifier: GPL-2.0-only */
/* One port and what is known of it, printed by who. */
#ifndef UNIT_WHO_SCREEN_H
#define UNIT_WHO_SCREEN_H

#include "unit.h"

#include "output/who.h"

#define SECOND 1000000000ULL

static struct enrich *enrich;
static struct buf out;
static struct process server, worker, init;
static struct process *holders[16];
static struct snapshot_row row, other_row;
static const struct snapshot_row *rows[2];
static struct portrait portrait;
static struct event told;
static struct port_facts facts;

/* python3 (4242) on 0.0.0.0:8080, three minutes old, on the host; nothing is out of the ordinary. */
static inline int set_up(void **state)
{
	(void)state;
	enrich = enrich_new(true);
	enrich_set_host_netns(enrich, A_NETNS);
	server = worker = init = a_process();
	server.start_ns = 100 * SECOND;
	worker.tgid = 4300;
	init.tgid = 1;
	strcpy(init.comm, "systemd");
	holders[0] = &server;
	row = (struct snapshot_row){ .socket = { .sk = 1,
						 .cookie = 9,
						 .inode = 77,
						 .backlog = 128,
						 .queue_known = true,
						 .local = an_endpoint(IPPROTO_TCP, 8080) },
				     .holders = holders,
				     .n_holders = 1 };
	other_row = row;
	rows[0] = &row;
	rows[1] = &other_row;
	portrait = (struct portrait){ .read = true,
				      .mounts = 5,
				      .cwd = "/home/dev/site",
				      .ancestors = { { 4100, 1000, SECOND, "bash" },
						     { 1, 0, 1, "systemd" } },
				      .n_ancestors = 2 };
	told = an_event(EVENT_EXISTING, &server);
	told.socket = row.socket;
	told.actor.tid = 0;
	told.actor.source = SOURCE_PROC;
	told.holders = holders;
	told.n_holders = 1;
	told.holders_known = true;
	facts = (struct port_facts){ .event = &told,
				     .rows = rows,
				     .n_rows = 1,
				     .portrait = &portrait,
				     .now_ns = 285 * SECOND,
				     .all_seen = true };
	return !enrich;
}

static inline int tear_down(void **state)
{
	(void)state;
	enrich_free(enrich);
	buf_free(&out);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static inline const char *text(void)
{
	process_changed(&server);
	buf_clear(&out);
	who_put_text(&out, enrich, &facts);
	return text_of(&out);
}

/* The first line. */
static inline const char *answer(void)
{
	static char line[512];
	const char *all = text();

	snprintf(line, sizeof(line), "%.*s", (int)strcspn(all, "\n"), all);
	return line;
}

static inline const char *json(void)
{
	process_changed(&server);
	buf_clear(&out);
	who_put_json(&out, enrich, &facts);
	return text_of(&out);
}

#endif
