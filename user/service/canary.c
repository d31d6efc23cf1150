// SPDX-License-Identifier: GPL-2.0-only
#include "service/canary.h"

#include "base/loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL
#define ROUND_NS (10 * NSEC_PER_SEC)
#define PATIENCE_NS NSEC_PER_SEC
/* So late nothing but we ourselves were asleep: stopped, or the whole machine. */
#define LATE_NS (NSEC_PER_SEC / 2)
/* Blind: it may be over soon, and whoever waits for us to see has a deadline. */
#define RETRY_NS NSEC_PER_SEC

static void keep(struct canary *canary, uint64_t cookie)
{
	uint64_t place = canary->n_cookies++ % CANARY_KEPT;

	canary->cookies[place] = cookie;
	/* Where it cannot be kept, another porttrace shows what nobody else opens: no harm is done. */
	if (canary->file >= 0)
		canary_file_put(canary->file, place, cookie);
}

static bool is_ours(const struct canary *canary, uint64_t cookie)
{
	uint64_t n = canary->n_cookies < CANARY_KEPT ? canary->n_cookies : CANARY_KEPT;

	while (n && canary->cookies[n - 1] != cookie)
		n--;
	return cookie && n;
}

/*
 * The cookie is asked for before anything of the socket can be seen: it is made
 * then, and every hook reads it. IP_FREEBIND, since loopback may be down.
 */
static int open_port(struct canary *canary, int fd, uint16_t proto)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	int on = 1;

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		return -errno;
	keep(canary, cookie);
	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		return -errno;
	if (proto == IPPROTO_TCP && listen(fd, 1))
		return -errno;
	return 0;
}

/* Closed at once: nobody else has to see it, and its close is to be seen as well. */
static int open_and_close(struct canary *canary, uint16_t proto)
{
	int type = proto == IPPROTO_TCP ? SOCK_STREAM : SOCK_DGRAM, err;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, proto);

	if (fd < 0)
		return -errno;
	err = open_port(canary, fd, proto);
	close(fd);
	return err;
}

static void end_round(struct canary *canary, const char *why, int err)
{
	canary->awaited = false;
	canary->began = true;
	canary->blind = why;
	canary->why = why;
	canary->err = err;
	canary->missed += canary->blind;
	timer_set(canary->timers, &canary->timer,
		  why ? boot_now_ns() + RETRY_NS : canary->opened_ns + ROUND_NS);
	canary->told(canary->arg);
}

static void begin_round(struct canary *canary)
{
	int err = 0;

	canary->rounds++;
	canary->awaited = true;
	canary->waits_on = false;
	canary->opened_ns = boot_now_ns();
	for (int i = 0; i < 2 && !err; i++) {
		struct canary_port *port = &canary->ports[i];

		port->awaits_open = port->opens;
		port->awaits_close = port->closes;
		if (port->opens)
			err = open_and_close(canary, port->proto);
	}
	if (err)
		end_round(canary, "a port of its own cannot be opened", err);
	else
		timer_set(canary->timers, &canary->timer, canary->opened_ns + PATIENCE_NS);
}

static const char *what_lacks(const struct canary *canary)
{
	const struct canary_port *tcp = &canary->ports[0], *udp = &canary->ports[1];

	if (tcp->awaits_open)
		return "a TCP port of its own opened, and was not seen within a second";
	if (udp->awaits_open)
		return "a UDP port of its own opened, and was not seen within a second";
	if (tcp->awaits_close)
		return "a TCP port of its own closed, and was not seen to within a second";
	if (udp->awaits_close)
		return "a UDP port of its own closed, and was not seen to within a second";
	return NULL;
}

static void on_time(void *arg)
{
	struct canary *canary = arg;
	uint64_t now = boot_now_ns();

	/* What came meanwhile may be in the ring, behind more than one pump takes. */
	if (canary->awaited && !canary->waits_on && now > canary->timer.due_ns + LATE_NS) {
		canary->waits_on = true;
		timer_set(canary->timers, &canary->timer, now + PATIENCE_NS);
	} else if (canary->awaited)
		end_round(canary, what_lacks(canary), 0);
	else
		begin_round(canary);
}

static bool sees(const struct coverage *coverage, enum capability capability)
{
	const struct capability_state *state = &coverage->states[capability];

	return state->wanted && coverage_holds(state);
}

void canary_start(struct canary *canary, const struct coverage *coverage)
{
	canary->ports[0] = (struct canary_port){
		.proto = IPPROTO_TCP,
		.opens = sees(coverage, CAPABILITY_TCP_OPEN),
		.closes = sees(coverage, CAPABILITY_TCP_CLOSE),
	};
	canary->ports[1] = (struct canary_port){
		.proto = IPPROTO_UDP,
		.opens = sees(coverage, CAPABILITY_UDP_OPEN),
		.closes = sees(coverage, CAPABILITY_UDP_CLOSE),
	};
	canary->timer = (struct timer){ .fire = on_time, .arg = canary };
	begin_round(canary);
}

void canary_stop(struct canary *canary)
{
	timer_cancel(&canary->timer);
}

static void note(struct canary *canary, const struct event *event)
{
	struct canary_port *port = &canary->ports[event->socket.local.proto != IPPROTO_TCP];
	bool close = event->kind == EVENT_CLOSE ||
		     (event->kind == EVENT_RECOVERED && event->from == RECORD_CLOSE);

	if (event->kind == EVENT_OPEN && port->awaits_open)
		canary->latency_ns = boot_now_ns() - canary->opened_ns;
	if (close)
		port->awaits_close = false;
	else if (event->kind == EVENT_OPEN || event->kind == EVENT_RECOVERED)
		port->awaits_open = false;
	if (canary->awaited && !what_lacks(canary))
		end_round(canary, NULL, 0);
}

/* An event of a round that was given up counts for nothing: it came too late. */
static bool is_of_this_round(const struct canary *canary, uint64_t cookie)
{
	unsigned int last = (unsigned int)canary->ports[0].opens + canary->ports[1].opens;

	for (uint64_t i = 1; i <= last && i <= canary->n_cookies; i++)
		if (canary->cookies[(canary->n_cookies - i) % CANARY_KEPT] == cookie)
			return true;
	return false;
}

bool canary_takes(struct canary *canary, const struct event *event)
{
	uint64_t cookie = event->socket.cookie;

	if (event->kind == EVENT_LOST || !is_ours(canary, cookie))
		return false;
	if (is_of_this_round(canary, cookie))
		note(canary, event);
	return true;
}
