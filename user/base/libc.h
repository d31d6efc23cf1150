/* SPDX-License-Identifier: GPL-2.0-only */
/* What is taken of glibc, for C libraries that lack it, as musl does. */
#ifndef PORTTRACE_BASE_LIBC_H
#define PORTTRACE_BASE_LIBC_H

#include <netdb.h>
#include <search.h>
#include <stddef.h>

/* As those of glibc; of errors those alone that a socket may have. */
const char *libc_strerrorname(int error);
void libc_twalk_r(const void *root, void (*visit)(const void *node, VISIT which, void *arg),
		  void *arg);
/* Of /etc/services; 0, ERANGE: too long for the text, ENOENT: that was all. */
void libc_setservent(int stay_open);
int libc_getservent_r(struct servent *entry, char *text, size_t size, struct servent **found);
void libc_endservent(void);

#ifdef __GLIBC__
#include <malloc.h>
#else
#define strerrorname_np libc_strerrorname
#define twalk_r libc_twalk_r
#define setservent libc_setservent
#define getservent_r libc_getservent_r
#define endservent libc_endservent
/* What these are for, others do by themselves. */
#define malloc_trim(pad)
#define mallopt(option, value)
#endif

#endif
