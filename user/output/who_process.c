// SPDX-License-Identifier: GPL-2.0-only
/* One port for a person: who has it. */
#include "output/cells.h"
#include "output/who_words.h"

#define HOLDERS_SHOWN 8

static void put_process(struct buf *out, struct enrich *enrich, const struct port_facts *facts)
{
	const struct event *e = facts->event;

	who_label(out, "process");
	who_name(out, e->actor.comm, e->actor.process->tgid);
	buf_puts(out, ", user ");
	who_user(out, enrich, e->actor.uid);
	buf_puts(out, ", gid ");
	buf_put_u64(out, e->actor.gid);
	buf_putc(out, '\n');
}

static void put_command(struct buf *out, struct enrich *enrich, const struct event *e)
{
	who_label(out, "command line");
	if (e->actor.process->args_len)
		column_put_args(e, enrich, out);
	else
		buf_puts(out, "not known");
	buf_putc(out, '\n');
}

static void put_executable(struct buf *out, const struct port_facts *facts)
{
	const struct process *p = facts->event->actor.process;
	const struct portrait *portrait = facts->portrait;

	who_label(out, "executable");
	if (!p->exe) {
		buf_puts(out, p->kthread ? "none, a kernel thread\n" : "not known\n");
		return;
	}
	who_text(out, p->exe);
	if (portrait_is_memfd(p))
		buf_puts(out, ", which lives in memory alone (memfd)");
	else if (p->deleted && portrait && portrait->replaced)
		buf_puts(out, ", deleted: another file has taken its place");
	else if (p->deleted)
		buf_puts(out, ", deleted");
	if (portrait && portrait->other_mounts)
		buf_puts(out, ", in a mount namespace of its own");
	buf_putc(out, '\n');
}

static void put_directory(struct buf *out, const struct portrait *portrait)
{
	if (portrait->root) {
		who_label(out, "root");
		who_text(out, portrait->root);
		buf_putc(out, '\n');
	}
	who_label(out, "directory");
	if (portrait->cwd)
		who_text(out, portrait->cwd);
	else
		buf_puts(out, portrait->restricted ? "not for this user to see" : "not known");
	if (portrait->cwd_deleted)
		buf_puts(out, ", deleted");
	buf_putc(out, '\n');
}

static void put_ancestors(struct buf *out, struct enrich *enrich, const struct portrait *portrait)
{
	for (size_t i = 0; i < portrait->n_ancestors; i++) {
		const struct ancestor *a = &portrait->ancestors[i];

		who_label(out, i ? "" : "started from");
		who_name(out, a->comm, a->pid);
		if (a->uid != UINT32_MAX) {
			buf_puts(out, ", ");
			who_user(out, enrich, a->uid);
		}
		buf_putc(out, '\n');
	}
	if (portrait->more_ancestors) {
		who_label(out, "");
		buf_puts(out, "and more\n");
	}
}

static void put_place(struct buf *out, struct enrich *enrich, const struct event *e)
{
	const struct place *place = e->actor.process->place;

	if (!place)
		return;
	if (place->unit) {
		who_label(out, "unit");
		column_put_unit(e, enrich, out);
		buf_putc(out, '\n');
	}
	if (place->container) {
		who_label(out, "container");
		column_put_container(e, enrich, out);
		buf_putc(out, '\n');
	}
	if (place->pod) {
		who_label(out, "pod");
		who_text(out, place->pod);
		buf_putc(out, '\n');
	}
}

static void put_holders(struct buf *out, struct enrich *enrich, const struct event *e)
{
	size_t shown = e->n_holders <= HOLDERS_SHOWN + 1 ? e->n_holders : HOLDERS_SHOWN;

	for (size_t i = 0; e->n_holders > 1 && i < shown; i++) {
		const struct process *p = e->holders[i];

		who_label(out, i ? "" : "held by");
		who_name(out, p->comm, p->tgid);
		buf_puts(out, ", ");
		who_user(out, enrich, p->uid);
		if (p->exe) {
			buf_puts(out, ", ");
			who_text(out, p->exe);
		}
		buf_putc(out, '\n');
	}
	if (shown < e->n_holders) {
		who_label(out, "");
		buf_puts(out, "and ");
		buf_put_u64(out, e->n_holders - shown);
		buf_puts(out, " more\n");
	}
}

void who_put_process(struct buf *out, struct enrich *enrich, const struct port_facts *facts)
{
	const struct event *e = facts->event;

	if (!e->actor.process)
		return;
	put_process(out, enrich, facts);
	put_command(out, enrich, e);
	put_executable(out, facts);
	if (facts->portrait && facts->portrait->read && !e->actor.process->kthread)
		put_directory(out, facts->portrait);
	put_place(out, enrich, e);
	if (facts->portrait)
		put_ancestors(out, enrich, facts->portrait);
	put_holders(out, enrich, e);
}
