// SPDX-License-Identifier: GPL-2.0-only
#include "alert/judge.h"

#include "base/loop.h"
#include "base/procdir.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define PORT_RANGE "/proc/sys/net/ipv4/ip_local_port_range"
#define RANGE_VALID_NS 1000000000ULL

struct judge {
	struct policy *policy;
	struct enrich *enrich;
	struct policy_subject subject;
	/* Which keys are asked for: the facts behind the others are not looked up. */
	bool asks_exe;
	bool asks_group;
	bool asks_iface;
	bool asks_range;
	uint64_t range_read_ns; /* 0: never */
	uint16_t range_first;
	uint16_t range_last;
};

/* Without a policy everything is. */
static bool asks(const struct policy *policy, const char *key)
{
	return !policy || policy_asks(policy, key);
}

/* After a swap facts are looked up for both policies, so that they can be compared. */
static void take_policy(struct judge *judge, struct policy *policy)
{
	judge->policy = policy;
	judge->asks_exe |= asks(policy, "exe");
	judge->asks_group |= asks(policy, "group");
	judge->asks_iface |= asks(policy, "iface");
	judge->asks_range |= asks(policy, "ephemeral");
}

struct judge *judge_new(struct policy *policy, struct enrich *enrich)
{
	struct judge *judge = calloc(1, sizeof(*judge));

	if (!judge) {
		policy_free(policy);
		return NULL;
	}
	judge->enrich = enrich;
	take_policy(judge, policy);
	enrich_open_host(enrich);
	return judge;
}

void judge_free(struct judge *judge)
{
	if (!judge)
		return;
	policy_free(judge->policy);
	free(judge);
}

struct policy *judge_swap(struct judge *judge, struct policy *policy)
{
	struct policy *before = judge->policy;

	take_policy(judge, policy);
	enrich_forget_accounts(judge->enrich);
	return before;
}

const struct policy *judge_policy(const struct judge *judge)
{
	return judge->policy;
}

static void parse_range(struct judge *judge, char *text)
{
	char *rest = text;
	unsigned long first = strtoul(text, &rest, 10), last = strtoul(rest, NULL, 10);

	if (!first || first > last || last > UINT16_MAX)
		return;
	judge->range_first = (uint16_t)first;
	judge->range_last = (uint16_t)last;
}

/* What the kernel picks ports from, of our network namespace; somebody may change it. */
static void read_range(struct judge *judge)
{
	uint64_t now = boot_now_ns();
	struct buf text = { 0 };

	if (judge->range_read_ns && now - judge->range_read_ns < RANGE_VALID_NS)
		return;
	judge->range_read_ns = now;
	procdir_read(AT_FDCWD, PORT_RANGE, &text, 64);
	buf_putc(&text, '\0');
	if (!text.failed)
		parse_range(judge, text.data);
	buf_free(&text);
}

/* Where the cgroup is known, no name in it is none for certain. */
static const char *or_none(const char *name, const struct process *process)
{
	return !name && process->cgroup_path ? "" : name;
}

/*
 * Below his manager, user@UID.service, a user makes cgroups as he likes, and calls them what
 * he likes: to be in "docker-ID.scope" there says nothing of docker.
 */
static const char *container_of(struct judge *judge, const struct process *process)
{
	const char *unit = enrich_unit(judge->enrich, process);
	const char *container = enrich_container(judge->enrich, process);

	if (container && unit && !strncmp(unit, "user@", strlen("user@")))
		return NULL;
	return or_none(container, process);
}

/* A unit is systemd's of the system: what a user calls one of his own says nothing. */
static void add_process(struct judge *judge, struct process *process)
{
	struct policy_subject *subject = &judge->subject;

	if (process->kthread)
		subject->exe = "";
	else if (!process->exe_truncated)
		subject->exe = process->exe;
	if (judge->asks_exe)
		subject->standing = enrich_exe_standing(judge->enrich, process);
	subject->deleted = process->deleted;
	subject->unit = or_none(enrich_unit(judge->enrich, process), process);
	subject->container = container_of(judge, process);
}

static void add_user(struct judge *judge, uint32_t uid, uint32_t gid)
{
	struct policy_subject *subject = &judge->subject;
	struct enrich_groups groups;

	subject->uid_known = subject->gid_known = true;
	subject->uid = uid;
	subject->gid = gid;
	subject->user = enrich_account(judge->enrich, uid);
	if (!judge->asks_group)
		return;
	groups = enrich_groups(judge->enrich, uid, gid);
	subject->groups = groups.names;
	subject->group_ids = groups.numbers;
	subject->n_groups = groups.n;
}

/* Without a name it has none for certain: those that are mounted have been read. */
static const char *netns_name(struct judge *judge, uint32_t inode)
{
	const char *name = enrich_netns(judge->enrich, inode);

	return !name && inode && enrich_knows_host_netns(judge->enrich) ? "" : name;
}

static void add_socket(struct judge *judge, const struct event *event,
		       const struct process *process)
{
	struct policy_subject *subject = &judge->subject;
	const struct endpoint *local = &event->socket.local;

	if (judge->asks_range)
		read_range(judge);
	*subject = (struct policy_subject){
		.local = local,
		.proto = proto_name(&event->socket),
		.picked_known = event->socket.picked_known,
		.picked = event->socket.picked,
		.ephemeral_first = judge->range_first,
		.ephemeral_last = judge->range_last,
		.netns = netns_name(judge, local->netns),
		.netns_inode = local->netns,
	};
	if (judge->asks_iface)
		subject->iface = enrich_iface(judge->enrich, local, process);
}

const struct policy_subject *judge_subject(struct judge *judge, const struct event *event,
					   struct process *process)
{
	const struct actor *actor = &event->actor;

	add_socket(judge, event, process);
	if (!process && event->socket.kernel)
		judge->subject.exe = judge->subject.unit = judge->subject.container = "";
	if (!process)
		return &judge->subject;
	add_process(judge, process);
	/* A thread may act as another user than the process was when it was described. */
	if (process == actor->process)
		add_user(judge, actor->uid, actor->gid);
	else
		add_user(judge, process->uid, process->gid);
	return &judge->subject;
}

/* Holders are sorted by age. */
struct process *judge_process(const struct event *event)
{
	if (event->actor.process)
		return event->actor.process;
	return event->n_holders ? event->holders[0] : NULL;
}

static bool is_about_a_port(const struct event *event)
{
	switch (event->kind) {
	case EVENT_EXISTING:
	case EVENT_OPEN:
	case EVENT_CHANGE:
	case EVENT_CLOSE:
	case EVENT_RECOVERED:
		return !event->connection;
	default:
		return false;
	}
}

bool judge_event(struct judge *judge, const struct event *event, struct judgement *out)
{
	if (!is_about_a_port(event))
		return false;
	policy_judge(judge->policy, judge_subject(judge, event, judge_process(event)), out);
	return true;
}

const struct policy_subject *judge_last(const struct judge *judge)
{
	return &judge->subject;
}
