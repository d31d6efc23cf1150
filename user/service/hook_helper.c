// SPDX-License-Identifier: GPL-2.0-only
#include "service/hook_helper.h"

#include "base/log.h"
#include "base/loop.h"
#include "base/timers.h"
#include "service/hook_file.h"
#include "service/hook_guard.h"
#include "service/hook_request.h"
#include "service/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL

struct helper;

/* One at work. */
struct job {
	struct helper *helper;
	pid_t pid; /* of its guard; 0: none */
	int pidfd;
	char name[NAME_MAX + 1];
};

/* Something that went wrong, told at most once a second, with how often. */
struct trouble {
	uint64_t count;
	char text[768]; /* the last one */
};

enum trouble_kind { NOT_RUN, FAILED, KILLED, TROUBLES };

struct helper {
	struct loop loop;
	struct timers timers;
	struct timer said, end;
	int fd; /* -1: the other end is gone */
	struct job jobs[HOOKS_AT_ONCE];
	struct hook_end *ends; /* of each, shared with its guard */
	struct hook_request *first, **last;
	size_t waiting;
	struct trouble troubles[TROUBLES];
};

/* --- what goes wrong ----------------------------------------------------------------------- */

static void say_troubles(void *arg)
{
	struct helper *helper = arg;

	for (int i = 0; i < TROUBLES; i++) {
		struct trouble *trouble = &helper->troubles[i];

		if (trouble->count > 1)
			say("%s (%" PRIu64 " times)", trouble->text, trouble->count);
		else if (trouble->count)
			say("%s", trouble->text);
		trouble->count = 0;
	}
}

__attribute__((format(printf, 3, 4))) static void note(struct helper *helper,
						       enum trouble_kind kind, const char *format,
						       ...)
{
	struct trouble *trouble = &helper->troubles[kind];
	va_list args;

	va_start(args, format);
	vsnprintf(trouble->text, sizeof(trouble->text), format, args);
	va_end(args);
	trouble->count++;
	if (!helper->said.set)
		timer_set(&helper->timers, &helper->said, boot_after_ns(NSEC_PER_SEC));
}

/* --- running one ----------------------------------------------------------------------------- */

static void run_next(struct helper *helper);

/* How it ended, and what that was worth. */
static void note_end(struct job *job)
{
	const struct hook_end *end = &job->helper->ends[job - job->helper->jobs];

	if (end->course == HOOK_NOT_RUN)
		note(job->helper, NOT_RUN, "hook '%s' was not run: %s", job->name,
		     strerror(end->value));
	else if (end->course == HOOK_LATE)
		note(job->helper, KILLED, "hook '%s' was killed: it took more than %d s", job->name,
		     HOOKS_SECONDS);
	else if (end->course == HOOK_UNTOLD)
		note(job->helper, FAILED, "hook '%s' was killed with the process that guards it",
		     job->name);
	else if (WIFSIGNALED(end->value))
		note(job->helper, FAILED, "hook '%s' ended by signal %d", job->name,
		     WTERMSIG(end->value));
	else if (WEXITSTATUS(end->value))
		note(job->helper, FAILED, "hook '%s' ended with status %d", job->name,
		     WEXITSTATUS(end->value));
}

static void on_end(void *arg)
{
	struct job *job = arg;
	struct helper *helper = job->helper;

	waitpid(job->pid, NULL, 0);
	loop_remove(&helper->loop, job->pidfd);
	if (job->pidfd >= 0)
		close(job->pidfd);
	job->pid = 0;
	note_end(job);
	run_next(helper);
}

static void watch_job(struct helper *helper, struct job *job)
{
	job->pidfd = (int)syscall(SYS_pidfd_open, job->pid, 0);
	if (job->pidfd >= 0 && !loop_add(&helper->loop, job->pidfd, EPOLLIN, on_end, job))
		return;
	kill(job->pid, SIGKILL); /* nobody would hear of its end */
	on_end(job);
}

static void start(struct helper *helper, struct job *job, struct hook_request *request)
{
	const char *name = request->text;
	char path[sizeof(HOOKS_DIR) + sizeof(job->name) + 1], *env[HOOK_ENV_MAX];
	const char *where, *why;
	pid_t pid;

	snprintf(path, sizeof(path), HOOKS_DIR "/%s", name);
	why = hook_file_trouble(path, &where);
	if (why) {
		note(helper, NOT_RUN, "hook '%s' was not run: %s %s", name, where, why);
		return;
	}
	hook_request_env(request, env);
	pid = hook_guard_start(path, env, request->input, &helper->ends[job - helper->jobs]);
	if (pid < 0) {
		note(helper, NOT_RUN, "hook '%s' was not run: %s", name, strerror(-pid));
		return;
	}
	job->pid = pid;
	snprintf(job->name, sizeof(job->name), "%s", name);
	watch_job(helper, job);
}

