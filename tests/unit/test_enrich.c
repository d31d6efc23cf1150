// SPDX-License-Identifier: GPL-2.0-only
/* Names of users, services, classes and the host; and the wall clock. */
#include "unit.h"

#include "enrich/cache.h"
#include "enrich/enrich.h"

static char *look_up(uint64_t key, void *arg)
{
	unsigned int *calls = arg;

	(*calls)++;
	return key % 2 ? NULL : strdup("even");
}

static void a_name_is_looked_up_once_even_if_there_is_none(void **state)
{
	struct name_cache cache = { 0 };
	unsigned int calls = 0;

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (uint64_t key = 0; key < 100; key++) {
			const char *name = name_cache_get(&cache, key, look_up, &calls);

			if (key % 2)
				assert_null(name);
			else
				assert_string_equal(name, "even");
		}
	}
	assert_int_equal(calls, 100);
	name_cache_free(&cache);
	name_cache_free(&cache);
}

static void a_name_stays_where_it_is(void **state)
{
	struct name_cache cache = { 0 };
	unsigned int calls = 0;
	const char *first = name_cache_get(&cache, 0, look_up, &calls);

	(void)state;
	for (uint64_t key = 1; key < 100; key++)
		name_cache_get(&cache, key, look_up, &calls);
	assert_ptr_equal(name_cache_get(&cache, 0, look_up, &calls), first);
	name_cache_free(&cache);
}

static void numeric_gives_no_names_of_users_and_services(void **state)
{
	struct enrich *names = enrich_new(false), *numbers = enrich_new(true);

	(void)state;
	assert_string_equal(enrich_user(names, 0), "root");
	assert_null(enrich_user(names, 4000000001));
	assert_null(enrich_user(numbers, 0));
	assert_null(enrich_service(numbers, IPPROTO_TCP, 22));
	assert_null(enrich_service(names, IPPROTO_TCP, 64999));
	enrich_free(names);
	enrich_free(numbers);
	enrich_free(NULL);
}

static void the_first_namespace_is_called_host(void **state)
{
	struct enrich *enrich = enrich_new(false);

	(void)state;
	assert_null(enrich_netns(enrich, A_NETNS));
	assert_null(enrich_netns(enrich, 0)); /* not known yet is not the host */
	enrich_set_host_netns(enrich, A_NETNS);
	assert_string_equal(enrich_netns(enrich, A_NETNS), "host");
	assert_null(enrich_netns(enrich, A_NETNS + 1));
	enrich_free(enrich);
}

static void the_class_of_a_port_goes_by_its_number(void **state)
{
	(void)state;
	assert_string_equal(enrich_class(0), "well-known");
	assert_string_equal(enrich_class(1023), "well-known");
	assert_string_equal(enrich_class(1024), "registered");
	assert_string_equal(enrich_class(49151), "registered");
	assert_string_equal(enrich_class(49152), "dynamic");
	assert_string_equal(enrich_class(65535), "dynamic");
}

static void the_wall_clock_runs_with_the_events_clock(void **state)
{
	const uint64_t hour = 3600000000000ULL, slack = 1000000000ULL;
	uint64_t early = enrich_wall_ns(1), late = enrich_wall_ns(1 + hour);

	(void)state;
	/* Between the two looks the wall clock may have been set, either way. */
	assert_in_range(late - early, hour - slack, hour + slack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_looked_up_once_even_if_there_is_none),
		cmocka_unit_test(a_name_stays_where_it_is),
		cmocka_unit_test(numeric_gives_no_names_of_users_and_services),
		cmocka_unit_test(the_first_namespace_is_called_host),
		cmocka_unit_test(the_class_of_a_port_goes_by_its_number),
		cmocka_unit_test(the_wall_clock_runs_with_the_events_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
