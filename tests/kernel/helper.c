// SPDX-License-Identifier: GPL-2.0-only
#include "helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"
#include "opener.h"
#include "runnee.h"
#include "sockets.h"

static int say(long number)
{
	return send(HELPER_CTL, &number, sizeof(number), MSG_NOSIGNAL) == sizeof(number) ? 0 : 1;
}

static int hear(void)
{
	long number;

	return recv(HELPER_CTL, &number, sizeof(number), 0) == sizeof(number) ? 0 : 1;
}

/* bind-listen-exit PORT ANYTHING…: gone as fast as can be. */
static int bind_listen_exit(int argc, char **argv)
{
	struct spec spec = { .addr = "127.0.0.1", .flags = SPEC_REUSEADDR };

	if (argc < 2)
		return 2;
	spec.port = (int)strtol(argv[1], NULL, 10);
	return spec_try(&spec) < 0;
}

/* hold FD: keeps an inherited descriptor until it is told to end. */
static int hold(int argc, char **argv)
{
	if (argc < 2 || say(getpid()))
		return 2;
	hear();
	return close((int)strtol(argv[1], NULL, 10)) ? 1 : 0;
}

/* named PORT COMM ANYTHING…: listens under a name of its own choice. */
static int named(int argc, char **argv)
{
	struct spec spec = { .addr = "127.0.0.1" };
	int fd;

	if (argc < 3)
		return 2;
	prctl(PR_SET_NAME, argv[2], 0, 0, 0);
	spec.port = (int)strtol(argv[1], NULL, 10);
	fd = spec_try(&spec);
	if (fd < 0 || say(getpid()))
		return 1;
	hear();
	return close(fd) ? 1 : 0;
}

/* each FIRST COUNT: opens and closes one port after the other, as fast as can be. */
static int each(int argc, char **argv)
{
	struct spec spec = { .addr = "127.0.0.1", .flags = SPEC_REUSEADDR };
	long count = argc < 3 ? 0 : strtol(argv[2], NULL, 10);

	for (long i = 0; i < count; i++) {
		int fd;

		spec.port = (int)(strtol(argv[1], NULL, 10) + i);
		fd = spec_try(&spec);
		if (fd < 0)
			return 1;
		close(fd);
	}
	return count ? 0 : 2;
}

/* opener: opens and closes what it is told. */
static int opener(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	opener_serve(HELPER_CTL);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} helpers[] = {
	{ "bind-listen-exit", bind_listen_exit },
	{ "each", each },
	{ "hold", hold },
	{ "named", named },
	{ "opener", opener },
	{ "runnee", runnee_main },
};

int helper_main(int argc, char **argv)
{
	for (size_t i = 0; argc > 0 && i < ARRAY_SIZE(helpers); i++) {
		if (!strcmp(helpers[i].name, argv[0]))
			return helpers[i].run(argc, argv);
	}
	fprintf(stderr, "live: unknown helper\n");
	return 2;
}
