/* SPDX-License-Identifier: GPL-2.0-only */
/* A copy of an event that outlives the call by which it was told. It is never moved: parts point into it. */
#ifndef PORTTRACE_TUI_KEPT_H
#define PORTTRACE_TUI_KEPT_H

#include "model/event.h"
#include "model/procs.h"
#include "model/verdict.h"

struct kept {
	struct event event;
	struct procs *procs; /* borrowed; of the references */
	struct verdict verdict;
	struct connection connection;
	char *texts; /* owned: of the verdict */
};

/* Of zeroed memory. 0 or -ENOMEM, with nothing to drop. */
int kept_take(struct kept *kept, struct procs *procs, const struct event *event);
/* Its verdict is now that of event. 0 or -ENOMEM, as it was. */
int kept_judge(struct kept *kept, const struct event *event);
/* Whose it is is not known any more. */
void kept_forget_actor(struct kept *kept);
void kept_drop(struct kept *kept);

#endif
