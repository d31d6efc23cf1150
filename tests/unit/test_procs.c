// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "model/procs.h"

/* More than are kept without use, and the sizes that make it noticed. */
#define MANY 5000
#define ROOM 4096 /* kept beyond use at most; model/procs.h says it is a bound */

static struct procs *procs;

static int set_up(void **state)
{
	(void)state;
	procs = procs_new();
	return !procs;
}

static int tear_down(void **state)
{
	(void)state;
	procs_free(procs);
	return 0;
}

static struct decoded told_of(uint32_t tgid)
{
	struct decoded record = {
		.type = DECODED_TASK,
		.task = a_task(tgid),
		.ppid = 1,
		.parent_comm = "init",
		.exe = "/bin/x",
		.cgroup = "/a.slice",
	};

	return record;
}

static struct process *get(uint32_t tgid)
{
	struct task_ref task = a_task(tgid);
	struct process *process = procs_get(procs, &task);

	assert_non_null(process);
	return process;
}

static void what_was_told_is_found_again(void **state)
{
	struct decoded record = told_of(1);
	struct process *p;

	(void)state;
	assert_int_equal(procs_told(procs, &record), 0);
	p = get(1);
	assert_int_equal(p->tgid, 1);
	assert_int_equal(p->uid, 1000);
	assert_int_equal(p->ppid, 1);
	assert_string_equal(p->comm, "comm1");
	assert_string_equal(p->parent_comm, "init");
	assert_string_equal(p->exe, "/bin/x");
	assert_string_equal(p->cgroup_path, "/a.slice");
	assert_true(p->described);
	assert_null(p->args);
	procs_put(procs, p);
}

static void arguments_belong_to_their_process(void **state)
{
	struct decoded record = {
		.type = DECODED_ARGS, .task = a_task(1), .args = "a\0b", .args_len = 4
	};
	struct process *p;

	(void)state;
	assert_int_equal(procs_told(procs, &record), 0);
	p = get(1);
	assert_int_equal(p->args_len, 4);
	assert_memory_equal(p->args, "a\0b", 4);
	assert_false(p->args_truncated);
	record.args = "longer";
	record.args_len = 7;
	record.args_truncated = true;
	assert_int_equal(procs_told(procs, &record), 0);
	assert_string_equal(p->args, "longer");
	assert_int_equal(p->args_len, 7);
	assert_true(p->args_truncated);
	procs_put(procs, p);
	p = get(2);
	assert_null(p->args);
	procs_put(procs, p);
}

static void empty_arguments_leave_those_that_are_known(void **state)
{
	struct decoded record = {
		.type = DECODED_ARGS, .task = a_task(1), .args = "a", .args_len = 2
	};
	struct process *p;

	(void)state;
	assert_int_equal(procs_told(procs, &record), 0);
	record.args_len = 0;
	assert_int_equal(procs_told(procs, &record), 0);
	p = get(1);
	assert_string_equal(p->args, "a");
	procs_put(procs, p);
}

static void a_later_description_replaces_but_never_with_nothing(void **state)
{
	struct decoded record = told_of(1);
	struct process *p;

	(void)state;
	assert_int_equal(procs_told(procs, &record), 0);
	record.exe[0] = '\0';
	strcpy(record.cgroup, "/b.slice");
	assert_int_equal(procs_told(procs, &record), 0);
	p = get(1);
	assert_string_equal(p->exe, "/bin/x");
	assert_string_equal(p->cgroup_path, "/b.slice");
	procs_put(procs, p);
}

static void a_later_description_may_be_of_another_place(void **state)
{
	struct decoded record = told_of(1);
	struct process *p;

	(void)state;
	assert_int_equal(procs_told(procs, &record), 0);
	p = get(1);
	p->place = calloc(1, sizeof(*p->place)); /* freed with the process, or before */
	record.args_len = 0;
	record.type = DECODED_ARGS;
	assert_int_equal(procs_told(procs, &record), 0);
	assert_non_null(p->place);
	record.type = DECODED_TASK;
	assert_int_equal(procs_told(procs, &record), 0);
	assert_non_null(p->place); /* the same cgroup */
	record.task.cgroup_id++;
	assert_int_equal(procs_told(procs, &record), 0);
	assert_null(p->place);
	p->place = calloc(1, sizeof(*p->place));
	procs_put(procs, p);
}

