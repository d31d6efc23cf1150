// SPDX-License-Identifier: GPL-2.0-only
#include "output/time_text.h"

#include "enrich/enrich.h"

#include <time.h>

#define NSEC_PER_SEC 1000000000ULL

/* "2026-11-22T06:31:02." of a second, made once for all events of it. */
static const char *second_text(time_t second)
{
	static char text[40];
	static time_t made_for = -1;
	struct tm utc;

	if (second == made_for)
		return text;
	if (!gmtime_r(&second, &utc) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.", &utc))
		return NULL;
	made_for = second;
	return text;
}

bool time_put_utc(struct buf *out, uint64_t boot_ns)
{
	uint64_t wall = enrich_wall_ns(boot_ns);
	const char *second = second_text((time_t)(wall / NSEC_PER_SEC));

	if (!boot_ns || !second)
		return false;
	buf_puts(out, second);
	buf_put_u64_padded(out, wall % NSEC_PER_SEC / 1000, 6);
	buf_putc(out, 'Z');
	return true;
}
