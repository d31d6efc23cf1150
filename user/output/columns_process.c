// SPDX-License-Identifier: GPL-2.0-only
/* Cells of the process, and of all that hold the socket. */
#include "output/cells.h"

#include "base/escape.h"

void column_put_pid(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->actor.process)
		buf_put_u64(out, e->actor.process->tgid);
	else if (event_has_socket(e))
		buf_putc(out, '-');
}

void column_put_tid(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->actor.tid)
		buf_put_u64(out, e->actor.tid);
}

void column_put_user(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const char *name;

	if (!e->actor.process)
		return;
	name = enrich_user(enrich, e->actor.uid);
	if (name)
		escape_puts(out, name);
	else
		buf_put_u64(out, e->actor.uid);
}

void column_put_uid(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->actor.process)
		buf_put_u64(out, e->actor.uid);
}

static const char *no_process_text(const struct event *e)
{
	bool looked = e->holders_known && (e->kind == EVENT_EXISTING || !e->connection);

	if (e->socket.kernel)
		return "(kernel)";
	return looked ? "(no holder)" : "(unknown)";
}

void column_put_comm(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->actor.process)
		escape_puts(out, e->actor.comm);
	else if (event_has_socket(e))
		buf_puts(out, no_process_text(e));
	else if (e->kind == EVENT_MISSING)
		buf_puts(out, "(nobody)");
}

void column_put_exe(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (!e->actor.process)
		return;
	escape_puts(out, e->actor.process->exe);
	if (e->actor.process->exe && e->actor.process->deleted)
		buf_puts(out, " (deleted)");
}

/* The arguments as a line: those a shell would split again are not quoted, this is to be read. */

void column_put_args(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const struct process *p = e->actor.process;
	size_t at = 0;

	(void)enrich;
	while (p && at < p->args_len) {
		size_t n = strnlen(p->args + at, p->args_len - at);

		if (at)
			buf_putc(out, ' ');
		escape_text(out, p->args + at, n);
		at += n + 1;
	}
	if (p && p->args_truncated)
		buf_puts(out, " ...");
}

void column_put_parent(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const struct process *p = e->actor.process;

	(void)enrich;
	if (!p || !p->described)
		return;
	escape_puts(out, p->parent_comm);
	buf_putc(out, '(');
	buf_put_u64(out, p->ppid);
	buf_putc(out, ')');
}

void column_put_cgroup(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->actor.process)
		escape_puts(out, e->actor.process->cgroup_path);
}

void column_put_holders(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	if (e->holders_known && !e->n_holders)
		buf_puts(out, event_no_holder_name(e));
	for (size_t i = 0; i < e->n_holders; i++) {
		if (i)
			buf_putc(out, ',');
		buf_put_u64(out, e->holders[i]->tgid);
	}
}