static void the_root_cgroup_has_a_path_and_a_cut_off_one_has_none(void **state)
{
	struct decoded record = told_of(1);
	struct process *p;

	(void)state;
	record.cgroup[0] = '\0';
	assert_int_equal(procs_told(procs, &record), 0);
	p = get(1);
	assert_string_equal(p->cgroup_path, "/");
	procs_put(procs, p);

	record = told_of(2);
	record.cgroup_truncated = true;
	assert_int_equal(procs_told(procs, &record), 0);
	p = get(2);
	assert_null(p->cgroup_path);
	procs_put(procs, p);
}

/* A pid alone is never an identity; nor is a process before and after execve(). */
static void the_same_pid_with_another_start_or_program_is_another(void **state)
{
	struct decoded record = told_of(1);
	struct task_ref task = a_task(1);
	struct process *p;

	(void)state;
	assert_int_equal(procs_told(procs, &record), 0);
	task.start_ns++;
	p = procs_get(procs, &task);
	assert_false(p->described);
	procs_put(procs, p);
	task = a_task(1);
	task.exec_id++;
	p = procs_get(procs, &task);
	assert_false(p->described);
	procs_put(procs, p);
}

static void one_never_described_is_known_by_its_short_form(void **state)
{
	struct process *p = get(3);

	(void)state;
	assert_int_equal(p->tgid, 3);
	assert_int_equal(p->cgroup_id, 77);
	assert_string_equal(p->comm, "comm3");
	assert_false(p->described);
	assert_null(p->exe);
	assert_ptr_equal(get(3), p);
	procs_put(procs, p);
	procs_put(procs, p);
}

static void idle_processes_are_bounded_the_oldest_going_first(void **state)
{
	struct process *p;

	(void)state;
	for (uint32_t tgid = 1; tgid <= MANY; tgid++) {
		struct decoded record = told_of(tgid);

		assert_int_equal(procs_told(procs, &record), 0);
	}
	p = get(MANY - ROOM + 1); /* the oldest of those kept */
	assert_true(p->described);
	procs_put(procs, p);
	p = get(1);
	assert_false(p->described);
	procs_put(procs, p);
	p = get(MANY);
	assert_true(p->described);
	procs_put(procs, p);
}

static void one_in_use_or_just_used_stays(void **state)
{
	struct decoded record = told_of(1);
	struct process *used, *p;

	(void)state;
	assert_int_equal(procs_told(procs, &record), 0);
	used = get(1);
	record = told_of(2);
	assert_int_equal(procs_told(procs, &record), 0);
	for (uint32_t tgid = 3; tgid <= MANY; tgid++) {
		record = told_of(tgid);
		assert_int_equal(procs_told(procs, &record), 0);
		p = get(2); /* looked at again and again */
		assert_true(p->described);
		procs_put(procs, p);
	}
	assert_ptr_equal(get(1), used);
	assert_true(used->described);
	assert_string_equal(used->exe, "/bin/x");
	procs_put(procs, used);
	procs_put(procs, used);
}

/* It is told with a record once, and stays so: its number is forgotten when it ends. */
static void who_was_asked_for_stays_asked_for(void **state)
{
	struct task_ref task = a_task(1);
	struct process *p = procs_get(procs, &task);

	(void)state;
	assert_false(p->asked);
	procs_put(procs, p);
	task.asked = true;
	p = procs_get(procs, &task);
	assert_true(p->asked);
	procs_put(procs, p);
	task.asked = false;
	p = procs_get(procs, &task);
	assert_true(p->asked);
	procs_put(procs, p);
	task = a_task(2);
	task.asked = true;
	p = procs_get(procs, &task); /* entered as such */
	assert_true(p->asked);
	procs_put(procs, p);
}

static void each_reference_has_to_be_given_back(void **state)
{
	struct process *p = get(1);

	(void)state;
	procs_ref(p);
	procs_put(procs, p);
	for (uint32_t tgid = 2; tgid <= MANY; tgid++)
		procs_put(procs, get(tgid));
	assert_int_equal(p->tgid, 1); /* still there */
	procs_put(procs, p);
	procs_put(procs, NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_was_told_is_found_again),
		TEST(arguments_belong_to_their_process),
		TEST(empty_arguments_leave_those_that_are_known),
		TEST(a_later_description_replaces_but_never_with_nothing),
		TEST(a_later_description_may_be_of_another_place),
		TEST(the_root_cgroup_has_a_path_and_a_cut_off_one_has_none),
		TEST(the_same_pid_with_another_start_or_program_is_another),
		TEST(one_never_described_is_known_by_its_short_form),
		TEST(idle_processes_are_bounded_the_oldest_going_first),
		TEST(one_in_use_or_just_used_stays),
		TEST(who_was_asked_for_stays_asked_for),
		TEST(each_reference_has_to_be_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
