/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the path of a cgroup. For the files that take it apart alone. */
#ifndef PORTTRACE_ENRICH_CGROUP_PART_H
#define PORTTRACE_ENRICH_CGROUP_PART_H

#include "enrich/cgroup_path.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A name between two slashes, or a part of one. */
struct part {
	const char *at;
	size_t len;
};

static inline bool part_is(struct part part, const char *text)
{
	return part.len == strlen(text) && !memcmp(part.at, text, part.len);
}

static inline bool skip_prefix(struct part *part, const char *prefix)
{
	size_t n = strlen(prefix);

	if (part->len < n || memcmp(part->at, prefix, n) != 0)
		return false;
	part->at += n;
	part->len -= n;
	return true;
}

static inline bool cut_suffix(struct part *part, const char *suffix)
{
	size_t n = strlen(suffix);

	if (part->len < n || memcmp(part->at + part->len - n, suffix, n) != 0)
		return false;
	part->len -= n;
	return true;
}

static inline void copy_out(char *to, size_t size, struct part part)
{
	size_t n = part.len < size ? part.len : size - 1;

	memcpy(to, part.at, n);
	to[n] = '\0';
}

/*
 * Whether the name of one cgroup is that of a container: then it goes to out->container.
 * above: the name it is below; in_pods: it is somewhere below "kubepods"; is_unit: it is
 * that of a systemd unit.
 */
bool cgroup_is_container(struct part part, struct part above, bool in_pods, bool is_unit,
			 struct cgroup_names *out);

#endif
