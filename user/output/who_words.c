// SPDX-License-Identifier: GPL-2.0-only
#include "output/who_words.h"

#include "base/escape.h"

#include <string.h>

#define INDENT 2
#define LABEL_WIDTH (WHO_HEADING - INDENT)

void who_text(struct buf *out, const char *text)
{
	escape_puts(out, text);
}

void who_name(struct buf *out, const char *comm, uint32_t pid)
{
	who_text(out, *comm ? comm : "?");
	buf_puts(out, " (");
	buf_put_u64(out, pid);
	buf_putc(out, ')');
}

void who_user(struct buf *out, struct enrich *enrich, uint32_t uid)
{
	const char *name = enrich_user(enrich, uid);

	if (name) {
		who_text(out, name);
		return;
	}
	buf_puts(out, "uid ");
	buf_put_u64(out, uid);
}

void who_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
	buf_put_u64(out, n);
	buf_putc(out, ' ');
	buf_puts(out, n == 1 ? one : many);
}

void who_label(struct buf *out, const char *text)
{
	size_t n = strlen(text);

	buf_fill(out, ' ', INDENT);
	buf_puts(out, text);
	buf_fill(out, ' ', n < LABEL_WIDTH ? LABEL_WIDTH - n : 1);
}
