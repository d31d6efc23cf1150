// SPDX-License-Identifier: GPL-2.0-only
#include "output/sink.h"

#include <string.h>

const struct sink_ops *sink_by_name(const char *name)
{
	static const struct sink_ops *const sinks[] = { &sink_table, &sink_json, &sink_csv };

	for (size_t i = 0; i < sizeof(sinks) / sizeof(*sinks); i++)
		if (!strcmp(sinks[i]->name, name))
			return sinks[i];
	return NULL;
}
