// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as what sock_diag answered: one message behind the other. The first
 * byte puts the rest off alignment and picks the protocol.
 *
 *   fuzz_diag --write-seeds DIR    the recorded answers
 */
#include "../unit/answers.h"
#include "need.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_seed(const char *dir, size_t number)
{
	char path[4096], bytes[ANSWER_SIZE];
	size_t n = answer_read(answers[number].name, bytes);
	FILE *file;

	snprintf(path, sizeof(path), "%s/seed-%zu", dir, number);
	file = fopen(path, "w");
	if (!file || !n) {
		perror(path);
		exit(1);
	}
	fputc((int)number << 3, file);
	fwrite(bytes, 1, n, file);
	if (fclose(file)) {
		perror(path);
		exit(1);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (*argc != 3 || strcmp((*argv)[1], "--write-seeds") != 0)
		return 0;
	for (size_t i = 0; i < ANSWERS; i++)
		write_seed((*argv)[2], i);
	exit(0);
}

static void look_at(const struct diag_message *message, size_t left)
{
	const struct socket_info *socket = &message->socket;
	char text[INET6_ADDRSTRLEN];

	need(message->size && message->size <= left, "a message beyond its bytes");
	need(message->error <= 0 && message->error >= -4095, "an error that is none");
	if (message->kind != DIAG_ROW)
		return;
	need(socket->local.family == AF_INET || socket->local.family == AF_INET6, "no family");
	need(socket->local.v6only <= 1, "v6only is yes or no");
	need(socket->local.family == AF_INET6 || !socket->local.v6only, "v6only of IPv4");
	need(!(socket->listening && socket->connected), "a listener with a peer");
	endpoint_addr_text(&socket->local, text);
	endpoint_addr_text(&message->remote, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char how = size ? data[0] : 0;
	size_t shift = how % 8, n = size ? size - 1 : 0;
	char *copy = malloc(shift + n + 1);
	struct diag_message message;

	if (n)
		memcpy(copy + shift, data + 1, n);
	for (size_t at = 0; at < n; at += message.size) {
		if (diag_message(copy + shift + at, n - at, answers[how / 8 % ANSWERS].proto,
				 &message))
			break;
		look_at(&message, n - at);
	}
	free(copy);
	return 0;
}
