// SPDX-License-Identifier: GPL-2.0-only
#include "base/json.h"

#include "base/escape.h"

void json_text(struct json *j, const char *key, const char *text, size_t n)
{
	json_key(j, key);
	buf_putc(j->out, '"');
	escape_json(j->out, text, n);
	buf_putc(j->out, '"');
}

void json_string(struct json *j, const char *key, const char *text)
{
	json_text(j, key, text, strlen(text));
}
