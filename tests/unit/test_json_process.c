// SPDX-License-Identifier: GPL-2.0-only
/* Who it was, in JSON: what is remembered of the lines before must never show in another one. */
#include "unit.h"

#include "model/procs.h"
#include "output/json_process.h"

static struct procs *procs;
static struct enrich *enrich;
static struct buf out;

static int set_up(void **state)
{
	(void)state;
	procs = procs_new();
	enrich = enrich_new(true);
	return !procs || !enrich;
}

static int tear_down(void **state)
{
	(void)state;
	procs_free(procs);
	enrich_free(enrich);
	buf_free(&out);
	return 0;
}

/* A process of this test alone: the memory outlives the tests. */
static struct task_ref new_task(void)
{
	static uint32_t tgids = 1000;

	return a_task(tgids++);
}

static void told(const struct decoded *record)
{
	assert_int_equal(procs_told(procs, record), 0);
}

static struct decoded description(const struct task_ref *task, const char *exe)
{
	struct decoded record = {
		.type = DECODED_TASK, .task = *task, .ppid = 7, .parent_comm = "sh", .cgroup = "/a"
	};

	snprintf(record.exe, sizeof(record.exe), "%s", exe);
	return record;
}

/* By whoever this short form is of, in the thread it names. */
static const char *text(const struct task_ref *task, enum process_source source)
{
	struct actor actor = { .process = procs_get(procs, task),
			       .tid = task->tid,
			       .uid = task->uid,
			       .gid = task->gid,
			       .source = source };
	struct json j = { .out = &out };

	memcpy(actor.comm, task->comm, sizeof(actor.comm));
	buf_clear(&out);
	json_put_process(&j, enrich, &actor);
	procs_put(procs, actor.process);
	return text_of(&out);
}

/* Of a process of which the short form alone is known. */
static const char *expected(const struct task_ref *task)
{
	static char line[512];

	snprintf(line, sizeof(line),
		 "\"process\":{\"pid\":%u,\"tid\":%u,\"start_ns\":%llu,\"comm\":\"%s\","
		 "\"uid\":%u,\"gid\":%u,\"source\":\"kernel\"},\"cgroup\":{\"id\":%llu}",
		 task->tgid, task->tid, (unsigned long long)task->start_ns, task->comm, task->uid,
		 task->gid, (unsigned long long)task->cgroup_id);
	return line;
}

#define assert_short(task) assert_string_equal(text(task, SOURCE_KERNEL), expected(task))

static void nothing_is_put_for_nobody(void **state)
{
	const struct actor nobody = { 0 };
	struct json j = { .out = &out };

	(void)state;
	json_put_process(&j, enrich, &nobody);
	assert_text(&out, "");
	assert_false(j.comma);
}

static void what_is_told_later_shows_at_once(void **state)
{
	struct task_ref task = new_task();
	struct decoded record = description(&task, "/bin/x"), args = {
		.type = DECODED_ARGS, .task = task, .args = "x\0-v", .args_len = 5
	};

	(void)state;
	assert_short(&task);
	assert_short(&task);
	told(&record);
	assert_contains(text(&task, SOURCE_KERNEL), "\"exe\":\"/bin/x\",\"uid\":1000,\"gid\":100,"
						    "\"parent\":{\"pid\":7,\"comm\":\"sh\"},"
						    "\"deleted\":false,");
	assert_contains(text(&task, SOURCE_KERNEL), "\"cgroup\":{\"id\":77,\"path\":\"/a\"}");
	told(&args);
	assert_contains(text(&task, SOURCE_KERNEL),
			"\"exe\":\"/bin/x\",\"args\":[\"x\",\"-v\"],\"uid\"");
}

static void what_is_told_anew_replaces_what_was_shown(void **state)
{
	struct task_ref task = new_task();
	struct decoded record = description(&task, "/bin/x");

	(void)state;
	told(&record);
	text(&task, SOURCE_KERNEL);
	record = description(&task, "/bin/y");
	record.deleted = record.exe_truncated = true;
	record.ppid = 8;
	strcpy(record.parent_comm, "init");
	strcpy(record.cgroup, "/b");
	record.task.cgroup_id = 78;
	told(&record);
	assert_contains(text(&task, SOURCE_KERNEL), "\"exe\":\"/bin/y\",\"exe_truncated\":true,"
						    "\"uid\":1000,\"gid\":100,"
						    "\"parent\":{\"pid\":8,\"comm\":\"init\"},"
						    "\"deleted\":true,");
	assert_contains(text(&task, SOURCE_KERNEL), "\"cgroup\":{\"id\":78,\"path\":\"/b\"}");
}

