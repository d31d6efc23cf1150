// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as what the ring or an iterator gave: decoded one record behind
 * the other, each that decodes applied to the tables, and each event written by
 * every sink, as a line that does no harm, or lines for the journal. The first byte puts the rest off
 * alignment and picks what is done with the snapshot.
 *
 *   fuzz_decode --write-seeds DIR    one file for each kind of record, and all in a row
 */
#include "../unit/harmless.h"
#include "../unit/records.h"

#include "model/connections.h"
#include "model/ports.h"
#include "output/journal_entry.h"
#include "output/sink.h"

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

#define SINKS 3

struct tables {
	struct procs *procs;
	struct ports *ports;
	struct snapshot snapshot;
	struct enrich *enrich;
	struct sink sinks[SINKS];
	struct buf line;
};

static void need(bool ok, const char *what, const struct buf *line)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %.*s\n", what, (int)line->len, line->data);
	abort();
}

static void choose_columns(struct sink *sink)
{
	sink->columns.n = 0;
	for (size_t i = 0; i < columns_n; i++)
		sink->columns.columns[sink->columns.n++] = &columns_all[i];
}

/* Each line is FIELD=VALUE, and a field is a name of capital letters. */
static void take_entry(const struct event *event, struct tables *t)
{
	const char *at, *end;

	buf_clear(&t->line);
	need(journal_put_event(event, t->enrich, 1, &t->line) <= t->line.len, "no entry", &t->line);
	need(t->line.len && t->line.data[t->line.len - 1] == '\n', "no line", &t->line);
	for (at = t->line.data; at < t->line.data + t->line.len; at = end + 1) {
		const char *value = at;

		end = memchr(at, '\n', t->line.len - (size_t)(at - t->line.data));
		while (*value == '_' || (*value >= 'A' && *value <= 'Z'))
			value++;
		need(value > at && *value == '=', "no field", &t->line);
		need(harmless(value, (size_t)(end - value)), "a field that does harm", &t->line);
	}
}

static void take(const struct event *event, void *arg)
{
	struct tables *t = arg;

	for (size_t i = 0; i < SINKS; i++) {
		const struct sink *sink = &t->sinks[i];

		buf_clear(&t->line);
		sink->ops->event(sink, event, &t->line);
		need(t->line.len && t->line.data[t->line.len - 1] == '\n', "no line", &t->line);
		need(harmless(t->line.data, t->line.len - 1), "a line that does harm", &t->line);
	}
	take_entry(event, t);
}

static void init_sinks(struct tables *t, bool cut)
{
	static const char *const names[SINKS] = { "json", "table", "csv" };

	t->enrich = enrich_new(true);
	for (size_t i = 0; i < SINKS; i++) {
		t->sinks[i] = (struct sink){ .ops = sink_by_name(names[i]),
					     .enrich = t->enrich,
					     .width = cut ? 40 : 0 };
		choose_columns(&t->sinks[i]);
	}
}

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
	case DECODED_CONN:
		connections_apply(t->ports, record);
		break;
	case DECODED_NETNS:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char how = size ? data[0] : 0;
	size_t shift = how % 8, n = size ? size - 1 : 0;
	struct tables t = { .procs = procs_new() };
	char *copy = malloc(shift + n + 1);
	struct decoded record;
	struct socket_set none = { 0 };
	static bool ready;

	if (!ready)
		need(ready = harmless_init(), "there is no locale C.UTF-8", &t.line);
	t.ports = ports_new(t.procs, take, &t);
	snapshot_init(&t.snapshot, t.procs);
	init_sinks(&t, how & 0x20);
	if (n)
		memcpy(copy + shift, data + 1, n);
	for (size_t at = 0; !decode(copy + shift + at, n - at, &record); at += record.size)
		apply(&t, &record);
	snapshot_sort(&t.snapshot);
	if (how & 0x80)
		ports_drop_missing(t.ports, &t.snapshot, NULL, &none, UINT64_MAX);
	ports_load(t.ports, &t.snapshot, how & 0x40 ? EVENT_RECOVERED : EVENT_EXISTING, &none);
	snapshot_free(&t.snapshot);
	ports_free(t.ports);
	procs_free(t.procs);
	enrich_free(t.enrich);
	buf_free(&t.line);
	free(copy);
	return 0;
}
