// SPDX-License-Identifier: GPL-2.0-only
#include "enrich/cgroup_path.h"

#include "enrich/cgroup_part.h"

#include <ctype.h>

/* The component at *path, which moves behind it; false at the end. */
static bool next_component(const char **path, struct part *part)
{
	*path += strspn(*path, "/");
	*part = (struct part){ *path, strcspn(*path, "/") };
	*path += part->len;
	return part->len;
}

/* --- units, as cg_path_get_unit() of systemd finds them -------------------------------- */

/* A name that could be one of the kernel's files gets a '_' before it (cg_escape() of systemd). */
static struct part unescaped(struct part part)
{
	skip_prefix(&part, "_");
	return part;
}

/* The characters and the '@' of unit_name_is_valid(), for names and instances. */
static bool valid_stem(struct part stem)
{
	const char *sign = memchr(stem.at, '@', stem.len);

	for (size_t i = 0; i < stem.len; i++)
		if (!isalnum((unsigned char)stem.at[i]) && !strchr("@:-_.\\", stem.at[i]))
			return false;
	/* "@x.service" has no name, "x@.service" is a template and runs nothing. */
	return stem.len && (!sign || (sign != stem.at && sign + 1 < stem.at + stem.len));
}

/* The types that have processes, but for slices. */
static bool is_unit(struct part name)
{
	static const char *const types[] = { ".service", ".scope", ".socket", ".mount", ".swap" };
	struct part stem;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		stem = unescaped(name);
		if (cut_suffix(&stem, types[i]))
			return valid_stem(stem);
	}
	return false;
}

static bool is_slice(struct part name)
{
	name = unescaped(name);
	return cut_suffix(&name, ".slice") && valid_stem(name) && !memchr(name.at, '@', name.len);
}

/* The first that is no slice has to be a unit: what is below belongs to the unit. */
static bool find_unit(const char **path, struct part *unit)
{
	while (next_component(path, unit))
		if (!is_slice(*unit))
			return is_unit(*unit);
	return false;
}

static bool is_user_manager(struct part unit)
{
	if (!skip_prefix(&unit, "user@") || !cut_suffix(&unit, ".service") || !unit.len)
		return false;
	for (size_t i = 0; i < unit.len; i++)
		if (!isdigit((unsigned char)unit.at[i]))
			return false;
	return true;
}

/* Where units were found in the path. */
struct units {
	struct part system;
	struct part user;
};

static struct units find_units(const char *path, struct cgroup_names *out)
{
	struct units units = { 0 };
	struct part unit;

	if (!find_unit(&path, &unit))
		return units;
	units.system = unit;
	copy_out(out->unit, sizeof(out->unit), unescaped(unit));
	if (!is_user_manager(unit) || !find_unit(&path, &unit))
		return units;
	units.user = unit;
	copy_out(out->user_unit, sizeof(out->user_unit), unescaped(unit));
	return units;
}

/* --- pods --------------------------------------------------------------------------------- */

/*
 * A uid behind "pod": 36 characters, or 32 without dashes for what the kubelet
 * itself starts. In the name of a slice '-' has a meaning, and is written '_'.
 */
static bool take_pod(struct part uid, struct cgroup_names *out)
{
	if (uid.len != 36 && uid.len != 32)
		return false;
	for (size_t i = 0; i < uid.len; i++) {
		char c = uid.at[i];

		if (c == '_')
			c = '-';
		if (!isdigit((unsigned char)c) && !(c >= 'a' && c <= 'f') && c != '-')
			return false;
		out->pod[i] = c;
	}
	out->pod[uid.len] = '\0';
	return true;
}

/*
 * "kubepods" and "podUID" below it, or "kubepods-burstable-podUID.slice", with
 * more before it if the kubelet has a root of its own (kind, some clouds).
 */
static void look_for_pod(struct part part, bool *in_pods, struct cgroup_names *out)
{
	const char *colon = memchr(part.at, ':', part.len), *at;
	struct part rest = part;

	if (*in_pods && skip_prefix(&rest, "pod") && take_pod(rest, out))
		return;
	if (colon)
		part.len = (size_t)(colon - part.at);
	if (!cut_suffix(&part, ".slice") && !part_is(part, "kubepods"))
		return;
	at = memmem(part.at, part.len, "kubepods", strlen("kubepods"));
	if (!at || (at != part.at && at[-1] != '-'))
		return;
	*in_pods = true;
	at = memmem(at, (size_t)(part.at + part.len - at), "-pod", strlen("-pod"));
	if (at)
		take_pod((struct part){ at + 4, (size_t)(part.at + part.len - at - 4) }, out);
}

/* ------------------------------------------------------------------------------------------- */

void cgroup_path_parse(const char *path, struct cgroup_names *out)
{
	struct part part, above = { "", 0 };
	struct units units;
	bool in_pods = false, done = false;

	memset(out, 0, sizeof(*out));
	units = find_units(path, out);
	while (!done && next_component(&path, &part)) {
		look_for_pod(part, &in_pods, out);
		done = cgroup_is_container(part, above, in_pods,
					   part.at == units.system.at || part.at == units.user.at,
					   out);
		above = part;
	}
}
