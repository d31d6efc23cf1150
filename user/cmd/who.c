// SPDX-License-Identifier: GPL-2.0-only
/* who PORT: all that is known of one port. */
#include "cmd/who.h"
#include "base/log.h"
#include "base/wrap.h"
#include "cmd/cmd.h"
#include "cmd/option_words.h"
#include "cmd/policed.h"
#include "cmd/policing.h"
#include "cmd/port_arg.h"
#include "cmd/stream_options.h"
#include "cmd/who_facts.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

struct who {
	struct stream_options options;
	const char *word; /* PORT as it was given */
	struct port_arg port;
	const struct endpoint *only; /* of all that have the number; NULL: each */
	struct enrich *enrich;
	struct open_now *now;
	struct policed policed;
	struct buf out;
	size_t told;
};

static bool is_of(const struct endpoint *port, const struct snapshot_row *row)
{
	return !row->socket.connected && !memcmp(port, &row->socket.local, sizeof(*port));
}

static bool asked_for(const struct who *w, const struct snapshot_row *row)
{
	const struct event event = { .kind = EVENT_EXISTING, .socket = row->socket };

	if (w->only)
		return is_of(w->only, row);
	return !row->socket.connected && port_arg_has(&w->port, &row->socket) &&
	       filter_pass(&w->options.filter, &event);
}

/* One socket of the port, by whom the policy judges it. */
static bool judge_row(const struct who *w, const struct who_facts *facts, size_t i,
		      struct judgement *out)
{
	const struct snapshot_row *row = facts->facts.rows[i];
	struct event event = facts->event;

	event.socket = row->socket;
	event.actor = snapshot_actor(row);
	event.holders = row->holders;
	event.n_holders = row->n_holders;
	event.holders_known = row->n_holders || facts->facts.all_seen;
	return policed_judge(&w->policed, &event, out);
}

/* Of several sockets the one that is not expected has the word, and then what is not known. */
static void judge_port(const struct who *w, struct who_facts *facts, struct judgement *out)
{
	facts->facts.judged = w->policed.judge;
	for (size_t i = 0; facts->facts.judged && i < facts->facts.n_rows; i++) {
		struct verdict *verdict = &out->verdict;

		if (!judge_row(w, facts, i, out)) {
			facts->event.verdict = NULL;
			continue;
		}
		if (!i || verdict->kind == VERDICT_UNEXPECTED)
			facts->event.verdict = verdict;
		if (verdict->kind == VERDICT_UNEXPECTED)
			return;
	}
}

static int tell(struct who *w, size_t first, size_t n)
{
	struct judgement judgement;
	struct who_facts facts;
	int err = who_facts_gather(&facts, w->now, first, n);

	if (!err) {
		enrich_event(w->enrich, &facts.event);
		judge_port(w, &facts, &judgement);
		if (w->told++ && w->options.output != &sink_json)
			buf_putc(&w->out, '\n');
		if (w->options.output == &sink_json)
			who_put_json(&w->out, w->enrich, &facts.facts);
		else
			who_put_text(&w->out, w->enrich, &facts.facts);
	}
	who_facts_free(&facts);
	return err;
}

/* Sockets of one port stand together, since the rows are sorted. */
static int tell_ports(struct who *w, bool of_host)
{
	const struct snapshot *snapshot = open_now_snapshot(w->now);
	uint32_t host = open_now_host_netns(w->now);
	size_t n;
	int err = 0;

	for (size_t i = 0; i < snapshot->n && !err; i += n) {
		for (n = 1; i + n < snapshot->n; n++)
			if (!is_of(&snapshot->rows[i]->socket.local, snapshot->rows[i + n]))
				break;
		if (asked_for(w, snapshot->rows[i]) &&
		    (snapshot->rows[i]->socket.local.netns == host) == of_host)
			err = tell(w, i, n);
	}
	return err;
}

/* --- nobody has it -------------------------------------------------------------------------- */

struct user {
	struct who *who;
	bool remote; /* the other end may be meant, too */
	bool over;   /* those in TIME_WAIT, which keep the number and are nobody's */
	bool found;
};

/* A connection has the number: at this end, or, failing that, at the other. */
static void find_user(const struct event *event, void *arg)
{
	struct user *user = arg;
	struct who *w = user->who;
	struct socket_info end = event->socket;

	if (user->found || !event->connection || !event->connection->remote.port ||
	    (event->socket.state == TCP_TIME_WAIT) != user->over)
		return;
	if (user->remote)
		end.local.port = event->connection->remote.port;
	if (!port_arg_has(&w->port, &end))
		return;
	user->found = true;
	enrich_event(w->enrich, event);
	buf_puts(&w->out, "; ");
	who_put_user(&w->out, event);
}

