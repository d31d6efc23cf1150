// SPDX-License-Identifier: GPL-2.0-only
/* Services; and the clock. */
#include "enrich/internal.h"

#include "base/libc.h"
#include "base/loop.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct enrich *enrich_new(bool numeric)
{
	struct enrich *enrich = calloc(1, sizeof(*enrich));

	if (enrich)
		enrich->numeric = numeric;
	return enrich;
}

void enrich_free(struct enrich *enrich)
{
	if (!enrich)
		return;
	enrich_forget_accounts(enrich);
	host_free(enrich);
	name_cache_free(&enrich->services);
	netns_names_free(enrich);
	old_cgroups_forget();
	free(enrich);
}

void enrich_set_host_netns(struct enrich *enrich, uint32_t inode)
{
	enrich->host_netns = inode;
}

static uint64_t service_key(uint16_t proto, uint16_t port)
{
	/* UDP-Lite uses the ports of UDP (RFC 3828). */
	if (proto != IPPROTO_TCP && proto != IPPROTO_SCTP)
		proto = IPPROTO_UDP;
	return (uint64_t)proto << 16 | port;
}

static char *copy_of(uint64_t key, void *name)
{
	(void)key;
	return strdup(name);
}

/*
 * All at once: getservbyport_r() reads the whole file for each port, and in a
 * stream of ports the kernel picks every one is new.
 */
static void load_services(struct enrich *enrich)
{
	struct servent entry, *found = NULL;
	char text[1024] = "";

	setservent(1);
	while (!getservent_r(&entry, text, sizeof(text), &found) && found) {
		uint16_t number = IPPROTO_UDP;

		if (!strcmp(entry.s_proto, "tcp"))
			number = IPPROTO_TCP;
		else if (!strcmp(entry.s_proto, "sctp"))
			number = IPPROTO_SCTP;
		else if (strcmp(entry.s_proto, "udp") != 0)
			continue;
		name_cache_get(&enrich->services,
			       service_key(number, ntohs((uint16_t)entry.s_port)), copy_of,
			       entry.s_name);
	}
	endservent();
}

const char *enrich_service(struct enrich *enrich, uint16_t proto, uint16_t port)
{
	if (enrich->numeric)
		return NULL;
	if (!enrich->services_loaded)
		load_services(enrich);
	enrich->services_loaded = true;
	return name_cache_find(&enrich->services, service_key(proto, port));
}

/* RFC 6335, 6. */
const char *enrich_class(uint16_t port)
{
	if (port < 1024)
		return "well-known";
	return port < 49152 ? "registered" : "dynamic";
}

/*
 * How far the wall clock is ahead of the boot clock. It moves when somebody
 * sets the clock: looked at again after this long.
 */
#define WALL_VALID_NS 10000000ULL

uint64_t enrich_wall_ns(uint64_t boot_ns)
{
	static uint64_t ahead_ns, looked_ns;
	struct timespec now;

	if (looked_ns && boot_ns < looked_ns + WALL_VALID_NS)
		return boot_ns + ahead_ns;
	looked_ns = boot_now_ns();
	clock_gettime(CLOCK_REALTIME, &now);
	ahead_ns = (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec - looked_ns;
	return boot_ns + ahead_ns;
}
