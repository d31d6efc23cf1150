/* SPDX-License-Identifier: GPL-2.0-only */
/* A journal that sends, and a socket of ours in journald's place. */
#ifndef UNIT_JOURNAL_SERVER_H
#define UNIT_JOURNAL_SERVER_H

#include "sinks.h"

#include "output/journal.h"
#include "output/journal_socket.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define DEADLINE 10000000000ULL

static char dir[] = "/tmp/porttrace-journal-XXXXXX";
static char path[sizeof(dir) + 8];
static struct loop loop;
static struct timers timers;
static struct journal *journal;
static int server = -1;
static unsigned int news[4]; /* by kind */
static uint64_t told_lost;

static inline void take_news(const struct journal_news *n, void *arg)
{
	(void)arg;
	news[n->kind]++;
	if (n->kind == JOURNAL_NEWS_GONE)
		assert_int_not_equal(n->error, 0);
	if (n->kind == JOURNAL_NEWS_LOST)
		told_lost += n->count;
}

static inline void serve(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	unlink(path);
	server = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_return_code(server, 0);
	assert_return_code(bind(server, (struct sockaddr *)&at, sizeof(at)), 0);
}

static inline void die(void)
{
	close(server);
	server = -1;
}

static inline void open_journal(size_t max_bytes, size_t max_entries)
{
	const struct journal_setup setup = {
		.loop = &loop,
		.timers = &timers,
		.path = path,
		.max_bytes = max_bytes,
		.max_entries = max_entries,
		.told = take_news,
	};

	journal = journal_new(&setup);
	assert_non_null(journal);
}

static inline int begin(void **state)
{
	if (set_up(state) || loop_init(&loop))
		return 1;
	memset(news, 0, sizeof(news));
	told_lost = 0;
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	return 0;
}

static inline int finish(void **state)
{
	journal_free(journal);
	journal = NULL;
	if (server >= 0)
		die();
	unlink(path);
	rmdir(dir);
	loop_free(&loop);
	return tear_down(state);
}

#define JOURNAL_TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

/* One round of the loop, of 50 ms at most. */
static inline void turn(void)
{
	uint64_t wait = timers_patience(&timers, boot_now_ns());

	assert_int_equal(loop_round(&loop, wait < 50000000 ? wait : 50000000), 0);
	timers_run(&timers, boot_now_ns());
}

#define turn_until(condition)                               \
	do {                                                \
		uint64_t until = boot_after_ns(DEADLINE);   \
		while (!(condition)) {                      \
			assert_true(boot_now_ns() < until); \
			turn();                             \
		}                                           \
	} while (0)

/* A listener at that port. */
static inline void send_open(uint16_t port)
{
	struct event event = an_event(EVENT_OPEN, &process);

	event.socket.local.port = port;
	journal_event(journal, enrich, &event);
}

/* --- what came ----------------------------------------------------------------------- */

static char entry[400000];

/* The content of a memfd, which nobody can change any more. */
static inline ssize_t read_memfd(int fd)
{
	struct stat st;
	ssize_t n;

	assert_int_equal(fcntl(fd, F_GET_SEALS),
			 F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	assert_return_code(fstat(fd, &st), 0);
	assert_true((size_t)st.st_size < sizeof(entry));
	n = pread(fd, entry, sizeof(entry), 0);
	assert_int_equal(n, st.st_size);
	close(fd);
	return n;
}

static bool by_memfd;

/* The next entry that has come, into entry; false: none. Probes are passed over. */
static inline bool receive(void)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { entry, sizeof(entry) - 1 };
	struct msghdr message;
	ssize_t n;

	do {
		message = (struct msghdr){ .msg_iov = &iov,
					   .msg_iovlen = 1,
					   .msg_control = control,
					   .msg_controllen = sizeof(control) };
		n = recvmsg(server, &message, MSG_CMSG_CLOEXEC);
	} while (!n && !message.msg_controllen);
	if (n < 0)
		return false;
	by_memfd = message.msg_controllen;
	if (by_memfd) {
		int fd;

		assert_int_equal(n, 0);
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
		n = read_memfd(fd);
	}
	entry[n] = '\0';
	return true;
}

/* The number in a field of the entry; 0: it has none. */
static inline unsigned long number(const char *name)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\n%s=", name);
	at = strstr(entry, key);
	return at ? strtoul(at + strlen(key), NULL, 10) : 0;
}

static inline void receive_next(void)
{
	turn_until(receive());
}

static inline void expect_open(unsigned long seq, uint16_t port)
{
	receive_next();
	assert_contains(entry, "\nPORTTRACE_EVENT=open\n");
	assert_int_equal(number("PORTTRACE_SEQ"), seq);
	assert_int_equal(number("PORTTRACE_PORT"), port);
}

#endif
