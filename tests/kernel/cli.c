// SPDX-License-Identifier: GPL-2.0-only
/* Wrong usage, and too little privilege. */
#include <errno.h>
#include <mntent.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "doctor.h"
#include "spawn.h"
#include "tests.h"

static const struct {
	const char *args[3];
	const char *word; /* the message must name it */
} bad_usage[] = {
	{ { "frobnicate" }, "frobnicate" },
	{ { "--frobnicate" }, "frobnicate" },
	{ { "watch", "--frobnicate" }, "frobnicate" },
	{ { "-e", "open,opened" }, "opened" },
	{ { "-e", "" }, "event" },
	{ { "--columns", "port,colour" }, "colour" },
	{ { "-o", "xml" }, "xml" },
	{ { "-U", "no-such-user" }, "no-such-user" },
	{ { "-P", "0" }, "0" },
	{ { "-P", "65536" }, "65536" },
	{ { "-P", "90-80" }, "90-80" },
	{ { "-P", "80,http:" }, "http:" },
	{ { "-P", "80-" }, "80-" },
	{ { "-P", "+80" }, "+80" },
	{ { "-P", "99999999999999999999" }, "99999999999999999999" },
	{ { "--pid", "many" }, "many" },
	{ { "--pid", "-5" }, "-5" },
	{ { "-c", "0x" }, "0x" },
	{ { "--for", "soon" }, "soon" },
	{ { "--scope", "universe" }, "universe" },
	{ { "--netns", "nowhere" }, "nowhere" },
	{ { "--color", "pink" }, "pink" },
	{ { "-P" }, "-P" },
	{ { "watch", "surplus" }, "surplus" },
	{ { "run" }, "command" },
	{ { "run", "" }, "command" },
	{ { "run", "--pid=1" }, "pid" },
	{ { "run", "--frobnicate" }, "frobnicate" },
	{ { "wait" }, "port" },
	{ { "wait", "0" }, "0" },
	{ { "wait", "65536" }, "65536" },
	{ { "wait", "abc" }, "abc" },
	{ { "wait", "80-79" }, "80-79" },
	{ { "wait", "" }, "port ''" },
	{ { "wait", "tcq/80" }, "tcq" },
	{ { "wait", "--timeout=soon" }, "soon" },
	{ { "wait", "--on=universe" }, "universe" },
};

static void refuses_bad_usage(void)
{
	static struct outcome outcome;

	for (size_t i = 0; i < ARRAY_SIZE(bad_usage); i++) {
		const char *const args[] = { bad_usage[i].args[0], bad_usage[i].args[1], NULL };
		const char *second = args[1] ? args[1] : "";

		run_porttrace(args, false, &outcome);
		check(outcome.status == 2, "`%s %s`: exit status %d, expected 2; stderr: %s",
		      args[0], second, outcome.status, outcome.err);
		check(strstr(outcome.err, bad_usage[i].word),
		      "`%s %s`: stderr does not name %s: %s", args[0], second, bad_usage[i].word,
		      outcome.err);
		check(!outcome.out[0], "`%s %s`: something on stdout: %s", args[0], second,
		      outcome.out);
	}
}

static void without_privilege(void)
{
	static const char *const args[] = { "-j", NULL };
	static struct outcome outcome;

	run_porttrace(args, true, &outcome);
	check(outcome.status == 3, "exit status %d, expected 3; stderr: %s", outcome.status,
	      outcome.err);
	check(strstr(outcome.err, "CAP_"), "stderr names no capability: %s", outcome.err);
	check(!outcome.out[0], "something on stdout: %s", outcome.out);
}

static void expect_answer(const char *arg, const char *word)
{
	const char *const args[] = { arg, NULL };
	static struct outcome outcome;

	run_porttrace(args, false, &outcome);
	check(outcome.status == 0, "`%s`: exit status %d; stderr: %s", arg, outcome.status,
	      outcome.err);
	check(strstr(outcome.out, word), "`%s`: stdout lacks \"%s\": %s", arg, word, outcome.out);
	check(!outcome.err[0], "`%s`: something on stderr: %s", arg, outcome.err);
}

static void says_what_it_is(void)
{
	expect_answer("--help", "watch");
	expect_answer("--version", "libbpf");
	expect_answer("version", "libbpf");
}

static void doctor(void)
{
	static const char *const args[] = { "doctor", NULL };
	static struct outcome outcome;

	run_porttrace(args, false, &outcome);
	check(outcome.status == 0, "exit status %d; stderr: %s", outcome.status, outcome.err);
	check(strstr(outcome.out, "open"), "nothing of `open`: %s", outcome.out);
	check(strstr(outcome.out, "close"), "nothing of `close`: %s", outcome.out);
	expect_no_refusal();
}

