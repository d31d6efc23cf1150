// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/alert_hook.h"

#include "base/log.h"
#include "output/journal_entry.h"
#include "output/sink.h"

#include <string.h>

void alert_hook_open(struct alert_hook *hook)
{
	int err = hooks_open(&hook->hooks);

	if (err)
		say("hooks are not run: %s", strerror(-err));
}

/* The journal's fields, of which none has a line feed in it, and one more. */
static void fill_env(const struct event *event, struct enrich *enrich, struct buf *env)
{
	buf_clear(env);
	journal_put_fields(event, enrich, env);
	buf_puts(env, "PORTTRACE_SEVERITY=");
	buf_puts(env, severity_name(event->verdict->severity));
	buf_putc(env, '\n');
	for (size_t i = 0; i < env->len; i++)
		if (env->data[i] == '\n')
			env->data[i] = '\0';
}

void alert_hook_run(struct alert_hook *hook, const struct event *event, struct enrich *enrich)
{
	struct sink json = { .ops = &sink_json, .enrich = enrich };

	if (!event->verdict->hook)
		return;
	fill_env(event, enrich, &hook->env);
	buf_clear(&hook->input);
	sink_json.event(&json, event, &hook->input);
	hooks_run(&hook->hooks, event->verdict->hook, &hook->env, &hook->input);
}

void alert_hook_close(struct alert_hook *hook)
{
	hooks_close(&hook->hooks);
	buf_free(&hook->env);
	buf_free(&hook->input);
}
