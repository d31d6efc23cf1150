// SPDX-License-Identifier: GPL-2.0-only
/*
 * record OUT.ring [OPTIONS]: traces a short life (scenario.c) as watch does, and
 * writes each record as it came from the kernel to OUT.ring, for the unit tests
 * to replay. The options are watch's; all events, unless -e says other.
 */
#include "ring_file.h"
#include "scenario.h"

#include "base/log.h"
#include "cmd/stream_options.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define WAITING_MS 100
#define UNACCEPTED_MS 2000
#define DEADLINE_MS 30000

struct recorder {
	struct stream_options options;
	struct scenario scenario;
	struct trace *trace;
	FILE *out;
	enum ring_source source;
	bool task_is_kept; /* the arguments that follow are its */
	size_t n;
	size_t accepts;
	size_t dropped;
};

/* decode() has no argument that would lead to it. */
static struct recorder *recorder;

static bool is_kept(struct recorder *r, const struct decoded *record)
{
	switch (record->type) {
	case DECODED_TASK:
		r->task_is_kept = !strcmp(record->task.comm, SCENARIO_COMM) &&
				  record->task.tgid != (uint32_t)getpid();
		return r->task_is_kept;
	case DECODED_ARGS:
		return r->task_is_kept;
	case DECODED_NETNS:
		return record->netns == r->scenario.netns;
	default:
		return record->socket.local.netns == r->scenario.netns;
	}
}

/* What lies in a record behind its texts is of whoever was described before. */
static void wipe(void *rec, const struct decoded *record)
{
	struct rec_task_info *info = rec;
	struct rec_args *args = rec;

	if (record->type == DECODED_TASK) {
		memset(info->exe + info->exe_len, 0, sizeof(info->exe) - info->exe_len);
		memset(info->cgroup + info->cgroup_len, 0, sizeof(info->cgroup) - info->cgroup_len);
	} else if (record->type == DECODED_ARGS) {
		memset(args->args + args->args_len, 0,
		       record->size - sizeof(*args) - args->args_len);
	}
}

static void write_entry(struct recorder *r, const void *data, const struct decoded *record)
{
	struct ring_entry entry = { r->source, (uint32_t)record->size };
	char copy[sizeof(struct rec_task_info) + ARGS_LARGE];

	if (record->size > sizeof(copy)) {
		say("a record of %zu bytes: none is that large", record->size);
		exit(STATUS_NO);
	}
	memcpy(copy, data, record->size);
	wipe(copy, record);
	fwrite(&entry, sizeof(entry), 1, r->out);
	fwrite(copy, record->size, 1, r->out);
	r->n++;
	r->accepts += record->type == DECODED_CONN && record->kind == RECORD_ACCEPT;
}

/*
 * What the trace decodes is what the kernel side told, from the rings and from
 * the iterators alike: the linker puts this in front (--wrap=decode).
 */
int __real_decode(const void *data, size_t size, struct decoded *out);
int __wrap_decode(const void *data, size_t size, struct decoded *out);

int __wrap_decode(const void *data, size_t size, struct decoded *out)
{
	struct recorder *r = recorder;
	int err = __real_decode(data, size, out);

	if (err)
		return err;
	if (!is_kept(r, out)) {
		r->dropped++;
		return 0;
	}
	write_entry(r, data, out);
	return 0;
}

static void write_head(struct recorder *r, const struct coverage *coverage)
{
	const uint32_t sizes[RING_SIZES_N] = RING_SIZES;
	struct ring_head head = { .magic = RING_MAGIC,
				  .order = RING_ORDER,
				  .pid = (uint32_t)r->scenario.pid };
	struct utsname name;
	size_t at = 0;

	memcpy(head.sizes, sizes, sizeof(sizes));
	/* The rest of the release would say whose kernel it was. */
	if (!uname(&name))
		snprintf(head.kernel, sizeof(head.kernel), "%.*s",
			 (int)strspn(name.release, "0123456789."), name.release);
	for (char *c = head.kernel, dots = 0; *c; c++)
		if (*c == '.' && ++dots == 2)
			memset(c, 0, strlen(c));
	for (int i = 0; i < CAPABILITIES && at < sizeof(head.backends); i++) {
		const struct attempt *holds = coverage_holds(&coverage->states[i]);

		if (coverage->states[i].wanted)
			at += (size_t)snprintf(head.backends + at, sizeof(head.backends) - at,
					       "%s%s: %s", at ? ", " : "",
					       coverage->states[i].event,
					       holds ? holds->backend : "none");
	}
	fwrite(&head, sizeof(head), 1, r->out);
}

static bool take(const struct decoded *record, const void *raw, void *arg)
{
	(void)record;
	(void)raw;
	(void)arg;
	return true;
}

static int consume(struct recorder *r)
{
	int sum = 0;

	for (int ring = 0; ring < RINGS; ring++) {
		int n;

		r->source = ring == RING_PORTS ? FROM_PORTS : FROM_CONNS;
		n = trace_consume(r->trace, (enum ring_id)ring, take, NULL);
		if (n < 0)
			return n;
		sum += n;
	}
	return sum;
}

