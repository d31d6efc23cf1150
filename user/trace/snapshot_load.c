// SPDX-License-Identifier: GPL-2.0-only
/* The two objects of the snapshot: who holds what, and the tables of a network namespace. */
#include "trace/beside.h"
#include "trace/internal.h"
#include "trace/listeners.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES_SIZE (WALKS_MAX * sizeof(struct snapshot_page))

struct loading {
	struct trace *trace;
	struct bpf_object *object;
	bool casts; /* pointers are cast */
};

static struct bpf_program *program(const struct loading *loading, const char *name)
{
	return bpf_object__find_program_by_name(loading->object, name);
}

static int set_config(const struct loading *loading)
{
	const struct trace *trace = loading->trace;
	struct bpf_map *rodata = bpf_object__find_map_by_name(loading->object, ".rodata");
	const struct snapshot_config config = {
		.conns = trace->connections,
		.unfollowed = trace->tables_only,
		.conn_rows = trace->conn_rows,
		.args = trace->args,
		.casts = loading->casts,
		.file = trace->casts.file,
		.socket_alloc = trace->casts.socket_alloc,
		.sock = trace->casts.sock,
		.inet_listen_hashbucket = trace->casts.inet_listen_hashbucket,
	};

	return rodata ? bpf_map__set_initial_value(rodata, &config, sizeof(config)) : -EINVAL;
}

static struct bpf_link *attach(const struct loading *loading, const char *name)
{
	return bpf_program__attach_iter(program(loading, name), NULL);
}

/* One try, if err is 0 so far. On failure nothing is left open. */
static int finish(struct loading *loading, int err)
{
	if (!err)
		err = set_config(loading);
	if (!err)
		err = bpf_object__load(loading->object);
	if (!err)
		return 0;
	bpf_object__close(loading->object);
	loading->object = NULL;
	return err;
}

/* --- holders ------------------------------------------------------------------ */

static int try_holders(struct loading *loading)
{
	int err = 0;

	loading->object = objects_open(loading->trace, "holders");
	if (!loading->object)
		return -errno;
	if (loading->trace->args)
		err = bpf_program__set_flags(program(loading, "snap_holders"), BPF_F_SLEEPABLE);
	return finish(loading, err);
}

/* The one thing in its .bss. */
static int map_pages(struct trace *trace)
{
	struct bpf_map *bss = bpf_object__find_map_by_name(trace->holders, ".bss");
	void *pages;

	if (!bss || bpf_map__value_size(bss) < PAGES_SIZE)
		return -EINVAL;
	pages = mmap(NULL, PAGES_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(bss), 0);
	if (pages == MAP_FAILED)
		return -errno;
	trace->pages = pages;
	return 0;
}

static int load_holders(struct trace *trace)
{
	struct loading loading = { .trace = trace, .casts = trace->casts.work };
	int err = try_holders(&loading);

	/* A function of the kernel is called by compiled programs alone (net.core.bpf_jit_enable). */
	if (err && loading.casts) {
		loading.casts = false;
		__atomic_store_n(&trace->casts.work, false, __ATOMIC_RELAXED);
		err = try_holders(&loading);
	}
	/* Sleepable, and with this helper, since v5.18; with maps as ours are since v6.1. */
	if (err && trace->args) {
		trace->args = false;
		err = try_holders(&loading);
	}
	if (err)
		return err;
	trace->holders = loading.object;
	trace->iter_holders = attach(&loading, "snap_holders");
	return trace->iter_holders ? map_pages(trace) : -errno;
}

/* --- tables ------------------------------------------------------------------- */

/* With the listeners flagged or without; with casts those of all namespaces can be read. */
static int try_tables(struct loading *loading, bool flag)
{
	loading->object = objects_open(loading->trace, "tables");
	if (!loading->object)
		return -errno;
	bpf_program__set_autoload(program(loading, "snap_tcp"), !flag);
	bpf_program__set_autoload(program(loading, "snap_tcp_flag"), flag);
	if (loading->casts)
		bpf_program__set_autoload(program(loading, "snap_listeners"), true);
	return finish(loading, 0);
}

static int load_tables(void *arg)
{
	struct loading loading = *(const struct loading *)arg;
	struct trace *trace = loading.trace;
	bool flag = trace->flag_old;
	int err = try_tables(&loading, flag);

	if (err && loading.casts) {
		loading.casts = false;
		err = try_tables(&loading, flag);
	}
	if (err && flag) {
		flag = false;
		err = try_tables(&loading, false);
	}
	if (err)
		return err;
	trace->tables = loading.object;
	trace->flags_listeners = flag;
	trace->iter_tcp = attach(&loading, flag ? "snap_tcp_flag" : "snap_tcp");
	trace->iter_udp = attach(&loading, "snap_udp");
	trace->iter_listeners = loading.casts ? listeners_attach(trace->tables) : NULL;
	return trace->iter_tcp && trace->iter_udp ? 0 : -errno;
}

/* --- both --------------------------------------------------------------------- */

/* Nothing is noted where hooks follow. */
static int make_noted(struct trace *trace)
{
	trace->noted_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "noted", sizeof(__u32),
					 sizeof(struct noted), trace->tables_only ? NOTED_MAX : 1,
					 NULL);
	return trace->noted_fd < 0 ? trace->noted_fd : 0;
}

int snapshot_open(struct trace *trace)
{
	struct loading tables = { .trace = trace, .casts = listeners_wanted(trace) };
	struct beside beside;
	int err, tables_err;

	if (!trace->kernel_types)
		return 0; /* its programs are typed */
	err = make_noted(trace);
	if (err)
		return err;
	beside_start(&beside, load_tables, &tables);
	err = load_holders(trace);
	tables_err = beside_join(&beside);
	return err ? err : tables_err;
}

void snapshot_close(struct trace *trace)
{
	if (trace->pages)
		munmap(trace->pages, PAGES_SIZE);
	bpf_link__destroy(trace->iter_holders);
	bpf_link__destroy(trace->iter_tcp);
	bpf_link__destroy(trace->iter_udp);
	bpf_link__destroy(trace->iter_listeners);
	bpf_object__close(trace->holders);
	bpf_object__close(trace->tables);
	if (trace->noted_fd >= 0)
		close(trace->noted_fd);
	netns_free(&trace->ways);
}
