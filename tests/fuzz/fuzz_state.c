// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a state: head and sum are made right, so that what they guard is
 * read, and held against what is open.
 *
 *   fuzz_state --write-seeds DIR    a state of two ports
 */
#include "model/state_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char boot[] = "11111111-2222-3333-4444-555555555555";
static size_t told_len;

static void tell(const struct event *event, void *arg)
{
	(void)arg;
	if (!event->while_down)
		return;
	/* Every byte of it is there. */
	if (event->actor.process)
		told_len += strlen(event->actor.process->comm) +
			    (event->actor.process->exe ? strlen(event->actor.process->exe) : 0);
}

static struct ports *two_ports(struct procs *procs)
{
	struct ports *ports = ports_new(procs, tell, NULL);
	struct decoded record = {
		.type = DECODED_PORT,
		.kind = RECORD_OPEN,
		.time_ns = 1,
		.socket = { .local = { .family = AF_INET, .proto = IPPROTO_TCP } },
		.task = { .tgid = 10, .start_ns = 5, .comm = "comm" },
	};

	for (uint16_t i = 1; i <= 2; i++) {
		record.socket.sk = i;
		record.socket.local.port = i;
		ports_apply(ports, &record);
	}
	return ports;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct procs *procs;
	struct ports *ports;
	struct buf bytes = { 0 };
	char path[4096];
	FILE *file;

	if (*argc != 3 || strcmp((*argv)[1], "--write-seeds") != 0)
		return 0;
	procs = procs_new();
	ports = two_ports(procs);
	state_put(&bytes, boot, ports, STATE_FOLLOWS_ALL);
	snprintf(path, sizeof(path), "%s/seed", (*argv)[2]);
	file = fopen(path, "w");
	if (!file || fwrite(bytes.data, 1, bytes.len, file) != bytes.len || fclose(file)) {
		perror(path);
		exit(1);
	}
	buf_free(&bytes);
	ports_free(ports);
	procs_free(procs);
	exit(0);
}

static void look_at(struct past *past)
{
	struct procs *procs = procs_new();
	struct ports *ports = two_ports(procs);
	const struct endpoint endpoint = { .family = AF_INET, .proto = IPPROTO_TCP, .port = 1 };
	struct snapshot nothing;

	snapshot_init(&nothing, procs);
	past_look(past, &nothing);
	if (past_has(past, &endpoint))
		abort(); /* nothing is open */
	past_tell_closed(past, false, tell, NULL);
	past_tell_closed(past, true, tell, NULL);
	past_restore(past, ports);
	snapshot_free(&nothing);
	ports_free(ports);
	procs_free(procs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state_head head;
	struct past *past;
	uint8_t *copy;

	if (!past_read(&past, data, size, boot)) {
		look_at(past);
		past_free(past);
	}
	if (size < sizeof(head))
		return 0;
	copy = malloc(size);
	memcpy(copy, data, size);
	memcpy(&head, data, sizeof(head));
	memcpy(head.magic, STATE_MAGIC, sizeof(head.magic));
	memcpy(head.boot_id, boot, BOOT_ID_LEN);
	head.version = STATE_VERSION;
	head.sockets = (uint32_t)((size - sizeof(head)) / sizeof(struct state_record) %
				  (head.sockets % 8 + 1));
	head.texts = (uint32_t)(size - sizeof(head) - head.sockets * sizeof(struct state_record));
	head.sum = (uint32_t)crc32(0, copy + sizeof(head), (uInt)(size - sizeof(head)));
	memcpy(copy, &head, sizeof(head));
	if (!past_read(&past, copy, size, boot)) {
		look_at(past);
		past_free(past);
	}
	free(copy);
	return 0;
}
