/* SPDX-License-Identifier: GPL-2.0-only */
/* A recorded ring through the model, to whoever takes its events. */
#ifndef UNIT_REPLAY_H
#define UNIT_REPLAY_H

#include "unit.h"

#include "../record/ring_file.h"

#include "model/connections.h"
#include "model/ports.h"

struct replay {
	char *bytes; /* the whole file */
	size_t size;
	struct ring_head head;
	struct procs *procs;
	struct ports *ports;
	struct snapshot snapshot;
	bool loaded; /* the snapshot was told */
	size_t records;
	uint32_t types[REC_TYPE_MAX];
};

/* The file, as it is. Fails the test if it is no recording of this abi. */
static inline void replay_open(struct replay *r, const char *path, event_fn tell, void *arg)
{
	const uint32_t sizes[RING_SIZES_N] = RING_SIZES;
	FILE *file = fopen(path, "re");
	struct buf bytes = { 0 };
	size_t n = 1;

	assert_non_null(file);
	while (n) {
		char *to = buf_reserve(&bytes, 65536);

		assert_non_null(to);
		n = fread(to, 1, 65536, file);
		bytes.len += n;
	}
	fclose(file);
	*r = (struct replay){ .bytes = bytes.data, .size = bytes.len };
	assert_in_range(r->size, sizeof(r->head), 1 << 20);
	memcpy(&r->head, r->bytes, sizeof(r->head));
	assert_string_equal(r->head.magic, RING_MAGIC);
	if (r->head.order != RING_ORDER) {
		free(r->bytes);
		skip(); /* recorded on a machine of the other byte order */
	}
	if (memcmp(r->head.sizes, sizes, sizeof(sizes)) != 0)
		fail_msg("%s has records of another abi: record it again, see CONTRIBUTING.md",
			 path);
	r->procs = procs_new();
	r->ports = ports_new(r->procs, tell, arg);
	assert_non_null(r->ports);
	snapshot_init(&r->snapshot, r->procs);
}

static inline void replay_close(struct replay *r)
{
	snapshot_free(&r->snapshot);
	ports_free(r->ports);
	procs_free(r->procs);
	free(r->bytes);
}

/* As session_start() does, with nothing that happened meanwhile. */
static inline void replay_load(struct replay *r)
{
	const struct socket_set nothing = { 0 };

	snapshot_sort(&r->snapshot);
	assert_int_equal(ports_load(r->ports, &r->snapshot, EVENT_EXISTING, &nothing), 0);
	snapshot_free(&r->snapshot);
	r->loaded = true;
}

static inline int replay_apply(struct replay *r, const struct decoded *record)
{
	switch (record->type) {
	case DECODED_TASK:
	case DECODED_ARGS:
		return procs_told(r->procs, record);
	case DECODED_HOLDER:
	case DECODED_SOCKET:
		return snapshot_add(&r->snapshot, record);
	case DECODED_PORT:
		return ports_apply(r->ports, record);
	case DECODED_CONN:
		return connections_apply(r->ports, record);
	case DECODED_NETNS:
		break;
	}
	return 0;
}

static inline void replay_run(struct replay *r)
{
	struct decoded record;
	struct ring_entry entry;
	size_t at = sizeof(r->head);

	for (; at < r->size; at += entry.size) {
		assert_in_range(r->size - at, sizeof(entry), r->size);
		memcpy(&entry, r->bytes + at, sizeof(entry));
		at += sizeof(entry);
		assert_in_range(entry.size, sizeof(struct rec_head), r->size - at);
		assert_int_equal(decode(r->bytes + at, entry.size, &record), 0);
		assert_int_equal(record.size, entry.size);
		if (entry.source != FROM_SNAPSHOT && !r->loaded)
			replay_load(r);
		assert_int_equal(replay_apply(r, &record), 0);
		r->types[((const struct rec_head *)(const void *)(r->bytes + at))->type]++;
		r->records++;
	}
	assert_int_equal(at, r->size);
}

#endif
