// SPDX-License-Identifier: GPL-2.0-only
#include "enrich/cgroup_path.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A name between two slashes, or a part of one. */
struct part {
	const char *at;
	size_t len;
};

static bool is(struct part part, const char *text)
{
	return part.len == strlen(text) && !memcmp(part.at, text, part.len);
}

static bool skip_prefix(struct part *part, const char *prefix)
{
	size_t n = strlen(prefix);

	if (part->len < n || memcmp(part->at, prefix, n) != 0)
		return false;
	part->at += n;
	part->len -= n;
	return true;
}

static bool cut_suffix(struct part *part, const char *suffix)
{
	size_t n = strlen(suffix);

	if (part->len < n || memcmp(part->at + part->len - n, suffix, n) != 0)
		return false;
	part->len -= n;
	return true;
}

/* The component at *path, which moves behind it; false at the end. */
static bool next_component(const char **path, struct part *part)
{
	*path += strspn(*path, "/");
	*part = (struct part){ *path, strcspn(*path, "/") };
	*path += part->len;
	return part->len;
}

static void copy_out(char *to, size_t size, struct part part)
{
	size_t n = part.len < size ? part.len : size - 1;

	memcpy(to, part.at, n);
	to[n] = '\0';
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

/* Where units and containers were found in the path. */
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

/* --- containers ------------------------------------------------------------------------- */

#define ID_LEN 64 /* SHA-256 in hex, as all OCI runtimes name their containers */
#define ID_MIN 12 /* the short form that they print */

static bool is_id(struct part part, size_t min)
{
	if (part.len < min || part.len > ID_LEN)
		return false;
	for (size_t i = 0; i < part.len; i++)
		if (!isdigit((unsigned char)part.at[i]) &&
		    !(part.at[i] >= 'a' && part.at[i] <= 'f'))
			return false;
	return true;
}

static void found(struct cgroup_names *out, const char *runtime, struct part id)
{
	int n = snprintf(out->container, sizeof(out->container), "%s:", runtime);

	copy_out(out->container + n, sizeof(out->container) - (size_t)n, id);
}

struct runtime {
	const char *mark; /* how its cgroups are called */
	const char *name;
};

static const struct runtime
	runtimes[] = {
		{ "docker", "docker" },
		{ "libpod-payload", "podman" }, /* --cgroups=split, which quadlets use */
		{ "libpod", "podman" },
		{ "cri-containerd", "containerd" },
		{ "nerdctl", "containerd" },
		{ "crio", "cri-o" },
	};

#define RUNTIMES (sizeof(runtimes) / sizeof(*runtimes))

/*
 * "docker-ID.scope" is made by systemd, "libpod-ID" without it. What watches a
 * container is outside of it: "libpod-conmon-ID.scope" has no id behind the mark.
 */
static bool marked_before(struct part part, struct cgroup_names *out)
{
	cut_suffix(&part, ".scope");
	for (size_t i = 0; i < RUNTIMES; i++) {
		struct part id = part;

		if (!skip_prefix(&id, runtimes[i].mark) || !skip_prefix(&id, "-"))
			continue;
		if (!is_id(id, ID_MIN))
			continue;
		found(out, runtimes[i].name, id);
		return true;
	}
	return false;
}

/* "SLICE:cri-containerd:ID": a name meant for systemd, taken by a runtime without it. */
static bool marked_between(struct part part, struct cgroup_names *out)
{
	const char *second = memrchr(part.at, ':', part.len);
	const char *first = second ? memrchr(part.at, ':', (size_t)(second - part.at)) : NULL;
	struct part mark, id;

	if (!first)
		return false;
	mark = (struct part){ first + 1, (size_t)(second - first - 1) };
	id = (struct part){ second + 1, (size_t)(part.at + part.len - second - 1) };
	for (size_t i = 0; i < RUNTIMES; i++) {
		if (!is(mark, runtimes[i].mark) || !is_id(id, ID_MIN))
			continue;
		found(out, runtimes[i].name, id);
		return true;
	}
	return false;
}

/* An id alone: who made it is known by where it is, or not at all. */
static bool bare_id(struct part part, struct part above, bool in_pods, struct cgroup_names *out)
{
	if (!is_id(part, ID_LEN))
		return false;
	if (is(above, "docker"))
		found(out, "docker", part);
	else if (is(above, "libpod_parent"))
		found(out, "podman", part);
	else if (is(above, "k8s.io"))
		found(out, "containerd", part);
	else
		found(out, in_pods ? "kubepods" : "oci", part);
	return true;
}

/* "lxc.payload.NAME" since LXC 4.0, "lxc/NAME" before, and on Proxmox. LXD and Incus use LXC. */
static bool lxc(struct part part, struct part above, struct cgroup_names *out)
{
	if (!skip_prefix(&part, "lxc.payload.") && !is(above, "lxc") && !is(above, "lxc.payload"))
		return false;
	if (!part.len)
		return false;
	found(out, "lxc", part);
	return true;
}

/* What two hexadecimal digits stand for; false if they are none. */
static bool hex_byte(const char *at, char *byte)
{
	unsigned int value = 0;

	for (int i = 0; i < 2; i++) {
		bool digit = at[i] >= '0' && at[i] <= '9';

		if (!digit && !(at[i] >= 'a' && at[i] <= 'f'))
			return false;
		value = value * 16 + (unsigned int)(digit ? at[i] - '0' : at[i] - 'a' + 10);
	}
	*byte = (char)value;
	return true;
}

/* "\x2d" in the name of a unit stands for '-' (systemd-escape(1)). */
static size_t unescape_unit(struct part part, char to[CGROUP_NAME_MAX])
{
	size_t n = 0, i = 0;

	while (i < part.len && n < CGROUP_NAME_MAX - 1) {
		bool escaped = i + 3 < part.len && part.at[i] == '\\' && part.at[i + 1] == 'x' &&
			       hex_byte(part.at + i + 2, &to[n]);

		if (!escaped)
			to[n] = part.at[i];
		i += escaped ? 4 : 1;
		n++;
	}
	return n;
}

/* "DRIVER-ID-NAME", as libvirt names its machines: NAME is left. */
static bool skip_libvirt(struct part *name, const char *driver)
{
	struct part rest = *name;
	size_t digits = 0;

	if (!skip_prefix(&rest, driver))
		return false;
	while (digits < rest.len && isdigit((unsigned char)rest.at[digits]))
		digits++;
	if (!digits || digits + 1 >= rest.len || rest.at[digits] != '-')
		return false;
	*name = (struct part){ rest.at + digits + 1, rest.len - digits - 1 };
	return true;
}

/* "machine-NAME.scope", "systemd-nspawn@NAME.service": units, so nobody else can be called so. */
static bool machine(struct part part, struct cgroup_names *out)
{
	bool scope = skip_prefix(&part, "machine-") && cut_suffix(&part, ".scope");
	char text[CGROUP_NAME_MAX];
	struct part name;

	if (!scope && !(skip_prefix(&part, "systemd-nspawn@") && cut_suffix(&part, ".service")))
		return false;
	name = (struct part){ text, unescape_unit(part, text) };
	if (skip_libvirt(&name, "qemu-")) /* a virtual machine is no container */
		return false;
	found(out, skip_libvirt(&name, "lxc-") ? "lxc" : "nspawn", name);
	return true;
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
	if (!cut_suffix(&part, ".slice") && !is(part, "kubepods"))
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
		done = marked_before(part, out) || marked_between(part, out) ||
		       bare_id(part, above, in_pods, out) || lxc(part, above, out) ||
		       ((part.at == units.system.at || part.at == units.user.at) &&
			machine(part, out));
		above = part;
	}
}

