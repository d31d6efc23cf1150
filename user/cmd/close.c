// SPDX-License-Identifier: GPL-2.0-only
/* close: closes ports of other processes, which keep running. */
#include "base/log.h"
#include "cmd/close_internal.h"
#include "cmd/cmd.h"
#include "cmd/listing.h"
#include "cmd/port_arg.h"
#include "diag/diag.h"

#include <cap-ng.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	{ "unexpected", 0, NULL, "all that the policy does not allow; of those given, if any are",
	  NULL, set_flag, FLAG_UNEXPECTED },
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

struct closing {
	const struct close_options *options;
	struct listing listing;
	struct targets targets;
	bool failed; /* no memory for a target */
};

static bool is_unexpected(const struct event *event)
{
	return event->verdict && event->verdict->kind == VERDICT_UNEXPECTED;
}

static bool is_meant(const struct event *event, void *arg)
{
	const struct close_options *o = ((struct closing *)arg)->options;

	return (!o->unexpected || is_unexpected(event)) &&
	       (!o->ports.n || has_port(&o->ports, &event->socket)) &&
	       !has_port(&o->except, &event->socket);
}

static void add_target(const struct event *event, void *arg)
{
	struct closing *c = arg;
	struct target *grown;

	grown = reallocarray(c->targets.list, c->targets.n + 1, sizeof(*grown));
	if (!grown) {
		c->failed = true;
		return;
	}
	c->targets.list = grown;
	grown[c->targets.n++] = (struct target){ .socket = event->socket,
						 .holders = event->holders,
						 .n_holders = event->n_holders };
}

static bool agreed(const struct closing *c)
{
	bool one = c->targets.n == 1;
	char answer[16] = "";

	if (c->options->yes)
		return true;
	if (one)
		fprintf(stderr, "Close this port");
	else
		fprintf(stderr, "Close these %zu ports", c->targets.n);
	if (c->options->kill)
		fprintf(stderr, ", and end what holds %s", one ? "it" : "them");
	fprintf(stderr, "? [y/N] ");
	if (fgets(answer, sizeof(answer), stdin) &&
	    (!strcasecmp(answer, "y\n") || !strcasecmp(answer, "yes\n")))
		return true;
	say("nothing was closed");
	return false;
}

/* --- doing it --------------------------------------------------------------------- */

void close_destroy(struct targets *targets, struct open_now *now)
{
	for (size_t i = 0; i < targets->n; i++) {
		struct target *target = &targets->list[i];
		int fd = open_now_netns_fd(now, target->socket.local.netns);

		target->err = fd < 0 ? fd : diag_destroy(fd, &target->socket);
		if (fd >= 0)
			close(fd);
	}
}

/* The kernel closes TCP and UDP, or nothing at all (CONFIG_INET_DIAG_DESTROY). */
static bool kernel_cannot(const struct targets *targets)
{
	for (size_t i = 0; i < targets->n; i++) {
		const struct socket_info *socket = &targets->list[i].socket;
		bool plain = (socket->local.proto == IPPROTO_TCP && !socket->mptcp) ||
			     socket->local.proto == IPPROTO_UDP;

		if (plain && targets->list[i].err == -EOPNOTSUPP)
			return true;
	}
	return false;
}

static bool forbidden(const struct targets *targets)
{
	for (size_t i = 0; i < targets->n; i++)
		if (targets->list[i].err == -EPERM)
			return true;
	return false;
}

static int guard(const struct closing *c)
{
	bool pids_known = !open_now_foreign_pids(c->listing.now);
	int status;

	if (c->options->kill && !pids_known && !c->options->dry_run) {
		say("--kill goes by numbers of processes, and those of the host's pid namespace mean "
		    "nothing in this one: run it in the host's; nothing was done");
		return STATUS_NO_TRACING;
	}
	if (c->options->force)
		return STATUS_OK;
	status = close_guard_session(&c->targets, pids_known);
	return status || !c->options->kill ? status : close_guard_kill(&c->targets);
}

static int close_all(struct closing *c)
{
	const struct close_options *o = c->options;
	int killed = STATUS_OK, status;

	close_destroy(&c->targets, c->listing.now);
	if (!o->kill && kernel_cannot(&c->targets)) {
		say("this kernel closes no socket from outside (CONFIG_INET_DIAG_DESTROY): --kill "
		    "ends the processes that hold them");
		return STATUS_NO_TRACING;
	}
	if (o->kill)
		killed = close_kill(&c->targets);
	status = close_verify(&c->targets, c->listing.now, o->kill, o->stream.wants.btf_path);
	if (status == STATUS_NO && forbidden(&c->targets)) {
		say("closing takes CAP_NET_ADMIN in the network namespace, and CAP_SYS_ADMIN to "
		    "enter another one");
		return STATUS_NO_TRACING;
	}
	return status ? status : killed;
}

/* A verdict that cannot be known closes nothing. */
static void say_unknown(const struct closing *c)
{
	if (c->options->unexpected && c->listing.policed.partial)
		say("what cannot be judged from here is not meant by --unexpected");
}

static int run(struct closing *c)
{
	int status;

	c->listing.judged = c->options->unexpected;
	c->listing.columns_last = c->options->unexpected ? "severity,rule,why" : NULL;
	status = listing_open(&c->listing);
	if (status)
		return status;
	say_unknown(c);
	listing_each(&c->listing, add_target, c);
	if (c->failed) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	if (!c->targets.n) {
		say(c->options->unexpected ? "nothing that is open is unexpected" :
					     "nothing that is open is meant by this");
		return STATUS_NO;
	}
	status = listing_print(&c->listing, NULL);
	if (!status)
		status = guard(c);
	if (status || c->options->dry_run)
		return status;
	return agreed(c) ? close_all(c) : STATUS_NO;
}

static int read_line(int argc, char **argv, struct close_options *options)
{
	static const struct option_table table = {
		.parts = { &close_options, &policy_option, &filter_options, &output_options,
			   &plain_options, &btf_option, &habit_options },
		.usage = "close [PORT...] [OPTIONS]",
		.about = "Closes ports from outside; the processes that hold them keep running. PORT is 8080,\n"
			 "tcp/8080 or 22,8000-8100. Shows what it will close, and asks.",
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
	struct closing c = {
		.options = &options,
		.listing = { .options = &options.stream, .takes = is_meant, .arg = &c },
	};
	int status;

	stream_options_init(&options.stream);
	options.stream.columns.n = 0;
	status = read_line(argc, argv, &options);
	if (!status)
		status = run(&c);
	listing_close(&c.listing);
	free(c.targets.list);
	free_ports(&options.ports);
	free_ports(&options.except);
	stream_options_free(&options.stream);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
