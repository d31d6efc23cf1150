// SPDX-License-Identifier: GPL-2.0-only
/* Incoming connections: who accepted them, or whose they are until somebody does. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "doctor.h"
#include "peer.h"
#include "tests.h"

#define WORKERS 3
#define ROUNDS 4

/* The client's port of one connection made and closed by the test. */
static int connect_once(void)
{
	int fd = tcp_connect(0, LINK_PORT), port = sock_port(fd);

	sock_close(fd);
	return port;
}

static void reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		test_fail("SO_LINGER: %s", strerror(errno));
	sock_close(fd);
}

static int accept_one(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		test_fail("accept: %s", strerror(errno));
	return fd;
}

/* Accepts one when told, and closes it. */
static void work(int ctl, void *arg)
{
	for (;;) {
		step_await(ctl);
		sock_close(accept_one(*(int *)arg));
		step_give(ctl);
	}
}

static const struct event *expect_accept(struct tracer *tracer, int port, pid_t pid)
{
	const struct event *event;

	tracer_sync_all(tracer);
	event = tracer_with_remote(tracer, "accept", port);
	check(event, "no `accept` of the connection from port %d", port);
	expect_num(event, "local.port", LINK_PORT);
	expect_process(event, pid);
	return event;
}

/* A listener made before its workers: each connection is the worker's that took it. */
static void prefork(void)
{
	struct child workers[WORKERS];
	struct tracer *tracer;
	int listener;

	need("acceptor");
	tracer = conn_tracer("");
	listener = tcp_listen("127.0.0.1", LINK_PORT);
	for (int i = 0; i < WORKERS; i++)
		workers[i] = child_start(work, &listener);
	for (int i = 0; i < WORKERS * ROUNDS; i++) {
		struct child *worker = &workers[i % WORKERS];
		int port;

		step_give(worker->ctl);
		port = connect_once();
		step_await(worker->ctl);
		expect_accept(tracer, port, worker->pid);
		expect_owner(tracer_with_remote(tracer, "end", port), worker->pid);
	}
	check(tracer_count(tracer, "accept", 0) == WORKERS * ROUNDS, "%u `accept`s of %d",
	      tracer_count(tracer, "accept", 0), WORKERS * ROUNDS);
	for (int i = 0; i < WORKERS; i++)
		child_kill(&workers[i]);
	sock_close(listener);
}

struct thread {
	pthread_t thread;
	int listener;
	int fd;
	pid_t tid;
};

static void *accept_in_thread(void *arg)
{
	struct thread *self = arg;

	self->tid = (pid_t)syscall(SYS_gettid);
	self->fd = accept(self->listener, NULL, NULL);
	return NULL;
}

static void by_thread(void)
{
	struct thread self = { 0 };
	const struct event *event;
	struct tracer *tracer;
	int port;

	need("acceptor");
	tracer = conn_tracer("");
	self.listener = tcp_listen("127.0.0.1", LINK_PORT);
	if (pthread_create(&self.thread, NULL, accept_in_thread, &self))
		test_fail("pthread_create");
	port = connect_once();
	pthread_join(self.thread, NULL);
	event = expect_accept(tracer, port, getpid());
	expect_num(event, "process.tid", self.tid);
	expect_text(event, "process.comm", self_comm());
	sock_close(self.fd);
	sock_close(self.listener);
	tracer_sync_all(tracer);
	expect_owner(tracer_with_remote(tracer, "end", port), getpid());
}

static void accept_at_once(int ctl, void *arg)
{
	int fd;

	step_give(ctl);
	fd = accept_one(*(int *)arg);
	step_give(ctl);
	step_await(ctl);
	sock_close(fd);
}

/* It went to sleep in accept() before the trace: no entry of its call is ever seen. */
static void blocked_before(void)
{
	int listener = tcp_listen("127.0.0.1", LINK_PORT), port;
	struct child child = child_start(accept_at_once, &listener);
	struct tracer *tracer;

	need("acceptor");
	step_await(child.ctl);
	process_await_state(child.pid, 'S');
	tracer = conn_tracer("");
	port = connect_once();
	step_await(child.ctl);
	expect_accept(tracer, port, child.pid);
	step_give(child.ctl);
	child_join(&child);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "accept", 0) == 1, "more than one `accept`");
	expect_owner(tracer_with_remote(tracer, "end", port), child.pid);
}

/*
 * The client has gone before anybody accepts: one `accept`, and one `end`. Who
 * accepts is who listens, so that it does not matter which of them was in time.
 */
static void client_gone(bool by_reset)
{
	int listener, client, server, port;
	struct tracer *tracer;

	need("acceptor");
	tracer = conn_tracer("");
	listener = tcp_listen("127.0.0.1", LINK_PORT);
	client = tcp_connect(0, LINK_PORT);
	port = sock_port(client);
	if (by_reset)
		reset(client);
	else
		sock_close(client);
	server = accept_one(listener);
	sock_close(server);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "accept", 0) == 1, "%u `accept`s of one connection",
	      tracer_count(tracer, "accept", 0));
	expect_num(tracer_with_remote(tracer, "accept", port), "process.pid", getpid());
	check(tracer_count(tracer, "end", LINK_PORT) == 1, "not one `end` of the server's");
	expect_num(tracer_expect(tracer, "end", LINK_PORT), "process.pid", getpid());
	tracer_history(tracer, port, "connect,end");
	sock_close(listener);
}

static void client_closed(void)
{
	client_gone(false);
}

static void client_reset(void)
{
	client_gone(true);
}

