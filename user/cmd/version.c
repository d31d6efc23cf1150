// SPDX-License-Identifier: GPL-2.0-only
#include "base/version.h"
#include "base/linkage.h"
#include "base/log.h"
#include "base/options.h"
#include "cmd/cmd.h"
#include "trace/trace.h"

#include <stdio.h>

int cmd_version(int argc, char **argv)
{
	static const struct option_table table = {
		.page = "porttrace(8)",
		.usage = "version",
		.about = "Prints the version of porttrace and of libbpf, and the features built in.",
	};
	int status = options_parse_alone(&table, "version", NULL, argc, argv, NULL);

	if (status)
		return status == OPTIONS_HELP ? STATUS_OK : status;
	printf("porttrace %s\nlibbpf %s\n"
	       "commands: watch list top who wait close check run policy learn doctor\n"
	       "outputs:  table json csv\n"
	       "hooks:    cgroup fentry kprobe tracepoint\n"
	       "linked:   %s\n",
	       PORTTRACE_VERSION, trace_libbpf_version(), linkage_static() ? "static" : "shared");
	return STATUS_OK;
}
