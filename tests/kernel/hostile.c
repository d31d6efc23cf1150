// SPDX-License-Identifier: GPL-2.0-only
#include "hostile.h"

#include <stddef.h>

/* NOLINTBEGIN(misc-misleading-bidirectional): to mislead is what they are for */
/* newline, ESC [2J, U+202E (right-to-left override), a byte that is not UTF-8 */
static const char hostile[] = "x\n\033[2J\xe2\x80\xae\xff";
/* the same, then DEL, C1 (CSI) in UTF-8, an overlong form, half a character at the end */
static const char hostile_arg[] = "x\n\033[2J\xe2\x80\xae\xff\x7f\xc2\x9b\xc0\x8a\xe2\x80";
/* NOLINTEND(misc-misleading-bidirectional) */

struct child hostile_start(const char *port)
{
	const char *args[] = { "named", port, hostile, hostile_arg, "", NULL };
	struct child child = helper_start(self_exe(), args);

	step_await(child.ctl);
	return child;
}
