// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/close_internal.h"

#include <string.h>

static bool is_this(const struct event *event, void *arg)
{
	const struct endpoint *port = arg;

	return !memcmp(&event->socket.local, port, sizeof(*port));
}

static int run_one(struct closing *c, const struct socket_info *socket,
		   const struct stream_options *options)
{
	struct endpoint port = socket->local;
	struct stream_options own;
	int status;

	stream_options_init(&own);
	own.columns.n = 0;
	own.numeric = options->numeric;
	own.wants.btf_path = options->wants.btf_path;
	c->listing = (struct listing){ .options = &own, .takes = is_this, .arg = &port };
	c->targets.by_keys = true;
	status = closing_run(c);
	closing_free(c);
	stream_options_free(&own);
	return status;
}

int close_endpoint(const struct socket_info *socket, const struct stream_options *options,
		   const struct consent *consent)
{
	struct closing c = { .consent = consent, .destroys = true };

	return run_one(&c, socket, options);
}

int close_holders(const struct socket_info *socket, const struct stream_options *options,
		  const struct consent *consent)
{
	struct closing c = { .consent = consent, .kills = true };

	return run_one(&c, socket, options);
}
