/* SPDX-License-Identifier: GPL-2.0-only */
/* A growing run of bytes. What every sink formats into. */
#ifndef PORTTRACE_BASE_BUF_H
#define PORTTRACE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *data; /* owned; not NUL-ended */
	size_t len;
	size_t cap;
	bool failed; /* memory ran out: the content is incomplete */
};

/* Makes room for n more bytes; returns where they go, or NULL (and sets failed). */
char *buf_reserve(struct buf *b, size_t n);

/* Inline: a line is made of a hundred of these, and somebody waits for it. */
static inline void buf_put(struct buf *b, const char *data, size_t n)
{
	char *to;

	if (!n)
		return;
	to = n <= b->cap - b->len ? b->data + b->len : buf_reserve(b, n);
	if (!to)
		return;
	memcpy(to, data, n);
	b->len += n;
}

static inline void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static inline void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_put_u64(struct buf *b, uint64_t value);
/* Zero-padded to width digits; longer values are not cut. */
void buf_put_u64_padded(struct buf *b, uint64_t value, unsigned int width);
/* Appends n times c. */
void buf_fill(struct buf *b, char c, size_t n);
/* Drops the first n bytes. */
void buf_consume(struct buf *b, size_t n);
void buf_clear(struct buf *b);
void buf_free(struct buf *b);

#endif
