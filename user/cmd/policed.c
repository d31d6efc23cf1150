// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/policed.h"

#include "base/log.h"
#include "cmd/policing.h"

int policed_open(struct policed *policed, const char *path, struct enrich *enrich)
{
	if (path || policing_has_default())
		return policing_open(&policed->judge, path, enrich);
	say("there is no policy: " POLICY_DEFAULT_PATH " does not exist. 'porttrace learn' writes "
	    "one from what is open now; --policy FILE takes another");
	return STATUS_USAGE;
}

void policed_close(struct policed *policed)
{
	judge_free(policed->judge);
	open_now_free(policed->before);
	*policed = (struct policed){ 0 };
}

/* Where holders are hidden it is no news that none is seen, and a second look shows no more. */
static bool seems_nobodys(const struct open_now *now)
{
	const struct snapshot *snapshot = open_now_snapshot(now);

	for (size_t i = 0; i < snapshot->n && !open_now_hides_holders(now); i++) {
		const struct snapshot_row *row = snapshot->rows[i];

		if (!row->n_holders && !row->socket.connected && !row->socket.kernel)
			return true;
	}
	return false;
}

int policed_settle(struct policed *policed, struct open_now **now,
		   const struct open_now_wants *wants)
{
	struct open_now_wants again = *wants;
	int status = STATUS_OK;

	again.quiet = true;
	if (seems_nobodys(*now)) {
		policed->before = *now;
		*now = NULL;
		status = open_now_read(now, &again);
	}
	policed->partial = *now && open_now_is_partial(*now);
	return status;
}

bool policed_is_settled(const struct policed *policed, const struct event *event)
{
	const struct snapshot_row *row;

	if (!policed->before || event->n_holders || event->socket.kernel)
		return true;
	row = snapshot_find(open_now_snapshot(policed->before), &event->socket);
	return row && !row->n_holders;
}

/*
 * Whether the facts that a rule may ask for were there to be seen. To root an executable that
 * cannot be made out is suspicious; to others it is somebody else's.
 */
static bool is_known(const struct policed *policed, const struct event *event)
{
	const struct policy_subject *subject;

	if (!policed->partial)
		return true;
	if (!event->actor.process)
		return event->holders_known;
	if (!policy_asks(judge_policy(policed->judge), "exe"))
		return true;
	subject = judge_subject(policed->judge, event, judge_process(event));
	return subject->exe && (!*subject->exe || subject->standing != EXE_UNKNOWN);
}

/* Unknown facts let nothing through, so what was let through without them is so. */
bool policed_judge(const struct policed *policed, const struct event *event, struct judgement *out)
{
	return judge_event(policed->judge, event, out) &&
	       (out->verdict.kind != VERDICT_UNEXPECTED || is_known(policed, event));
}
