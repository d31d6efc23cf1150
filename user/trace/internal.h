/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of this room alone. */
#ifndef PORTTRACE_TRACE_INTERNAL_H
#define PORTTRACE_TRACE_INTERNAL_H

#include "base/netns.h"
#include "trace/core_types.h"
#include "trace/iter_target.h"
#include "trace/ladder.h"
#include "trace/trace.h"

#include "shared.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define BTF_PATH "/sys/kernel/btf/vmlinux"

/* There once the kernel has the protocol. */
#define SCTP_PATH "/sys/module/sctp"

#define FLAG_OLD_WHY "the tcp iterator cannot set TCP_BPF_SOCK_OPS_CB_FLAGS: that came with v6.12"

struct ring {
	struct ring_buffer *manager; /* NULL: nobody asked for what comes here */
	int fd;                      /* of the map; borrowed */
};

struct trace {
	const char *btf_path; /* borrowed; NULL: the running kernel's own */
	bool kernel_types;    /* the kernel has them itself: what is typed can be attached */
	bool connections;     /* events of them are asked for */
	bool tables_only;     /* no hooks: what is open now, and nothing after */
	bool conn_rows;       /* rows of connections, too */
	bool args;            /* rows of arguments */
	all_seen_fn all_seen; /* of tables_wants */
	void *all_seen_arg;
	bool no_tcp; /* nobody asks for these tables */
	bool no_udp;
	bool preallocates; /* tables are made in full */
	int sockets_fd;    /* tables that more than one object uses */
	int conns_fd;
	int noted_fd;
	struct bpf_object *hooks;
	struct bpf_link *links[PROGRAMS];
	struct raw_types types; /* of the kernel, while objects are loaded; n 0: not to be had */
	void *types_mapped;     /* where they are; NULL: types_parsed has them */
	size_t types_size;
	struct btf *types_parsed;
	struct casts casts; /* for the iterators */
	int iter_handler;   /* while objects are loaded: of iter_target_begin() */
	int core_fd; /* likewise: those of them that we read, in a file; -1: all have to do */
	char core_path[CORE_TYPES_PATH_MAX]; /* of it */
	uint64_t plan;                       /* the programs that are attached */
	struct ring rings[RINGS];
	struct shared_state *shared; /* mapped from the kernel side's .bss */
	struct bpf_object *holders;  /* both of the snapshot */
	struct bpf_object *tables;
	struct snapshot_page *pages; /* WALKS_MAX, mapped from the holders' .bss */
	struct bpf_link *iter_holders;
	struct bpf_link *iter_tcp;
	struct bpf_link *iter_udp;
	struct bpf_link *iter_listeners; /* of TCP, of all namespaces; NULL: that cannot be */
	bool flag_old;        /* the tcp iterator shall ask for the listeners' STATE_CB */
	bool flags_listeners; /* and it does */
	bool shut_by_flag;    /* nothing else sees an old listener shut down */
	uint32_t host_netns;
	struct netns_ways ways; /* into the namespaces that the last snapshot found */
	uint64_t delivered[RECORD_KINDS];
	uint64_t corrupt;
	/* of the consume in progress */
	take_fn take;
	void *take_arg;
	size_t taken;
};

/* Before any object is opened: finds out which builds this kernel takes. */
void objects_init(const struct trace *trace);
/*
 * Opens one of the two builds of an object: the one with bpf_loop() where the
 * kernel has it. name is "hooks", "holders" or "tables". NULL: errno.
 */
struct bpf_object *objects_open(const struct trace *trace, const char *name);

/*
 * Reads the kernel's types, and makes the short way to those that the objects
 * read. Without it a load takes longer, and that is all. Ended by types_close().
 */
void types_open(struct trace *trace);
void types_close(struct trace *trace);

/* The tables that hooks and snapshot use. 0 or -errno. */
int make_maps(struct trace *trace);

/* Loads and attaches the best programs that work, and the snapshot's. 0 or -errno. */
int attach_all(struct trace *trace, struct ladder *ladder);
void unload_all(struct trace *trace);

/* Loads the iterators; may run beside the loading of the hooks. 0 or -errno. */
int snapshot_open(struct trace *trace);
void snapshot_close(struct trace *trace);

/* The program whose load failed last, in this thread; empty: none is to blame. */
const char *objects_failed_program(void);

#endif
