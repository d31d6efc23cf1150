// SPDX-License-Identifier: GPL-2.0-only
/*
 * The screen of top without its source: recorded events, a clock that stands still, real keys.
 *
 *   replay CONTROL REPORT [--no-color] [--mouse]
 *
 * CONTROL is read line by line, and each answered by a line in REPORT once the terminal
 * has all that was drawn; so is each key, with what it asked for.
 *
 *   events FILE      tells the events of the file ("porttrace -j")
 *   clock MS         so much later
 *   draw             draws, some time later
 *   facts WHICH TEXT hooks, losses, lost, canary, blind
 *   message TEXT
 *   counted N        an alert that is a number
 *   pane TITLE       opens it
 *   text TEXT        a line of it; "\n" ends lines
 *   ask TEXT
 *   unpane
 *   forget           all ports that are open
 *   close            gives the terminal back, and ends
 *   die SIGNAL       by itself
 */
#include "filter.h"
#include "json_event.h"

#include "base/buf.h"
#include "tui/tui.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define HOST_NETNS 4026531840u
#define CLOCK_START 1795329060000000000ULL /* when the recorded events begin */
#define DRAW_STEP_NS 100000000ULL
#define PATIENCE_MS 10000

struct replay {
	struct tui *tui;
	struct procs *procs;
	struct enrich *enrich;
	FILE *control;
	int report;
	int signals;
	uint64_t now_ns;
	bool done;
	struct tui_facts facts;
};

/* The clock of the events is the wall's: their times are what the recording says. */
uint64_t __wrap_enrich_wall_ns(uint64_t boot_ns);
uint64_t __wrap_enrich_wall_ns(uint64_t boot_ns)
{
	return boot_ns;
}

static void report(const struct replay *r, const char *text)
{
	dprintf(r->report, "%s\n", text);
}

/*
 * The terminal answers this question once it has read all before it: what was drawn is on
 * its screen then. No key is pressed meanwhile.
 */
static void await_terminal(void)
{
	static const char ask[] = "\033[5n", answer[] = "\033[0n";
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	size_t matched = 0;
	char c;

	if (write(STDOUT_FILENO, ask, strlen(ask)) < 0)
		exit(2);
	while (matched < strlen(answer)) {
		if (poll(&in, 1, PATIENCE_MS) <= 0 || read(STDIN_FILENO, &c, 1) != 1)
			exit(2);
		matched = c == answer[matched] ? matched + 1 : c == answer[0];
	}
}

static void draw(struct replay *r)
{
	r->now_ns += DRAW_STEP_NS;
	tui_draw(r->tui, r->now_ns);
	await_terminal();
}

/* --- what is told --------------------------------------------------------------------------- */

static void tell(const struct event *event, void *arg)
{
	struct replay *r = arg;

	if (tui_event(r->tui, event, r->now_ns))
		exit(2);
}

static void set_fact(struct replay *r, const char *which, const char *text)
{
	struct tui_facts *facts = &r->facts;
	const char **to = strstr("losses lost", which)  ? &facts->losses :
			  strstr("canary blind", which) ? &facts->canary :
							  &facts->hooks;

	free((char *)*to);
	*to = strdup(text);
	facts->lost |= !strcmp(which, "lost");
	facts->blind |= !strcmp(which, "blind");
	tui_facts(r->tui, facts);
}

static void count(struct replay *r, uint64_t n)
{
	const struct alert_count count = {
		.course = ALERT_STORM,
		.count = n,
		.span_ns = 10000000000ULL,
		.severity = SEVERITY_WARNING,
		.exe = "/tmp/\033[2Jstorm",
		.first = 20000,
		.last = 20999,
	};

	if (tui_counted(r->tui, &count, r->now_ns))
		exit(2);
}

static void put_text(struct replay *r, char *text)
{
	char *end;

	while ((end = strstr(text, "\\n"))) {
		*end = '\n';
		tui_pane_text(r->tui, text, (size_t)(end - text) + 1);
		text = end + 2;
	}
	tui_pane_text(r->tui, text, strlen(text));
}

static void give_back(struct replay *r)
{
	tui_close(r->tui);
	r->tui = NULL;
	r->done = true;
}

static void obey(struct replay *r, char *line)
{
	char *word = strsep(&line, " "), *which;

	if (!line)
		line = word + strlen(word);
	if (!strcmp(word, "events")) {
		json_events(line, r->procs, tell, r);
	} else if (!strcmp(word, "clock")) {
		r->now_ns += strtoull(line, NULL, 10) * 1000000;
	} else if (!strcmp(word, "draw")) {
		draw(r);
	} else if (!strcmp(word, "facts")) {
		which = strsep(&line, " ");
		set_fact(r, which, line);
	} else if (!strcmp(word, "message")) {
		tui_message(r->tui, line);
	} else if (!strcmp(word, "counted")) {
		count(r, strtoull(line, NULL, 10));
	} else if (!strcmp(word, "pane")) {
		tui_pane_open(r->tui, line);
	} else if (!strcmp(word, "text")) {
		put_text(r, line);
	} else if (!strcmp(word, "ask")) {
		tui_pane_ask(r->tui, line);
	} else if (!strcmp(word, "unpane")) {
		tui_pane_close(r->tui);
	} else if (!strcmp(word, "forget")) {
		tui_forget(r->tui);
	} else if (!strcmp(word, "close")) {
		give_back(r);
	} else if (!strcmp(word, "die")) {
		raise(atoi(line));
	} else {
		report(r, "what?");
		return;
	}
	report(r, "ok");
}

