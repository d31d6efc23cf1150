// SPDX-License-Identifier: GPL-2.0-only
/* The screen of one port, and its first line: golden. */
#include "who_screen.h"

static void the_whole_screen(void **state)
{
	(void)state;
	assert_string_equal(
		text(),
		"tcp/8080 on 0.0.0.0 is held by python3 (4242), started by uid 1000 from bash (4100), 3 min ago\n"
		"\n"
		"  reachable     at any address of this host\n"
		"  service       a registered port\n"
		"  socket        1 socket, backlog 128, 0 waiting to be accepted\n"
		"  connections   none now\n"
		"  process       python3 (4242), user uid 1000, gid 100\n"
		"  command line  python3 -m http.server\n"
		"  executable    /usr/bin/python3\n"
		"  directory     /home/dev/site\n"
		"  started from  bash (4100), uid 1000\n"
		"                systemd (1), uid 0\n");
}

static void the_whole_screen_of_an_extraordinary_one(void **state)
{
	static const uint8_t addresses[][4] = { { 192, 0, 2, 1 }, { 10, 0, 0, 1 } };
	struct peer peers[2] = { { .connections = 12 }, { .connections = 1 } };
	struct place place = { .unit = "web.service",
			       .container = "docker:3f2a9c0b7d5e4f6a8b1c2d3e4f5a6b7c"
					    "8d9e0f1a2b3c4d5e6f708192a3b4c5d6",
			       .pod = "29349498-197c-4919-b13f-9a928e7d001b" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		peers[i].end.family = AF_INET;
		memcpy(peers[i].end.addr, addresses[i], 4);
	}
	facts.peers = peers;
	facts.n_peers = 2;
	facts.connections = 13;
	facts.n_rows = 2;
	row.socket.reuseport = other_row.socket.reuseport = true;
	row.socket.accept_queue = 3;
	told.socket.local.netns = 5;
	told.socket.local.family = AF_INET6;
	told.socket.local.v6only = 1;
	told.socket.local.ifindex = 2;
	told.socket.mptcp = true;
	facts.device = "eth0";
	server.place = &place;
	server.deleted = true;
	portrait.replaced = portrait.other_mounts = portrait.cwd_deleted = true;
	portrait.root = "/srv/jail";
	portrait.more_ancestors = true;
	holders[1] = &worker;
	holders[2] = &init;
	told.n_holders = 3;
	assert_string_equal(
		text(),
		"mptcp/8080 on :: in the network namespace 5 is held by python3 (4242) and 2 more, "
		"started by uid 1000 from bash (4100), 3 min ago\n"
		"\n"
		"  reachable     at any IPv6 address of its network namespace, through eth0 alone\n"
		"  service       a registered port\n"
		"  socket        2 sockets, backlog 256, 3 waiting to be accepted, shared (SO_REUSEPORT), "
		"IPv6 alone (IPV6_V6ONLY), MPTCP\n"
		"  connections   13 now, from 192.0.2.1 (12), 10.0.0.1 (1)\n"
		"  process       python3 (4242), user uid 1000, gid 100\n"
		"  command line  python3 -m http.server\n"
		"  executable    /usr/bin/python3, deleted: another file has taken its place, in a mount "
		"namespace of its own\n"
		"  root          /srv/jail\n"
		"  directory     /home/dev/site, deleted\n"
		"  unit          web.service\n"
		"  container     docker:3f2a9c0b7d5e\n"
		"  pod           29349498-197c-4919-b13f-9a928e7d001b\n"
		"  started from  bash (4100), uid 1000\n"
		"                systemd (1), uid 0\n"
		"                and more\n"
		"  held by       python3 (4242), uid 1000, /usr/bin/python3\n"
		"                python3 (4300), uid 1000, /usr/bin/python3\n"
		"                systemd (1), uid 1000, /usr/bin/python3\n");
}

static void our_own_namespace_needs_no_name(void **state)
{
	(void)state;
	told.socket.local.netns = 5;
	assert_contains(answer(), "tcp/8080 on 0.0.0.0 in the network namespace 5 is held by");
	assert_contains(text(), "at any address of its network namespace\n");
	facts.here = true;
	assert_contains(answer(), "tcp/8080 on 0.0.0.0 is held by");
	assert_contains(text(), "at any address of this network namespace\n");
}

static void the_answer_says_who_else_and_how_long(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} ages[] = { { 0, "just now" },      { 1, "1 s ago" },        { 59, "59 s ago" },
		     { 60, "1 min ago" },    { 7199, "119 min ago" }, { 7200, "2 h ago" },
		     { 172799, "47 h ago" }, { 172800, "2 days ago" } };

	(void)state;
	for (size_t i = 0; i < COUNT(ages); i++) {
		facts.now_ns = server.start_ns + ages[i].seconds * SECOND + 1;
		assert_contains(answer(), ages[i].text);
	}
	holders[1] = &init;
	told.n_holders = 2;
	assert_contains(answer(), "is held by python3 (4242) and systemd (1), started");
	facts.now_ns = 0; /* before it started: nothing is made up */
	portrait.n_ancestors = 0;
	assert_contains(answer(), "started by uid 1000 from bash (4100)");
	assert_null(strstr(answer(), "ago"));
	server.described = false;
	facts.portrait = NULL;
	assert_string_equal(answer(),
			    "tcp/8080 on 0.0.0.0 is held by python3 (4242) and systemd (1), "
			    "started by uid 1000");
}

static void nobody_is_said_to_be_nobody_or_unknown(void **state)
{
	(void)state;
	told.actor = (struct actor){ 0 };
	told.n_holders = 0;
	facts.portrait = NULL;
	assert_contains(answer(), "is open, and no process holds it");
	assert_null(strstr(text(), "command line"));
	told.socket.kernel = true;
	assert_contains(answer(), "is the kernel's own: no process holds it");
	told.socket.kernel = false;
	facts.all_seen = false;
	assert_string_equal(answer(),
			    "tcp/8080 on 0.0.0.0 is open: who holds it cannot be seen from here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_whole_screen),
		TEST(the_whole_screen_of_an_extraordinary_one),
		TEST(our_own_namespace_needs_no_name),
		TEST(the_answer_says_who_else_and_how_long),
		TEST(nobody_is_said_to_be_nobody_or_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
