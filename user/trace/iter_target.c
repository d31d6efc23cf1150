// SPDX-License-Identifier: GPL-2.0-only
#include "trace/iter_target.h"

#include "shared.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTION "iter/"

/* Of the kernel; the first four are where programs attach. */
enum wanted {
	TASK,
	TCP,
	UDP,
	MAP_ELEM,
	CAST,
	TYPE_FILE,
	TYPE_SOCKET_ALLOC,
	TYPE_SOCK,
	TYPE_LISTEN_BUCKET,
	WANTED
};

/* Numbers while a handler is registered. */
static struct raw_wanted found[WANTED] = {
	[TASK] = { "bpf_iter_task", BTF_KIND_FUNC, 0 },
	[TCP] = { "bpf_iter_tcp", BTF_KIND_FUNC, 0 },
	[UDP] = { "bpf_iter_udp", BTF_KIND_FUNC, 0 },
	[MAP_ELEM] = { "bpf_iter_bpf_map_elem", BTF_KIND_FUNC, 0 },
	[CAST] = { "bpf_rdonly_cast", BTF_KIND_FUNC, 0 },
	[TYPE_FILE] = { "file", BTF_KIND_STRUCT, 0 },
	[TYPE_SOCKET_ALLOC] = { "socket_alloc", BTF_KIND_STRUCT, 0 },
	[TYPE_SOCK] = { "sock", BTF_KIND_STRUCT, 0 },
	[TYPE_LISTEN_BUCKET] = { "inet_listen_hashbucket", BTF_KIND_STRUCT, 0 },
};

static const struct casts *casts_of; /* NULL: no handler is registered */

/* SEC("iter/tcp") runs where the kernel's function bpf_iter_tcp is called. */
static uint32_t target_of(const struct bpf_program *program)
{
	const char *section = strstr(bpf_program__section_name(program), SECTION);
	char function[64];

	if (!section)
		return 0;
	snprintf(function, sizeof(function), "bpf_iter_%s", section + strlen(SECTION));
	for (int i = TASK; i <= MAP_ELEM; i++)
		if (!strcmp(found[i].name, function))
			return found[i].id;
	return 0;
}

/*
 * Puts the kernel's function in the place of a number that no helper has: libbpf would
 * look it up in all of the kernel's types.
 */
static int put_casts(struct bpf_program *program)
{
	size_t n = bpf_program__insn_cnt(program);
	struct bpf_insn *insns = calloc(n, sizeof(*insns));
	int err;

	if (!insns)
		return -ENOMEM;
	memcpy(insns, bpf_program__insns(program), n * sizeof(*insns));
	for (size_t i = 0; i < n; i++) {
		if (insns[i].code != (BPF_JMP | BPF_CALL) || insns[i].imm != RDONLY_CAST)
			continue;
		insns[i].src_reg = BPF_PSEUDO_KFUNC_CALL;
		insns[i].imm = (int)found[CAST].id;
	}
	err = bpf_program__set_insns(program, insns, n);
	free(insns);
	return err;
}

static int prepare(struct bpf_program *program, struct bpf_prog_load_opts *opts, long cookie)
{
	uint32_t target = target_of(program);
	int err = target ? 0 : -ENOENT;

	(void)cookie;
	if (!err && __atomic_load_n(&casts_of->work, __ATOMIC_RELAXED))
		err = put_casts(program);
	if (err)
		return err;
	opts->attach_btf_id = target;
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
int iter_target_begin(const struct raw_types *kernel, struct casts *casts)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = prepare);

	if (!keep_list())
		return -ENOMEM;
	raw_types_find_all(kernel, found, WANTED);
	*casts = (struct casts){
		.work = found[CAST].id && found[TYPE_FILE].id && found[TYPE_SOCKET_ALLOC].id &&
			found[TYPE_SOCK].id && found[TYPE_LISTEN_BUCKET].id,
		.file = found[TYPE_FILE].id,
		.socket_alloc = found[TYPE_SOCKET_ALLOC].id,
		.sock = found[TYPE_SOCK].id,
		.inet_listen_hashbucket = found[TYPE_LISTEN_BUCKET].id,
	};
	casts_of = casts;
	return libbpf_register_prog_handler(SECTION, BPF_PROG_TYPE_SOCKET_FILTER, BPF_TRACE_ITER,
					    &opts);
}

void iter_target_end(int handler)
{
	if (handler >= 0)
		libbpf_unregister_prog_handler(handler);
}
