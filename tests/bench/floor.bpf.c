// SPDX-License-Identifier: GPL-2.0-only
/* The yardstick: the least a program can do to tell that somebody listens. */
#include "vmlinux.h"

#include "floor.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} ring SEC(".maps");

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(floor_state, struct sock *sk, int old, int new)
{
	struct floor_rec *rec;

	if (new != BPF_TCP_LISTEN)
		return 0;
	rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	if (!rec)
		return 0;
	rec->pid = bpf_get_current_pid_tgid() >> 32;
	rec->port = sk->__sk_common.skc_num;
	bpf_get_current_comm(rec->comm, sizeof(rec->comm));
	bpf_ringbuf_submit(rec, 0);
	return 0;
}
