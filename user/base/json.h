/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes one JSON object a line, straight into a buffer: no tree is built, so
 * that an event costs about a microsecond. Strings go through the escaper.
 */
#ifndef PORTTRACE_BASE_JSON_H
#define PORTTRACE_BASE_JSON_H

#include "base/buf.h"

struct json {
	struct buf *out;
	bool comma; /* the next member needs one before it */
};

/* key may be NULL: a value in an array, or the outermost object. */
void json_object(struct json *j, const char *key);
void json_object_end(struct json *j);
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);
void json_text(struct json *j, const char *key, const char *text, size_t n);
void json_string(struct json *j, const char *key, const char *text);
void json_u64(struct json *j, const char *key, uint64_t value);
/* Members made before, as they stand. */
void json_raw(struct json *j, const char *text, size_t n);
void json_bool(struct json *j, const char *key, bool value);

#endif
