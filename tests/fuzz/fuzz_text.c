// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes through what takes text of others: the escaper, whose output must
 * be harmless whatever went in; globs, which must end; and the parsers, which
 * must stay within their bounds. The first byte parts pattern and text.
 */
#include "../unit/harmless.h"
#include "need.h"

#include "base/escape.h"
#include "base/glob.h"
#include "base/parse.h"
#include "enrich/cgroup_path.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

static bool ends_within(const char *text, size_t size)
{
	return memchr(text, '\0', size);
}

/* Whatever a cgroup is called, the names are strings, and say no more than the path does. */
static void fuzz_cgroup(const char *rest, size_t kind)
{
	static const char *const starts[] = {
		"",
		"/system.slice/docker-",
		"/kubepods.slice/kubepods-pod",
		"/lxc/",
		"/user.slice/user@1.service/",
		"/machine.slice/machine-",
		"0::/lxc.payload.",
		"1:name=systemd:/kubepods/pod",
	};
	const char *start = starts[kind % (sizeof(starts) / sizeof(*starts))];
	struct cgroup_names names;
	char *text = NULL;

	need(asprintf(&text, "%s%s", start, rest) >= 0, "out of memory");
	for (int file = 0; file < 2; file++) {
		memset(&names, 'x', sizeof(names));
		if (file)
			cgroup_file_parse(text, &names);
		else
			cgroup_path_parse(text, &names);
		need(ends_within(names.unit, sizeof(names.unit)) &&
			     ends_within(names.user_unit, sizeof(names.user_unit)) &&
			     ends_within(names.container, sizeof(names.container)) &&
			     ends_within(names.pod, sizeof(names.pod)),
		     "a name of a cgroup does not end");
		need(strstr(text, names.unit) && strstr(text, names.user_unit),
		     "a unit that is not in the path");
		need(!*names.user_unit || *names.unit, "a user's unit without its manager");
		need(!*names.container || strchr(names.container, ':'),
		     "a container without a runtime");
		need(!*names.pod || strspn(names.pod, "0123456789abcdef-") == strlen(names.pod),
		     "a pod that is no uid");
	}
	free(text);
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
	fuzz_cgroup(text, size ? data[0] : 0);
	free(text);
	free(pattern);
	return 0;
}
