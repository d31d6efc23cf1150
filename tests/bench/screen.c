// SPDX-License-Identifier: GPL-2.0-only
/*
 * The screen of top by itself: 10,000 open ports, of which 5,000 a second change, in a
 * terminal that reads all that is drawn. What it takes of a processor, with the making of
 * the events, and how long it takes from a key to the end of its drawing.
 */
#include "bench.h"

#include "tui/tui.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORTS 10000
#define CHANGES 5000        /* a second: half of them opens, half closes */
#define BATCH_NS 2000000ULL /* they come in batches, as from a ring */
#define KEY_EVERY_NS (97 * NS_PER_MS)
#define KEYS_MAX 1000

/* Of the child, read by the parent once it has ended. */
struct seen {
	_Atomic uint64_t pressed_ns; /* of the key that is on its way; 0: none */
	unsigned int keys;
	double waited_ms[KEYS_MAX];
	double cpu;
	uint64_t events;
	uint64_t drawn;
};

struct screen {
	struct tui *tui;
	struct procs *procs;
	struct enrich *enrich;
	struct process *process;
	uint64_t next; /* event */
	struct seen *seen;
};

static void tell(struct screen *s, enum event_kind kind, uint32_t port)
{
	struct event event = {
		.kind = kind,
		.from = kind == EVENT_CLOSE ? RECORD_CLOSE : RECORD_OPEN,
		.time_ns = now_ns(),
		.socket = { .sk = port + 1,
			    .cookie = port + 1,
			    .local = { .netns = 7,
				       .family = AF_INET,
				       .proto = IPPROTO_TCP,
				       .port = (uint16_t)(1024 + port % 50000),
				       .addr = { 10, 0, (uint8_t)(port / 50000), 1 } } },
		.actor = { .process = s->process, .uid = 1000, .comm = "server" },
	};

	if (tui_event(s->tui, &event, event.time_ns))
		die("no memory");
	s->seen->events++;
}

/* Each port closes, and opens again half a round later: there are always about as many. */
static void change(struct screen *s)
{
	uint64_t i = s->next++;

	if (i % 2)
		tell(s, EVENT_OPEN, (uint32_t)((i / 2 + PORTS / 2) * 7919 % PORTS));
	else
		tell(s, EVENT_CLOSE, (uint32_t)(i / 2 * 7919 % PORTS));
}

static void take_keys(struct screen *s)
{
	struct tui_intent intent;
	struct seen *seen = s->seen;
	uint64_t pressed = 0, now;

	while (tui_key(s->tui, now_ns(), &intent))
		pressed = atomic_load(&seen->pressed_ns);
	now = now_ns();
	tui_draw(s->tui, now);
	if (pressed && seen->keys < KEYS_MAX)
		seen->waited_ms[seen->keys++] = (double)(now_ns() - pressed) / NS_PER_MS;
	atomic_store(&seen->pressed_ns, 0);
}

/* Waits for keys until then, and draws what is due. */
static void wait_until(struct screen *s, uint64_t until)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	uint64_t now;

	while ((now = now_ns()) < until) {
		uint64_t due = tui_due(s->tui, now), next = due < until ? due : until;
		struct timespec wait = { 0 };

		if (next > now)
			wait.tv_nsec = (long)(next - now);
		if (ppoll(&in, 1, &wait, NULL) > 0)
			take_keys(s);
		now = now_ns();
		if (tui_due(s->tui, now) <= now) {
			tui_draw(s->tui, now);
			s->seen->drawn++;
		}
	}
}

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void open_screen(struct screen *s)
{
	const struct task_ref task = { .tgid = 4242, .start_ns = 1, .uid = 1000, .comm = "server" };
	struct tui_setup setup = { .color = true };

	setenv("TERM", "xterm-256color", 1);
	setlocale(LC_CTYPE, "C.UTF-8");
	s->procs = setup.procs = procs_new();
	s->enrich = setup.enrich = enrich_new(true);
	s->process = procs_get(s->procs, &task);
	if (!s->process || tui_open(&s->tui, &setup, now_ns()))
		die("no screen");
	for (uint32_t port = 0; port < PORTS; port++)
		tell(s, EVENT_EXISTING, port);
	tui_draw(s->tui, now_ns());
}

static _Noreturn void run_screen(struct seen *seen, uint64_t for_ns)
{
	struct screen s = { .seen = seen };
	uint64_t start, at;
	double cpu;

	open_screen(&s);
	cpu = cpu_seconds();
	start = at = now_ns();
	for (uint64_t told = 0; at < start + for_ns; at += BATCH_NS) {
		for (; told < (at - start) * CHANGES / NS_PER_S; told++)
			change(&s);
		wait_until(&s, at + BATCH_NS);
	}
	seen->cpu = (cpu_seconds() - cpu) / ((double)(now_ns() - start) / NS_PER_S);
	tui_close(s.tui);
	_exit(0);
}

/* Reads what is drawn, as a terminal does, and presses keys: up and down, through the table. */
static void be_terminal(int master, struct seen *seen)
{
	static const char *const keys[] = { "\033OB", "\033[6~", "\033OA", "\033[5~" };
	struct pollfd out = { .fd = master, .events = POLLIN };
	uint64_t next = now_ns() + NS_PER_S;
	static char drawn[65536];
	unsigned int pressed = 0;

	for (;;) {
		uint64_t now = now_ns();
		const char *key = keys[pressed % ARRAY_SIZE(keys)];

		if (now >= next) {
			next = now + KEY_EVERY_NS;
			pressed++;
			atomic_store(&seen->pressed_ns, now);
			if (write(master, key, strlen(key)) < 0)
				return;
		}
		if (poll(&out, 1, (int)((next - now) / NS_PER_MS) + 1) > 0 &&
		    read(master, drawn, sizeof(drawn)) <= 0)
			return; /* EIO: it has ended */
	}
}

static void measure(unsigned short width, unsigned short height, unsigned int seconds)
{
	struct winsize size = { .ws_col = width, .ws_row = height };
	struct seen *seen = shared_memory(sizeof(*seen));
	char figure[64];
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, &size);
	double typical, worst;

	if (pid < 0)
		die("no terminal: %s", strerror(errno));
	if (!pid)
		run_screen(seen, seconds * NS_PER_S);
	be_terminal(master, seen);
	close(master);
	reap(pid);
	if (!seen->keys)
		die("no key was seen");
	typical = quantile(seen->waited_ms, seen->keys, 0.5);
	worst = quantile(seen->waited_ms, seen->keys, 1);
	snprintf(figure, sizeof(figure), "screen %ux%u: CPU", width, height);
	row(figure, "<= 20 % of a core", seen->cpu <= 0.2,
	    "%.1f %% (%d ports, %.0f changes/s, %.1f drawn/s)", 100 * seen->cpu, PORTS,
	    (double)(seen->events - PORTS) / seconds, (double)seen->drawn / seconds);
	snprintf(figure, sizeof(figure), "screen %ux%u: key to screen", width, height);
	row(figure, "<= 50 ms", worst <= 50, "%.1f ms, worst %.1f (%u keys)", typical, worst,
	    seen->keys);
}

int bench_screen(const struct bench_size *size)
{
	unsigned int seconds = size->tight_seconds < 4 ? 4 : size->tight_seconds;

	measure(80, 24, seconds);
	measure(300, 100, seconds);
	return 0;
}
