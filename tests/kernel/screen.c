// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "await.h"
#include "folder.h"
#include "harness.h"
#include "netns.h"

#define WORDS_MAX 48

static char socket_path[108];
static char text[64 * 1024]; /* of the last answer */

/* --- tmux ----------------------------------------------------------------------------------- */

__attribute__((noreturn)) static void become_tmux(const char *const *words)
{
	const char *argv[WORDS_MAX + 8] = { "tmux", "-u", "-S", socket_path, "-f", "/dev/null" };

	for (int i = 0; i < WORDS_MAX && words[i]; i++)
		argv[i + 6] = words[i];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execvp("tmux", (char **)argv);
	_exit(127);
}

/* Its answer is in text. The exit status. */
static int ask(const char *const *words)
{
	size_t len = 0;
	int ends[2], status;
	ssize_t n;
	pid_t pid;

	check(!pipe2(ends, O_CLOEXEC), "pipe: %s", strerror(errno));
	pid = fork();
	check(pid >= 0, "fork: %s", strerror(errno));
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		become_tmux(words);
	}
	close(ends[1]);
	while ((n = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(ends[0]);
	check(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void tell(const char *const *words)
{
	check(!ask(words), "tmux %s: %s", words[0], text);
}

#define TELL(...) tell((const char *const[]){ __VA_ARGS__, NULL })

/* A format of tmux, without the end of its line. */
static const char *answer(const char *format)
{
	TELL("display-message", "-p", "-t", "top", format);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* In the foreground, so that it ends with the test, however that ends. */
static void start_server(void)
{
	static const char *const words[] = { "-D", NULL };
	pid_t pid = fork();
	int null;

	check(pid >= 0, "fork: %s", strerror(errno));
	if (pid)
		return;
	null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	unsetenv("TMUX");
	unsetenv("NO_COLOR");
	unsetenv("ENV");
	setenv("LC_ALL", "C.UTF-8", 1);
	become_tmux(words);
}

static bool answers(void *arg)
{
	(void)arg;
	/* Quietly where it does not know one: the format of a dead pane is of 3.3. */
	return !ask((const char *const[]){ "set",
					   "-g",
					   "status",
					   "off",
					   ";",
					   "set",
					   "-g",
					   "remain-on-exit",
					   "on",
					   ";",
					   "set",
					   "-gq",
					   "remain-on-exit-format",
					   "",
					   ";",
					   "set",
					   "-sg",
					   "escape-time",
					   "0",
					   ";",
					   "set",
					   "-g",
					   "default-terminal",
					   "screen",
					   NULL });
}

static void end_server(void)
{
	ask((const char *const[]){ "kill-server", NULL });
}

static bool has_tmux(void)
{
	char path[256];
	const char *dirs = getenv("PATH");

	for (; dirs && *dirs; dirs += strcspn(dirs, ":"), dirs += *dirs == ':') {
		snprintf(path, sizeof(path), "%.*s/tmux", (int)strcspn(dirs, ":"), dirs);
		if (!access(path, X_OK))
			return true;
	}
	return false;
}

void screen_run(const char *const *program)
{
	const char *words[WORDS_MAX] = { "new-session", "-d",         "-s", "top",
					 "-x",          SCREEN_WIDTH, "-y", SCREEN_HEIGHT };
	int n = 8;

	if (!*socket_path) {
		if (!has_tmux())
			test_skip("tmux is not there: a terminal that can be read");
		snprintf(socket_path, sizeof(socket_path), "%s/tmux", folder_make());
		start_server();
		await(answers, NULL, NULL, "tmux does not answer (it takes 3.2 or later)");
		test_at_end(end_server);
	}
	while (*program && n < WORDS_MAX - 1)
		words[n++] = *program++;
	tell(words);
}

void screen_top(const char *word, ...)
{
	const char *words[WORDS_MAX] = { config.porttrace, "top", "--netns" };
	char netns[24];
	va_list list;
	int n = 4;

	snprintf(netns, sizeof(netns), "%lu", netns_inode());
	words[3] = netns;
	va_start(list, word);
	for (; word; word = va_arg(list, const char *))
		words[n++] = word;
	va_end(list);
	for (int i = 0; config.extra[i] && n < WORDS_MAX - 1; i++)
		words[n++] = config.extra[i];
	screen_run(words);
	screen_await("Quit");
}

pid_t screen_pid(void)
{
	return (pid_t)atoi(answer("#{pane_pid}"));
}

bool screen_is_alternate(void)
{
	return !strcmp(answer("#{alternate_on}"), "1");
}

/* --- keys ----------------------------------------------------------------------------------- */

void screen_key(const char *key)
{
	TELL("send-keys", "-t", "top", key);
}

void screen_type(const char *keys)
{
	TELL("send-keys", "-t", "top", "-l", "--", keys);
}

void screen_resize(const char *width, const char *height)
{
	TELL("resize-window", "-t", "top", "-x", width, "-y", height);
}

/* --- what is on it ---------------------------------------------------------------------------- */

const char *screen_text(void)
{
	TELL("capture-pane", "-p", "-t", "top");
	return text;
}

const char *screen_line(const char *part)
{
	static char line[1024];
	const char *at = strstr(screen_text(), part), *from = at;

	if (!at)
		return "";
	while (from > text && from[-1] != '\n')
		from--;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(from, "\n"), from);
	return line;
}

void screen_await(const char *part)
{
	while (!strstr(screen_text(), part))
		check(time_left() > 0, "\"%s\" is not on the screen:\n%s", part, text);
}

void screen_await_gone(const char *part)
{
	while (strstr(screen_text(), part))
		check(time_left() > 0, "\"%s\" stays on the screen:\n%s", part, text);
}
