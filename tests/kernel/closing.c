// SPDX-License-Identifier: GPL-2.0-only
#include "closing.h"

#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "table.h"

void skip_if_kernel_cannot(const struct outcome *outcome)
{
	if (outcome->status == 3 && strstr(outcome->err, "CONFIG_INET_DIAG_DESTROY"))
		test_skip("this kernel cannot destroy sockets (CONFIG_INET_DIAG_DESTROY)");
}

struct opener holder_of(const char *addr, int port)
{
	struct opener opener = opener_start(AS_SELF);

	opener_open(&opener, &(struct spec){ .addr = addr, .port = port });
	return opener;
}

void expect_open(const struct outcome *outcome, const char *proto, const char *addr, int port,
		 bool open)
{
	static struct table table;

	table_read(&table, getpid());
	check(table_has(&table, proto, addr, port) == open, "%s %s:%d is %sopen; stderr: %.1000s",
	      proto ? proto : "", addr ? addr : "", port, open ? "not " : "", outcome->err);
}
