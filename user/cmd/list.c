// SPDX-License-Identifier: GPL-2.0-only
/* list: what is open now, in every network namespace, with its holders, once. */
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/listing.h"

static void count(const struct event *event, void *arg)
{
	(void)event;
	++*(size_t *)arg;
}

/* A person wonders whether an empty screen is an answer; a program reads that there is no line. */
static void say_nothing(const struct listing *listing)
{
	size_t n = 0;

	listing_each(listing, count, &n);
	if (!n)
		say("nothing is open that is asked for");
}

static int list(struct stream_options *options)
{
	struct listing listing = { .options = options };
	int status = listing_open(&listing);

	if (!status)
		status = listing_print(&listing, NULL);
	if (!status && options->output == &sink_table)
		say_nothing(&listing);
	listing_close(&listing);
	return status;
}

int cmd_list(int argc, char **argv)
{
	static const struct option_table table = {
		.parts = { &filter_options, &all_option, &output_options, &plain_options,
			   &btf_option, &habit_options },
		.page = "porttrace-list(8)",
		.usage = "list [OPTIONS]",
		.about =
			"Prints what is open now: each TCP and UDP port of every network namespace of\n"
			"the host, with all that hold it. The options of ss work: porttrace list -lntup.",
	};
	struct stream_options options;
	int status;

	stream_options_init(&options);
	options.columns.n = 0;
	status = options_parse_alone(&table, "list", "a port is given as --port", argc, argv,
				     &options);
	if (!status)
		status = list(&options);
	stream_options_free(&options);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
