// SPDX-License-Identifier: GPL-2.0-only
#include "model/decode.h"

#include "abi.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(sizeof(((struct rec_task *)0)->comm) == COMM_LEN, "comm");
_Static_assert(DECODED_PATH_MAX > EXE_MAX + NAME_SLACK, "a path with its slashes fits");
_Static_assert(DECODED_PATH_MAX > CGROUP_PATH_MAX + NAME_SLACK, "a path with its slashes fits");
_Static_assert((int)KIND_TASK == (int)RECORD_TASK && (int)KIND_OPEN == (int)RECORD_OPEN &&
		       (int)KIND_CLOSE == (int)RECORD_CLOSE &&
		       (int)KIND_CHANGE == (int)RECORD_CHANGE && (int)KIND_MAX == (int)RECORD_KINDS,
	       "the counters' kinds are the records'");
_Static_assert((int)REASON_NONE == (int)CLOSE_UNKNOWN && (int)REASON_CLOSED == (int)CLOSE_CLOSED &&
		       (int)REASON_PROCESS_EXIT == (int)CLOSE_PROCESS_EXIT &&
		       (int)REASON_DESTROYED == (int)CLOSE_DESTROYED,
	       "the reasons are the causes");

_Static_assert((int)KIND_BIND == (int)RECORD_BIND && (int)KIND_CONNECT == (int)RECORD_CONNECT &&
		       (int)KIND_ACCEPT == (int)RECORD_ACCEPT && (int)KIND_END == (int)RECORD_END &&
		       (int)KIND_FAIL == (int)RECORD_FAIL && (int)KIND_STATE == (int)RECORD_STATE,
	       "the kinds of connections, too");
_Static_assert((int)ORIGIN_UNKNOWN == (int)ORIGIN_NOT_KNOWN &&
		       (int)ORIGIN_SYSCALL == (int)ORIGIN_BY_SYSCALL &&
		       (int)ORIGIN_IO_URING == (int)ORIGIN_BY_IO_URING,
	       "the origins are the same");

static const char *const hook_names[HOOK_MAX] = {
	[HOOK_NONE] = "?",
	[HOOK_SOCKOPS_LISTEN] = "sockops TCP_LISTEN_CB",
	[HOOK_SOCKOPS_STATE] = "sockops STATE_CB",
	[HOOK_POST_BIND] = "cgroup/post_bind",
	[HOOK_SOCK_RELEASE] = "cgroup/sock_release",
	[HOOK_TP_STATE] = "tp_btf/inet_sock_set_state",
	[HOOK_SYS_LISTEN] = "sys_exit listen",
	[HOOK_SYS_BIND] = "sys_exit bind",
	[HOOK_LISTEN_START] = "inet_csk_listen_start",
	[HOOK_LISTEN_STOP] = "inet_csk_listen_stop",
	[HOOK_UDP_DESTROY] = "udp_destroy_sock",
	[HOOK_TCP_STATE] = "tcp_set_state",
	[HOOK_ACCEPT] = "security_sock_graft",
	[HOOK_SYS_ACCEPT] = "sys_exit accept",
	[HOOK_CONNECT] = "__sys_connect_file",
	[HOOK_SYS_CALL] = "sys_exit bind, listen, connect",
	[HOOK_BIND] = "bind",
	[HOOK_LISTEN] = "listen",
	[HOOK_AUTOBIND] = "inet_autobind",
	[HOOK_SCTP_STATE] = "tp_btf/inet_sock_set_state",
	[HOOK_WAITING] = "not accepted yet",
	[HOOK_SOCKOPS_CONN] = "sockops",
};

static int decode_socket(const struct rec_socket *rec, struct socket_info *out)
{
	if ((rec->family != AF_INET && rec->family != AF_INET6) || rec->port_by >= PORT_BY_MAX)
		return -EBADMSG;
	*out = (struct socket_info){
		.sk = rec->sk,
		.cookie = rec->cookie,
		.state = rec->state,
		.backlog = rec->backlog,
		.reuseport = rec->flags & SOCK_F_REUSEPORT,
		.reuseaddr = rec->flags & SOCK_F_REUSEADDR,
		.kernel = rec->flags & SOCK_F_KERNEL,
		.mptcp = rec->flags & SOCK_F_MPTCP,
		.connected = rec->flags & SOCK_F_CONNECTED,
		.tracked = rec->flags & SOCK_F_TRACKED,
		.picked_known = rec->port_by != PORT_BY_UNKNOWN,
		.picked = rec->port_by == PORT_BY_KERNEL,
		.local = {
			.netns = rec->netns,
			.ifindex = rec->ifindex,
			.family = rec->family,
			.proto = rec->proto,
			.port = rec->port,
			.v6only = rec->family == AF_INET6 && rec->flags & SOCK_F_V6ONLY,
		},
	};
	memcpy(out->local.addr, rec->addr, rec->family == AF_INET ? 4 : 16);
	return 0;
}

