// SPDX-License-Identifier: GPL-2.0-only
/* Work of a child beside a loop: its text, its questions, its end, and that it is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/loop.h"
#include "cmd/errand.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND 1000000000ULL

static struct loop loop;
static struct timers timers;
static char text[4096], question[256];
static char text_when_asked[4096];
static int status; /* -1: it has not ended */
static struct errand *errand;

static void on_text(const char *data, size_t len, void *owner)
{
	assert_ptr_equal(owner, &loop);
	strncat(text, data, len);
}

static void on_question(const char *asked, void *owner)
{
	(void)owner;
	strcpy(question, asked);
	strcpy(text_when_asked, text);
}

static void on_end(int ended, void *owner)
{
	(void)owner;
	status = ended;
	errand = NULL;
}

static void start(int (*work)(void *arg, const struct consent *consent), uint64_t patience_ns)
{
	static int arg = 5;
	const struct errand_setup setup = {
		.loop = &loop,
		.timers = &timers,
		.work = work,
		.arg = &arg,
		.wrote = on_text,
		.asked = on_question,
		.ended = on_end,
		.owner = &loop,
		.patience_ns = patience_ns,
	};

	*text = *question = '\0';
	status = -1;
	assert_int_equal(errand_start(&errand, &setup), 0);
}

static void one_round(uint64_t until)
{
	uint64_t now = boot_now_ns(), wait = timers_patience(&timers, now);

	assert_true(now < until);
	assert_int_equal(loop_round(&loop, wait < until - now ? wait : until - now), 0);
	timers_run(&timers, boot_now_ns());
}

static void await_end(void)
{
	uint64_t until = boot_after_ns(10 * SECOND);

	while (status < 0)
		one_round(until);
}

static void await_question(void)
{
	uint64_t until = boot_after_ns(10 * SECOND);

	while (!*question)
		one_round(until);
}

/* --- what it writes, and how it ends --------------------------------------------------------- */

static int writes(void *arg, const struct consent *consent)
{
	(void)consent;
	printf("out %d\n", *(int *)arg);
	fflush(stdout);
	fprintf(stderr, "err\n");
	printf("%s", "behind\n"); /* in stdio's buffer yet when it returns */
	return 7;
}

static void tells_text_and_status(void **state)
{
	(void)state;
	start(writes, 0);
	await_end();
	assert_string_equal(text, "out 5\nerr\nbehind\n");
	assert_int_equal(status, 7);
}

static int crashes(void *arg, const struct consent *consent)
{
	(void)arg;
	(void)consent;
	raise(SIGKILL);
	return 0;
}

static void tells_a_signal(void **state)
{
	(void)state;
	start(crashes, 0);
	await_end();
	assert_int_equal(status, 128 + SIGKILL);
}

static void never(int sig)
{
	(void)sig;
}

/* 0: as a program has it at its start. */
static int looks_around(void *arg, const struct consent *consent)
{
	struct sigaction action;
	sigset_t mask;
	char byte;

	(void)arg;
	(void)consent;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	sigaction(SIGTERM, NULL, &action);
	if (action.sa_handler != SIG_DFL || sigismember(&mask, SIGTERM))
		return 1;
	return read(STDIN_FILENO, &byte, 1) ? 2 : 0;
}

static void is_apart(void **state)
{
	(void)state;
	signal(SIGTERM, never); /* as curses has one */
	start(looks_around, 0);
	await_end();
	assert_int_equal(status, 0);
}

/* --- questions -------------------------------------------------------------------------------- */

static int asks(void *arg, const struct consent *consent)
{
	(void)arg;
	printf("what it is about\n");
	return consent->agrees("Do it?", consent->arg) ? 0 : 1;
}

static void asks_and_obeys(void **state)
{
	(void)state;
	for (int yes = 0; yes <= 1; yes++) {
		start(asks, 0);
		await_question();
		assert_string_equal(question, "Do it?");
		assert_string_equal(text_when_asked, "what it is about\n");
		assert_int_equal(status, -1);
		errand_answer(errand, yes);
		await_end();
		assert_int_equal(status, !yes);
	}
}

/* Who thinks about a question is not late. */
static void waits_for_an_answer(void **state)
{
	uint64_t until;

	(void)state;
	start(asks, SECOND / 2);
	await_question();
	assert_int_equal(timers_patience(&timers, boot_now_ns()), UINT64_MAX);
	until = boot_after_ns(SECOND);
	errand_answer(errand, true);
	assert_true(timers_patience(&timers, boot_now_ns()) <= SECOND / 2);
	while (status < 0)
		one_round(until);
	assert_int_equal(status, 0);
}

/* --- its end comes from outside ---------------------------------------------------------------- */

_Noreturn static int hangs(void *arg, const struct consent *consent)
{
	(void)arg;
	(void)consent;
	printf("%d\n", getpid());
	fflush(stdout);
	for (;;)
		pause();
}

static void is_ended_when_it_hangs(void **state)
{
	(void)state;
	start(hangs, SECOND / 20);
	await_end();
	assert_int_equal(status, 128 + SIGKILL);
}

static void is_left(void **state)
{
	uint64_t until = boot_after_ns(10 * SECOND);
	pid_t pid;

	(void)state;
	start(hangs, SECOND);
	while (!strchr(text, '\n'))
		one_round(until);
	pid = atoi(text);
	*text = '\0';
	errand_leave(errand);
	while (!kill(pid, 0))
		one_round(until);
	assert_int_equal(errno, ESRCH); /* and it was waited for */
	assert_int_equal(status, -1);   /* nothing is told of it any more */
	assert_string_equal(text, "");
	assert_int_equal(timers_patience(&timers, boot_now_ns()), UINT64_MAX);
	errand_leave(NULL);
}

static int open_loop(void **state)
{
	(void)state;
	return loop_init(&loop);
}

static int close_loop(void **state)
{
	(void)state;
	loop_free(&loop);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_text_and_status),
		cmocka_unit_test(tells_a_signal),
		cmocka_unit_test(is_apart),
		cmocka_unit_test(asks_and_obeys),
		cmocka_unit_test(waits_for_an_answer),
		cmocka_unit_test(is_ended_when_it_hangs),
		cmocka_unit_test(is_left),
	};

	return cmocka_run_group_tests(tests, open_loop, close_loop);
}
