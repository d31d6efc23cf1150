/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies and subjects by chance, out of few words, so that they have to do with each other. */
#ifndef RANDOM_POLICY_H
#define RANDOM_POLICY_H

#include "policies.h"

struct chance {
	uint64_t state;
};

/* splitmix64 */
static inline uint32_t chance_below(struct chance *chance, uint32_t n)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (uint32_t)((z ^ z >> 31) % n);
}

#define ONE_OF(chance, words) ((words)[chance_below(chance, COUNT(words))])

static const char *const some_exes[] = {
	"/usr/bin/a",  "/usr/bin/b",  "/usr/bin/*",     "/usr/**",      "/usr/bin/a?",
	"**/a",        "**",          "/opt/*/a",       "/tmp/**",      "memfd:*",
	"memfd:x",     "deleted",     "\"/usr/bin/*\"", "/usr/*/b",     "**b**",
	"/usr/bin/a*", "/usr/bin/ab", "**/bin/*",       "/**/bin/**/a", "\"/a\"\"\\x2a\"*",
};

static const char *const some_ons[] = {
	"any",         "loopback",  "private",  "public", "link",      "10.0.0.0/8",
	"10.1.0.0/16", "127.0.0.1", "fd00::/8", "::1",    "0.0.0.0/0", "::/0",
};

static const char *const some_users[] = { "root", "dev", "www-*", "33", "0", "1000", "*" };
static const char *const some_groups[] = { "root", "dev", "w*", "33", "0", "1000" };
static const char *const some_units[] = { "a.service", "b.service", "*.service", "a*", "c" };
static const char *const some_containers[] = { "docker:abc", "abc", "*", "lxc:*", "web" };
static const char *const some_netns[] = { "host", "blue", "7", "8", "b*" };
static const char *const some_ifaces[] = { "eth0", "eth*", "lo", "*" };

static inline void put_list(struct chance *chance, struct buf *out, const char *const *words,
			    size_t n)
{
	unsigned int count = 1 + chance_below(chance, chance_below(chance, 8) ? 3 : 12);

	for (unsigned int i = 0; i < count; i++) {
		if (i)
			buf_putc(out, ',');
		if (!chance_below(chance, 4))
			buf_putc(out, '!');
		buf_puts(out, words[chance_below(chance, (uint32_t)n)]);
	}
}

static inline void put_ports(struct chance *chance, struct buf *out, bool require)
{
	static const char *const any[] = { "", "/*", "/ephemeral", "/80,ephemeral" };
	static const char *const some[] = { "/80",        "/443",     "/80,443",   "/1-100",
					    "/8000-8100", "/1-65535", "/443,1-79", "/80-83",
					    "/22",        "/30-93" };

	buf_puts(out,
		 require || chance_below(chance, 3) ? ONE_OF(chance, some) : ONE_OF(chance, any));
}

static inline void put_rule(struct chance *chance, struct buf *out)
{
	static const char *const actions[] = { "allow", "allow",      "require",   "ignore",
					       "alert", "alert:crit", "alert:info" };
	static const char *const protos[] = { "tcp", "tcp", "udp", "udplite", "mptcp", "any" };
	const char *action = ONE_OF(chance, actions);
	bool exe = false;

	buf_puts(out, action);
	buf_putc(out, ' ');
	buf_puts(out, ONE_OF(chance, protos));
	put_ports(chance, out, !strcmp(action, "require"));
#define MAYBE_KEY(key, words, part)                         \
	if (!chance_below(chance, part)) {                  \
		buf_puts(out, " " key "=");                 \
		put_list(chance, out, words, COUNT(words)); \
	}
	if (chance_below(chance, 2)) {
		exe = true;
		buf_puts(out, " exe=");
		put_list(chance, out, some_exes, COUNT(some_exes));
	}
	MAYBE_KEY("on", some_ons, 4)
	MAYBE_KEY("user", some_users, 4)
	MAYBE_KEY("group", some_groups, 8)
	MAYBE_KEY("unit", some_units, 4)
	MAYBE_KEY("container", some_containers, 8)
	MAYBE_KEY("netns", some_netns, 8)
	MAYBE_KEY("iface", some_ifaces, 8)
#undef MAYBE_KEY
	if (exe && !chance_below(chance, 4))
		buf_puts(out, " exe-deleted=ok");
	buf_putc(out, '\n');
}

