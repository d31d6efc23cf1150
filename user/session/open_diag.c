// SPDX-License-Identifier: GPL-2.0-only
#include "session/open_diag.h"

#include "base/first_namespace.h"
#include "base/log.h"
#include "diag/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* Things that lack, as "a, b and c" would be too much to build: "a; b; c". */
struct lacks {
	char text[512];
	size_t len;
};

static void __attribute__((format(printf, 2, 3))) add(struct lacks *lacks, const char *format, ...)
{
	size_t room = sizeof(lacks->text) - lacks->len;
	va_list args;
	int n;

	if (lacks->len)
		lacks->len += (size_t)snprintf(lacks->text + lacks->len, room, "; ");
	room = sizeof(lacks->text) - lacks->len;
	va_start(args, format);
	n = vsnprintf(lacks->text + lacks->len, room, format, args);
	va_end(args);
	lacks->len += (size_t)n < room ? (size_t)n : room - 1;
}

static bool knows_others(const struct netns_ways *ways)
{
	for (size_t i = 1; i < ways->n; i++)
		if (ways->ways[i].inode != ways->ways[0].inode)
			return true;
	return false;
}

/* What /proc shows of others is the matter of its pid namespace, and of hidepid= (proc(5)). */
static const char *hides_processes(void)
{
	if (!in_first_namespace("pid", PID_INIT_INO))
		return "nor what is outside of this pid namespace: what processes hold there, and "
		       "the network namespaces they live in";
	if (access("/proc/1", F_OK))
		return "/proc hides the processes of others, and what they hold (hidepid)";
	return NULL;
}

static const char *plural(unsigned int n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void collect(struct lacks *lacks, const struct open_diag *read, const struct diag_gaps *gaps)
{
	const char *hidden = hides_processes();

	if (gaps->netns)
		add(lacks, "%u other network %s not read", gaps->netns,
		    plural(gaps->netns, "namespace is", "namespaces are"));
	else if (read->hides_holders && !knows_others(&read->ways))
		add(lacks, "no other network namespace than this one is read");
	if (gaps->processes)
		add(lacks, "what %u %s of others hold%s is not known", gaps->processes,
		    plural(gaps->processes, "process", "processes"),
		    plural(gaps->processes, "s", ""));
	if (hidden)
		add(lacks, "%s", hidden);
	if (gaps->no_tcp)
		add(lacks, "no TCP (CONFIG_INET_TCP_DIAG)");
	if (gaps->no_udp)
		add(lacks, "no UDP (CONFIG_INET_UDP_DIAG)");
	if (gaps->interrupted)
		add(lacks, "the tables changed while they were read, and a socket may lack");
	if (!lacks->len)
		add(lacks, "SO_REUSEPORT is not known");
}

static uint32_t find_host_netns(const struct netns_ways *ways)
{
	struct stat st;

	for (size_t i = 0; i < ways->n; i++)
		if (ways->ways[i].inode == NET_INIT_INO)
			return NET_INIT_INO;
	if (!in_first_namespace("pid", PID_INIT_INO) || stat("/proc/1/ns/net", &st))
		return 0;
	return (uint32_t)st.st_ino;
}

int open_diag_read(struct open_diag *out, struct snapshot *snapshot, bool connections,
		   const char *why)
{
	const struct diag_wants wants = { .connections = connections, .holders = true };
	struct lacks lacks = { .len = 0 };
	struct diag_gaps gaps;
	int err = diag_snapshot(snapshot->procs, snapshot, &wants, &out->ways, &gaps);

	if (err) {
		say("%s%ssock_diag, which would do for a part, fails: %s", why ? why : "",
		    why ? "; " : "", err == -ENOENT ? "/proc is not mounted" : strerror(-err));
		return STATUS_NO_TRACING;
	}
	out->host_netns = find_host_netns(&out->ways);
	out->hides_holders = gaps.processes || hides_processes();
	out->partial = out->hides_holders || gaps.netns || gaps.no_tcp || gaps.no_udp ||
		       gaps.interrupted;
	collect(&lacks, out, &gaps);
	if (why)
		say("not everything is shown (%s): %s", lacks.text, why);
	return STATUS_OK;
}
