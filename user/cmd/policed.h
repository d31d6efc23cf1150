/* SPDX-License-Identifier: GPL-2.0-only */
/* What is open now, before a policy: what "check", "close --unexpected" and "who" stand on. */
#ifndef PORTTRACE_CMD_POLICED_H
#define PORTTRACE_CMD_POLICED_H

#include "alert/judge.h"
#include "session/open_now.h"

struct policed {
	struct judge *judge;     /* NULL: there is no policy */
	struct open_now *before; /* the first of two looks; NULL: one was enough */
	bool partial;            /* see open_now_is_partial() */
};

/*
 * The policy at path, or the default one (NULL). Says what is wrong with it. An exit status;
 * policed_close() either way.
 */
int policed_open(struct policed *policed, const char *path, struct enrich *enrich);
void policed_close(struct policed *policed);

/*
 * Once the tables are read. A port that opens between the look at the descriptors and the one at
 * the tables seems to be held by nobody: where one does, the tables are read again into *now, and
 * policed_is_settled() tells. An exit status.
 */
int policed_settle(struct policed *policed, struct open_now **now,
		   const struct open_now_wants *wants);
/* False: of this one it cannot be said yet that nobody holds it. */
bool policed_is_settled(const struct policed *policed, const struct event *event);

/*
 * The verdict of a port. False: it cannot be known, since what decides of it cannot be seen from
 * here; then out is not to be used.
 */
bool policed_judge(const struct policed *policed, const struct event *event, struct judgement *out);

#endif
