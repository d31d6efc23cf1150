// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/timers.h"

/* A timer that writes its letter, and may do more. */
struct ring {
	struct timer timer;
	struct timers *timers;
	struct ring *also; /* cancelled, or set to then_ns */
	uint64_t then_ns;  /* 0: cancel */
	char letter;
};

static char rung[16];

static void on_ring(void *arg)
{
	struct ring *ring = arg;

	rung[strlen(rung)] = ring->letter;
	if (ring->also && ring->then_ns)
		timer_set(ring->timers, &ring->also->timer, ring->then_ns);
	else if (ring->also)
		timer_cancel(&ring->also->timer);
}

static struct ring a_ring(struct timers *timers, char letter)
{
	return (struct ring){ .timer = { .fire = on_ring }, .timers = timers, .letter = letter };
}

static void set(struct ring *ring, uint64_t due_ns)
{
	ring->timer.arg = ring;
	timer_set(ring->timers, &ring->timer, due_ns);
}

static const char *rings_at(struct timers *timers, uint64_t now_ns)
{
	memset(rung, 0, sizeof(rung));
	timers_run(timers, now_ns);
	return rung;
}

static void each_fires_once_and_in_order(void **state)
{
	struct timers timers = { 0 };
	struct ring a = a_ring(&timers, 'a'), b = a_ring(&timers, 'b'), c = a_ring(&timers, 'c'),
		    d = a_ring(&timers, 'd');

	(void)state;
	assert_int_equal(timers_patience(&timers, 5), UINT64_MAX);
	set(&c, 30);
	set(&a, 10);
	set(&b, 20);
	set(&d, 20);
	assert_int_equal(timers_patience(&timers, 4), 6);
	assert_string_equal(rings_at(&timers, 9), "");
	assert_string_equal(rings_at(&timers, 10), "a");
	assert_int_equal(timers_patience(&timers, 25), 0);
	assert_string_equal(rings_at(&timers, 100), "bdc");
	assert_string_equal(rings_at(&timers, 100), "");
	assert_int_equal(timers_patience(&timers, 100), UINT64_MAX);
}

static void it_can_be_moved_and_cancelled(void **state)
{
	struct timers timers = { 0 };
	struct ring a = a_ring(&timers, 'a'), b = a_ring(&timers, 'b');

	(void)state;
	timer_cancel(&a.timer);
	set(&a, 10);
	set(&b, 20);
	set(&a, 30);
	assert_string_equal(rings_at(&timers, 25), "b");
	timer_cancel(&a.timer);
	assert_string_equal(rings_at(&timers, 100), "");
}

static void one_set_for_now_waits_for_the_next_round(void **state)
{
	struct timers timers = { 0 };
	struct ring a = a_ring(&timers, 'a');

	(void)state;
	a.also = &a;
	a.then_ns = 1;
	set(&a, 10);
	assert_string_equal(rings_at(&timers, 10), "a");
	assert_int_equal(timers_patience(&timers, 10), 0);
	assert_string_equal(rings_at(&timers, 10), "a");
	timer_cancel(&a.timer);
}

static void one_that_fires_may_cancel_the_next(void **state)
{
	struct timers timers = { 0 };
	struct ring a = a_ring(&timers, 'a'), b = a_ring(&timers, 'b'), c = a_ring(&timers, 'c');

	(void)state;
	set(&a, 10);
	set(&b, 11);
	set(&c, 12);
	a.also = &b;
	assert_string_equal(rings_at(&timers, 20), "ac");
	assert_int_equal(timers_patience(&timers, 20), UINT64_MAX);
}

static void one_that_fires_may_put_off_the_next(void **state)
{
	struct timers timers = { 0 };
	struct ring a = a_ring(&timers, 'a'), b = a_ring(&timers, 'b');

	(void)state;
	set(&a, 10);
	set(&b, 11);
	a.also = &b;
	a.then_ns = 50;
	assert_string_equal(rings_at(&timers, 20), "a");
	assert_int_equal(timers_patience(&timers, 20), 30);
	assert_string_equal(rings_at(&timers, 50), "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fires_once_and_in_order),
		cmocka_unit_test(it_can_be_moved_and_cancelled),
		cmocka_unit_test(one_set_for_now_waits_for_the_next_round),
		cmocka_unit_test(one_that_fires_may_cancel_the_next),
		cmocka_unit_test(one_that_fires_may_put_off_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