/* Nobody accepts it: after a while it is told as the listener's. */
static void never_while(void)
{
	struct tracer *tracer = conn_tracer("");
	int listener = tcp_listen("127.0.0.1", LINK_PORT), client = tcp_connect(0, LINK_PORT);
	const struct event *event = tracer_expect(tracer, "accept", LINK_PORT);

	expect_num(event, "remote.port", sock_port(client));
	expect_owner(event, getpid());
	sock_close(accept_one(listener));
	sock_close(client);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "accept", 0) == 1, "it was told again when it was accepted");
	check(tracer_count(tracer, "end", LINK_PORT) == 1, "not one `end` of the server's");
	expect_num(tracer_expect(tracer, "end", LINK_PORT), "process.pid", getpid());
	sock_close(listener);
}

/* Nobody accepts it before it ends: told then. */
static void never_at_end(void)
{
	struct tracer *tracer = conn_tracer("");
	int listener = tcp_listen("127.0.0.1", LINK_PORT), client = tcp_connect(0, LINK_PORT);
	int port = sock_port(client);

	reset(client);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "accept", LINK_PORT) == 1, "not one `accept`");
	check(tracer_count(tracer, "end", LINK_PORT) == 1, "not one `end` of the server's");
	expect_owner(tracer_with_remote(tracer, "accept", port), getpid());
	sock_close(listener);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, NULL, LINK_PORT) == 4, "more than open, accept, end and close");
}

/* The listener closes, and with it what nobody has accepted. */
static void never_listener_closes(void)
{
	struct tracer *tracer = conn_tracer("");
	int listener = tcp_listen("127.0.0.1", LINK_PORT), client = tcp_connect(0, LINK_PORT);
	int port = sock_port(client);

	tracer_expect(tracer, "open", LINK_PORT);
	sock_close(listener);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "accept", LINK_PORT) == 1, "not one `accept`");
	check(tracer_count(tracer, "end", LINK_PORT) == 1, "not one `end` of the server's");
	expect_owner(tracer_with_remote(tracer, "accept", port), getpid());
	sock_close(client);
}

static void listen_shared(int ctl, void *arg)
{
	int fd = spec_open(
		&(struct spec){ .addr = "127.0.0.1", .port = LINK_PORT, .flags = SPEC_REUSEPORT });

	(void)arg;
	step_give(ctl);
	step_await(ctl);
	sock_close(fd);
}

/* Two processes have a listener on one port: until it is accepted, it may be either's. */
static void shared_port(void)
{
	struct child children[2];
	struct tracer *tracer = conn_tracer("");
	const struct event *event;

	for (int i = 0; i < 2; i++) {
		children[i] = child_start(listen_shared, NULL);
		step_await(children[i].ctl);
	}
	tcp_connect(0, LINK_PORT);
	event = tracer_expect(tracer, "accept", LINK_PORT);
	check(!event_get(event, "process"), "a process was guessed in %s", event->line);
	for (int i = 0; i < 2; i++) {
		step_give(children[i].ctl);
		child_join(&children[i]);
	}
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "accept", 0) == 1, "more than one `accept`");
}

/* Accepts what comes, and says so. */
static void accept_shared(int ctl, void *arg)
{
	int fd = spec_open(
		&(struct spec){ .addr = "127.0.0.1", .port = LINK_PORT, .flags = SPEC_REUSEPORT });

	(void)arg;
	step_give(ctl);
	for (;;) {
		int taken = accept_one(fd);

		step_give(ctl);
		sock_close(taken);
	}
}

/* Which of them has accepted the connection made last. */
static const struct child *who_took_it(const struct child *children)
{
	struct pollfd fds[2] = { { .fd = children[0].ctl, .events = POLLIN },
				 { .fd = children[1].ctl, .events = POLLIN } };
	int which;

	if (poll(fds, 2, time_left()) <= 0)
		test_fail("nobody accepts");
	which = fds[0].revents ? 0 : 1;
	step_await(children[which].ctl);
	return &children[which];
}

static void shared_accepted(void)
{
	struct child children[2];
	struct tracer *tracer;

	need("acceptor");
	tracer = conn_tracer("");
	for (int i = 0; i < 2; i++) {
		children[i] = child_start(accept_shared, NULL);
		step_await(children[i].ctl);
	}
	for (int i = 0; i < 2 * ROUNDS; i++) {
		int port = connect_once();

		expect_accept(tracer, port, who_took_it(children)->pid);
	}
	for (int i = 0; i < 2; i++)
		child_kill(&children[i]);
}

const struct test accept_tests[] = {
	{ "accept-prefork", "each connection of a shared listener is its acceptor's", prefork, 20 },
	{ "accept-thread", "accepted by a thread: its tid, the process's name", by_thread, 0 },
	{ "accept-blocked", "a process that was blocked in accept() before the trace",
	  blocked_before, 0 },
	{ "accept-client-gone", "accepted when the client has closed: one accept, one end",
	  client_closed, 0 },
	{ "accept-client-reset", "accepted when the client has reset: one accept, one end",
	  client_reset, 0 },
	{ "never-accepted", "told as the listener's after a while, not again when accepted",
	  never_while, 0 },
	{ "never-accepted-end", "told as the listener's when it ends unaccepted", never_at_end, 0 },
	{ "never-accepted-close", "the same when the listener closes", never_listener_closes, 0 },
	{ "accept-shared-port", "a port of two processes: nobody is guessed", shared_port, 0 },
	{ "accept-shared-taken", "a port of two processes: each accept names its own",
	  shared_accepted, 0 },
	{ 0 },
};