static void decode_task_ref(const struct rec_task *rec, struct task_ref *out)
{
	*out = (struct task_ref){
		.start_ns = rec->start_ns,
		.exec_id = rec->exec_id,
		.cgroup_id = rec->cgroup_id,
		.tgid = rec->tgid,
		.tid = rec->tid,
		.uid = rec->uid,
		.gid = rec->gid,
		.kthread = rec->flags & TASK_F_KTHREAD,
		.bystander = rec->flags & TASK_F_BYSTANDER,
		.asked = rec->flags & TASK_F_ASKED,
	};
	memcpy(out->comm, rec->comm, COMM_LEN);
}

/*
 * The kernel side wrote the components from the leaf up, each ended by NUL.
 * Filled from the end, so that one pass turns them round.
 */
static int decode_path(const char *components, size_t len, size_t max, char out[DECODED_PATH_MAX])
{
	char *end = out + DECODED_PATH_MAX - 1;
	char *at = end;

	if (len > max || (len && components[len - 1]))
		return -EBADMSG;
	*end = '\0';
	for (size_t from = 0; from < len;) {
		size_t n = strlen(components + from);

		if (n) { /* the root of a tree has no name */
			at -= n;
			memcpy(at, components + from, n);
			*--at = '/';
		}
		from += n + 1;
	}
	memmove(out, at, (size_t)(end - at) + 1);
	return 0;
}

static int decode_task(const void *data, size_t size, struct decoded *out)
{
	struct rec_task_info rec;
	int err;

	if (size < sizeof(rec))
		return -EBADMSG;
	memcpy(&rec, data, sizeof(rec));
	out->type = DECODED_TASK;
	decode_task_ref(&rec.task, &out->task);
	out->ppid = rec.ppid;
	out->exe_dev = rec.exe_dev;
	out->exe_inode = rec.exe_inode;
	out->deleted = rec.task.flags & TASK_F_EXE_DELETED;
	out->exe_truncated = rec.task.flags & TASK_F_EXE_TRUNCATED;
	out->cgroup_truncated = rec.task.flags & TASK_F_CGROUP_TRUNCATED;
	memcpy(out->parent_comm, rec.parent_comm, COMM_LEN);
	out->parent_comm[COMM_LEN] = '\0';
	err = decode_path(rec.exe, rec.exe_len, sizeof(rec.exe), out->exe);
	if (!err)
		err = decode_path(rec.cgroup, rec.cgroup_len, sizeof(rec.cgroup), out->cgroup);
	return err;
}

static int decode_args(const void *data, size_t size, struct decoded *out)
{
	struct rec_args rec;

	if (size < sizeof(rec))
		return -EBADMSG;
	memcpy(&rec, data, sizeof(rec));
	if (rec.args_len > size - sizeof(rec))
		return -EBADMSG;
	out->type = DECODED_ARGS;
	out->task = (struct task_ref){ .start_ns = rec.start_ns,
				       .exec_id = rec.exec_id,
				       .tgid = rec.tgid };
	out->args_truncated = rec.flags & TASK_F_ARGS_TRUNCATED;
	out->args = (const char *)data + sizeof(rec);
	out->args_len = rec.args_len;
	return 0;
}

static int decode_port(const void *data, size_t size, struct decoded *out)
{
	struct rec_port rec;

	if (size < sizeof(rec))
		return -EBADMSG;
	memcpy(&rec, data, sizeof(rec));
	if (rec.head.kind < KIND_OPEN || rec.head.kind > KIND_CHANGE || rec.hook >= HOOK_MAX ||
	    rec.reason >= REASON_MAX || rec.origin >= ORIGIN_MAX)
		return -EBADMSG;
	out->type = DECODED_PORT;
	out->kind = (enum record_kind)rec.head.kind;
	out->time_ns = rec.time_ns;
	out->hook = hook_names[rec.hook];
	out->untracked = rec.sock.flags & SOCK_F_UNTRACKED;
	out->cause = (enum close_cause)rec.reason;
	out->origin = (enum origin)rec.origin;
	decode_task_ref(&rec.task, &out->task);
	return decode_socket(&rec.sock, &out->socket);
}

static void decode_remote(const struct rec_socket *sock, const __u8 addr[16], __u16 port,
			  struct decoded *out)
{
	struct endpoint *remote = &out->connection.remote;

	*remote = (struct endpoint){
		.netns = sock->netns,
		.family = sock->family,
		.proto = sock->proto,
		.port = port,
	};
	memcpy(remote->addr, addr, remote->family == AF_INET ? 4 : 16);
}

