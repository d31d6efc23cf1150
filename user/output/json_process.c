// SPDX-License-Identifier: GPL-2.0-only
#include "output/json_process.h"

#include <stdlib.h>
#include <string.h>

static void put_args(struct json *j, const struct process *p)
{
	size_t at = 0;

	if (!p->args)
		return;
	json_array(j, "args");
	while (at < p->args_len) {
		size_t n = strnlen(p->args + at, p->args_len - at);

		json_text(j, NULL, p->args + at, n);
		at += n + 1;
	}
	json_array_end(j);
	if (p->args_truncated)
		json_bool(j, "args_truncated", true);
}

static void put_exe(struct json *j, const struct process *p)
{
	if (p->exe) {
		json_string(j, "exe", p->exe);
		if (p->exe_truncated)
			json_bool(j, "exe_truncated", true);
	}
	put_args(j, p);
}

static void put_user(struct json *j, struct enrich *enrich, uint32_t uid, uint32_t gid)
{
	const char *user = enrich_user(enrich, uid);

	json_u64(j, "uid", uid);
	if (user)
		json_string(j, "user", user);
	json_u64(j, "gid", gid);
}

static void put_parent(struct json *j, const struct process *p)
{
	if (p->described) {
		json_object(j, "parent");
		json_u64(j, "pid", p->ppid);
		json_string(j, "comm", p->parent_comm);
		json_object_end(j);
	}
	if (p->exe)
		json_bool(j, "deleted", p->deleted);
}

static void put_who(struct json *j, struct enrich *enrich, const struct actor *actor)
{
	static const char *const sources[] = {
		[SOURCE_KERNEL] = "kernel", [SOURCE_SOCKET] = "socket", [SOURCE_PROC] = "proc"
	};
	const struct process *p = actor->process;

	json_object(j, "process");
	json_u64(j, "pid", p->tgid);
	if (actor->tid)
		json_u64(j, "tid", actor->tid);
	json_u64(j, "start_ns", p->start_ns);
	json_string(j, "comm", actor->comm);
	put_exe(j, p);
	put_user(j, enrich, actor->uid, actor->gid);
	put_parent(j, p);
	json_string(j, "source", sources[actor->source]);
	json_object_end(j);
}

static void put_some(struct json *j, const char *key, const char *text)
{
	if (text)
		json_string(j, key, text);
}

static void put_cgroup(struct json *j, const struct process *p)
{
	const struct place nowhere = { 0 }, *place = p->place ? p->place : &nowhere;

	if (!p->cgroup_id && !p->cgroup_path && !place->unit && !place->container && !place->pod)
		return;
	json_object(j, "cgroup");
	if (p->cgroup_id)
		json_u64(j, "id", p->cgroup_id);
	put_some(j, "path", p->cgroup_path);
	put_some(j, "unit", place->unit);
	put_some(j, "user_unit", place->user_unit);
	put_some(j, "container", place->container);
	put_some(j, "pod", place->pod);
	json_object_end(j);
}

/* All that the text is made of; the version stands for the process. */
struct key {
	uint64_t version;
	const struct enrich *enrich;
	uint32_t tid;
	uint32_t uid;
	uint32_t gid;
	uint32_t source;
	char comm[COMM_LEN + 8]; /* COMM_LEN + 1 and no padding */
};

_Static_assert(sizeof(struct key) == 56, "compared bytewise");

static void make_key(struct key *key, const struct enrich *enrich, const struct actor *actor)
{
	memset(key, 0, sizeof(*key));
	key->version = actor->process->version;
	key->enrich = enrich;
	key->tid = actor->tid;
	key->uid = actor->uid;
	key->gid = actor->gid;
	key->source = (uint32_t)actor->source;
	memcpy(key->comm, actor->comm, sizeof(actor->comm));
}

/*
 * In a flood of connections the same few processes come again and again, and
 * half of a line is about them: it is made once, and copied.
 */
#define CACHE_SLOTS 256

struct slot {
	struct key key;
	struct buf text;
};

static struct slot *slot_of(const struct key *key)
{
	static struct slot *slots;
	uint32_t hash = (uint32_t)key->version * 2654435761U ^ key->tid ^ key->source << 4;

	if (!slots)
		slots = calloc(CACHE_SLOTS, sizeof(*slots));
	return slots ? &slots[hash % CACHE_SLOTS] : NULL;
}

static void put_both(struct json *j, struct enrich *enrich, const struct actor *actor)
{
	put_who(j, enrich, actor);
	put_cgroup(j, actor->process);
}

void json_put_process(struct json *j, struct enrich *enrich, const struct actor *actor)
{
	struct slot *slot;
	struct key key;

	if (!actor->process)
		return;
	make_key(&key, enrich, actor);
	slot = slot_of(&key);
	if (!slot) {
		put_both(j, enrich, actor);
		return;
	}
	if (memcmp(&slot->key, &key, sizeof(key)) != 0 || slot->text.failed) {
		struct json fresh = { .out = &slot->text };

		buf_clear(&slot->text);
		put_both(&fresh, enrich, actor);
		slot->key = key;
	}
	json_raw(j, slot->text.data, slot->text.len);
}

void json_put_holders(struct json *j, struct enrich *enrich, const struct event *e)
{
	if (!e->holders_known)
		return;
	json_array(j, "holders");
	for (size_t i = 0; i < e->n_holders; i++) {
		const struct process *p = e->holders[i];

		json_object(j, NULL);
		json_u64(j, "pid", p->tgid);
		json_u64(j, "start_ns", p->start_ns);
		json_string(j, "comm", p->comm);
		put_exe(j, p);
		put_user(j, enrich, p->uid, p->gid);
		put_cgroup(j, p);
		json_object_end(j);
	}
	json_array_end(j);
	if (!e->n_holders)
		json_plain(j, "holder", event_no_holder_name(e));
}
