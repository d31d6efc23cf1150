// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes through what takes text of others: the escaper, whose output must
 * be harmless whatever went in; globs, which must end; and the parsers, which
 * must stay within their bounds. The first byte parts pattern and text.
 */
#include "../unit/harmless.h"

#include "base/escape.h"
#include "base/glob.h"
#include "base/parse.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void fuzz_escape(const char *text, size_t n)
{
	struct buf out = { 0 };

	escape_text(&out, text, n);
	need(harmless(out.data, out.len), "escape_text() let something through");
	buf_clear(&out);
	escape_json(&out, text, n);
	need(harmless_json(out.data, out.len), "escape_json() let something through");
	buf_free(&out);
}

static void fuzz_glob(const char *pattern, const char *text)
{
	need(glob_match("**", text), "'**' does not match everything");
	need(!strpbrk(text, "*?") ? glob_match(text, text) : true, "text does not match itself");
	if (!strpbrk(pattern, "*?"))
		need(glob_match(pattern, text) == !strcmp(pattern, text),
		     "a pattern without wildcards is more than equality");
	glob_match(pattern, text);
	glob_match_path(pattern, text);
}

static void fuzz_parse(const char *word)
{
	static const char *const names[] = { "open", "close", "change", "connect" };
	struct port_set set = { 0 };
	const char *bad = NULL;
	uint64_t value;

	if (!parse_u64(word, 65535, &value))
		need(value <= 65535, "parse_u64() left its bound");
	parse_duration(word, &value);
	if (parse_ports(word, &set, &bad))
		need(bad != NULL, "parse_ports() failed without a reason");
	for (size_t i = 0; i < set.n; i++)
		need(set.ranges[i].first > 0 && set.ranges[i].first <= set.ranges[i].last,
		     "parse_ports() took what is no range");
	port_set_free(&set);
	nearest_word(word, names, sizeof(names) / sizeof(*names));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	size_t n = size ? size - 1 : 0, cut = size && data[0] < n ? data[0] : n;
	char *text = malloc(n + 1), *pattern = malloc(cut + 1);

	if (!ready)
		need(ready = harmless_init(), "there is no locale C.UTF-8");
	if (n)
		memcpy(text, data + 1, n);
	fuzz_escape(text, n);
	text[n] = '\0';
	memcpy(pattern, text, cut);
	pattern[cut] = '\0';
	fuzz_glob(pattern, text + cut);
	fuzz_parse(text);
	free(text);
	free(pattern);
	return 0;
}
