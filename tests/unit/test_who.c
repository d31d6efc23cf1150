// SPDX-License-Identifier: GPL-2.0-only
/* The screen of one port, and its JSON: golden. */
#include "unit.h"

#include "model/verdict.h"
#include "output/who.h"

#include <netinet/tcp.h>

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
static int set_up(void **state)
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

static int tear_down(void **state)
{
	(void)state;
	enrich_free(enrich);
	buf_free(&out);
	return 0;
}

static const char *text(void)
{
	process_changed(&server);
	buf_clear(&out);
	who_put_text(&out, enrich, &facts);
	return text_of(&out);
}

/* The first line. */
static const char *answer(void)
{
	static char line[512];
	const char *all = text();

	snprintf(line, sizeof(line), "%.*s", (int)strcspn(all, "\n"), all);
	return line;
}

static const char *json(void)
{
	process_changed(&server);
	buf_clear(&out);
	who_put_json(&out, enrich, &facts);
	return text_of(&out);
}

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

static void each_scope_is_said_in_words(void **state)
{
	static const struct {
		uint8_t addr[4];
		const char *words;
	} table[] = {
		{ { 0 }, "  reachable     at any address of this host\n" },
		{ { 127, 0, 0, 1 },
		  "  reachable     from this host alone, at the loopback address 127.0.0.1\n" },
		{ { 169, 254, 1, 2 },
		  "  reachable     from the local link alone, at 169.254.1.2\n" },
		{ { 10, 0, 0, 1 }, "  reachable     at 10.0.0.1, a private address\n" },
		{ { 8, 8, 8, 8 }, "  reachable     at 8.8.8.8, a public address\n" },
		{ { 224, 0, 0, 1 }, "  reachable     by the multicast group 224.0.0.1\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		memcpy(told.socket.local.addr, table[i].addr, 4);
		assert_contains(text(), table[i].words);
	}
	memset(told.socket.local.addr, 0, 4);
	told.socket.local.family = AF_INET6;
	assert_contains(text(), "at any address, IPv4 and IPv6, of this host\n");
	told.socket.local.ifindex = 7;
	assert_contains(text(), ", through interface 7 alone\n");
}

static void executables_say_what_is_odd_about_them(void **state)
{
	static char memfd[] = "/memfd:x";

	(void)state;
	server.deleted = true;
	assert_contains(text(), "  executable    /usr/bin/python3, deleted\n");
	server.exe = memfd;
	assert_contains(text(), "  executable    /memfd:x, which lives in memory alone (memfd)\n");
	assert_contains(json(), "\"memfd\":true");
	server.deleted = false; /* a file that is only called so */
	assert_contains(text(), "  executable    /memfd:x\n");
	assert_contains(json(), "\"memfd\":false");
	server.exe = NULL;
	server.args_len = 0;
	assert_contains(text(), "  executable    not known\n");
	assert_contains(text(), "  command line  not known\n");
	portrait.cwd = NULL;
	assert_contains(text(), "  directory     not known\n");
	portrait.restricted = true;
	assert_contains(text(), "  directory     not for this user to see\n");
	server.kthread = true;
	assert_contains(text(), "  executable    none, a kernel thread\n");
	assert_null(strstr(text(), "directory"));
}

static void many_holders_and_peers_are_counted(void **state)
{
	struct peer peers[7] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(holders); i++)
		holders[i] = &worker;
	told.n_holders = 9;
	assert_null(strstr(text(), " more\n")); /* nine lines for nine */
	told.n_holders = 10;
	assert_contains(text(), "                and 2 more\n");
	for (size_t i = 0; i < COUNT(peers); i++) {
		peers[i].end.family = AF_INET;
		peers[i].connections = 1;
	}
	facts.peers = peers;
	facts.connections = 7;
	facts.n_peers = 6;
	assert_contains(text(), "0.0.0.0 (1) and 1 other\n");
	facts.n_peers = 7;
	assert_contains(text(), "0.0.0.0 (1) and 2 others\n");
}

static void hostile_text_is_escaped_everywhere(void **state)
{
	static char evil[] = "\033[2J\n\xff", args[] = "a\n\0\033[2J";
	struct place place = { .unit = evil, .user_unit = evil, .container = evil, .pod = evil };
	const char *all;

	(void)state;
	strcpy(told.actor.comm, evil);
	strcpy(server.comm, evil);
	server.exe = evil;
	server.args = args;
	server.args_len = sizeof(args);
	server.place = &place;
	portrait.cwd = portrait.root = evil;
	strcpy(portrait.ancestors[0].comm, evil);
	facts.device = evil;
	told.socket.local.ifindex = 1;
	holders[1] = &server;
	told.n_holders = 2;
	for (int i = 0; i < 2; i++) {
		all = i ? json() : text();
		assert_contains(all, "x1b[2J");
		assert_null(strpbrk(all, "\033\xff"));
		for (const char *line = all; *line; line += strcspn(line, "\n") + 1)
			assert_true(*line == '\n' || *line == '{' || *line == 't' ||
				    !strncmp(line, "  ", 2));
	}
}

