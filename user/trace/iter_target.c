// SPDX-License-Identifier: GPL-2.0-only
#include "trace/iter_target.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SECTION "iter/"

static const struct raw_types *types; /* while a handler is registered */

/* SEC("iter/tcp") runs where the kernel's function bpf_iter_tcp is called. */
static int prepare(struct bpf_program *program, struct bpf_prog_load_opts *opts, long cookie)
{
	const char *section = strstr(bpf_program__section_name(program), SECTION);
	char function[64];
	int id;

	(void)cookie;
	if (!section)
		return -EINVAL;
	snprintf(function, sizeof(function), "bpf_iter_%s", section + strlen(SECTION));
	id = raw_types_find(types, function, BTF_KIND_FUNC);
	if (id < 0)
		return id;
	opts->attach_btf_id = (__u32)id;
	return bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
}

/*
 * Until libbpf 1.3 the list of handlers is lost when the last one goes: it is
 * shrunk to nothing, which frees it, and used again. So one stays for good, of a
 * section that is nowhere.
 */
static bool keep_list(void)
{
	static int kept;

	if (!kept)
		kept = libbpf_register_prog_handler("porttrace/none", BPF_PROG_TYPE_UNSPEC, 0,
						    NULL);
	return kept > 0;
}

/*
 * The type is not said before: a typed program is what makes libbpf read the
 * kernel's types. In prepare() it has found that there is no need.
 */
int iter_target_begin(const struct raw_types *kernel)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = prepare);

	if (!keep_list())
		return -ENOMEM;
	types = kernel;
	return libbpf_register_prog_handler(SECTION, BPF_PROG_TYPE_SOCKET_FILTER, BPF_TRACE_ITER,
					    &opts);
}

void iter_target_end(int handler)
{
	if (handler >= 0)
		libbpf_unregister_prog_handler(handler);
	types = NULL;
}
