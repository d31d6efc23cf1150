// SPDX-License-Identifier: GPL-2.0-only
/* porttrace learn: a policy from what is open, and from what opens. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netns.h"
#include "process.h"
#include "programs.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"
#include "tracer.h"

static struct outcome outcome;

/* `porttrace learn --netns OURS A B C`, any of which may be NULL. */
static void learn(const char *a, const char *b, const char *c, int want)
{
	char inode[32];
	const char *args[8] = { "learn", "--netns", inode, a, b, c, NULL };

	snprintf(inode, sizeof(inode), "%lu", netns_inode());
	run_porttrace(args, false, &outcome);
	check(outcome.status == want, "status %d, expected %d: %s", outcome.status, want,
	      outcome.err);
}

/* "… FORMAT …" is in text, with a path in it. */
static void expect_in(const char *text, const char *format, const char *path)
{
	char line[512];

	snprintf(line, sizeof(line), format, path);
	check(strstr(text, line) != NULL, "'%s' is not in: %s", line, text);
}

static void expect_not_in(const char *text, const char *part)
{
	check(!strstr(text, part), "'%s' is in: %s", part, text);
}

static const char *content(const char *path)
{
	static char text[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		test_fail("%s: %s", path, strerror(errno));
	text[n] = '\0';
	close(fd);
	return text;
}

static void put_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file || fputs(text, file) < 0 || fclose(file))
		test_fail("%s: %s", path, strerror(errno));
}

/* --- what is open now ---------------------------------------------------------------------- */

static void learn_now(void)
{
	struct opener host = program_start(PROGRAM_HOST);

	opener_open(&host, &(struct spec){ .addr = "127.0.0.1", .port = 8080 });
	opener_open(&host, &(struct spec){ .addr = "127.0.0.1", .port = 8081 });
	opener_open(&host, &(struct spec){ .addr = "0.0.0.0", .port = 443 });
	opener_open(&host, &(struct spec){ .type = SOCK_DGRAM, .addr = "::", .port = 40123 });
	opener_open(&host, &(struct spec){ .addr = "127.0.0.1" });
	learn(NULL, NULL, NULL, 0);
	expect_in(outcome.out, "\nallow tcp/8080,8081 on=loopback exe=%s ", program_path());
	expect_in(outcome.out, "\nallow tcp/443 on=any exe=%s ", program_path());
	expect_in(outcome.out, "\nallow udp/40123 on=any exe=%s ", program_path());
	expect_in(outcome.out, "\nallow tcp/ephemeral on=loopback exe=%s ", program_path());
	expect_in(outcome.out, "%s", "\ndefault alert:warning\n");
	expect_not_in(outcome.out, "REVIEW");
	check(!*outcome.err, "stderr: %s", outcome.err);
}

/* Each open a port of its own, and none of it is let through. */
static void learn_review(void)
{
	static const enum program_place places[] = { PROGRAM_COPY, PROGRAM_DELETED, PROGRAM_MEMFD,
						     PROGRAM_MOUNTED };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct opener opener = program_start(places[i]);

		opener_open(&opener, &(struct spec){ .addr = "127.0.0.1", .port = 8080 + (int)i });
	}
	learn(NULL, NULL, NULL, 0);
	expect_in(outcome.out, "\n#allow tcp/8080 on=loopback exe=%s ", opener_program());
	expect_in(outcome.out, "\n#allow tcp/8081 on=loopback exe=%s exe-deleted=ok ",
		  program_deleted_path());
	expect_in(outcome.out, "%s", "\n#allow tcp/8082 on=loopback exe=memfd:* ");
	expect_in(outcome.out, "\n# it is called %s\n", program_path());
	expect_in(outcome.out, "%s", "\n#allow tcp/8083 on=loopback ");
	expect_not_in(outcome.out, "\nallow ");
}

/* --- files ----------------------------------------------------------------------------------- */

