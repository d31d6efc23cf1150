// SPDX-License-Identifier: GPL-2.0-only
/* What a tracer's lines tell, and the sum of it. */
#include "bench.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SETTLE_NS NS_PER_S

/* The value of a key behind `from`. A quote in a JSON string is escaped, so no key is met there. */
static const char *json_value(const char *from, const char *key)
{
	const char *at = from ? strstr(from, key) : NULL;

	if (!at)
		return NULL;
	at += strlen(key);
	return at + strspn(at, " ");
}

static enum told_event event_of(const char *value)
{
	static const struct {
		const char *name;
		enum told_event event;
	} names[] = {
		{ "\"open\"", TOLD_OPEN },         { "\"close\"", TOLD_CLOSE },
		{ "\"existing\"", TOLD_EXISTING }, { "\"recovered\"", TOLD_RECOVERED },
		{ "\"lost\"", TOLD_LOST },         { "\"connect\"", TOLD_CONNECT },
		{ "\"accept\"", TOLD_ACCEPT },     { "\"end\"", TOLD_END },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(value, names[i].name, strlen(names[i].name)))
			return names[i].event;
	return TOLD_OTHER;
}

/* "127.0.N.1", a port in range: the inverse of keeper_address(). */
static int keeper_of(const char *addr, unsigned int port)
{
	static const char prefix[] = "\"127.0.";
	unsigned long third;
	char *end;

	if (!addr || strncmp(addr, prefix, sizeof(prefix) - 1))
		return -1;
	third = strtoul(addr + sizeof(prefix) - 1, &end, 10);
	if (!third || third > 255 || strncmp(end, ".1\"", 3))
		return -1;
	if (port < KEEP_PORT_MIN || port >= KEEP_PORT_MIN + KEEP_PORTS)
		return -1;
	return (int)((third - 1) * KEEP_PORTS + port - KEEP_PORT_MIN);
}

bool line_parse(const char *line, struct told *ret_told)
{
	const char *event = json_value(line, "\"event\":");
	const char *local, *port, *inode, *count, *recovered;

	memset(ret_told, 0, sizeof(*ret_told));
	ret_told->keeper = -1;
	if (line[0] != '{' || !event)
		return false;
	ret_told->event = event_of(event);
	count = ret_told->event == TOLD_LOST ? json_value(event, "\"count\":") : NULL;
	ret_told->count = count ? strtoull(count, NULL, 10) : 0;
	local = json_value(event, "\"local\":");
	port = json_value(local, "\"port\":");
	ret_told->port = port ? (unsigned int)strtoul(port, NULL, 10) : 0;
	inode = json_value(json_value(port ? port : event, "\"netns\":"), "\"inode\":");
	ret_told->netns = inode ? (uint32_t)strtoul(inode, NULL, 10) : 0;
	recovered = json_value(event, "\"recovered\":");
	ret_told->is_close = recovered && !strncmp(recovered, "\"close\"", 7);
	if (port)
		ret_told->keeper = keeper_of(json_value(local, "\"addr\":"), ret_told->port);
	return true;
}

bool line_owner(const char *line, struct told_owner *ret_owner)
{
	const char *event = json_value(line, "\"event\":");
	const char *process, *start, *cookie;

	memset(ret_owner, 0, sizeof(*ret_owner));
	ret_owner->event = event ? event_of(event) : TOLD_OTHER;
	if (ret_owner->event < TOLD_CONNECT)
		return false;
	process = json_value(event, "\"process\":{\"pid\":");
	start = json_value(process, "\"start_ns\":");
	cookie = json_value(process ? process : event, "\"socket\":{\"cookie\":");
	ret_owner->pid = process ? (uint32_t)strtoul(process, NULL, 10) : 0;
	ret_owner->start_ns = start ? strtoull(start, NULL, 10) : 0;
	ret_owner->cookie = cookie ? strtoull(cookie, NULL, 10) : 0;
	return true;
}

/* A table has no grammar to rely on: any number will do, but for a row of what was open before. */
bool line_tells_port(const char *line, unsigned int lo, unsigned int hi)
{
	const char *at = line;
	struct told told;

	if (line_parse(line, &told))
		return told.event != TOLD_EXISTING && told.port >= lo && told.port <= hi;
	if (strstr(line, "existing"))
		return false;
	while (*at) {
		char *end;
		unsigned long value;

		if (!isdigit((unsigned char)*at)) {
			at++;
			continue;
		}
		value = strtoul(at, &end, 10);
		if (value >= lo && value <= hi)
			return true;
		at = end;
	}
	return false;
}

static void tally_keeper(struct tally *tally, int keeper)
{
	if (keeper < 0 || (unsigned int)keeper >= tally->keepers || tally->keeper_told[keeper])
		return;
	tally->keeper_told[keeper] = 1;
	tally->keepers_told++;
	tally->last_keeper_ns = now_ns();
}

void tally_line(struct tally *tally, const char *line)
{
	struct told told;

	if (!line_parse(line, &told))
		die("not a JSON line: %.200s", line);
	tally->lines++;
	if (told.event == TOLD_LOST)
		tally->lost += told.count;
	if (told.netns != tally->netns)
		return;
	if (told.port >= PROBE_PORT_MIN && told.port <= PROBE_PORT_MAX)
		return;
	tally->told[told.event]++;
	tally->open += told.event == TOLD_OPEN;
	tally->close += told.event == TOLD_CLOSE;
	tally->recovered += told.event == TOLD_RECOVERED;
	if (told.event == TOLD_OPEN || (told.event == TOLD_RECOVERED && !told.is_close))
		tally_keeper(tally, told.keeper);
	else if (told.keeper >= 0)
		tally->closes_told++;
}

enum line_status tally_lines(struct tracer *tracer, struct tally *tally, uint64_t timeout_ns)
{
	enum line_status status;
	char *line;

	while ((status = tracer_line(tracer, &line, timeout_ns)) == LINE_READ)
		tally_line(tally, line);
	return status;
}

void tally_follow(struct tracer *tracer, struct tally *tally, pid_t load)
{
	enum line_status status;

	tracer->until = pidfd_of(load);
	while ((status = tally_lines(tracer, tally, SETTLE_NS)) == LINE_TIMEOUT)
		;
	close(tracer->until);
	tracer->until = -1;
	reap(load);
	if (status == LINE_EOF || tally_lines(tracer, tally, SETTLE_NS) != LINE_TIMEOUT)
		die("the tracer ended while it was under load");
}

void tally_finish(struct tracer *tracer, struct tally *tally, struct tracer_stats *ret_stats)
{
	tracer->until = -1;
	tracer_signal(tracer, SIGINT);
	if (tally_lines(tracer, tally, 20 * NS_PER_S) != LINE_EOF)
		die("the tracer did not end its output");
	tracer_read_stats(tracer, ret_stats);
	tracer_reap(tracer);
	if (!ret_stats->complete)
		die("the tracer printed no statistics");
}
