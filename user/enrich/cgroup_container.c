// SPDX-License-Identifier: GPL-2.0-only
/* How the runtimes of containers call their cgroups. */
#include "enrich/cgroup_part.h"

#include <ctype.h>
#include <stdio.h>

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
		if (!part_is(mark, runtimes[i].mark) || !is_id(id, ID_MIN))
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
	if (part_is(above, "docker"))
		found(out, "docker", part);
	else if (part_is(above, "libpod_parent"))
		found(out, "podman", part);
	else if (part_is(above, "k8s.io"))
		found(out, "containerd", part);
	else
		found(out, in_pods ? "kubepods" : "oci", part);
	return true;
}

/* "lxc.payload.NAME" since LXC 4.0, "lxc/NAME" before, and on Proxmox. LXD and Incus use LXC. */
static bool lxc(struct part part, struct part above, struct cgroup_names *out)
{
	if (!skip_prefix(&part, "lxc.payload.") && !part_is(above, "lxc") &&
	    !part_is(above, "lxc.payload"))
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

bool cgroup_is_container(struct part part, struct part above, bool in_pods, bool is_unit,
			 struct cgroup_names *out)
{
	return marked_before(part, out) || marked_between(part, out) ||
	       bare_id(part, above, in_pods, out) || lxc(part, above, out) ||
	       (is_unit && machine(part, out));
}
