// SPDX-License-Identifier: GPL-2.0-only
/* What is learnt is added to a policy that people wrote, and leaves it as it is. */
#include "learning.h"

#define PEOPLES \
	"# ours\nallow  tcp/80   exe=/usr/sbin/nginx # both\nalert:crit tcp/23\ndefault alert"

static void merging_adds_what_is_new_behind_what_was(void **state)
{
	struct someone *all[] = { someone("0.0.0.0", 80), someone("0.0.0.0", 443) };
	char once[2048];

	(void)state;
	snprintf(once, sizeof(once), "%s", merged(PEOPLES, all, COUNT(all)));
	assert_string_equal(once, PEOPLES
			    "\n\n# Added by test: 2026-11-25T12:00:00Z\n"
			    "\n# --- nginx.service\n"
			    "\n# 1 time, 2026-11-25T12:00:00Z\n"
			    "allow tcp/443 on=any exe=/usr/sbin/nginx unit=nginx.service\n");
	assert_string_equal(merged(once, all, COUNT(all)), once);
}

/* Who narrowed a rule down, or forbade a port, did so on purpose. */
static void merging_does_not_undo_what_people_decided(void **state)
{
	struct someone *other = someone("0.0.0.0", 80), *telnet = someone("0.0.0.0", 23);
	struct someone *all[] = { other, telnet };
	char once[4096];

	(void)state;
	other->subject.exe = "/usr/sbin/apache2";
	snprintf(once, sizeof(once), "%s", merged(PEOPLES, all, COUNT(all)));
	assert_contains(once, "\n# the policy is against it: exe is /usr/sbin/apache2, rule ");
	assert_contains(once, "\n#allow tcp/80 on=any exe=/usr/sbin/apache2 unit=nginx.service\n");
	assert_contains(once, "\n#allow tcp/23 on=any exe=/usr/sbin/nginx unit=nginx.service\n");
	assert_null(strstr(once, "\nallow tcp/80 on=any"));
	assert_null(strstr(once, "\nallow tcp/23"));
	/* and it is not told a second time */
	assert_string_equal(merged(once, all, COUNT(all)), once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEARNT(merging_adds_what_is_new_behind_what_was),
		LEARNT(merging_does_not_undo_what_people_decided),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
