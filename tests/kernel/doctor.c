// SPDX-License-Identifier: GPL-2.0-only
#include "doctor.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "harness.h"
#include "spawn.h"

#define ANSWER_MAX 16384

/* One answer for all tests, which are forks of this process: to ask takes seconds on slow machines. */
static struct {
	int known;
	char text[ANSWER_MAX];
} * answer;

__attribute__((constructor)) static void share_answer(void)
{
	answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
}

static const char *ask(void)
{
	static struct outcome outcome;
	const char *args[40] = { "doctor", "-j" };

	if (answer == MAP_FAILED)
		test_fail("out of memory");
	if (__atomic_load_n(&answer->known, __ATOMIC_ACQUIRE))
		return answer->text;
	for (int i = 0; config.extra[i]; i++)
		args[i + 2] = config.extra[i];
	run_porttrace(args, false, &outcome);
	if (outcome.status)
		test_fail("porttrace doctor exited with %d: %s", outcome.status, outcome.err);
	if (strlen(outcome.out) >= sizeof(answer->text))
		test_fail("porttrace doctor has too much to say");
	strcpy(answer->text, outcome.out);
	__atomic_store_n(&answer->known, 1, __ATOMIC_RELEASE);
	return answer->text;
}

static const json_t *events(void)
{
	static json_t *told;
	json_error_t error;

	if (!told)
		told = json_loads(ask(), 0, &error);
	if (!told)
		test_fail("what doctor says is no JSON: %s", error.text);
	return json_object_get(told, "events");
}

static const json_t *find(const char *event)
{
	const json_t *row;
	size_t i;

	json_array_foreach(events(), i, row) {
		const char *name = json_string_value(json_object_get(row, "event"));

		if (name && !strcmp(name, event))
			return row;
	}
	test_fail("doctor does not know of '%s'", event);
}

/* Why it is not covered, as far as doctor says. */
static const char *why_not(const json_t *row)
{
	const json_t *first = json_array_get(json_object_get(row, "attempts"), 0);
	const char *why = json_string_value(json_object_get(first, "why"));

	return why ? why : "no hook gives it";
}

bool is_covered(const char *event)
{
	return json_is_true(json_object_get(find(event), "covered"));
}

/* EACCES is the verifier's: the kernel has the hook, and our program is wrong. */
void expect_no_refusal(void)
{
	const json_t *row, *attempt;
	size_t i, j;

	json_array_foreach(events(), i, row) {
		json_array_foreach(json_object_get(row, "attempts"), j, attempt) {
			const char *why = json_string_value(json_object_get(attempt, "why"));

			check(!why || !strstr(why, "does not load: Permission denied"),
			      "the verifier refuses a program: %s", why);
		}
	}
}

void need(const char *event)
{
	expect_no_refusal();
	if (!is_covered(event))
		test_skip("not seen here: %s: %s", event, why_not(find(event)));
}

void need_seen(const char *event, const char *word)
{
	const char *note = json_string_value(json_object_get(find(event), "note"));

	need(event);
	if (note && strstr(note, word))
		test_skip("not seen here: %s: %s", event, note);
}

bool given_by(const char *event, const char *backend)
{
	const char *name = json_string_value(json_object_get(find(event), "backend"));

	return name && !strcmp(name, backend);
}
