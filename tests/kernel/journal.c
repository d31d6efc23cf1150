// SPDX-License-Identifier: GPL-2.0-only
/* watch --journal, against a real journald: what is in an entry. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "cgroup.h"
#include "entries.h"
#include "hostile.h"
#include "opener.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "text.h"

static void expect_number(const json_t *entry, const char *name, long want)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", want);
	expect_field(entry, name, text);
}

/* No field of ours is shown as numbers, or not at all. */
static void expect_texts(json_t *entry)
{
	const char *name;
	json_t *value;

	json_object_foreach(entry, name, value) {
		if (!strncmp(name, "PORTTRACE_", 10) || !strcmp(name, "MESSAGE"))
			check(json_is_string(value), "%s is no text to journalctl", name);
	}
}

static void expect_listener(json_t *entry, const char *event)
{
	expect_field(entry, "SYSLOG_IDENTIFIER", "porttrace");
	expect_field(entry, "PORTTRACE_EVENT", event);
	expect_field(entry, "PRIORITY", "5");
	expect_field(entry, "PORTTRACE_PROTO", "tcp");
	expect_field(entry, "PORTTRACE_ADDR", "127.0.0.1");
	expect_field(entry, "PORTTRACE_PORT", "8080");
	expect_number(entry, "PORTTRACE_PID", getpid());
	expect_field(entry, "PORTTRACE_COMM", self_comm());
	expect_field(entry, "PORTTRACE_EXE", self_exe());
	expect_field(entry, "PORTTRACE_USER", "root");
	expect_number(entry, "OBJECT_PID", getpid());
	check(*journald_field(entry, "PORTTRACE_NETNS"), "no namespace");
	check(*journald_field(entry, "PORTTRACE_TIME"), "no time");
	check(atol(journald_field(entry, "PORTTRACE_SEQ")) > 0, "no number");
	expect_texts(entry);
}

static void entry_fields(void)
{
	struct tracer *tracer;
	json_t *entries;
	int fd;

	journald_prepare();
	journald_start();
	tracer = journal_start();
	fd = tcp_listen("127.0.0.1", 8080);
	tracer_expect(tracer, "open", 8080);
	sock_close(fd);
	tracer_expect(tracer, "close", 8080);
	entries = journald_await(entries_of(getpid(), 8080), 2);
	check(json_array_size(entries) == 2, "%zu entries, expected 2", json_array_size(entries));
	expect_listener(json_array_get(entries, 0), "open");
	expect_field(json_array_get(entries, 0), "MESSAGE_ID", "0b241cb1bf724fb2a0adf0f81b4cdde4");
	expect_listener(json_array_get(entries, 1), "close");
	expect_field(json_array_get(entries, 1), "MESSAGE_ID", "19d0a43743714c0898bcd518a5bf8218");
	check(strstr(journald_field(json_array_get(entries, 0), "MESSAGE"),
		     "opened tcp 127.0.0.1:8080 by "),
	      "the message is %s", journald_field(json_array_get(entries, 0), "MESSAGE"));
	check(!tracer->errors[0], "on stderr: %s", tracer->errors);
}

/* journalctl -u shows what is about a unit, if root says so. */
static void entry_unit(void)
{
	struct opener opener;
	struct tracer *tracer;
	char query[128];
	json_t *entries;

	cgroup_make(CGROUP_V2);
	journald_prepare();
	journald_start();
	opener = opener_start(AS_PLACE);
	tracer = journal_start();
	opener_open(&opener, &(struct spec){ .addr = "127.0.0.1", .port = 8081 });
	tracer_expect(tracer, "open", 8081);
	snprintf(query, sizeof(query), "-u %s", cgroup_unit());
	entries = journald_await(query, 1);
	expect_field(json_array_get(entries, 0), "PORTTRACE_PORT", "8081");
	expect_field(json_array_get(entries, 0), "PORTTRACE_UNIT", cgroup_unit());
	expect_field(json_array_get(entries, 0), "PORTTRACE_CONTAINER", cgroup_container());
	expect_field(json_array_get(entries, 0), "OBJECT_SYSTEMD_UNIT", cgroup_unit());
	child_kill(&opener.child);
}

