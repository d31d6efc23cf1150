// SPDX-License-Identifier: GPL-2.0-only
#include "output/journal_kinds.h"

/*
 * An id is drawn once (systemd-id128 new) and stays for ever: people filter by
 * it, and dist/porttrace.catalog and the man page have it, too.
 */
static const struct {
	const char *id;
	const char *name; /* NULL: the event's */
	enum journal_priority priority;
} kinds[JOURNAL_KINDS] = {
	[EVENT_EXISTING] = { "1e8c3e6201a942abb0d42f1428bd24d8", NULL, JOURNAL_INFO },
	[EVENT_OPEN] = { "0b241cb1bf724fb2a0adf0f81b4cdde4", NULL, JOURNAL_NOTICE },
	[EVENT_CHANGE] = { "6742dbf5ccbb445b83e47157c306be07", NULL, JOURNAL_INFO },
	[EVENT_CLOSE] = { "19d0a43743714c0898bcd518a5bf8218", NULL, JOURNAL_NOTICE },
	[EVENT_LOST] = { "ed583a054a5f420193cb136612410be3", NULL, JOURNAL_WARNING },
	[EVENT_RECOVERED] = { "3dd0980a39784e3fb3058c84db74fd94", NULL, JOURNAL_NOTICE },
	[EVENT_BIND] = { "85c537e460494fa7a7ebac039f6e7b10", NULL, JOURNAL_INFO },
	[EVENT_CONNECT] = { "d0b132aeee124f6395a51251b7935a11", NULL, JOURNAL_INFO },
	[EVENT_ACCEPT] = { "b925052c7b74474a87bb32094b8f6aa6", NULL, JOURNAL_INFO },
	[EVENT_END] = { "e83b7c77d5d44b88a5a0614900a053be", NULL, JOURNAL_INFO },
	[EVENT_FAIL] = { "5a2515fd50e44e8e91570300b96f9b1c", NULL, JOURNAL_INFO },
	[EVENT_STATE] = { "cdd588aa6bd944a49f5b2024924cc06a", NULL, JOURNAL_INFO },
	[EVENT_MISSING] = { "dc8eb6c358b4490c90221368164e59a6", NULL, JOURNAL_WARNING },
	[JOURNAL_UNEXPECTED] = { "905648f542924f4f848c26aa8c7412d8", "unexpected",
				 JOURNAL_WARNING },
	[JOURNAL_CHANGED] = { "c7c57c571aa74f3da863644f5c066615", "changed", JOURNAL_WARNING },
	[JOURNAL_UNTOLD] = { "1edadbd0c61844258e11d4bfab8aa4d5", "lost", JOURNAL_WARNING },
	[JOURNAL_POLICY_LOADED] = { "efef4eb9048540cdb2879f655b5d1f9d", "policy-loaded",
				    JOURNAL_INFO },
	[JOURNAL_POLICY_REFUSED] = { "feace4b542804317b4e1520ff622b28c", "policy-refused",
				     JOURNAL_ERR },
	[JOURNAL_BLIND] = { "b103837d8a6842bab7b86764c234c386", "blind", JOURNAL_CRIT },
	[JOURNAL_SEEING] = { "c601c52c3f6e4390a37b95b9f3070ff5", "seeing", JOURNAL_NOTICE },
};

const char *journal_message_id(enum journal_kind kind)
{
	return kinds[kind].id;
}

const char *journal_kind_name(enum journal_kind kind)
{
	return kinds[kind].name ? kinds[kind].name : event_kind_name((enum event_kind)kind);
}

enum journal_priority journal_kind_priority(enum journal_kind kind)
{
	return kinds[kind].priority;
}
