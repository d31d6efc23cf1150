// SPDX-License-Identifier: GPL-2.0-only
/* watch: what is open now, then every port as it opens and closes. */
#include "base/log.h"
#include "base/resident.h"
#include "cmd/alerting.h"
#include "cmd/cmd.h"
#include "cmd/service.h"
#include "cmd/stream.h"
#include "service/confine.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

struct watch {
	struct stream stream;
	struct service service;
	struct alerting alerting;
	struct coverage coverage;
};

static int run(struct watch *watch)
{
	int err;

	say_hurry();
	service_recall(&watch->service);
	err = stream_start(&watch->stream);
	if (!err) {
		alerting_start(&watch->alerting);
		confine();
		resident_trim();
		service_start(&watch->service, &watch->coverage);
		err = stream_loop(&watch->stream);
	}
	service_stop(&watch->service);
	stream_stop(&watch->stream);
	alerting_stop(&watch->alerting);
	stream_finish(&watch->stream);
	return stream_status(&watch->stream, err);
}

/* SIGHUP reads the policy again; what is no service and has none it ends, as it does any program. */
static void take_signal(const struct signalfd_siginfo *info, void *arg)
{
	struct watch *watch = arg;

	if (info->ssi_signo != SIGHUP) {
		watch->stream.loop.signal = (int)info->ssi_signo;
		watch->stream.loop.ended = true;
		return;
	}
	service_reloading(&watch->service);
	alerting_reload(&watch->alerting);
	service_reloaded(&watch->service);
}

static int open_all(struct watch *watch)
{
	static const int hangup = SIGHUP;
	int status = service_open(&watch->service, &watch->stream), err = 0;

	if (status)
		return status;
	if (watch->alerting.on || watch->service.on)
		err = loop_take_signals(&watch->stream.loop, &hangup, 1, take_signal, watch);
	if (err) {
		say("cannot start: %s", strerror(-err));
		return STATUS_NO_TRACING;
	}
	status = stream_open(&watch->stream, STDOUT_FILENO, &watch->coverage);
	return status ? status : alerting_attach(&watch->alerting);
}

static int watch_ports(struct stream_options *options)
{
	struct watch watch = { .stream = { .options = options, .long_lived = true } };
	int status, err;

	stream_options_settle(options);
	status = alerting_open(&watch.alerting, &watch.stream, &watch.service.metering);
	err = status ? 0 : loop_init(&watch.stream.loop);
	if (err) {
		say("cannot start: %s", strerror(-err));
		status = STATUS_NO_TRACING;
	}
	if (!status) {
		status = open_all(&watch);
		if (!status)
			status = run(&watch);
		service_close(&watch.service);
		stream_close(&watch.stream);
		loop_free(&watch.stream.loop);
	}
	alerting_close(&watch.alerting);
	return status;
}

int cmd_watch(int argc, char **argv)
{
	struct option_table table = {
		.parts = WATCH_OPTIONS,
		.page = "porttrace-watch(8)",
		.usage = "[watch] [OPTIONS]",
		.about = "Prints what is open now ('existing'), then every port as it opens and closes,\n"
			 "until Ctrl-C. Every network namespace of the host is watched.",
	};
	struct stream_options options;
	int status;

	stream_options_init(&options);
	status = options_parse_alone(&table, "watch", "a port is given as --port", argc, argv,
				     &options);
	if (!status)
		status = watch_ports(&options);
	stream_options_free(&options);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