/* --- what is asked --------------------------------------------------------------------------- */

static void report_intent(const struct replay *r, const struct tui_intent *intent)
{
	static const char *const wishes[] = {
		[TUI_NOTHING] = "nothing",   [TUI_QUIT] = "quit",      [TUI_DETAILS] = "details",
		[TUI_CLOSE] = "close",       [TUI_KILL] = "kill",      [TUI_ENTERED] = "entered",
		[TUI_ANSWERED] = "answered", [TUI_PANE_LEFT] = "left",
	};
	const struct event *e = intent->event;
	char text[256];
	int n = snprintf(text, sizeof(text), "%s", wishes[intent->wish]);

	if (e)
		n += snprintf(text + n, sizeof(text) - (size_t)n, " %s/%u %s %s",
			      proto_name(&e->socket), e->socket.local.port,
			      e->actor.process ? e->actor.process->comm : "nobody",
			      intent->open ? "open" : "closed");
	if (intent->wish == TUI_ANSWERED)
		snprintf(text + n, sizeof(text) - (size_t)n, " %s", intent->yes ? "yes" : "no");
	if (intent->wish == TUI_ENTERED)
		snprintf(text + n, sizeof(text) - (size_t)n, " %d", intent->tab);
	report(r, text);
}

static void on_keys(struct replay *r)
{
	struct tui_intent intent, last = { 0 };

	while (tui_key(r->tui, r->now_ns, &intent))
		if (intent.wish)
			last = intent;
	/* Before it is drawn: what the intent is about is borrowed. */
	tui_draw(r->tui, r->now_ns);
	await_terminal();
	report_intent(r, &last);
}

static void on_resize(struct replay *r)
{
	struct signalfd_siginfo info;

	if (read(r->signals, &info, sizeof(info)) != sizeof(info))
		exit(2);
	tui_resize(r->tui);
	tui_draw(r->tui, r->now_ns);
	await_terminal();
	report(r, "resized");
}

static void on_control(struct replay *r)
{
	char *line = NULL;
	size_t cap = 0;

	if (getline(&line, &cap, r->control) < 0)
		exit(2);
	line[strcspn(line, "\n")] = '\0';
	obey(r, line);
	free(line);
}

/* --- all of it -------------------------------------------------------------------------------- */

static void open_all(struct replay *r, int argc, char **argv)
{
	struct tui_setup setup = { .color = true,
				   .parse = typed_filter,
				   .drop = typed_filter_drop };
	sigset_t resize;

	for (int i = 3; i < argc; i++) {
		setup.color &= strcmp(argv[i], "--no-color") != 0;
		setup.mouse |= !strcmp(argv[i], "--mouse");
	}
	r->control = fopen(argv[1], "r+e");
	r->report = open(argv[2], O_RDWR | O_CLOEXEC);
	r->procs = procs_new();
	r->enrich = enrich_new(true);
	if (!r->control || r->report < 0 || !r->procs || !r->enrich)
		exit(2);
	setvbuf(r->control, NULL, _IONBF,
		0); /* or poll() would not see lines that were read ahead */
	enrich_set_host_netns(r->enrich, HOST_NETNS);
	setup.procs = r->procs;
	setup.enrich = r->enrich;
	sigemptyset(&resize);
	sigaddset(&resize, SIGWINCH);
	sigprocmask(SIG_BLOCK, &resize, NULL);
	r->signals = signalfd(-1, &resize, SFD_CLOEXEC);
	r->now_ns = CLOCK_START;
	if (r->signals < 0 || tui_open(&r->tui, &setup, r->now_ns))
		exit(2);
}

int main(int argc, char **argv)
{
	struct replay r = { 0 };

	if (argc < 3)
		return 2;
	setlocale(LC_CTYPE, "");
	open_all(&r, argc, argv);
	report(&r, "ready");
	while (!r.done) {
		struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
					{ .fd = fileno(r.control), .events = POLLIN },
					{ .fd = r.signals, .events = POLLIN } };

		if (poll(fds, 3, 60 * 1000) <= 0)
			exit(2); /* whoever asked is gone */
		if (fds[0].revents)
			on_keys(&r);
		if (fds[1].revents)
			on_control(&r);
		if (fds[2].revents)
			on_resize(&r);
	}
	free((char *)r.facts.hooks);
	free((char *)r.facts.losses);
	free((char *)r.facts.canary);
	enrich_free(r.enrich);
	procs_free(r.procs);
	return 0;
}
