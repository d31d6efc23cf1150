// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/consent.h"

#include <stdio.h>
#include <string.h>

static bool agrees(const char *question, void *arg)
{
	char answer[16] = "";

	(void)arg;
	fprintf(stderr, "%s [y/N] ", question);
	return fgets(answer, sizeof(answer), stdin) &&
	       (!strcasecmp(answer, "y\n") || !strcasecmp(answer, "yes\n"));
}

const struct consent consent_on_terminal = { .agrees = agrees };
