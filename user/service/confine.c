// SPDX-License-Identifier: GPL-2.0-only
#include "service/confine.h"

#include "base/json.h"
#include "base/log.h"
#include "base/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* At the end LeakSanitizer starts a thread, and traces us from there. */
#if defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

void confine(void)
{
	const char *why;
	int err;

	if (SANITIZED)
		return;
	err = sandbox_enter(&why);
	if (err)
		say("this process cannot be confined, %s: %s", why, strerror(-err));
}

const char *confined_error(int err)
{
	if (err == EACCES && !geteuid())
		return "Permission denied (it has given up root's right to write into folders of "
		       "other users: the folder has to be root's)";
	return strerror(err);
}

void confine_print(int name_width)
{
	const char *name = "sandbox";

	for (size_t i = 0; i < sandbox_n_capabilities; i++) {
		const struct sandbox_capability *capability = &sandbox_capabilities[i];

		if (sandbox_has(capability))
			printf("%-*s keeps %s, to %s\n", name_width, name, capability->name,
			       capability->use);
		else
			printf("%-*s lacks %s: %s\n", name_width, name, capability->name,
			       capability->lack);
		name = "";
	}
	printf("%-*s allows %zu system calls, no program to be started, no new privileges\n",
	       name_width, "", sandbox_calls());
}

void confine_put(struct json *json)
{
	json_object(json, "sandbox");
	json_array(json, "keeps");
	for (size_t i = 0; i < sandbox_n_capabilities; i++)
		if (sandbox_has(&sandbox_capabilities[i]))
			json_plain(json, NULL, sandbox_capabilities[i].name);
	json_array_end(json);
	json_array(json, "lacks");
	for (size_t i = 0; i < sandbox_n_capabilities; i++) {
		if (sandbox_has(&sandbox_capabilities[i]))
			continue;
		json_object(json, NULL);
		json_plain(json, "capability", sandbox_capabilities[i].name);
		json_plain(json, "why", sandbox_capabilities[i].lack);
		json_object_end(json);
	}
	json_array_end(json);
	json_u64(json, "system_calls", sandbox_calls());
	json_object_end(json);
}