/* The kernel's tables, as a session reads them before its first event. */
static int record_snapshot(struct recorder *r)
{
	struct procs *procs = procs_new();
	struct snapshot snapshot;
	struct snapshot_gaps gaps;
	int err;

	if (!procs)
		return -ENOMEM;
	r->source = FROM_SNAPSHOT;
	snapshot_init(&snapshot, procs);
	trace_snapshotting(r->trace, true);
	trace_start(r->trace);
	err = trace_snapshot(r->trace, procs, &snapshot, &gaps);
	trace_snapshotting(r->trace, false);
	snapshot_free(&snapshot);
	procs_free(procs);
	return err;
}

/* All of it: with the scenario waiting for us, nothing comes. */
static int empty_rings(struct recorder *r)
{
	int n;

	do
		n = consume(r);
	while (n > 0);
	return n;
}

/* It is told when it has not been accepted for a while. */
static int wait_unaccepted(struct recorder *r, size_t accepts)
{
	struct pollfd ring = { trace_fd(r->trace, RING_CONNS), POLLIN, 0 };
	int err = 0;

	for (int ms = 0; !err && r->accepts == accepts && ms < UNACCEPTED_MS; ms += WAITING_MS) {
		poll(&ring, 1, WAITING_MS);
		err = trace_tell_waiting(r->trace);
		if (!err)
			err = empty_rings(r);
	}
	return err;
}

/* Until the scenario is gone: what each of its steps told. */
static int record_rings(struct recorder *r)
{
	struct pollfd steps = { r->scenario.steps, POLLIN, 0 };
	size_t accepts = 0;
	int err = 0;
	char what;

	while (!err) {
		if (poll(&steps, 1, DEADLINE_MS) != 1)
			return -ETIMEDOUT;
		err = empty_rings(r);
		if (read(r->scenario.steps, &what, 1) != 1)
			break;
		if (!err && what == STEP_UNACCEPTED)
			err = wait_unaccepted(r, accepts);
		accepts = r->accepts;
		if (!err)
			err = scenario_go(&r->scenario);
	}
	return err;
}

/* Records that are not in the file would make it another life. */
static int check_whole(struct recorder *r)
{
	struct trace_counters counters;
	uint64_t lost = 0;

	trace_counters(r->trace, &counters);
	for (int i = 0; i < RECORD_KINDS; i++)
		lost += counters.lost_ring[i] + counters.lost_map[i];
	if (!lost && !counters.corrupt)
		return 0;
	say("%llu records were lost, %llu damaged", (unsigned long long)lost,
	    (unsigned long long)counters.corrupt);
	return -EIO;
}

static int record_life(struct recorder *r)
{
	struct filter filter = { .netns = { r->scenario.netns }, .n_netns = 1 };
	int err = trace_filter(r->trace, &filter), status;

	if (!err)
		err = record_snapshot(r);
	if (!err)
		err = scenario_go(&r->scenario);
	if (!err)
		err = record_rings(r);
	if (err)
		kill(r->scenario.pid, SIGKILL);
	status = scenario_end(&r->scenario);
	trace_stop(r->trace);
	if (!err)
		err = empty_rings(r);
	if (!err && status)
		err = -ECHILD;
	return err ? err : check_whole(r);
}

static int record(struct recorder *r, const char *path)
{
	struct coverage coverage;
	int err = scenario_start(&r->scenario);

	if (err)
		return err;
	err = trace_open(&r->trace, &r->options.wants, &coverage);
	if (err) {
		say("%s", coverage.why);
		kill(r->scenario.pid, SIGKILL);
		scenario_end(&r->scenario);
		return err;
	}
	r->out = fopen(path, "we");
	if (!r->out)
		return -errno;
	write_head(r, &coverage);
	err = record_life(r);
	if (fclose(r->out) && !err)
		err = -errno;
	trace_close(r->trace);
	return err;
}

int main(int argc, char **argv)
{
	const struct option_table table = { .parts = WATCH_OPTIONS,
					    .usage = "record OUT.ring [OPTIONS]",
					    .about = "",
					    .page = "CONTRIBUTING.md" };
	static struct recorder r;
	int first, err;

	if (argc == 2 && !strcmp(argv[1], SCENARIO_ARGUMENT))
		return scenario_live();
	recorder = &r;
	stream_options_init(&r.options);
	r.options.filter.records = ((1u << RECORD_KINDS) - 1) & ~(1u << RECORD_TASK);
	if (options_parse(&table, argc, argv, &r.options, &first) || first != argc - 1) {
		say("usage: record OUT.ring [--hooks BACKEND] [-e LIST]");
		return STATUS_USAGE;
	}
	stream_options_settle(&r.options);
	err = record(&r, argv[first]);
	if (err)
		say("%s: %s", argv[first], strerror(-err));
	else
		printf("%s: %zu records, %zu of others\n", argv[first], r.n, r.dropped);
	stream_options_free(&r.options);
	return err ? STATUS_NO : STATUS_OK;
}
