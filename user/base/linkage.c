// SPDX-License-Identifier: GPL-2.0-only
#include "base/linkage.h"

#include <langinfo.h>
#include <locale.h>
#include <stddef.h>
#include <string.h>

/* Compiled twice: `make static` has this file say so. */
#ifdef LINKED_STATIC
bool linkage_static(void)
{
	return true;
}
#else
bool linkage_static(void)
{
	return false;
}
#endif

/* musl has no modules at all. */
#if defined(LINKED_STATIC) && defined(__GLIBC__)
#include <nss.h>

static void names_from_files(void)
{
	static const char *const databases[] = { "passwd", "group", "initgroups", "services" };

	for (size_t i = 0; i < sizeof(databases) / sizeof(*databases); i++)
		__nss_configure_lookup(databases[i], "files");
}

/* Those that are built in. */
static bool knows_charset(const char *name)
{
	return !strcmp(name, "UTF-8") || !strcmp(name, "ANSI_X3.4-1968");
}
#else
static void names_from_files(void)
{
}

static bool knows_charset(const char *name)
{
	return *name;
}
#endif

void linkage_adapt(void)
{
	names_from_files();
	/* How wide characters are is the terminal's business; numbers and messages stay as they are. */
	if (!setlocale(LC_CTYPE, "") || !knows_charset(nl_langinfo(CODESET)))
		setlocale(LC_CTYPE, "C");
}
