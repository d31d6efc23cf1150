// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/service.h"

#include "base/log.h"
#include "cmd/backends.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL
/* What changes with each event is told that often at most. */
#define STATUS_GAP_NS NSEC_PER_SEC

/* --- the manager --------------------------------------------------------------- */

/* STATUS=, and what it belongs to before it; a manager that is busy is told later. */
static int tell_manager(struct service *service, const char *first)
{
	char text[SERVICE_STATUS + 128], status[SERVICE_STATUS], backends[64] = "none";
	int err;

	backends_put(service->coverage, backends, sizeof(backends));
	snprintf(status, sizeof(status), "%sports open: %zu, records lost: %" PRIu64 ", hooks: %s",
		 service->blind ? "BLIND: " : "",
		 ports_count(session_ports(service->stream->session)), service->lost, backends);
	if (!*first && !strcmp(status, service->said))
		return 0;
	snprintf(text, sizeof(text), "%sSTATUS=%s", first, status);
	err = notify_send(&service->notify, text);
	if (!err)
		memcpy(service->said, status, sizeof(status));
	else if (err == -EAGAIN || err == -ENOBUFS)
		timer_set(&service->stream->timers, &service->status, boot_after_ns(STATUS_GAP_NS));
	return err;
}

/* Whether the manager is to hear that we are ready: it has not yet, and it is true. */
static bool owes_ready(const struct service *service)
{
	return !service->ready && !service->reloading && service->canary.began &&
	       !service->canary.blind;
}

static void on_status(void *arg)
{
	struct service *service = arg;

	if (!owes_ready(service))
		tell_manager(service, "");
	else if (!tell_manager(service, "READY=1\n"))
		service->ready = true;
}

static void status_changes(struct service *service)
{
	if (service->ready && !service->status.set)
		timer_set(&service->stream->timers, &service->status, boot_after_ns(STATUS_GAP_NS));
}

/* Who does not see is to be started again: then the watchdog hears nothing. */
static void on_watchdog(void *arg)
{
	struct service *service = arg;
	uint64_t wait = service->notify.watchdog_ns / 2;

	/* A manager that is busy is told again: half an interval later may be too late. */
	if (service->canary.began && !service->canary.blind &&
	    notify_send(&service->notify, "WATCHDOG=1"))
		wait /= 8;
	timer_set(&service->stream->timers, &service->watchdog, boot_after_ns(wait));
}

void service_reloading(struct service *service)
{
	struct timespec now;
	char text[64];

	if (!service->on)
		return;
	/* The clock of the manager, which has to hear it before it hears READY (sd_notify(3)). */
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	if (!notify_send(&service->notify, text))
		service->ready = false;
	service->reloading = true;
}

void service_reloaded(struct service *service)
{
	if (!service->on)
		return;
	service->reloading = false;
	on_status(service);
}

/* --- whether it sees -------------------------------------------------------------- */

/* Nobody can know what is missed: an event that is lost, uncounted. Ports are looked for. */
static void tell_blind(struct service *service)
{
	const struct canary *canary = &service->canary;
	char cause[256];
	const struct event lost = {
		.kind = EVENT_LOST,
		.time_ns = boot_now_ns(),
		.lost_kind = "unknown",
		.lost_cause = cause,
	};

	snprintf(cause, sizeof(cause), "blind: %s%s%s",
		 stream_is_stalled(service->stream) ?
			 "the reader of the output does not read, and so no event is taken" :
			 canary->why,
		 canary->err ? ": " : "", canary->err ? strerror(-canary->err) : "");
	if (!service->blind) {
		say("%s; until it is, the kernel's tables are compared every second", cause);
		journaling_note(service->stream->journal, JOURNAL_BLIND, cause);
		stream_tell(service->stream, &lost);
	}
	service->blind = true;
	session_compare(service->stream->session);
}

static void on_canary(void *arg)
{
	struct service *service = arg;
	bool was_blind = service->blind;

	if (service->canary.blind) {
		tell_blind(service);
	} else if (was_blind) {
		say("its own port is seen again");
		journaling_note(service->stream->journal, JOURNAL_SEEING,
				"its own port is seen again");
		service->blind = false;
		session_compare(service->stream->session);
		/* Before it is too late: it heard nothing for up to an interval. */
		if (service->notify.watchdog_ns)
			on_watchdog(service);
	}
	metering_touch(&service->metering);
	if (owes_ready(service))
		on_status(service);
	else if (was_blind != service->blind)
		tell_manager(service, "");
}

/* --- from one run to the next ------------------------------------------------------ */

static void save(void *arg)
{
	struct service *service = arg;

	state_file_write(&service->state, session_ports(service->stream->session));
	/* It is tried again even if nothing happens: what was not written is owed. */
	if (service->state.failed)
		timer_set(&service->stream->timers, &service->save,
			  boot_after_ns(state_file_gap_ns(&service->state)));
}

