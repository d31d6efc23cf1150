// SPDX-License-Identifier: GPL-2.0-only
/* One port as JSON: what an "existing" has, and all else that is known. */
#include "output/json_event.h"
#include "output/who.h"

static void put_ancestors(struct json *j, struct enrich *enrich, const struct portrait *portrait)
{
	json_array(j, "ancestors");
	for (size_t i = 0; i < portrait->n_ancestors; i++) {
		const struct ancestor *a = &portrait->ancestors[i];
		const char *user = a->uid == UINT32_MAX ? NULL : enrich_user(enrich, a->uid);

		json_object(j, NULL);
		json_u64(j, "pid", a->pid);
		json_u64(j, "start_ns", a->start_ns);
		json_string(j, "comm", a->comm);
		if (a->uid != UINT32_MAX)
			json_u64(j, "uid", a->uid);
		if (user)
			json_string(j, "user", user);
		json_object_end(j);
	}
	json_array_end(j);
	if (portrait->more_ancestors)
		json_bool(j, "ancestors_truncated", true);
}

static void put_mounts(struct json *j, const struct portrait *portrait)
{
	if (!portrait->mounts)
		return;
	json_object(j, "mounts");
	json_u64(j, "inode", portrait->mounts);
	json_bool(j, "other", portrait->other_mounts);
	json_object_end(j);
}

/* What "process" does not have. */
static void put_portrait(struct json *j, struct enrich *enrich, const struct process *process,
			 const struct portrait *portrait)
{
	json_put_time(j, "started", process->start_ns);
	json_bool(j, "memfd", portrait_is_memfd(process));
	if (!portrait || !portrait->read)
		return;
	if (process->deleted && !portrait->other_mounts)
		json_bool(j, "replaced", portrait->replaced);
	if (portrait->cwd) {
		json_string(j, "cwd", portrait->cwd);
		json_bool(j, "cwd_deleted", portrait->cwd_deleted);
	}
	if (portrait->root)
		json_string(j, "root", portrait->root);
	put_mounts(j, portrait);
	put_ancestors(j, enrich, portrait);
}

static void put_holder_pids(struct json *j, const struct snapshot_row *row, bool all_seen)
{
	if (!row->n_holders && !all_seen)
		return;
	json_array(j, "holders");
	for (size_t i = 0; i < row->n_holders; i++)
		json_u64(j, NULL, row->holders[i]->tgid);
	json_array_end(j);
}

static void put_sockets(struct json *j, const struct port_facts *facts)
{
	json_array(j, "sockets");
	for (size_t i = 0; i < facts->n_rows; i++) {
		const struct socket_info *s = &facts->rows[i]->socket;

		json_object(j, NULL);
		if (s->cookie)
			json_u64(j, "cookie", s->cookie);
		if (s->inode)
			json_u64(j, "inode", s->inode);
		if (!s->reuse_unknown)
			json_bool(j, "reuseport", s->reuseport);
		if (who_has_backlog(s))
			json_u64(j, "backlog", s->backlog);
		if (s->queue_known)
			json_u64(j, "accept_queue", s->accept_queue);
		put_holder_pids(j, facts->rows[i], facts->all_seen);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_peers(struct json *j, const struct port_facts *facts)
{
	json_object(j, "connections");
	json_u64(j, "count", facts->connections);
	json_array(j, "peers");
	for (size_t i = 0; i < facts->n_peers; i++) {
		char addr[INET6_ADDRSTRLEN];

		endpoint_addr_text(&facts->peers[i].end, addr);
		json_object(j, NULL);
		json_plain(j, "addr", addr);
		json_u64(j, "count", facts->peers[i].connections);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}

void who_put_json(struct buf *out, struct enrich *enrich, const struct port_facts *facts)
{
	const struct event *e = facts->event;
	struct json j = { .out = out };

	json_object(&j, NULL);
	json_put_event(&j, enrich, e);
	if (facts->device)
		json_string(&j, "device", facts->device);
	put_sockets(&j, facts);
	put_peers(&j, facts);
	if (e->actor.process)
		put_portrait(&j, enrich, e->actor.process, facts->portrait);
	json_object_end(&j);
	buf_putc(out, '\n');
}
