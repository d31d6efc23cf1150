// SPDX-License-Identifier: GPL-2.0-only
#include "base/buf.h"

#include <stdlib.h>

#define BUF_FIRST 256

char *buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST;
	char *data;

	if (n <= b->cap - b->len)
		return b->data + b->len;
	while (cap - b->len < n) {
		if (cap > SIZE_MAX / 2) {
			b->failed = true;
			return NULL;
		}
		cap *= 2;
	}
	data = realloc(b->data, cap);
	if (!data) {
		b->failed = true;
		return NULL;
	}
	b->data = data;
	b->cap = cap;
	return data + b->len;
}

/* "00" to "99": two digits a division. */
static const char pairs[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

void buf_put_u64_padded(struct buf *b, uint64_t value, unsigned int width)
{
	char digits[32];
	size_t at = sizeof(digits);

	if (width > sizeof(digits))
		width = sizeof(digits);
	while (value >= 10) {
		at -= 2;
		memcpy(digits + at, pairs + value % 100 * 2, 2);
		value /= 100;
	}
	/* What is left of an odd number of digits; of an even one the pair had a zero in front. */
	if (value || at == sizeof(digits))
		digits[--at] = (char)('0' + value);
	while (sizeof(digits) - at < width)
		digits[--at] = '0';
	buf_put(b, digits + at, sizeof(digits) - at);
}

void buf_put_u64(struct buf *b, uint64_t value)
{
	buf_put_u64_padded(b, value, 1);
}

void buf_fill(struct buf *b, char c, size_t n)
{
	char *to = buf_reserve(b, n);

	if (!to)
		return;
	memset(to, c, n);
	b->len += n;
}

void buf_consume(struct buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}
