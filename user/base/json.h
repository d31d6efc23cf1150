/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes one JSON object a line, straight into a buffer: no tree is built, so
 * that an event costs about a microsecond. Strings go through the escaper, but
 * for those of our own.
 */
#ifndef PORTTRACE_BASE_JSON_H
#define PORTTRACE_BASE_JSON_H

#include "base/buf.h"

struct json {
	struct buf *out;
	bool comma; /* the next member needs one before it */
};

/*
 * The comma before a member, and its key, which is ours: nothing in it to
 * escape. NULL: a value in an array, or the outermost object. Inline, so that
 * the length of a key is a constant: a line has thirty of them.
 */
static inline void json_key(struct json *j, const char *key)
{
	size_t n = key ? strlen(key) : 0;
	char *to = n + 4 <= j->out->cap - j->out->len ? j->out->data + j->out->len :
							buf_reserve(j->out, n + 4);
	char *start = to;

	if (!to)
		return;
	if (j->comma)
		*to++ = ',';
	j->comma = true;
	if (key) {
		*to++ = '"';
		to = mempcpy(to, key, n);
		*to++ = '"';
		*to++ = ':';
	}
	j->out->len += (size_t)(to - start);
}

static inline void json_object(struct json *j, const char *key)
{
	json_key(j, key);
	buf_putc(j->out, '{');
	j->comma = false;
}

static inline void json_array(struct json *j, const char *key)
{
	json_key(j, key);
	buf_putc(j->out, '[');
	j->comma = false;
}

static inline void json_object_end(struct json *j)
{
	buf_putc(j->out, '}');
	j->comma = true;
}

static inline void json_array_end(struct json *j)
{
	buf_putc(j->out, ']');
	j->comma = true;
}

static inline void json_u64(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	buf_put_u64(j->out, value);
}

static inline void json_bool(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	buf_puts(j->out, value ? "true" : "false");
}

/* A text that somebody else chose. */
void json_text(struct json *j, const char *key, const char *text, size_t n);
void json_string(struct json *j, const char *key, const char *text);

/* A text of ours: a name from a table, a number, an address. */
static inline void json_plain(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	buf_putc(j->out, '"');
	buf_puts(j->out, text);
	buf_putc(j->out, '"');
}

/* Members made before, as they stand. */
static inline void json_raw(struct json *j, const char *text, size_t n)
{
	json_key(j, NULL);
	buf_put(j->out, text, n);
}

#endif
