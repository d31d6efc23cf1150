// SPDX-License-Identifier: GPL-2.0-only
/*
 * What real kernels told (tests/data/rings, made by tests/record), replayed:
 * each line is that of the golden file beside the ring. RECORD_GOLDEN=1 writes
 * the golden files instead; read what changed before it is committed.
 */
#include "replay.h"

#include "output/sink.h"

#include <glob.h>

#define RINGS "tests/data/rings"

/* One ring: its name, its events, and its lines. */
struct life {
	const char *path;
	struct replay replay;
	struct enrich *enrich;
	struct sink sink;
	struct buf lines;
	size_t tcp[EVENT_KINDS];
	size_t udp[EVENT_KINDS];
};

/* Whose it is is known, but for steps: those of a listener, or of what nobody accepts, tell no process. */
static void check_event(const struct life *life, const struct event *e)
{
	assert_true(e->time_ns);
	if (e->actor.process)
		assert_string_equal(e->actor.process->comm, "record");
	else if (e->kind != EVENT_STATE)
		fail_msg("%s: port %u: nobody knows whose %s it is", life->path,
			 e->socket.local.port, event_kind_name(e->kind));
}

/* Neither the moment nor the namespace are the same where it is replayed; no inode is that low. */
static void take(const struct event *event, void *arg)
{
	struct life *life = arg;
	struct event shown = *event;

	check_event(life, event);
	(event->socket.local.proto == IPPROTO_TCP ? life->tcp : life->udp)[event->kind]++;
	shown.time_ns = 0;
	shown.socket.local.netns = A_NETNS;
	life->sink.ops->event(&life->sink, &shown, &life->lines);
}

static void life_begin(struct life *life, const char *path)
{
	*life = (struct life){ .path = path, .enrich = enrich_new(true) };
	assert_non_null(life->enrich);
	life->sink = (struct sink){ .ops = &sink_json, .enrich = life->enrich };
	replay_open(&life->replay, path, take, life);
	replay_run(&life->replay);
}

static void life_end(struct life *life)
{
	replay_close(&life->replay);
	enrich_free(life->enrich);
	buf_free(&life->lines);
}

static void golden_path(const char *ring, char *path, size_t size)
{
	snprintf(path, size, "%.*s.json", (int)(strlen(ring) - strlen(".ring")), ring);
}

static void write_golden(struct life *life, const char *path)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(life->lines.data, 1, life->lines.len, file), life->lines.len);
	assert_int_equal(fclose(file), 0);
}

static void assert_golden(struct life *life, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *told = (char *)text_of(&life->lines), *next;
	size_t cap = 0;
	int n = 0;

	if (!file)
		fail_msg("%s is not there: RECORD_GOLDEN=1 writes it", path);
	for (; *told; told = next) {
		next = strchr(told, '\n');
		assert_non_null(next);
		*next++ = '\0';
		n++;
		if (getline(&line, &cap, file) < 0)
			fail_msg("%s ends before line %d: %s", path, n, told);
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, told) != 0)
			fail_msg("%s:%d: %s, but told is %s", path, n, line, told);
	}
	if (getline(&line, &cap, file) >= 0)
		fail_msg("%s: line %d was not told: %s", path, n + 1, line);
	free(line);
	fclose(file);
}

/* Whether the backend that was recorded sees this. */
static bool sees(const struct life *life, const char *event)
{
	char none[64];

	snprintf(none, sizeof(none), "%s: none", event);
	return !strstr(life->replay.head.backends, none);
}

static void assert_counts(const size_t n[EVENT_KINDS], const size_t expected[EVENT_KINDS])
{
	for (int i = 0; i < EVENT_KINDS; i++)
		if (n[i] != expected[i] && i != EVENT_STATE && i != EVENT_BIND)
			fail_msg("%zu of '%s', not %zu", n[i], event_kind_name((enum event_kind)i),
				 expected[i]);
}

/*
 * Golden files can be written anew with nonsense in them; this is what
 * tests/record/scenario.c did.
 */
static void assert_whole(const struct life *life)
{
	bool closes = sees(life, "close udp"), connects = sees(life, "connect udp");
	const size_t tcp[EVENT_KINDS] = {
		[EVENT_EXISTING] = 1,
		[EVENT_OPEN] = 5,
		[EVENT_CHANGE] = sees(life, "change") ? 3 : 2,
		[EVENT_CLOSE] = 6,
		[EVENT_CONNECT] = 4,
		[EVENT_ACCEPT] = 4,
		[EVENT_END] = 10,
		[EVENT_FAIL] = sees(life, "fail") ? 3 : 1,
	};
	const size_t udp[EVENT_KINDS] = {
		[EVENT_EXISTING] = 1,
		[EVENT_OPEN] = 1,
		[EVENT_CLOSE] = closes ? 2 : 0,
		[EVENT_CONNECT] = connects,
		[EVENT_END] = connects && sees(life, "end udp"),
	};

	assert_counts(life->tcp, tcp);
	assert_counts(life->udp, udp);
	assert_in_range(life->tcp[EVENT_BIND], 7, 12); /* and those the kernel picked, if seen */
	assert_true(life->tcp[EVENT_STATE] > life->tcp[EVENT_END]);
	assert_int_equal(ports_count(life->replay.ports), closes ? 0 : 2);
	assert_true(life->replay.types[REC_TASK] && life->replay.types[REC_ARGS]);
}

static void a_recorded_ring_tells_its_golden_lines(void **state)
{
	struct life life;
	char path[512];

	life_begin(&life, *state);
	golden_path(life.path, path, sizeof(path));
	if (getenv("RECORD_GOLDEN"))
		write_golden(&life, path);
	assert_golden(&life, path);
	assert_whole(&life);
	life_end(&life);
}

int main(void)
{
	struct CMUnitTest tests[64];
	size_t n = 0;
	glob_t rings;

	if (glob(RINGS "/*.ring", 0, NULL, &rings)) {
		fprintf(stderr, "no ring in %s: run this where the Makefile is\n", RINGS);
		return 1;
	}
	for (; n < rings.gl_pathc && n < COUNT(tests); n++)
		tests[n] = (struct CMUnitTest){
			.name = strrchr(rings.gl_pathv[n], '/') + 1,
			.test_func = a_recorded_ring_tells_its_golden_lines,
			.initial_state = rings.gl_pathv[n],
		};
	n = (size_t)_cmocka_run_group_tests("rings", tests, n, NULL, NULL);
	globfree(&rings);
	return (int)n;
}