/*
 * Not at once: in the way of the events stands no file. If we are killed before, what
 * happened since is told again by the next run; nothing that is open is missed by it,
 * since it compares with the kernel's tables.
 */
static void save_soon(struct service *service)
{
	if (service->stream->options->state && !service->save.set)
		timer_set(&service->stream->timers, &service->save,
			  boot_after_ns(state_file_gap_ns(&service->state)));
}

/*
 * Open now, and not when the last run wrote down what was. Of a UDP port that the
 * kernel picked nobody can tell whether it was opened, or is a client's: it stays
 * what a run finds.
 */
static void mark_new(const struct service *service, struct event *event)
{
	if (event->kind != EVENT_EXISTING || event->connection || !service->past ||
	    !past_followed(service->past, event->socket.local.proto) ||
	    past_has(service->past, &event->socket.local))
		return;
	event->while_down = true;
	if (event->socket.local.proto == IPPROTO_TCP || !event->socket.picked)
		event->kind = EVENT_OPEN;
}

void service_recall(struct service *service)
{
	if (!service->stream->options->state)
		return;
	service->past = state_file_read(&service->state);
	session_set_past(service->stream->session, service->past);
}

/* Of everything that is told, before anybody else: false, it is our own. */
static bool takes_first(struct event *event, void *arg)
{
	struct service *service = arg;

	if (canary_takes(&service->canary, event))
		return false;
	if (event->kind == EVENT_LOST)
		service->lost += event->lost_count;
	mark_new(service, event);
	metering_note(&service->metering, event);
	status_changes(service);
	if (service->started && event->kind != EVENT_LOST && !event->connection)
		save_soon(service);
	return true;
}

/* --- its life --------------------------------------------------------------------------- */

static void gather(struct metrics *metrics, void *arg)
{
	const struct service *service = arg;

	metering_gather_session(metrics, service->stream->session);
	metering_gather_coverage(metrics, service->coverage);
	metering_gather_canary(metrics, &service->canary);
	metering_gather_journal(metrics, service->stream->journal);
}

/* Who is not root is not believed: that is in the man page, and no news. */
static void open_canary_file(struct service *service)
{
	int fd = canary_file_open();

	service->canary.file = fd;
	if (fd < 0 && fd != -EBUSY && !geteuid())
		say("%s: %s: another porttrace shows the ports by which this one looks whether it sees",
		    CANARY_FILE, strerror(-fd));
}

int service_open(struct service *service, struct stream *stream)
{
	const struct trace_wants *wants = &stream->options->wants;
	int err = notify_open(&service->notify);

	service->stream = stream;
	service->status = (struct timer){ .fire = on_status, .arg = service };
	service->watchdog = (struct timer){ .fire = on_watchdog, .arg = service };
	service->save = (struct timer){ .fire = save, .arg = service };
	service->state.lock = -1;
	if (err)
		say("NOTIFY_SOCKET: the service manager cannot be told: %s", strerror(-err));
	service->metering.path = stream->options->metrics;
	service->metering.timers = &stream->timers;
	service->metering.gather = gather;
	service->metering.arg = service;
	service->on = notify_wanted(&service->notify) || stream->options->state ||
		      stream->options->metrics;
	if (!service->on)
		return STATUS_OK;
	stream->first = takes_first;
	stream->first_arg = service;
	open_canary_file(service);
	if (!stream->options->state)
		return STATUS_OK;
	return state_file_open(&service->state, stream->options->state,
			       (wants->tcp ? STATE_FOLLOWS_TCP : 0) |
				       (wants->udp ? STATE_FOLLOWS_UDP : 0));
}

void service_start(struct service *service, const struct coverage *coverage)
{
	if (!service->on)
		return;
	past_free(service->past);
	service->past = NULL;
	service->started = true;
	if (service->stream->options->state)
		save(service);
	service->coverage = coverage;
	metering_start(&service->metering);
	service->canary.timers = &service->stream->timers;
	service->canary.told = on_canary;
	service->canary.arg = service;
	if (service->notify.watchdog_ns)
		on_watchdog(service);
	canary_start(&service->canary, coverage);
}

void service_stop(struct service *service)
{
	if (!service->started)
		return;
	canary_stop(&service->canary);
	timer_cancel(&service->watchdog);
	timer_cancel(&service->status);
	notify_send(&service->notify, "STOPPING=1");
}

void service_close(struct service *service)
{
	if (!service->stream)
		return;
	timer_cancel(&service->save);
	metering_stop(&service->metering);
	if (service->started && service->stream->options->state)
		state_file_write(&service->state, session_ports(service->stream->session));
	past_free(service->past);
	if (service->on && service->canary.file >= 0)
		close(service->canary.file);
	state_file_close(&service->state);
	notify_close(&service->notify);
}
