// SPDX-License-Identifier: GPL-2.0-only
#include "base/libc.h"

/* A unit test holds it against glibc's. */
#if !defined(__GLIBC__) || defined(LIBC_IS_TESTED)

#include <arpa/inet.h>
#include <errno.h>
#include <paths.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef _PATH_SERVICES
#define _PATH_SERVICES "/etc/services"
#endif

#define NAME(error)           \
	{                     \
		error, #error \
	}

static const struct {
	int error;
	const char *name;
} errors[] = {
	NAME(EPERM),         NAME(ENOENT),       NAME(EINTR),           NAME(EIO),
	NAME(EBADF),         NAME(EAGAIN),       NAME(ENOMEM),          NAME(EACCES),
	NAME(EFAULT),        NAME(EBUSY),        NAME(EEXIST),          NAME(ENODEV),
	NAME(ENOTDIR),       NAME(EINVAL),       NAME(ENFILE),          NAME(EMFILE),
	NAME(ENOSPC),        NAME(EROFS),        NAME(EPIPE),           NAME(ENAMETOOLONG),
	NAME(ENOSYS),        NAME(ELOOP),        NAME(ENONET),          NAME(EPROTO),
	NAME(EOVERFLOW),     NAME(ENOTSOCK),     NAME(EDESTADDRREQ),    NAME(EMSGSIZE),
	NAME(EPROTOTYPE),    NAME(ENOPROTOOPT),  NAME(EPROTONOSUPPORT), NAME(ESOCKTNOSUPPORT),
	NAME(EOPNOTSUPP),    NAME(EPFNOSUPPORT), NAME(EAFNOSUPPORT),    NAME(EADDRINUSE),
	NAME(EADDRNOTAVAIL), NAME(ENETDOWN),     NAME(ENETUNREACH),     NAME(ENETRESET),
	NAME(ECONNABORTED),  NAME(ECONNRESET),   NAME(ENOBUFS),         NAME(EISCONN),
	NAME(ENOTCONN),      NAME(ESHUTDOWN),    NAME(ETOOMANYREFS),    NAME(ETIMEDOUT),
	NAME(ECONNREFUSED),  NAME(EHOSTDOWN),    NAME(EHOSTUNREACH),    NAME(EALREADY),
	NAME(EINPROGRESS),   NAME(ESTALE),       NAME(ECANCELED),       NAME(EKEYREJECTED),
};

const char *libc_strerrorname(int error)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (errors[i].error == error)
			return errors[i].name;
	return NULL;
}

/* twalk() hands nothing on. */
static _Thread_local struct {
	void (*visit)(const void *node, VISIT which, void *arg);
	void *arg;
} walk;

static void visit_one(const void *node, VISIT which, int depth)
{
	(void)depth;
	walk.visit(node, which, walk.arg);
}

void libc_twalk_r(const void *root, void (*visit)(const void *node, VISIT which, void *arg),
		  void *arg)
{
	typeof(walk) outer = walk;

	walk.visit = visit;
	walk.arg = arg;
	twalk(root, visit_one);
	walk = outer;
}

static FILE *services;

void libc_setservent(int stay_open)
{
	(void)stay_open;
	libc_endservent();
	services = fopen(_PATH_SERVICES, "re");
}

void libc_endservent(void)
{
	if (services)
		fclose(services);
	services = NULL;
}

/* "NAME PORT/PROTO [ALIAS...] [# ...]"; whether it is that. */
static int read_entry(struct servent *entry, char *line)
{
	char *rest, *proto, *end;
	unsigned long port;

	line[strcspn(line, "#\n")] = '\0';
	entry->s_name = strtok_r(line, " \t", &rest);
	proto = entry->s_name ? strtok_r(NULL, " \t", &rest) : NULL;
	if (!proto)
		return 0;
	port = strtoul(proto, &end, 10);
	if (end == proto || *end != '/' || port > UINT16_MAX)
		return 0;
	entry->s_proto = end + 1;
	entry->s_port = htons((uint16_t)port);
	entry->s_aliases = NULL; /* nobody asks */
	return 1;
}

int libc_getservent_r(struct servent *entry, char *text, size_t size, struct servent **found)
{
	*found = NULL;
	while (services && fgets(text, (int)size, services)) {
		if (!strchr(text, '\n') && !feof(services))
			return ERANGE;
		if (read_entry(entry, text)) {
			*found = entry;
			return 0;
		}
	}
	return ENOENT;
}

#endif