static struct job *free_job(struct helper *helper)
{
	for (int i = 0; i < HOOKS_AT_ONCE; i++)
		if (!helper->jobs[i].pid)
			return &helper->jobs[i];
	return NULL;
}

static struct hook_request *take(struct helper *helper)
{
	struct hook_request *request = helper->first;

	helper->first = request->next;
	if (!helper->first)
		helper->last = &helper->first;
	helper->waiting--;
	return request;
}

static void run_next(struct helper *helper)
{
	struct job *job;

	while (helper->first && (job = free_job(helper))) {
		struct hook_request *request = take(helper);

		start(helper, job, request);
		hook_request_free(request);
	}
}

/* --- requests --------------------------------------------------------------------------------- */

static void put(struct helper *helper, struct hook_request *request)
{
	if (helper->waiting == HOOKS_WAITING_MAX) {
		note(helper, NOT_RUN, "hook '%s' was not run: %d are at work, and %d wait",
		     request->text, HOOKS_AT_ONCE, HOOKS_WAITING_MAX);
		hook_request_free(request);
		return;
	}
	*helper->last = request;
	helper->last = &request->next;
	helper->waiting++;
	run_next(helper);
}

/* Those at work have their own time. */
static void on_time_over(void *arg)
{
	struct helper *helper = arg;

	while (helper->first) {
		struct hook_request *request = take(helper);

		note(helper, NOT_RUN, "hook '%s' was not run: porttrace has ended", request->text);
		hook_request_free(request);
	}
}

static void on_request(void *arg)
{
	struct helper *helper = arg;
	struct hook_request *request;
	int err;

	while ((request = hook_request_receive(helper->fd, &err)))
		put(helper, request);
	if (err == -EAGAIN || err == -EINTR)
		return;
	if (err == -ENOMEM) {
		note(helper, NOT_RUN, "a hook was not run: out of memory");
		return;
	}
	loop_remove(&helper->loop, helper->fd);
	helper->fd = -1;
	timer_set(&helper->timers, &helper->end, boot_after_ns(HOOKS_SECONDS * NSEC_PER_SEC));
}

/* --- the process ------------------------------------------------------------------------------ */

/* Its end is that of the other end, whatever is sent to the process group. */
static void ignore(const struct signalfd_siginfo *info, void *arg)
{
	(void)info;
	(void)arg;
}

/* Nothing that it was forked with but stderr, and the way to the other end. */
static int drop_files(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return -errno;
	if (fd != STDERR_FILENO + 1 && dup3(fd, STDERR_FILENO + 1, O_CLOEXEC) < 0)
		return -errno;
	syscall(SYS_close_range, STDERR_FILENO + 2, ~0U, 0);
	return STDERR_FILENO + 1;
}

static bool is_at_work(const struct helper *helper)
{
	for (int i = 0; i < HOOKS_AT_ONCE; i++)
		if (helper->jobs[i].pid)
			return true;
	return helper->fd >= 0 || helper->first;
}

static int begin(struct helper *helper, int fd)
{
	static const int signals[] = { SIGHUP, SIGQUIT };
	int err;

	helper->fd = drop_files(fd);
	if (helper->fd < 0)
		return helper->fd;
	say_hurry();
	helper->last = &helper->first;
	helper->said = (struct timer){ .fire = say_troubles, .arg = helper };
	helper->end = (struct timer){ .fire = on_time_over, .arg = helper };
	for (int i = 0; i < HOOKS_AT_ONCE; i++)
		helper->jobs[i].helper = helper;
	helper->ends = mmap(NULL, HOOKS_AT_ONCE * sizeof(*helper->ends), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (helper->ends == MAP_FAILED)
		return -errno;
	err = loop_init(&helper->loop);
	if (!err)
		err = loop_take_signals(&helper->loop, signals, 2, ignore, NULL);
	return err ? err : loop_add(&helper->loop, helper->fd, EPOLLIN, on_request, helper);
}

void hook_helper(int fd)
{
	static struct helper helper;
	int err = begin(&helper, fd);

	prctl(PR_SET_NAME, "porttrace-hooks");
	setsid(); /* who kills our process group does not kill what was asked for before */
	while (!err && is_at_work(&helper)) {
		err = loop_round(&helper.loop, timers_patience(&helper.timers, boot_now_ns()));
		timers_run(&helper.timers, boot_now_ns());
	}
	say_troubles(&helper);
	if (err)
		say("hooks are not run: %s", strerror(-err));
	_exit(err ? 1 : 0);
}
