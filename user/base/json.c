// SPDX-License-Identifier: GPL-2.0-only
#include "base/json.h"

#include "base/escape.h"

#include <string.h>

static void begin(struct json *j, const char *key)
{
	if (j->comma)
		buf_putc(j->out, ',');
	j->comma = true;
	if (!key)
		return;
	buf_putc(j->out, '"');
	buf_puts(j->out, key); /* ours: nothing in it to escape */
	buf_put(j->out, "\":", 2);
}

static void open_with(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	buf_putc(j->out, bracket);
	j->comma = false;
}

static void close_with(struct json *j, char bracket)
{
	buf_putc(j->out, bracket);
	j->comma = true;
}

void json_object(struct json *j, const char *key)
{
	open_with(j, key, '{');
}

void json_object_end(struct json *j)
{
	close_with(j, '}');
}

void json_array(struct json *j, const char *key)
{
	open_with(j, key, '[');
}

void json_array_end(struct json *j)
{
	close_with(j, ']');
}

void json_text(struct json *j, const char *key, const char *text, size_t n)
{
	begin(j, key);
	buf_putc(j->out, '"');
	escape_json(j->out, text, n);
	buf_putc(j->out, '"');
}

void json_string(struct json *j, const char *key, const char *text)
{
	json_text(j, key, text, strlen(text));
}

void json_u64(struct json *j, const char *key, uint64_t value)
{
	begin(j, key);
	buf_put_u64(j->out, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin(j, key);
	buf_puts(j->out, value ? "true" : "false");
}

void json_raw(struct json *j, const char *text, size_t n)
{
	begin(j, NULL);
	buf_put(j->out, text, n);
}
