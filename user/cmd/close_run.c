// SPDX-License-Identifier: GPL-2.0-only
/* From what is meant to what is closed: shown, guarded, asked, done, looked at again. */
#include "cmd/close_internal.h"

#include "base/log.h"
#include "diag/diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- what is meant ------------------------------------------------------------------ */

static void add_target(const struct event *event, void *arg)
{
	struct closing *c = arg;
	struct target *grown;

	grown = reallocarray(c->targets.list, c->targets.n + 1, sizeof(*grown));
	if (!grown) {
		c->failed = true;
		return;
	}
	c->targets.list = grown;
	grown[c->targets.n++] = (struct target){ .socket = event->socket,
						 .holders = event->holders,
						 .n_holders = event->n_holders };
}

static bool agreed(const struct closing *c)
{
	bool one = c->targets.n == 1;
	char question[96], many[32];

	if (!c->consent)
		return true;
	snprintf(many, sizeof(many), "these %zu ports", c->targets.n);
	snprintf(question, sizeof(question), "Close %s%s%s?", one ? "this port" : many,
		 c->kills ? ", and end what holds " : "",
		 !c->kills ? "" :
		 one       ? "it" :
			     "them");
	if (c->consent->agrees(question, c->consent->arg))
		return true;
	say("nothing was closed");
	return false;
}

/* --- doing it --------------------------------------------------------------------- */

void close_destroy(struct targets *targets, struct open_now *now)
{
	targets->destroyed = true;
	for (size_t i = 0; i < targets->n; i++) {
		struct target *target = &targets->list[i];
		int fd = open_now_netns_fd(now, target->socket.local.netns);

		target->err = fd < 0 ? fd : diag_destroy(fd, &target->socket);
		if (fd >= 0)
			close(fd);
	}
}

/* The kernel closes TCP and UDP, or nothing at all (CONFIG_INET_DIAG_DESTROY). */
static bool kernel_cannot(const struct targets *targets)
{
	for (size_t i = 0; i < targets->n; i++) {
		const struct socket_info *socket = &targets->list[i].socket;
		bool plain = (socket->local.proto == IPPROTO_TCP && !socket->mptcp) ||
			     socket->local.proto == IPPROTO_UDP;

		if (plain && targets->list[i].err == -EOPNOTSUPP)
			return true;
	}
	return false;
}

static bool forbidden(const struct targets *targets)
{
	for (size_t i = 0; i < targets->n; i++)
		if (targets->list[i].err == -EPERM)
			return true;
	return false;
}

static int guard(const struct closing *c)
{
	bool pids_known = !open_now_foreign_pids(c->listing.now);
	int status;

	if (c->kills && !pids_known && !c->dry_run) {
		say("processes are ended by their numbers, and those of the host's pid namespace mean "
		    "nothing in this one: run it in the host's; nothing was done");
		return STATUS_NO_TRACING;
	}
	if (c->force)
		return STATUS_OK;
	status = c->destroys ? close_guard_session(&c->targets, pids_known) : STATUS_OK;
	return status || !c->kills ? status : close_guard_kill(&c->targets);
}

static int say_cannot(const struct closing *c)
{
	say("this kernel closes no socket from outside: it was built without "
	    "CONFIG_INET_DIAG_DESTROY, or finds no module tcp_diag or udp_diag; %s ends the "
	    "processes that hold them",
	    c->targets.by_keys ? "k" : "--kill");
	return STATUS_NO_TRACING;
}

static int verify(struct closing *c)
{
	const char *btf_path = c->listing.options->wants.btf_path;
	int status = close_verify(&c->targets, c->listing.now, c->kills, btf_path);

	if (status != STATUS_NO || !forbidden(&c->targets))
		return status;
	say("closing takes CAP_NET_ADMIN in the network namespace, and CAP_SYS_ADMIN to enter "
	    "another one");
	return STATUS_NO_TRACING;
}

static int close_all(struct closing *c)
{
	int killed = STATUS_OK, status;

	close_destroy(&c->targets, c->listing.now);
	if (!c->kills && kernel_cannot(&c->targets))
		return say_cannot(c);
	if (c->kills)
		killed = close_kill(&c->targets, NULL);
	status = verify(c);
	return status ? status : killed;
}

/* The sockets go with them; if another process has one as well, that is said. */
static int end_holders(struct closing *c)
{
	int status = close_kill(&c->targets, c->consent);

	return status ? status : verify(c);
}

/* A verdict that cannot be known closes nothing. */
static void say_unknown(const struct closing *c)
{
	if (c->unexpected && c->listing.policed.partial)
		say("what cannot be judged from here is not meant by --unexpected");
}

static int say_nothing_meant(const struct closing *c)
{
	if (c->targets.by_keys)
		say("this port is not open any more");
	else if (c->unexpected)
		say("nothing to close: no port is open that the policy does not expect");
	else
		say("nothing to close: no port is open that is meant by this");
	return STATUS_NO;
}

static int find_targets(struct closing *c)
{
	int status;

	c->listing.judged = c->unexpected;
	c->listing.columns_last = c->unexpected ? "severity,rule,why" : NULL;
	status = listing_open(&c->listing);
	if (status)
		return status;
	say_unknown(c);
	listing_each(&c->listing, add_target, c);
	if (c->failed) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	return c->targets.n ? STATUS_OK : say_nothing_meant(c);
}

int closing_run(struct closing *c)
{
	int status = find_targets(c);

	if (!status)
		status = listing_print(&c->listing, NULL);
	if (!status)
		status = guard(c);
	if (status)
		return status;
	if (c->dry_run) {
		say("--dry-run: nothing was closed%s", c->kills ? ", and no process ended" : "");
		return STATUS_OK;
	}
	if (!c->destroys)
		return end_holders(c);
	return agreed(c) ? close_all(c) : STATUS_NO;
}

void closing_free(struct closing *c)
{
	listing_close(&c->listing);
	free(c->targets.list);
}