static enum process_source source_of(unsigned int flags)
{
	if (flags & CONN_F_NO_OWNER)
		return SOURCE_UNKNOWN;
	if (flags & CONN_F_FOUND)
		return SOURCE_PROC;
	return flags & CONN_F_OWNER ? SOURCE_SOCKET : SOURCE_KERNEL;
}

static int decode_conn(const void *data, size_t size, struct decoded *out)
{
	static const char *const ops[CALL_MAX] = {
		[CALL_BIND] = "bind", [CALL_LISTEN] = "listen", [CALL_CONNECT] = "connect"
	};
	struct rec_conn rec;

	if (size < sizeof(rec))
		return -EBADMSG;
	memcpy(&rec, data, sizeof(rec));
	if (rec.head.kind < KIND_BIND || rec.head.kind >= KIND_MAX || rec.hook >= HOOK_MAX ||
	    rec.op >= CALL_MAX || rec.origin >= ORIGIN_MAX ||
	    (rec.head.kind == KIND_FAIL && rec.op == CALL_NONE))
		return -EBADMSG;
	out->type = DECODED_CONN;
	out->kind = (enum record_kind)rec.head.kind;
	out->time_ns = rec.time_ns;
	out->hook = hook_names[rec.hook];
	out->origin = (enum origin)rec.origin;
	out->source = source_of(rec.flags);
	out->span_ns = rec.span_ns;
	out->connection = (struct connection){
		.bytes_sent = rec.bytes_sent,
		.bytes_received = rec.bytes_received,
		.bytes_known = rec.flags & CONN_F_BYTES,
		.autobind = rec.flags & CONN_F_AUTOBIND,
		.no_local = rec.flags & CONN_F_NO_LOCAL,
		.passive = rec.flags & CONN_F_PASSIVE,
		.error = rec.error,
		.op = ops[rec.op],
		.old_state = tcp_state_name(rec.old_state),
		.new_state = tcp_state_name(rec.new_state),
	};
	decode_remote(&rec.sock, rec.remote_addr, rec.remote_port, out);
	decode_task_ref(&rec.task, &out->task);
	return decode_socket(&rec.sock, &out->socket);
}

static int decode_found(const struct rec_socket *sock, const struct rec_found *found,
			struct decoded *out)
{
	int err = decode_socket(sock, &out->socket);

	if (err)
		return err;
	out->socket.inode = found->inode;
	out->socket.accept_queue = found->accept_queue;
	out->socket.queue_known = found->flags & FOUND_F_QUEUE;
	out->connection = (struct connection){ .new_state = tcp_state_name(sock->state) };
	decode_remote(sock, found->remote_addr, found->remote_port, out);
	return 0;
}

static int decode_holder(const void *data, size_t size, struct decoded *out)
{
	struct rec_holder rec;

	if (size < sizeof(rec))
		return -EBADMSG;
	memcpy(&rec, data, sizeof(rec));
	out->type = DECODED_HOLDER;
	out->time_ns = rec.time_ns;
	out->fd = (int)rec.fd;
	decode_task_ref(&rec.task, &out->task);
	return decode_found(&rec.sock, &rec.found, out);
}

static int decode_open_socket(const void *data, size_t size, struct decoded *out)
{
	struct rec_open_socket rec;

	if (size < sizeof(rec))
		return -EBADMSG;
	memcpy(&rec, data, sizeof(rec));
	out->type = DECODED_SOCKET;
	out->time_ns = rec.time_ns;
	return decode_found(&rec.sock, &rec.found, out);
}

static int decode_netns(const void *data, size_t size, struct decoded *out)
{
	struct rec_netns rec;

	if (size < sizeof(rec))
		return -EBADMSG;
	memcpy(&rec, data, sizeof(rec));
	out->type = DECODED_NETNS;
	out->netns = rec.netns;
	out->task = (struct task_ref){ .tgid = rec.tgid };
	out->fd = rec.fd;
	out->netns_initial = rec.is_initial;
	return 0;
}

size_t decode_size(const void *data, size_t size)
{
	struct rec_head head;

	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	return head.size < sizeof(head) || head.size > size ? 0 : head.size;
}

int decode(const void *data, size_t size, struct decoded *out)
{
	static int (*const decoders[REC_TYPE_MAX])(const void *, size_t, struct decoded *) = {
		[REC_TASK] = decode_task,          [REC_ARGS] = decode_args,
		[REC_PORT] = decode_port,          [REC_HOLDER] = decode_holder,
		[REC_SOCKET] = decode_open_socket, [REC_NETNS] = decode_netns,
		[REC_CONN] = decode_conn,
	};
	struct rec_head head;

	if (!decode_size(data, size))
		return -EBADMSG;
	memcpy(&head, data, sizeof(head));
	if (head.type >= REC_TYPE_MAX || !decoders[head.type])
		return -EBADMSG;
	out->size = head.size;
	out->kind = RECORD_TASK;
	return decoders[head.type](data, head.size, out);
}
