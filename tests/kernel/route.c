// SPDX-License-Identifier: GPL-2.0-only
#include "route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

struct request {
	struct nlmsghdr head;
	struct rtmsg route;
	struct rtattr attr;
	in_addr_t to;
};

struct answer {
	struct nlmsghdr head;
	struct nlmsgerr body;
	char room[256];
};

void route_add(unsigned char type)
{
	struct request request = {
		.head = { .nlmsg_len = sizeof(request),
			  .nlmsg_type = RTM_NEWROUTE,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE },
		.route = { .rtm_family = AF_INET,
			   .rtm_dst_len = 24,
			   .rtm_table = RT_TABLE_MAIN,
			   .rtm_protocol = RTPROT_STATIC,
			   .rtm_scope = RT_SCOPE_UNIVERSE,
			   .rtm_type = type },
		.attr = { .rta_len = RTA_LENGTH(sizeof(in_addr_t)), .rta_type = RTA_DST },
		.to = inet_addr("192.0.2.0"),
	};
	struct answer answer = { 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		test_fail("rtnetlink: %s", strerror(errno));
	if (answer.body.error)
		test_fail("a route cannot be added: %s", strerror(-answer.body.error));
	close(fd);
}
