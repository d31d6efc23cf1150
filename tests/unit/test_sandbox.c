// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* _exit() of the sanitizers does more than that. */
static void leave(int status)
{
	syscall(SYS_exit_group, status);
}

/* Every test is a child that enters: what it does then ends it, or does not. */
static int after_entering(int (*act)(void))
{
	pid_t pid = fork();
	const char *why;
	int status;

	if (!pid) {
		if (sandbox_enter(&why))
			leave(99);
		leave(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 99)
		skip(); /* no filters in this kernel */
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* By their numbers, so that no library does something else instead. */
static int start_program(void)
{
	char *const none[] = { NULL };

	return (int)syscall(SYS_execve, "/bin/true", none, none) ? errno : 0;
}

static int start_process(void)
{
	return (int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static int load_bpf_program(void)
{
	union bpf_attr attr = { 0 };

	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int make_writable_code(void)
{
	return (int)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int make_code(void)
{
	void *at = (void *)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return (int)syscall(SYS_mprotect, at, 4096, PROT_READ | PROT_EXEC);
}

static int open_raw_socket(void)
{
	return (int)syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0) < 0 ? errno : 0;
}

static int open_other_netns(void)
{
	return (int)syscall(SYS_setns, -1, 0x00020000 /* CLONE_NEWNS */);
}

static int trace_another(void)
{
	return (int)syscall(SYS_ptrace, 0, 0, 0, 0);
}

static int do_what_the_loop_does(void)
{
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	char text[64];
	struct sockaddr_storage at = { .ss_family = AF_INET };
	void *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);

	if (fd < 0 || read(fd, text, sizeof(text)) <= 0 || close(fd) || memory == MAP_FAILED ||
	    munmap(memory, 1 << 20))
		return 1;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, 16) || listen(fd, 1) || close(fd))
		return 2;
	if (prctl(PR_GET_NAME, text) || !getpid())
		return 3;
	return 0;
}

static void what_the_loop_does_is_allowed(void **state)
{
	(void)state;
	assert_int_equal(after_entering(do_what_the_loop_does), 0);
}

static void the_rest_ends_the_program(void **state)
{
	int (*const acts[])(void) = { start_program,      start_process, load_bpf_program,
				      make_writable_code, make_code,     open_other_netns,
				      trace_another };

	(void)state;
	for (size_t i = 0; i < COUNT(acts); i++) {
		int got = after_entering(acts[i]);

		if (got != -SIGSYS)
			fail_msg("act %zu came to %d", i, got);
	}
}

/* Libraries look for families that are not there on every host. */
static void other_families_are_refused(void **state)
{
	(void)state;
	assert_int_equal(after_entering(open_raw_socket), EAFNOSUPPORT);
}

static int look_at_capabilities(void)
{
	for (size_t i = 0; i < sandbox_n_capabilities; i++)
		(void)sandbox_has(&sandbox_capabilities[i]);
	return 0;
}

static void asking_for_capabilities_is_allowed(void **state)
{
	(void)state;
	assert_int_equal(after_entering(look_at_capabilities), 0);
	assert_in_range(sandbox_calls(), 50, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_loop_does_is_allowed),
		cmocka_unit_test(the_rest_ends_the_program),
		cmocka_unit_test(other_families_are_refused),
		cmocka_unit_test(asking_for_capabilities_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
