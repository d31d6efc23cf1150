// SPDX-License-Identifier: GPL-2.0-only
/* What was learnt, as a rule. */
#include "policy/learnt.h"

static void put_value(struct buf *out, const char *key, const char *text)
{
	buf_putc(out, ' ');
	buf_puts(out, key);
	buf_putc(out, '=');
	policy_put_value(out, text);
}

static void put_ports(struct buf *out, struct learnt *const *all, size_t n)
{
	if (all[0]->ephemeral) {
		buf_puts(out, "ephemeral");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		size_t last = i;

		while (last + 1 < n && all[last + 1]->port == all[last]->port + 1)
			last++;
		buf_puts(out, i ? "," : "");
		buf_put_u64(out, all[i]->port);
		if (last < i + 2)
			continue; /* two numbers are no range */
		buf_putc(out, '-');
		buf_put_u64(out, all[last]->port);
		i = last;
	}
}

/* From the narrowest on. */
static void put_scopes(struct buf *out, unsigned int scopes)
{
	static const enum scope order[] = { SCOPE_LOOPBACK, SCOPE_LINK,      SCOPE_PRIVATE,
					    SCOPE_PUBLIC,   SCOPE_MULTICAST, SCOPE_ANY };
	const char *before = " on=";

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		if (!(scopes & 1u << order[i]))
			continue;
		buf_puts(out, before);
		buf_puts(out, scope_name(order[i]));
		before = ",";
	}
}

static void put_exe(struct buf *out, const struct learnt *who)
{
	if (who->review & REVIEW_MEMFD)
		buf_puts(out, " exe=memfd:*");
	else if (who->exe && !(who->review & (REVIEW_OTHER | REVIEW_UNKNOWN)))
		put_value(out, "exe", who->exe);
	if (who->review & REVIEW_DELETED)
		buf_puts(out, " exe-deleted=ok");
}

static void put_container(struct buf *out, const struct learnt *who)
{
	if (!who->container)
		return;
	if (!(who->review & REVIEW_CONTAINER)) {
		put_value(out, "container", who->container);
		return;
	}
	buf_puts(out, " container=");
	if (*who->container) {
		buf_puts(out, who->container);
		buf_putc(out, ':');
	}
	buf_puts(out, "**");
}

void learnt_put_rule(struct buf *out, struct learnt *const *all, size_t n, unsigned int scopes)
{
	const struct learnt *who = all[0];

	buf_puts(out, who->review ? "#allow " : "allow ");
	buf_puts(out, who->proto);
	buf_putc(out, '/');
	put_ports(out, all, n);
	put_scopes(out, scopes);
	put_exe(out, who);
	if (who->user)
		put_value(out, "user", who->user);
	if (who->unit)
		put_value(out, "unit", who->unit);
	put_container(out, who);
	buf_putc(out, '\n');
}
