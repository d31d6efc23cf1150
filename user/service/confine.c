// SPDX-License-Identifier: GPL-2.0-only
#include "service/confine.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/sandbox.h"

#include <errno.h>
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

static void put_capability(struct buf *out, const struct sandbox_capability *capability)
{
	bool keeps = sandbox_has(capability);

	buf_puts(out, keeps ? "keeps " : "lacks ");
	buf_puts(out, capability->name);
	buf_puts(out, keeps ? ", to " : ": ");
	buf_puts(out, keeps ? capability->use : capability->lack);
	buf_putc(out, '\n');
}

void confine_put_text(struct buf *out, size_t name_width)
{
	static const char name[] = "sandbox";

	buf_puts(out, name);
	for (size_t i = 0; i < sandbox_n_capabilities; i++) {
		buf_fill(out, ' ', i ? name_width : name_width - strlen(name));
		put_capability(out, &sandbox_capabilities[i]);
	}
	buf_fill(out, ' ', name_width);
	buf_puts(out, "allows ");
	buf_put_u64(out, sandbox_calls());
	buf_puts(out, " system calls, no program to be started, no new privileges\n");
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
