// SPDX-License-Identifier: GPL-2.0-only
#include "tui/restore.h"

#include <curses.h>
#include <term.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Those that end a process, and are not curses' own (SIGINT, SIGTERM). */
static const int fatal[] = { SIGHUP, SIGQUIT, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS };

#define FATAL_N (sizeof(fatal) / sizeof(*fatal))

static struct termios before;
static bool saved;
static volatile sig_atomic_t armed;
static struct sigaction actions[FATAL_N]; /* as they were */
static char words[256];                   /* what the terminal has to be told */
static size_t words_len;

void restore_save(void)
{
	saved = !tcgetattr(STDIN_FILENO, &before);
}

static int keep(int c)
{
	if (words_len < sizeof(words))
		words[words_len++] = (char)c;
	return c;
}

/* NULL: the terminal has no such thing. */
static char *word(const char *capability)
{
	char *text = tigetstr((char *)capability);

	return text == (char *)-1 ? NULL : text;
}

static void keep_word(const char *capability)
{
	char *text = word(capability);

	if (text)
		tputs(text, 1, keep);
}

bool restore_can_move(void)
{
	return word("cup");
}

/* Only what a signal handler may call; the signal's own end follows. */
static void on_fatal(int sig)
{
	if (armed) {
		armed = 0;
		if (write(STDOUT_FILENO, words, words_len) < 0) {
			/* It has gone away, and is nobody's any more. */
		}
		if (saved)
			tcsetattr(STDIN_FILENO, TCSANOW, &before);
	}
	raise(sig); /* SA_RESETHAND: it ends us as we return */
}

static void at_exit(void)
{
	if (!armed)
		return;
	armed = 0;
	endwin();
}

void restore_arm(void)
{
	static bool registered;
	struct sigaction action = { .sa_handler = on_fatal, .sa_flags = SA_RESETHAND };

	words_len = 0;
	for (const char *c = "\033[?1000l"; *c; c++)
		keep(*c); /* no reports of the mouse */
	keep_word("rmkx");
	keep_word("sgr0");
	keep_word("rmcup");
	keep_word("cnorm");
	for (size_t i = 0; i < FATAL_N; i++) {
		sigaction(fatal[i], NULL, &actions[i]);
		if (actions[i].sa_handler == SIG_DFL)
			sigaction(fatal[i], &action, NULL);
	}
	if (!registered)
		registered = !atexit(at_exit);
	armed = 1;
}

void restore_disarm(void)
{
	armed = 0;
	for (size_t i = 0; i < FATAL_N; i++)
		sigaction(fatal[i], &actions[i], NULL);
}