static void learn_write(void)
{
	struct opener host = program_start(PROGRAM_HOST);
	const char *path = program_file("learnt.policy");
	struct stat st;

	opener_open(&host, &(struct spec){ .addr = "127.0.0.1", .port = 8080 });
	learn("--write", path, NULL, 0);
	check(!*outcome.out, "stdout: %s", outcome.out);
	expect_in(outcome.err, "%s: 1 rule, 0 under REVIEW\n", path);
	expect_in(content(path), "\nallow tcp/8080 on=loopback exe=%s ", program_path());
	check(!stat(path, &st) && (st.st_mode & 07777) == 0644 && st.st_uid == 0,
	      "mode %o, owner %u", st.st_mode, st.st_uid);
	put_file(path, "ours\n");
	learn("--write", path, NULL, 2);
	expect_in(outcome.err, "%s is there already", path);
	check(!strcmp(content(path), "ours\n"), "it was overwritten: %s", content(path));
	learn("--write", path, "--force", 0);
	expect_in(content(path), "\nallow tcp/8080 on=loopback exe=%s ", program_path());
}

#define OURS "# ours\nalert:crit  tcp/23   # never\ndefault alert:info"

static void learn_merge(void)
{
	struct opener host = program_start(PROGRAM_HOST);
	const char *path = program_file("learnt.policy");
	char once[8192];
	struct stat st;

	put_file(path, OURS);
	chmod(path, 0600);
	opener_open(&host, &(struct spec){ .addr = "127.0.0.1", .port = 8080 });
	opener_open(&host, &(struct spec){ .addr = "127.0.0.1", .port = 23 });
	learn("--merge", path, NULL, 0);
	expect_in(outcome.err, "%s: 1 rule added, 1 under REVIEW\n", path);
	check(!strncmp(content(path), OURS "\n", strlen(OURS "\n")), "changed: %s", content(path));
	expect_in(content(path), "\nallow tcp/8080 on=loopback exe=%s ", program_path());
	expect_in(content(path), "\n#allow tcp/23 on=loopback exe=%s ", program_path());
	check(!stat(path, &st) && (st.st_mode & 07777) == 0600, "mode %o", st.st_mode);
	snprintf(once, sizeof(once), "%s", content(path));
	learn("--merge", path, NULL, 0);
	expect_in(outcome.err, "%s: nothing is new\n", path);
	check(!strcmp(content(path), once), "it changed: %s", content(path));
	put_file(path, "alow tcp/23\n");
	learn("--merge", path, NULL, 2);
	check(!strcmp(content(path), "alow tcp/23\n"), "it changed: %s", content(path));
}

static void learn_usage(void)
{
	learn("--force", NULL, NULL, 2);
	learn("--for", "soon", NULL, 2);
	learn("policy", NULL, NULL, 2);
	learn("--merge", "/nowhere/x.policy", NULL, 2);
	learn("--write", "/nowhere/x.policy", NULL, 4);
}

/* --- and back ---------------------------------------------------------------------------------- */

static const struct event *expect_verdict(struct tracer *tracer, const char *name, int port,
					  const char *verdict)
{
	const struct event *event = tracer_expect(tracer, name, port);

	expect_text(event, "verdict", verdict);
	return event;
}

/* `porttrace check` of our namespace against it. */
static void check_with(const char *path, int want)
{
	char inode[32];
	const char *args[] = { "check", "--netns", inode, "--policy", path, NULL };

	snprintf(inode, sizeof(inode), "%lu", netns_inode());
	run_porttrace(args, false, &outcome);
	check(outcome.status == want, "check: status %d, expected %d: %s%s", outcome.status, want,
	      outcome.out, outcome.err);
}

/* What was learnt is expected, when it is found and when it opens again; what else opens is not. */
static void learn_replay(void)
{
	struct opener host = program_start(PROGRAM_HOST);
	const char *path = program_file("learnt.policy");
	char inode[32];
	const struct launch launch = { .args = { "--policy", path, "--netns", inode } };
	struct tracer *tracer;

	snprintf(inode, sizeof(inode), "%lu", netns_inode());

	opener_open(&host, &(struct spec){ .type = SOCK_DGRAM, .addr = "::", .port = 5353 });
	opener_open(&host, &(struct spec){ .addr = "127.0.0.1", .port = 8080 });
	learn("--write", path, NULL, 0);
	check_with(path, 0);
	tracer = tracer_launch(&launch);
	tracer_ready(tracer);
	expect_verdict(tracer, "existing", 8080, "expected");
	expect_verdict(tracer, "existing", 5353, "expected");
	opener_close(&host);
	opener_open(&host, &(struct spec){ .addr = "127.0.0.1", .port = 8080 });
	expect_verdict(tracer, "open", 8080, "expected");
	opener_close(&host);
	opener_open(&host, &(struct spec){ .addr = "0.0.0.0", .port = 8080 });
	expect_text(expect_verdict(tracer, "open", 8080, "unexpected"), "finding", "changed");
	opener_open(&host, &(struct spec){ .addr = "127.0.0.1", .port = 8081 });
	expect_verdict(tracer, "open", 8081, "unexpected");
	check_with(path, 1);
}

