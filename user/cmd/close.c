// SPDX-License-Identifier: GPL-2.0-only
/* close: closes ports of other processes, which keep running. */
#include "base/log.h"
#include "cmd/close_internal.h"
#include "cmd/cmd.h"
#include "cmd/port_arg.h"

#include <cap-ng.h>
#include <stdlib.h>
#include <unistd.h>

struct port_list {
	struct port_arg *args; /* owned */
	size_t n;
};

struct close_options {
	struct stream_options stream; /* first: the shared rows write to it */
	struct port_list ports;
	struct port_list except;
	bool unexpected;
	bool yes;
	bool dry_run;
	bool kill;
	bool force;
};

/* --- the command line ----------------------------------------------------------- */

static int add_ports(struct port_list *list, const char *word)
{
	struct port_arg *grown = reallocarray(list->args, list->n + 1, sizeof(*grown));

	if (!grown) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	list->args = grown;
	return port_arg_parse(word, &grown[list->n++]);
}

static bool has_port(const struct port_list *list, const struct socket_info *socket)
{
	for (size_t i = 0; i < list->n; i++)
		if (port_arg_has(&list->args[i], socket))
			return true;
	return false;
}

static void free_ports(struct port_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		port_arg_free(&list->args[i]);
	free(list->args);
}

static int set_except(void *target, const struct option_row *row, const char *value)
{
	(void)row;
	return add_ports(&((struct close_options *)target)->except, value);
}

enum flag_code { FLAG_UNEXPECTED, FLAG_YES, FLAG_DRY_RUN, FLAG_KILL, FLAG_FORCE };

static int set_flag(void *target, const struct option_row *row, const char *value)
{
	struct close_options *o = target;
	bool *const flags[] = { [FLAG_UNEXPECTED] = &o->unexpected,
				[FLAG_YES] = &o->yes,
				[FLAG_DRY_RUN] = &o->dry_run,
				[FLAG_KILL] = &o->kill,
				[FLAG_FORCE] = &o->force };

	(void)value;
	*flags[row->code] = true;
	return STATUS_OK;
}

static const struct option_row close_rows[] = {
	{ "except", 0, "PORT", "all but these; given again for more", "what", set_except, 0 },
	{ "unexpected", 0, NULL, "all that the policy does not allow; or those of PORT", NULL,
	  set_flag, FLAG_UNEXPECTED },
	{ "kill", 0, NULL, "end the processes as well: SIGTERM, after 5 s SIGKILL", NULL, set_flag,
	  FLAG_KILL },
	{ "dry-run", 0, NULL, "show what would be closed, and close nothing", "how", set_flag,
	  FLAG_DRY_RUN },
	{ "yes", 'y', NULL, "do not ask", NULL, set_flag, FLAG_YES },
	{ "force", 0, NULL, "even what the session this runs in depends on", NULL, set_flag,
	  FLAG_FORCE },
};

static const struct option_rows close_options = OPTION_ROWS(close_rows);

/* What is wrong with the line as a whole, before anything is looked at. */
static int check_line(const struct close_options *o)
{
	if (!o->ports.n && !o->except.n && !o->unexpected) {
		say("close which port? porttrace close 8080, tcp/8080 or 22,8000-8100; or all "
		    "but some, by --except; or what the policy does not allow, by --unexpected");
		return STATUS_USAGE;
	}
	if (o->stream.policy && !o->unexpected) {
		say("--policy says what is unexpected: it goes with --unexpected");
		return STATUS_USAGE;
	}
	if (o->dry_run || o->yes || isatty(STDIN_FILENO))
		return STATUS_OK;
	say("close asks before it closes, and stdin is no terminal: give --yes, or --dry-run to "
	    "see what it would close");
	return STATUS_USAGE;
}

static int check_privilege(const struct close_options *o)
{
	if (o->dry_run || capng_get_caps_process() ||
	    capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN))
		return STATUS_OK;
	say("closing a socket of another process takes CAP_NET_ADMIN, which this process lacks: "
	    "run it by sudo; --dry-run shows what it would close");
	return STATUS_NO_TRACING;
}

/* --- what is meant -------------------------------------------------------------- */

static bool is_unexpected(const struct event *event)
{
	return event->verdict && event->verdict->kind == VERDICT_UNEXPECTED;
}

static bool is_meant(const struct event *event, void *arg)
{
	const struct close_options *o = arg;

	return (!o->unexpected || is_unexpected(event)) &&
	       (!o->ports.n || has_port(&o->ports, &event->socket)) &&
	       !has_port(&o->except, &event->socket);
}

static int run(struct close_options *o)
{
	struct closing c = {
		.listing = { .options = &o->stream, .takes = is_meant, .arg = o },
		.consent = o->yes ? NULL : &consent_on_terminal,
		.destroys = true,
		.kills = o->kill,
		.dry_run = o->dry_run,
		.force = o->force,
		.unexpected = o->unexpected,
	};
	int status = closing_run(&c);

	closing_free(&c);
	return status;
}

static int read_line(int argc, char **argv, struct close_options *options)
{
	static const struct option_table table = {
		.parts = { &close_options, &policy_option, &filter_options, &output_options,
			   &plain_options, &btf_option, &habit_options },
		.page = "porttrace-close(8)",
		.usage = "close [PORT...] [OPTIONS]",
		.about = "Closes ports from outside; the processes that hold them keep running. PORT is\n"
			 "8080, tcp/8080 or 22,8000-8100. Shows what it will close, and asks.",
	};
	int first, status = options_parse(&table, argc, argv, options, &first);

	for (int i = first; !status && i < argc; i++)
		status = add_ports(&options->ports, argv[i]);
	if (!status)
		status = check_line(options);
	return status ? status : check_privilege(options);
}

int cmd_close(int argc, char **argv)
{
	struct close_options options = { 0 };
	int status;

	stream_options_init(&options.stream);
	options.stream.columns.n = 0;
	status = read_line(argc, argv, &options);
	if (!status)
		status = run(&options);
	free_ports(&options.ports);
	free_ports(&options.except);
	stream_options_free(&options.stream);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
