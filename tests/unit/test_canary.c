// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/loop.h"
#include "service/canary.h"

#define SECOND 1000000000ULL

static struct timers timers;
static struct canary canary;
static unsigned int rounds_told;

static void told(void *arg)
{
	(void)arg;
	rounds_told++;
}

static void see(struct coverage *coverage, enum capability capability)
{
	coverage->states[capability].wanted = true;
	coverage->states[capability].attempts[0].holds = true;
	coverage->states[capability].n_attempts = 1;
}

/* A round with real sockets, of which nothing is seen but what the test says. */
static void start(bool udp)
{
	static struct coverage coverage;

	memset(&coverage, 0, sizeof(coverage));
	see(&coverage, CAPABILITY_TCP_OPEN);
	see(&coverage, CAPABILITY_TCP_CLOSE);
	if (udp)
		see(&coverage, CAPABILITY_UDP_OPEN);
	timers = (struct timers){ 0 };
	canary = (struct canary){ .timers = &timers, .told = told, .file = -1 };
	rounds_told = 0;
	canary_start(&canary, &coverage);
}

static bool takes(uint64_t cookie, enum event_kind kind, uint16_t proto)
{
	struct event event = an_event(kind, NULL);

	event.socket.cookie = cookie;
	event.socket.local.proto = proto;
	return canary_takes(&canary, &event);
}

/* The timer that is set fires, as late as that. */
static void ring(uint64_t late_ns)
{
	timer_set(&timers, &canary.timer, boot_now_ns() - late_ns);
	timers_run(&timers, boot_now_ns());
}

static void a_round_ends_when_all_of_it_was_seen(void **state)
{
	(void)state;
	start(true);
	assert_int_equal(canary.n_cookies, 2);
	assert_int_not_equal(canary.cookies[0], canary.cookies[1]);
	assert_true(takes(canary.cookies[0], EVENT_OPEN, IPPROTO_TCP));
	assert_true(takes(canary.cookies[0], EVENT_CLOSE, IPPROTO_TCP));
	assert_int_equal(rounds_told, 0);
	assert_true(takes(canary.cookies[1], EVENT_OPEN, IPPROTO_UDP));
	assert_int_equal(rounds_told, 1); /* nothing sees the close of UDP */
	assert_true(takes(canary.cookies[1], EVENT_CLOSE, IPPROTO_UDP));
	assert_int_equal(rounds_told, 1);
	assert_false(canary.blind);
	assert_in_range(canary.latency_ns, 1, 60 * SECOND);
	assert_in_range(timers_patience(&timers, canary.opened_ns), 9 * SECOND, 10 * SECOND);
	canary_stop(&canary);
}

/* Whatever else it has in common with ours. */
static void another_socket_is_not_ours(void **state)
{
	(void)state;
	start(false);
	assert_false(takes(canary.cookies[0] + 1, EVENT_OPEN, IPPROTO_TCP));
	assert_false(takes(0, EVENT_OPEN, IPPROTO_TCP));
	assert_int_equal(rounds_told, 0);
	canary_stop(&canary);
}

static void what_is_not_seen_in_time_is_blindness_until_it_is_seen(void **state)
{
	uint64_t first;

	(void)state;
	start(false);
	first = canary.cookies[0];
	assert_true(takes(first, EVENT_OPEN, IPPROTO_TCP));
	ring(0);
	assert_true(canary.blind);
	assert_contains(canary.why, "closed");
	assert_int_equal(canary.missed, 1);
	ring(0); /* the next round */
	assert_int_equal(canary.rounds, 2);
	assert_true(takes(first, EVENT_CLOSE, IPPROTO_TCP)); /* too late: ours, and no proof */
	assert_true(canary.blind);
	assert_true(takes(canary.cookies[1], EVENT_OPEN, IPPROTO_TCP));
	assert_true(takes(canary.cookies[1], EVENT_CLOSE, IPPROTO_TCP));
	assert_false(canary.blind);
	assert_int_equal(rounds_told, 2);
	canary_stop(&canary);
}

static void who_slept_himself_waits_on_once(void **state)
{
	(void)state;
	start(false);
	ring(30 * SECOND);
	assert_int_equal(rounds_told, 0);
	assert_false(canary.blind);
	assert_int_not_equal(timers_patience(&timers, boot_now_ns()), 0);
	ring(30 * SECOND);
	assert_int_equal(rounds_told, 1);
	assert_true(canary.blind);
	canary_stop(&canary);
}

/* A `lost` has no socket. */
static void losses_are_for_everybody(void **state)
{
	(void)state;
	start(false);
	assert_false(takes(canary.cookies[0], EVENT_LOST, IPPROTO_TCP));
	canary_stop(&canary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_round_ends_when_all_of_it_was_seen),
		cmocka_unit_test(another_socket_is_not_ours),
		cmocka_unit_test(what_is_not_seen_in_time_is_blindness_until_it_is_seen),
		cmocka_unit_test(who_slept_himself_waits_on_once),
		cmocka_unit_test(losses_are_for_everybody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
