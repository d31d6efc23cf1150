// SPDX-License-Identifier: GPL-2.0-only
/* The lines of the screen one by one, in all that they can say. */
#include "who_screen.h"

#include "model/verdict.h"

#include <netinet/tcp.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_scope_is_said_in_words),
		TEST(executables_say_what_is_odd_about_them),
		TEST(many_holders_and_peers_are_counted),
		TEST(hostile_text_is_escaped_everywhere),
		TEST(what_the_policy_says_is_said_in_words),
		TEST(a_connection_that_uses_the_number_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