static void entry_hostile(void)
{
	struct child child;
	struct tracer *tracer;
	json_t *entries;
	char options[128], *text;

	journald_prepare();
	journald_start();
	tracer = journal_start();
	child = hostile_start("8082");
	tracer_expect(tracer, "open", 8082);
	entries = journald_await(entries_of(child.pid, 8082), 1);
	expect_field(json_array_get(entries, 0), "PORTTRACE_COMM", HOSTILE_SHOWN);
	expect_texts(json_array_get(entries, 0));
	snprintf(options, sizeof(options), "-o cat %s", entries_of(child.pid, 8082));
	text = journald_ask(options);
	check(!strstr(text, "blob data"), "journalctl shows a blob: %s", text);
	check(strchr(text, '\n') == text + strlen(text) - 1, "not one line: %s", text);
	text_expect_harmless(text, strlen(text));
	child_kill(&child);
}

/* Too large for a datagram, which is bounded by net.core.wmem_default: arguments of the worst kind. */
#define ARGS 65000

static void entry_large(void)
{
	static char arg[ARGS];
	const char *args[] = { "named", "8083", "large", arg, NULL };
	struct child child;
	char options[128];
	json_t *entries;
	size_t len;

	memset(arg, '\x01', sizeof(arg) - 1);
	journald_prepare();
	journald_start();
	child = helper_start(self_exe(), args);
	step_await(child.ctl);
	journal_start();
	snprintf(options, sizeof(options), "-a %s", entries_of(child.pid, 8083));
	entries = journald_await(options, 1);
	expect_field(json_array_get(entries, 0), "PORTTRACE_EVENT", "existing");
	len = strlen(journald_field(json_array_get(entries, 0), "PORTTRACE_ARGS"));
	check(len > 4 * (size_t)(ARGS - 1), "%zu bytes of arguments", len);
	check(strlen(journald_field(json_array_get(entries, 0), "MESSAGE")) <= 2000,
	      "the message is not cut");
	child_kill(&child);
}

/* --- what journalctl -x says --------------------------------------------------------- */

#define CATALOG "dist/porttrace.catalog"

static void copy_file(const char *from, const char *to)
{
	char text[65536];
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	size_t n;

	if (!in || !out)
		test_fail("%s: %s", in ? to : from, strerror(errno));
	n = fread(text, 1, sizeof(text), in);
	check(n > 0 && n < sizeof(text) && fwrite(text, 1, n, out) == n, "%s", from);
	fclose(in);
	fclose(out);
}

static void install_catalog(void)
{
	static const char *const dirs[] = { "/usr/lib/systemd/catalog",
					    "/var/lib/systemd/catalog" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (access(dirs[i], F_OK) || mount("tmpfs", dirs[i], "tmpfs", 0, NULL))
			test_skip("%s: %s", dirs[i], strerror(errno));
	copy_file(CATALOG, "/usr/lib/systemd/catalog/porttrace.catalog");
	check(!system("journalctl --update-catalog"), "journalctl --update-catalog failed");
}

static void entry_catalog(void)
{
	struct tracer *tracer;
	char options[128], *text;

	journald_prepare();
	install_catalog();
	journald_start();
	tracer = journal_start();
	tcp_listen("127.0.0.1", 8084);
	tracer_expect(tracer, "open", 8084);
	json_decref(journald_await(entries_of(getpid(), 8084), 1));
	snprintf(options, sizeof(options), "-x %s", entries_of(getpid(), 8084));
	text = journald_ask(options);
	check(strstr(text, "Subject: tcp port 8084 opened"), "journalctl -x says: %s", text);
	check(strstr(text, "tcp port 8084 at 127.0.0.1"), "journalctl -x says: %s", text);
	check(strstr(text, "porttrace close tcp/8084"), "journalctl -x says: %s", text);
	text_expect_harmless(text, strlen(text));
}

const struct test journal_tests[] = {
	{ "journal-fields", "an open and a close in the journal, with all fields", entry_fields,
	  0 },
	{ "journal-unit", "journalctl -u shows what the unit opened", entry_unit, 0 },
	{ "journal-hostile", "hostile names are text to journalctl", entry_hostile, 0 },
	{ "journal-large", "an entry too large for a datagram arrives", entry_large, 0 },
	{ "journal-catalog", "journalctl -x explains the entry", entry_catalog, 0 },
	{ 0 },
};
