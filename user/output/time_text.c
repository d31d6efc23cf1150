// SPDX-License-Identifier: GPL-2.0-only
#include "output/time_text.h"

#include "enrich/enrich.h"

#include <string.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000ULL
#define ZONE_MINUTES 2

/* A second as text, made once for all events of it: localtime_r() takes a lock. */
struct made {
	char text[40];
	time_t second;
	bool valid;
};

/* NULL: there is no such date. */
static const char *text_of(struct made *made, time_t second,
			   struct tm *(*parts)(const time_t *, struct tm *), const char *format)
{
	struct tm tm;

	if (made->valid && second == made->second)
		return made->text;
	made->valid = parts(&second, &tm) && strftime(made->text, sizeof(made->text), format, &tm);
	made->second = second;
	return made->valid ? made->text : NULL;
}

void time_put_clock(struct buf *out, uint64_t boot_ns)
{
	static struct made made;
	time_t second = (time_t)(enrich_wall_ns(boot_ns) / NSEC_PER_SEC);
	const char *text = boot_ns ? text_of(&made, second, localtime_r, "%H:%M:%S") : NULL;

	if (text)
		buf_puts(out, text);
}

void time_put_day(struct buf *out, uint64_t boot_ns)
{
	static struct made made;
	time_t second = (time_t)(enrich_wall_ns(boot_ns) / NSEC_PER_SEC);
	const char *text = boot_ns ? text_of(&made, second, localtime_r, "%a %F UTC%z") : NULL;
	size_t n = text ? strlen(text) : 0;

	if (n < ZONE_MINUTES)
		return;
	/* +0100 */
	buf_put(out, text, n - ZONE_MINUTES);
	buf_putc(out, ':');
	buf_puts(out, text + n - ZONE_MINUTES);
}

bool time_put_utc(struct buf *out, uint64_t boot_ns)
{
	static struct made made;
	uint64_t wall = enrich_wall_ns(boot_ns);
	time_t second = (time_t)(wall / NSEC_PER_SEC);
	const char *text = boot_ns ? text_of(&made, second, gmtime_r, "%Y-%m-%dT%H:%M:%S.") : NULL;

	if (!text)
		return false;
	buf_puts(out, text);
	buf_put_u64_padded(out, wall % NSEC_PER_SEC / 1000, 6);
	buf_putc(out, 'Z');
	return true;
}