static void json_has_all_of_it(void **state)
{
	struct peer peer = { .end = { .family = AF_INET }, .connections = 4 };

	(void)state;
	facts.peers = &peer;
	facts.n_peers = 1;
	facts.connections = 4;
	portrait.root = "/jail";
	portrait.other_mounts = true;
	server.deleted = true;
	assert_contains(json(), "{\"v\":1,\"event\":\"existing\",\"proto\":\"tcp\",");
	assert_contains(json(), ",\"sockets\":[{\"cookie\":9,\"inode\":77,\"reuseport\":false,"
				"\"backlog\":128,\"accept_queue\":0,\"holders\":[4242]}],"
				"\"connections\":{\"count\":4,\"peers\":[{\"addr\":\"0.0.0.0\","
				"\"count\":4}]},\"started\":\"");
	assert_contains(
		json(),
		"\"memfd\":false,\"cwd\":\"/home/dev/site\",\"cwd_deleted\":false,"
		"\"root\":\"/jail\",\"mounts\":{\"inode\":5,\"other\":true},"
		"\"ancestors\":[{\"pid\":4100,\"start_ns\":1000000000,\"comm\":\"bash\","
		"\"uid\":1000},{\"pid\":1,\"start_ns\":1,\"comm\":\"systemd\",\"uid\":0}]}\n");
	portrait.other_mounts = false;
	portrait.more_ancestors = true;
	assert_contains(json(), "\"replaced\":false");
	assert_contains(json(), "\"ancestors_truncated\":true}\n");
	told.actor = (struct actor){ 0 };
	facts.portrait = NULL;
	assert_null(strstr(json(), "memfd"));
}

static void json_says_nothing_of_what_cannot_be_seen(void **state)
{
	(void)state;
	told.actor = (struct actor){ 0 };
	told.n_holders = 0;
	told.holders_known = false;
	facts.portrait = NULL;
	facts.all_seen = false;
	row.n_holders = 0;
	row.socket.reuse_unknown = true;
	told.socket = row.socket;
	assert_null(strstr(json(), "holder"));
	assert_null(strstr(json(), "reuseport"));
	facts.all_seen = true;
	assert_contains(json(), "\"accept_queue\":0,\"holders\":[]}]");
}

static void a_connection_that_uses_the_number_is_named(void **state)
{
	struct connection connection = { .remote = an_endpoint(IPPROTO_TCP, 443) };

	(void)state;
	told.connection = &connection;
	who_put_user(&out, &told);
	assert_text(&out, "python3 (4242) has a connection by tcp, 0.0.0.0:8080 -> 0.0.0.0:443");
	told.actor = (struct actor){ 0 };
	who_put_user(&out, &told);
	assert_text(&out, "a connection that no process holds has it, tcp, 0.0.0.0:8080 -> "
			  "0.0.0.0:443");
	told.holders_known = false;
	who_put_user(&out, &told);
	assert_text(&out, "a process that is not known has a connection by tcp, 0.0.0.0:8080 -> "
			  "0.0.0.0:443");
	told.socket.state = TCP_TIME_WAIT;
	who_put_user(&out, &told);
	assert_text(&out, "a connection that is over keeps it yet (TIME_WAIT), tcp, "
			  "0.0.0.0:8080 -> 0.0.0.0:443");
}

static const char *policy_line(void)
{
	static char line[256];
	const char *found = strstr(text(), "  policy  ");

	*line = '\0';
	if (found)
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(found, "\n"), found);
	return line;
}

static void what_the_policy_says_is_said_in_words(void **state)
{
	struct verdict expected = { .kind = VERDICT_EXPECTED, .rule = "a.policy:3" };
	struct verdict unexpected = { .kind = VERDICT_UNEXPECTED,
				      .severity = SEVERITY_CRIT,
				      .rule = "default",
				      .why = "exe is /tmp/x\033[2J" };
	struct verdict changed = { .kind = VERDICT_UNEXPECTED,
				   .severity = SEVERITY_CRIT,
				   .changed = true,
				   .rule = "default" };

	(void)state;
	assert_string_equal(policy_line(), "");
	facts.judged = true;
	assert_string_equal(
		policy_line(),
		"  policy        not known: what decides of it cannot be seen from here");
	told.verdict = &expected;
	assert_string_equal(policy_line(), "  policy        expected, by a.policy:3");
	told.verdict = &unexpected;
	assert_string_equal(policy_line(),
			    "  policy        UNEXPECTED (crit), by the default: exe is "
			    "/tmp/x\\x1b[2J");
	told.verdict = &changed;
	assert_string_equal(policy_line(), "  policy        CHANGED (crit), by the default");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_the_policy_says_is_said_in_words),
		TEST(the_whole_screen),
		TEST(the_whole_screen_of_an_extraordinary_one),
		TEST(our_own_namespace_needs_no_name),
		TEST(the_answer_says_who_else_and_how_long),
		TEST(nobody_is_said_to_be_nobody_or_unknown),
		TEST(each_scope_is_said_in_words),
		TEST(executables_say_what_is_odd_about_them),
		TEST(many_holders_and_peers_are_counted),
		TEST(hostile_text_is_escaped_everywhere),
		TEST(json_has_all_of_it),
		TEST(json_says_nothing_of_what_cannot_be_seen),
		TEST(a_connection_that_uses_the_number_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