/* --- for a while ------------------------------------------------------------------------------ */

/* Reads what it says until that is in it. */
static void await_word(int fd, const char *word)
{
	static char text[8192];
	size_t len = 0;

	text[0] = '\0';
	while (!strstr(text, word)) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&ready, 1, time_left()) <= 0)
			test_fail("'%s' is not said: %s", word, text);
		n = read(fd, text + len, sizeof(text) - 1 - len);
		if (n <= 0)
			test_fail("it ended without '%s': %s", word, text);
		len += (size_t)n;
		text[len] = '\0';
	}
}

struct learner {
	pid_t pid;
	int err;
};

/* `porttrace learn --for` an hour, which has begun; 8080 is open on loopback. */
static struct learner learn_to(const char *path, struct opener *host)
{
	char inode[32];
	const struct launch launch = {
		.command = "learn",
		.args = { "--netns", inode, "--for", "1h", "--write", path },
		.text = true,
	};
	struct learner learner;
	int out;

	snprintf(inode, sizeof(inode), "%lu", netns_inode());
	opener_open(host, &(struct spec){ .addr = "127.0.0.1", .port = 8080 });
	learner.pid = spawn_porttrace(&launch, &out, &learner.err);
	await_word(learner.err, "learning for 1h");
	return learner;
}

/* The signal makes it write the file, and end with 0. */
static void learner_end(const struct learner *learner, int sig, const char *said)
{
	int status;

	kill(learner->pid, sig);
	await_word(learner->err, said);
	check(waitpid(learner->pid, &status, 0) == learner->pid && !status, "wait status %x",
	      status);
}

/* A port that was open for a moment alone; and Ctrl-C does not throw away what was learnt. */
static void learn_for(void)
{
	const char *path = program_file("learnt.policy");
	struct opener host = program_start(PROGRAM_HOST);
	struct learner learner = learn_to(path, &host);

	for (int i = 0; i < 3; i++) {
		opener_open(&host, &(struct spec){ .addr = "0.0.0.0", .port = 8081 });
		opener_close(&host);
	}
	learner_end(&learner, SIGINT, "2 rules, 0 under REVIEW");
	expect_in(content(path), "\nallow tcp/8080 on=loopback exe=%s ", program_path());
	expect_in(content(path), "\nallow tcp/8081 on=any exe=%s ", program_path());
	expect_in(content(path), "%s", "\n# 3 times, ");
}

/* So does a terminal that goes. */
static void learn_hangup(void)
{
	const char *path = program_file("learnt.policy");
	struct opener host = program_start(PROGRAM_HOST);
	struct learner learner = learn_to(path, &host);

	learner_end(&learner, SIGHUP, "1 rule, 0 under REVIEW");
	expect_in(content(path), "\nallow tcp/8080 on=loopback exe=%s ", program_path());
}

const struct test learn_tests[] = {
	{ "learn-now",
	  "what is open becomes a policy: scopes, fixed ports, those the kernel picked", learn_now,
	  0 },
	{ "learn-review", "what looks wrong is commented out", learn_review, 0 },
	{ "learn-write", "a file is written as a whole, and never over another unasked",
	  learn_write, 0 },
	{ "learn-merge", "what people wrote stays as it is", learn_merge, 0 },
	{ "learn-usage", "a wrong command line, or a file that cannot be written, is said at once",
	  learn_usage, 0 },
	{ "learn-replay", "what was learnt is expected, and nothing else", learn_replay, 0 },
	{ "learn-for", "what opened meanwhile is learnt, and Ctrl-C writes it", learn_for, 0 },
	{ "learn-hangup", "a terminal that goes writes it as well", learn_hangup, 0 },
	{ NULL, NULL, NULL, 0 },
};
