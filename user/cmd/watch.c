// SPDX-License-Identifier: GPL-2.0-only
/* watch: what is open now, then every port as it opens and closes. */
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/service.h"
#include "cmd/stream.h"

#include <string.h>
#include <unistd.h>

static int run(struct stream *stream, struct service *service, const struct coverage *coverage)
{
	int err;

	service_recall(service);
	err = stream_start(stream);
	if (!err) {
		service_start(service, coverage);
		err = stream_loop(stream);
	}
	service_stop(service);
	stream_stop(stream);
	stream_finish(stream);
	return stream_status(stream, err);
}

static int watch(struct stream_options *options)
{
	struct stream stream = { .options = options };
	struct service service = { 0 };
	struct coverage coverage;
	int status, err = loop_init(&stream.loop);

	if (err) {
		say("cannot start: %s", strerror(-err));
		return STATUS_NO_TRACING;
	}
	stream_options_settle(options);
	status = service_open(&service, &stream);
	if (!status)
		status = stream_open(&stream, STDOUT_FILENO, &coverage);
	if (!status)
		status = run(&stream, &service, &coverage);
	service_close(&service);
	stream_close(&stream);
	loop_free(&stream.loop);
	return status;
}

int cmd_watch(int argc, char **argv)
{
	struct option_table table = {
		.parts = WATCH_OPTIONS,
		.usage = "[watch] [OPTIONS]",
		.about = "Prints what is open now ('existing'), then every port as it opens and closes, until\n"
			 "Ctrl-C. Every network namespace of the host is watched.",
	};
	struct stream_options options;
	int first, status;

	stream_options_init(&options);
	status = options_parse(&table, argc, argv, &options, &first);
	if (!status && first < argc) {
		say("watch takes no operand: '%s'; a port is given as --port %s", argv[first],
		    argv[first]);
		status = STATUS_USAGE;
	}
	if (!status)
		status = watch(&options);
	stream_options_free(&options);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