/* Its file was unlinked, and its path is not readable any more: no text has changed. */
static void a_flag_alone_that_changes_shows(void **state)
{
	struct task_ref task = new_task();
	struct decoded record = description(&task, "/bin/x");

	(void)state;
	told(&record);
	assert_contains(text(&task, SOURCE_KERNEL), "\"deleted\":false");
	*record.exe = '\0';
	record.deleted = true;
	told(&record);
	assert_contains(text(&task, SOURCE_KERNEL), "\"deleted\":true");
	record.exe_truncated = true;
	told(&record);
	assert_contains(text(&task, SOURCE_KERNEL), "\"exe_truncated\":true");
}

static void threads_names_and_users_are_each_their_own(void **state)
{
	struct task_ref task = new_task(), other = task;

	(void)state;
	assert_short(&task);
	other.tid += 5;
	assert_short(&other);
	assert_short(&task);
	other = task;
	strcpy(other.comm, "renamed");
	assert_short(&other);
	assert_short(&task);
	other = task;
	other.uid = 0;
	assert_short(&other);
	assert_short(&task);
	other = task;
	other.gid = 0;
	assert_short(&other);
	assert_short(&task);
}

static void the_source_is_that_of_the_event(void **state)
{
	struct task_ref task = new_task();

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_contains(text(&task, SOURCE_KERNEL), "\"source\":\"kernel\"");
		assert_contains(text(&task, SOURCE_SOCKET), "\"source\":\"socket\"");
		assert_contains(text(&task, SOURCE_PROC), "\"source\":\"proc\"");
	}
}

/* The same number, another process or program. */
static void a_number_used_again_is_another_process(void **state)
{
	struct task_ref task = new_task(), other = task;
	struct decoded record = description(&task, "/bin/x");

	(void)state;
	told(&record);
	assert_contains(text(&task, SOURCE_KERNEL), "/bin/x");
	other.start_ns++;
	assert_short(&other);
	other = task;
	other.exec_id++;
	assert_short(&other);
	assert_contains(text(&task, SOURCE_KERNEL), "/bin/x");
}

/* More than there is room for, so that many of them come to one place. */
static void many_actors_in_turn_are_each_shown_right(void **state)
{
	static struct task_ref tasks[2000];

	(void)state;
	for (size_t i = 0; i < COUNT(tasks); i++) {
		tasks[i] = i % 4 ? tasks[i - 1] : new_task();
		tasks[i].tid += (uint32_t)(i % 4);
	}
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < COUNT(tasks); i++)
			assert_short(&tasks[i]);
	/* pairs that follow each other at once, in every distance */
	for (size_t i = 0; i < COUNT(tasks); i++) {
		assert_short(&tasks[0]);
		assert_short(&tasks[i]);
	}
}

static void what_was_written_before_stays(void **state)
{
	struct task_ref task = new_task();
	struct actor actor = { .process = procs_get(procs, &task), .source = SOURCE_KERNEL };
	struct json j = { .out = &out };

	(void)state;
	for (int i = 0; i < 2; i++) {
		json_object(&j, NULL);
		json_u64(&j, "v", 1);
		json_put_process(&j, enrich, &actor);
		json_u64(&j, "w", 2);
		json_object_end(&j);
		assert_memory_equal(text_of(&out), "{\"v\":1,\"process\":{\"pid\":", 24);
		assert_contains(text_of(&out), "\"cgroup\":{\"id\":77},\"w\":2}");
		buf_clear(&out);
		j.comma = false;
	}
	procs_put(procs, actor.process);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_put_for_nobody),
		TEST(what_is_told_later_shows_at_once),
		TEST(what_is_told_anew_replaces_what_was_shown),
		TEST(a_flag_alone_that_changes_shows),
		TEST(threads_names_and_users_are_each_their_own),
		TEST(the_source_is_that_of_the_event),
		TEST(a_number_used_again_is_another_process),
		TEST(many_actors_in_turn_are_each_shown_right),
		TEST(what_was_written_before_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