/* For a reader of JSON there is no object; people read the same on stderr. */
static int tell_nobody(struct who *w)
{
	struct user user = { .who = w };

	buf_puts(&w->out, "nobody has port ");
	buf_puts(&w->out, w->word); /* checked: digits, and names of ours */
	buf_puts(&w->out, " open");
	open_now_each(w->now, &w->options.filter, find_user, &user);
	user.remote = true;
	open_now_each(w->now, &w->options.filter, find_user, &user);
	user.remote = false;
	user.over = true;
	open_now_each(w->now, &w->options.filter, find_user, &user);
	if (w->options.output == &sink_json) {
		say("%.*s", (int)w->out.len, w->out.data);
		buf_clear(&w->out);
	} else {
		buf_putc(&w->out, '\n');
	}
	return STATUS_NO;
}

/* ---------------------------------------------------------------------------------------------- */

static int answer(struct who *w)
{
	int status = STATUS_OK, err = tell_ports(w, true);

	if (!err)
		err = tell_ports(w, false);
	if (err || w->out.failed) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	if (!w->told)
		status = tell_nobody(w);
	if (w->options.output == &sink_json)
		fwrite(w->out.data, 1, w->out.len, stdout); /* main() looks whether it arrives */
	else
		wrap_print(&w->out, WHO_HEADING);
	return status;
}

/*
 * The policy is a part of the answer, and not the question: the default one is taken if it is
 * there, and what is wrong with it is said. One that was asked for has to be right.
 */
static int open_policy(struct who *w)
{
	const char *path = w->options.policy;
	int status;

	if (!path && !policing_has_default())
		return STATUS_OK;
	status = policed_open(&w->policed, path, w->enrich);
	return path ? status : STATUS_OK;
}

static int who(struct who *w)
{
	const struct open_now_wants wants = { .connections = true,
					      .args = true,
					      .btf_path = w->options.wants.btf_path };
	int status;

	w->enrich = enrich_new(w->options.numeric);
	if (!w->enrich) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	status = open_policy(w);
	if (!status)
		status = open_now_read(&w->now, &wants);
	if (status)
		return status;
	w->policed.partial = open_now_is_partial(w->now);
	enrich_set_host_netns(w->enrich, open_now_host_netns(w->now));
	stream_options_host_netns(&w->options, open_now_host_netns(w->now));
	return answer(w);
}

static int take_port(struct who *w, int argc, char **argv, int first)
{
	if (first == argc || !*argv[first]) {
		say("who takes a port, as 8080, tcp/8080 or udp/53");
		return STATUS_USAGE;
	}
	if (first + 1 < argc) {
		say("who takes one port: '%s' is one too many", argv[first + 1]);
		return STATUS_USAGE;
	}
	w->word = argv[first];
	return port_arg_parse(w->word, &w->port);
}

static void free_all(struct who *w)
{
	policed_close(&w->policed);
	open_now_free(w->now);
	enrich_free(w->enrich);
	buf_free(&w->out);
	port_arg_free(&w->port);
}

int who_endpoint(const struct socket_info *socket, const struct stream_options *options)
{
	struct who w = { .only = &socket->local };
	char word[32];
	int status;

	w.options.output = &sink_table;
	w.options.numeric = options->numeric;
	w.options.policy = options->policy;
	w.options.wants.btf_path = options->wants.btf_path;
	snprintf(word, sizeof(word), "%s/%u", proto_name(socket), socket->local.port);
	w.word = word;
	status = port_arg_parse(word, &w.port);
	if (!status)
		status = who(&w);
	free_all(&w);
	return status;
}

int cmd_who(int argc, char **argv)
{
	static const struct option_row rows[] = {
		{ "netns", 0, "LIST", "network namespaces: self, host, INODE, PATH", "options",
		  option_set_netns, 0 },
	};
	static const struct option_rows own = OPTION_ROWS(rows);
	static const struct option_table table = {
		.parts = { &own, &policy_option, &plain_options, &btf_option },
		.page = "porttrace-who(8)",
		.usage = "who PORT [OPTIONS]",
		.about =
			"Tells all that is known of who has a port, as 8080, tcp/8080, udp/53: the\n"
			"process, where it comes from, where it runs, and who is connected. Status 1:\n"
			"nobody has it.",
	};
	struct who w = { 0 };
	int first, status;

	stream_options_init(&w.options);
	status = options_parse(&table, argc, argv, &w.options, &first);
	if (!status)
		status = take_port(&w, argc, argv, first);
	if (!status)
		status = who(&w);
	free_all(&w);
	stream_options_free(&w.options);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
