// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as what the ring or an iterator gave: decoded one record behind
 * the other, and each that decodes applied to the tables. The first byte puts
 * the rest off alignment and picks what is done with the snapshot.
 *
 *   fuzz_decode --write-seeds DIR    one file for each kind of record, and all in a row
 */
#include "../unit/records.h"

#include "model/ports.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_seed(const char *dir, size_t number, const struct record_view *views, size_t n)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/seed-%zu", dir, number);
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		exit(1);
	}
	fputc('\0', file);
	for (size_t i = 0; i < n; i++)
		fwrite(views[i].data, 1, views[i].size, file);
	if (fclose(file)) {
		perror(path);
		exit(1);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct record_view views[RECORDS];
	struct records records;

	if (*argc != 3 || strcmp((*argv)[1], "--write-seeds") != 0)
		return 0;
	records_fill(&records);
	records_view(&records, views);
	for (size_t i = 0; i < RECORDS; i++)
		write_seed((*argv)[2], i, &views[i], 1);
	write_seed((*argv)[2], RECORDS, views, RECORDS);
	exit(0);
}

/* Reads all that an event points to. */
static void take(const struct event *event, void *arg)
{
	char addr[INET6_ADDRSTRLEN];
	uint64_t *sum = arg;

	endpoint_addr_text(&event->socket.local, addr);
	*sum += strlen(addr) + strlen(event->actor.comm) + strlen(event_kind_name(event->kind)) +
		strlen(proto_name(&event->socket)) + endpoint_scope(&event->socket.local);
	if (event->actor.process)
		*sum += event->actor.process->tgid;
	for (size_t i = 0; i < event->n_holders; i++)
		*sum += strlen(event->holders[i]->comm);
}

struct tables {
	struct procs *procs;
	struct ports *ports;
	struct snapshot snapshot;
};

static void apply(struct tables *t, const struct decoded *record)
{
	switch (record->type) {
	case DECODED_PORT:
		ports_apply(t->ports, record);
		break;
	case DECODED_TASK:
	case DECODED_ARGS:
		procs_told(t->procs, record);
		break;
	case DECODED_HOLDER:
	case DECODED_SOCKET:
		snapshot_add(&t->snapshot, record);
		break;
	case DECODED_NETNS:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t shift = size ? data[0] % 8 : 0, n = size ? size - 1 : 0;
	struct tables t = { .procs = procs_new() };
	char *copy = malloc(shift + n + 1);
	struct decoded record;
	struct socket_set none = { 0 };
	uint64_t sum = 0;

	t.ports = ports_new(t.procs, take, &sum);
	snapshot_init(&t.snapshot, t.procs);
	if (n)
		memcpy(copy + shift, data + 1, n);
	for (size_t at = 0; !decode(copy + shift + at, n - at, &record); at += record.size)
		apply(&t, &record);
	snapshot_sort(&t.snapshot);
	if (size && data[0] & 0x80)
		ports_drop_missing(t.ports, &t.snapshot, NULL, &none, UINT64_MAX);
	ports_load(t.ports, &t.snapshot, size && data[0] & 0x40 ? EVENT_RECOVERED : EVENT_EXISTING,
		   &none);
	snapshot_free(&t.snapshot);
	ports_free(t.ports);
	procs_free(t.procs);
	free(copy);
	return 0;
}
