// SPDX-License-Identifier: GPL-2.0-only
/* doctor: what this kernel and these privileges allow, by trying it. */
#include "base/json.h"
#include "base/log.h"
#include "base/options.h"
#include "cmd/cmd.h"
#include "cmd/doctor_text.h"
#include "cmd/option_words.h"
#include "service/confine.h"
#include "trace/trace.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

struct doctor_options {
	bool json;
	struct trace_wants wants;
};

static int set_json(void *target, const struct option_row *row, const char *value)
{
	struct doctor_options *options = target;

	(void)row;
	(void)value;
	options->json = true;
	return STATUS_OK;
}

static int set_hooks(void *target, const struct option_row *row, const char *value)
{
	struct doctor_options *options = target;

	(void)row;
	return option_backend(value, &options->wants.force_hooks);
}

static int set_btf(void *target, const struct option_row *row, const char *value)
{
	struct doctor_options *options = target;

	(void)row;
	options->wants.btf_path = value;
	return STATUS_OK;
}

static const struct option_row rows[] = {
	{ "json", 'j', NULL, "one JSON object", "output", set_json, 0 },
	{ "hooks", 0, "BACKEND", "as for watch: fentry, kprobe, cgroup, tracepoint", "tracing",
	  set_hooks, 0 },
	{ "btf", 0, "FILE", "as for watch: the kernel's types", NULL, set_btf, 0 },
};

static void put_state(struct json *j, const struct capability_state *state)
{
	const struct attempt *holds = coverage_holds(state);

	json_object(j, NULL);
	json_string(j, "event", state->event);
	json_bool(j, "covered", holds);
	json_bool(j, "wanted", state->wanted);
	if (holds)
		json_string(j, "backend", holds->backend);
	if (holds && state->note)
		json_string(j, "note", state->note);
	json_array(j, "attempts");
	for (size_t i = 0; i < state->n_attempts; i++) {
		json_object(j, NULL);
		json_string(j, "backend", state->attempts[i].backend);
		json_string(j, "hooks", state->attempts[i].hooks);
		json_bool(j, "holds", state->attempts[i].holds);
		if (*state->attempts[i].why)
			json_string(j, "why", state->attempts[i].why);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}

static void print_json(const struct coverage *c, int err)
{
	struct buf out = { 0 };
	struct json j = { .out = &out };
	struct utsname host;

	uname(&host);
	json_object(&j, NULL);
	json_string(&j, "kernel", host.release);
	json_string(&j, "machine", host.machine);
	json_bool(&j, "possible", !err);
	if (err)
		json_string(&j, "why", c->why);
	json_string(&j, "cgroup", c->cgroup);
	json_bool(&j, "cgroup_partial", c->cgroup_partial);
	json_array(&j, "events");
	for (int i = 0; i < CAPABILITIES && !err; i++)
		put_state(&j, &c->states[i]);
	json_array_end(&j);
	confine_put(&j);
	json_object_end(&j);
	buf_putc(&out, '\n');
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
}

int cmd_doctor(int argc, char **argv)
{
	static const struct option_rows all = OPTION_ROWS(rows);
	static const struct option_table table = {
		.parts = { &all },
		.page = "porttrace(8)",
		.usage = "doctor [OPTIONS]",
		.about =
			"Loads and attaches the hooks, and says for each event which one sees it, which\n"
			"were tried, why not, and what would help. Status 3: tracing is not possible.",
	};
	struct doctor_options options = {
		.wants = { .events = ~0u, .tcp = true, .udp = true, .descendants = true },
	};
	struct coverage coverage;
	struct trace *trace = NULL;
	int err, status = options_parse_alone(&table, "doctor", NULL, argc, argv, &options);

	if (status)
		return status == OPTIONS_HELP ? STATUS_OK : status;
	err = trace_open(&trace, &options.wants, &coverage);
	if (options.json)
		print_json(&coverage, err);
	else
		doctor_print_text(&coverage, err);
	trace_close(trace);
	return err ? STATUS_NO_TRACING : STATUS_OK;
}
