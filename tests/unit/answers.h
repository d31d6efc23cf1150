/* SPDX-License-Identifier: GPL-2.0-only */
/* The recorded answers of tests/data/diag. */
#ifndef UNIT_ANSWERS_H
#define UNIT_ANSWERS_H

#include "diag/message.h"

#include <netinet/in.h>
#include <stdio.h>

#define ANSWERS_DIR "tests/data/diag/"
#define ANSWER_SIZE ((size_t)4096)

struct answer {
	const char *name;
	uint16_t proto;
};

static const struct answer answers[] = {
	{ "tcp4", IPPROTO_TCP },
	{ "tcp6", IPPROTO_TCP },
	{ "udp4", IPPROTO_UDP },
	{ "udp6", IPPROTO_UDP },
	{ "udplite4", IPPROTO_UDPLITE },
	{ "mptcp4", IPPROTO_MPTCP },
	{ "no-such-protocol", 99 },
	{ "destroy-gone", IPPROTO_TCP },
	{ "destroy-forbidden", IPPROTO_TCP },
};

#define ANSWERS (sizeof(answers) / sizeof(*answers))

/* The bytes of an answer into at; how many, 0: not to be read. */
static inline size_t answer_read(const char *name, char at[ANSWER_SIZE])
{
	char path[256];
	size_t n = 0;
	FILE *file;

	snprintf(path, sizeof(path), ANSWERS_DIR "%s", name);
	file = fopen(path, "r");
	if (!file)
		return 0;
	n = fread(at, 1, ANSWER_SIZE, file);
	fclose(file);
	return n;
}

#endif
