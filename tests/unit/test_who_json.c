// SPDX-License-Identifier: GPL-2.0-only
/* The same as JSON. */
#include "who_screen.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(json_has_all_of_it),
		TEST(json_says_nothing_of_what_cannot_be_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