/* In a mount namespace of our own, so that the host keeps its mounts. */
static void have_own_mounts(void)
{
	check(!unshare(CLONE_NEWNS), "unshare: %s", strerror(errno));
	check(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount: %s", strerror(errno));
}

static void unmount_cgroup2(void)
{
	FILE *mounts;
	struct mntent *entry;

	have_own_mounts();
	mounts = setmntent("/proc/self/mounts", "re");
	check(mounts, "/proc/self/mounts: %s", strerror(errno));
	while ((entry = getmntent(mounts)))
		if (!strcmp(entry->mnt_type, "cgroup2"))
			check(!umount2(entry->mnt_dir, MNT_DETACH), "umount %s: %s", entry->mnt_dir,
			      strerror(errno));
	endmntent(mounts);
}

static void without_cgroup_mount(void)
{
	static const char *const args[] = { "doctor", NULL };
	static struct outcome outcome;

	unmount_cgroup2();
	run_porttrace(args, false, &outcome);
	check(outcome.status == 0, "exit status %d; stderr: %s", outcome.status, outcome.err);
	check(strstr(outcome.out, "private mount"), "no private mount: %s", outcome.out);
	check(!strstr(outcome.out, "NOT SEEN"), "something is not seen: %s", outcome.out);
}

/* What stands in the way is named: 3, and one line. */
static void expect_reason(const char *const *args, const char *reason)
{
	static struct outcome outcome;

	run_porttrace(args, false, &outcome);
	check(outcome.status == 3, "`%s`: exit status %d, expected 3; stderr: %s", args[0],
	      outcome.status, outcome.err);
	check(strstr(outcome.err, reason), "`%s`: stderr lacks \"%s\": %s", args[0], reason,
	      outcome.err);
	check(strchr(outcome.err, '\n') == outcome.err + strlen(outcome.err) - 1,
	      "`%s`: not one line: %s", args[0], outcome.err);
}

static void without_proc(void)
{
	static const char *const watch[] = { "watch", NULL }, *const list[] = { "list", NULL };

	check(!unshare(CLONE_NEWNS), "unshare: %s", strerror(errno));
	check(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount: %s", strerror(errno));
	check(!umount2("/proc", MNT_DETACH), "umount: %s", strerror(errno));
	expect_reason(watch, "/proc is not mounted");
	expect_reason(list, "/proc is not mounted");
}

static void without_descriptors(void)
{
	static const char *const args[] = { "watch", NULL };
	const struct rlimit few = { 16, 16 };

	check(!setrlimit(RLIMIT_NOFILE, &few), "setrlimit: %s", strerror(errno));
	expect_reason(args, "ulimit -n");
}

static void a_file_without_types(void)
{
	static const char *const args[] = { "watch", "--btf", "/proc/version", NULL };

	expect_reason(args, "--btf /proc/version: there are no types");
}

/* Why the one that was asked for does not attach, and not that others were not asked for. */
static void a_backend_that_lacks(void)
{
	static const char *const backends[] = { "fentry", "kprobe" };
	static struct outcome outcome;
	char reason[32];
	int lacking = 0;

	for (size_t i = 0; i < ARRAY_SIZE(backends); i++) {
		const char *args[] = { "watch", "--for", "1ms", "--hooks", backends[i], NULL };

		run_porttrace(args, false, &outcome);
		if (!strstr(outcome.err, "no hook can be attached here"))
			continue;
		snprintf(reason, sizeof(reason), "here; %s: ", backends[i]);
		expect_reason(args, reason);
		lacking++;
	}
	if (!lacking)
		test_skip("fentry and kprobe attach here");
}

const struct test cli_tests[] = {
	{ "bad-usage", "wrong usage: exit 2, and a message that names the word", refuses_bad_usage,
	  20 },
	{ "no-privilege", "without capabilities: exit 3, and the one that lacks", without_privilege,
	  0 },
	{ "help-version", "--help and version answer on stdout", says_what_it_is, 0 },
	{ "doctor", "doctor tells of open and close, and no program is refused", doctor, 0 },
	{ "no-cgroup-mount", "where cgroup2 is not mounted, it mounts one privately",
	  without_cgroup_mount, 0 },
	{ "no-proc", "where /proc is not mounted, it says so", without_proc, 0 },
	{ "no-descriptors", "so it does where descriptors are used up", without_descriptors, 0 },
	{ "no-backend", "--hooks: why this one does not attach", a_backend_that_lacks, 0 },
	{ "no-types", "--btf with another file: it names the file", a_file_without_types, 0 },
	{ 0 },
};
