// SPDX-License-Identifier: GPL-2.0-only
/*
 * opener N tcp|udp: N processes, one after the other, each of a name of its own (q0000, …), open a
 * port on loopback and end at once. For tests/vm/guest-peers.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_PORT 10000

static int open_port(int n, bool udp)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)(FIRST_PORT + n)),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	char name[16];

	snprintf(name, sizeof(name), "q%04d", n);
	prctl(PR_SET_NAME, name);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return 1;
	return !udp && listen(fd, 5);
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[1]) : 0, status;
	bool udp = argc == 3 && !strcmp(argv[2], "udp");

	if (n < 1 || n > 10000) {
		fprintf(stderr, "usage: opener N tcp|udp\n");
		return 2;
	}
	for (int i = 0; i < n; i++) {
		pid_t child = fork();

		if (!child)
			_exit(open_port(i, udp));
		if (child < 0 || waitpid(child, &status, 0) != child || status)
			return 1;
	}
	return 0;
}