/* "ID:CONTROLLERS:PATH": the hierarchies in the order in which they are believed. */
enum hierarchy { NAMED_SYSTEMD, UNIFIED, CONTROLLER, HIERARCHIES };

static enum hierarchy hierarchy_of(struct part controllers)
{
	if (is(controllers, "name=systemd"))
		return NAMED_SYSTEMD;
	return controllers.len ? CONTROLLER : UNIFIED;
}

/* What out lacks. */
static void add_names(struct cgroup_names *out, const struct cgroup_names *more)
{
	if (!*out->unit) {
		memcpy(out->unit, more->unit, sizeof(out->unit));
		memcpy(out->user_unit, more->user_unit, sizeof(out->user_unit));
	}
	if (!*out->container)
		memcpy(out->container, more->container, sizeof(out->container));
	if (!*out->pod)
		memcpy(out->pod, more->pod, sizeof(out->pod));
}

static void parse_line(struct part line, enum hierarchy wanted, struct cgroup_names *out)
{
	const char *first = memchr(line.at, ':', line.len);
	const char *second = first ? memchr(first + 1, ':',
					    line.len - (size_t)(first + 1 - line.at)) :
				     NULL;
	struct cgroup_names names;
	char path[4096];

	if (!second ||
	    hierarchy_of((struct part){ first + 1, (size_t)(second - first - 1) }) != wanted)
		return;
	copy_out(path, sizeof(path),
		 (struct part){ second + 1, line.len - (size_t)(second + 1 - line.at) });
	cgroup_path_parse(path, &names);
	add_names(out, &names);
}

void cgroup_file_parse(const char *text, struct cgroup_names *out)
{
	memset(out, 0, sizeof(*out));
	for (int wanted = 0; wanted < HIERARCHIES; wanted++) {
		const char *at = text;

		while (*at) {
			size_t n = strcspn(at, "\n");

			parse_line((struct part){ at, n }, (enum hierarchy)wanted, out);
			at += n + (at[n] == '\n');
		}
	}
}
