// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/backends.h"

#include <stdio.h>
#include <string.h>

void backends_put(const struct coverage *coverage, char *text, size_t size)
{
	const char *told[CAPABILITIES] = { NULL };
	size_t n = 0, len = 0;

	for (int i = 0; i < CAPABILITIES; i++) {
		const struct attempt *holds = coverage_holds(&coverage->states[i]);
		size_t same = 0;

		if (!holds || !coverage->states[i].wanted)
			continue;
		while (same < n && strcmp(told[same], holds->backend) != 0)
			same++;
		if (same < n || len >= size)
			continue;
		told[n++] = holds->backend;
		len += (size_t)snprintf(text + len, size - len, "%s%s", len ? ", " : "",
					holds->backend);
	}
}