static inline void put_policy(struct chance *chance, struct buf *out, unsigned int max_rules)
{
	static const char *const defaults[] = { "", "default allow\n", "default alert:crit\n",
						"default ignore\n" };
	unsigned int n = chance_below(chance, max_rules);

	for (unsigned int i = 0; i < n; i++)
		put_rule(chance, out);
	buf_puts(out, ONE_OF(chance, defaults));
}

/* NULL, or one of the words. */
#define ONE_OR_NONE(chance, words) (chance_below(chance, 5) ? ONE_OF(chance, words) : NULL)

static inline void a_random_case(struct chance *chance, struct case_of *c)
{
	static const char *const addrs[] = {
		"0.0.0.0", "127.0.0.1", "10.1.2.3", "10.2.0.1",        "8.8.8.8",       "::",
		"::1",     "fd00::1",   "fe80::1",  "::ffff:10.1.2.3", "::ffff:0.0.0.0"
	};
	static const char *const protos[] = { "tcp", "tcp", "udp", "udplite", "mptcp", "sctp", "?" };
	static const char *const exes[] = { "/usr/bin/a", "/usr/bin/b", "/usr/bin/ab", "/opt/x/a",
					    "/tmp/x/y",   "memfd:x",    "/memfd:y/z",  "",
					    "/usr/lib/b", "/a*b",       "/x/bin/y/a" };
	static const uint16_t ports[] = { 80, 443, 22, 8080, 81, 40000, 1, 65535 };
	static const char *const users[] = { "root", "dev", "www-data", "" };
	static const char *const groups[] = { "root", "dev", "www", "" };
	static const char *const units[] = { "a.service", "b.service", "ab", "c", "" };
	static const char *const containers[] = { "docker:abc", "lxc:web", "" };
	static const char *const netns[] = { "host", "blue", "7", "" };
	static const char *const ifaces[] = { "eth0", "lo", "" };
	static const uint32_t numbers[] = { 0, 33, 1000, 7 };

	*c = (struct case_of){
		.subject = {
			.local = &c->local,
			.proto = ONE_OF(chance, protos),
			.picked_known = chance_below(chance, 2),
			.picked = chance_below(chance, 2),
			.ephemeral_first = chance_below(chance, 2) ? 32768 : 0,
			.ephemeral_last = 60999,
			.exe = ONE_OR_NONE(chance, exes),
			.standing = chance_below(chance, 2) ? EXE_HOST :
				    (enum exe_standing)chance_below(chance, EXE_MEMFD + 1),
			.deleted = !chance_below(chance, 4),
			.uid_known = chance_below(chance, 4),
			.uid = ONE_OF(chance, numbers),
			.user = ONE_OR_NONE(chance, users),
			.gid_known = chance_below(chance, 4),
			.gid = ONE_OF(chance, numbers),
			.groups = chance_below(chance, 4) ? c->groups : NULL,
			.group_ids = chance_below(chance, 4) ? c->gids : NULL,
			.n_groups = chance_below(chance, 3),
			.unit = ONE_OR_NONE(chance, units),
			.container = ONE_OR_NONE(chance, containers),
			.netns = ONE_OR_NONE(chance, netns),
			.netns_inode = chance_below(chance, 3) ? 7 : 0,
			.iface = ONE_OR_NONE(chance, ifaces),
		},
		.local = { .proto = IPPROTO_TCP, .port = ONE_OF(chance, ports) },
		.groups = { ONE_OF(chance, groups), ONE_OF(chance, groups) },
		.gids = { ONE_OF(chance, numbers), ONE_OF(chance, numbers) },
	};
	set_addr(c, ONE_OF(chance, addrs));
}

#endif
