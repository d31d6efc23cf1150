// SPDX-License-Identifier: GPL-2.0-only
/* The way to the journal, with a socket of ours in journald's place. */
#include "sinks.h"

#include "model/verdict.h"
#include "output/journal.h"
#include "output/journal_socket.h"

#include <errno.h>
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

static void take_news(const struct journal_news *n, void *arg)
{
	(void)arg;
	news[n->kind]++;
	if (n->kind == JOURNAL_NEWS_GONE)
		assert_int_not_equal(n->error, 0);
	if (n->kind == JOURNAL_NEWS_LOST)
		told_lost += n->count;
}

static void serve(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	unlink(path);
	server = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_return_code(server, 0);
	assert_return_code(bind(server, (struct sockaddr *)&at, sizeof(at)), 0);
}

static void die(void)
{
	close(server);
	server = -1;
}

static void open_journal(size_t max_bytes, size_t max_entries)
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

static int begin(void **state)
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

static int finish(void **state)
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
static void turn(void)
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
static void send_open(uint16_t port)
{
	struct event event = an_event(EVENT_OPEN, &process);

	event.socket.local.port = port;
	journal_event(journal, enrich, &event);
}

static char entry[400000];

/* The content of a memfd, which nobody can change any more. */
static ssize_t read_memfd(int fd)
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
static bool receive(void)
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
static unsigned long number(const char *name)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\n%s=", name);
	at = strstr(entry, key);
	return at ? strtoul(at + strlen(key), NULL, 10) : 0;
}

static void receive_next(void)
{
	turn_until(receive());
}

static void expect_open(unsigned long seq, uint16_t port)
{
	receive_next();
	assert_contains(entry, "\nPORTTRACE_EVENT=open\n");
	assert_int_equal(number("PORTTRACE_SEQ"), seq);
	assert_int_equal(number("PORTTRACE_PORT"), port);
}

/* --- tests ------------------------------------------------------------------------ */

static void entries_arrive_in_order(void **state)
{
	(void)state;
	serve();
	open_journal(1000000, 1000);
	for (uint16_t i = 1; i <= 50; i++)
		send_open(i);
	for (uint16_t i = 1; i <= 50; i++)
		expect_open(i, i);
	assert_false(receive());
	assert_int_equal(journal_counts(journal).waiting, 0);
	assert_int_equal(news[JOURNAL_NEWS_GONE] + news[JOURNAL_NEWS_LOSING], 0);
}

static void an_absent_journal_is_said_once_and_waited_for(void **state)
{
	(void)state;
	open_journal(1000000, 1000);
	for (uint16_t i = 1; i <= 5; i++) {
		send_open(i);
		turn();
	}
	assert_false(journal_was_reached(journal));
	assert_int_equal(news[JOURNAL_NEWS_GONE], 1);
	serve();
	for (uint16_t i = 1; i <= 5; i++)
		expect_open(i, i);
	assert_int_equal(news[JOURNAL_NEWS_GONE], 1);
	assert_int_equal(news[JOURNAL_NEWS_BACK], 1);
	assert_true(journal_was_reached(journal));
}

/* A dead socket takes with it what was in its queue: that is sent again. */
static void what_a_dead_journal_did_not_read_is_sent_again(void **state)
{
	(void)state;
	serve();
	open_journal(1000000, 1000);
	send_open(1);
	send_open(2);
	send_open(3);
	expect_open(1, 1);
	die();
	serve();
	send_open(4);
	/* It may be that the first was not done with when it died. */
	receive_next();
	if (number("PORTTRACE_SEQ") == 1)
		receive_next();
	assert_int_equal(number("PORTTRACE_SEQ"), 2);
	expect_open(3, 3);
	expect_open(4, 4);
	assert_false(receive());
	assert_int_equal(told_lost, 0);
}

/* Without a further event, too. */
static void a_restart_is_noticed_without_a_new_event(void **state)
{
	(void)state;
	serve();
	open_journal(1000000, 1000);
	send_open(1);
	die();
	turn();
	serve();
	expect_open(1, 1);
}

static void what_was_read_is_not_sent_again(void **state)
{
	uint64_t until;

	(void)state;
	serve();
	open_journal(1000000, 1000);
	for (uint16_t i = 1; i <= 5; i++)
		send_open(i);
	for (uint16_t i = 1; i <= 5; i++)
		expect_open(i, i);
	/* It looks whether they were read, twice at most: until no timer is set. */
	turn_until(!receive() && timers_patience(&timers, boot_now_ns()) == UINT64_MAX);
	die();
	serve();
	send_open(6);
	expect_open(6, 6);
	until = boot_after_ns(600000000);
	while (boot_now_ns() < until) {
		turn();
		assert_false(receive());
	}
}

/* A number of entries that is far above what a socket's queue takes (max_dgram_qlen). */
#define MANY 5000
#define ROOM 1500

static void what_a_full_journal_does_not_take_is_counted(void **state)
{
	unsigned long last = 0, count = 0, lost = 0;

	(void)state;
	serve();
	open_journal(100000000, 2 * ROOM);
	for (unsigned int i = 0; i < MANY; i++)
		send_open((uint16_t)(i + 1));
	assert_int_equal(news[JOURNAL_NEWS_LOSING], 1);
	while (count + lost < MANY) {
		unsigned long seq;

		receive_next();
		seq = number("PORTTRACE_SEQ");
		if (strstr(entry, journal_message_id(JOURNAL_UNTOLD))) {
			assert_contains(entry, "\nPORTTRACE_EVENT=lost\n");
			assert_contains(entry, "\nPORTTRACE_FROM=");
			assert_contains(entry, "\nPORTTRACE_TO=");
			lost += number("PORTTRACE_COUNT");
			/* The gap is as wide as the count. */
			assert_int_equal(seq - last - 1, number("PORTTRACE_COUNT"));
		} else {
			assert_int_equal(seq, last + 1);
			count++;
		}
		last = seq;
	}
	assert_in_range(count, ROOM, MANY - 1);
	assert_int_equal(count + lost, MANY);
	assert_int_equal(told_lost, lost);
	assert_int_equal(journal_counts(journal).lost, lost);
	assert_int_equal(journal_counts(journal).entries, last);
	assert_int_equal(journal_counts(journal).untold, 0);
	assert_int_equal(news[JOURNAL_NEWS_LOSING], 1);
}

static void assert_counts(size_t waiting, size_t untold)
{
	assert_int_equal(journal_counts(journal).waiting, waiting);
	assert_int_equal(journal_counts(journal).untold, untold);
}

static void send_alerts(uint16_t count)
{
	struct verdict verdict = { .kind = VERDICT_UNEXPECTED, .rule = "default" };
	struct event event = an_event(EVENT_OPEN, &process);

	event.from = RECORD_OPEN;
	event.verdict = &verdict;
	for (uint16_t i = 0; i < count; i++)
		journal_event(journal, enrich, &event);
}

static void connections_leave_room_for_ports_and_ports_for_alerts(void **state)
{
	struct connection connection;
	struct event event = a_connection_event(EVENT_CONNECT, &connection);

	(void)state;
	open_journal(100000000, 100);
	for (int i = 0; i < 200; i++)
		journal_event(journal, enrich, &event);
	assert_counts(25, 175);
	for (uint16_t i = 1; i <= 26; i++)
		send_open(i);
	assert_counts(50, 176);
	send_alerts(50);
	assert_counts(100, 176);
	send_alerts(1);
	assert_counts(100, 177);
}

static void bytes_are_bounded_as_well(void **state)
{
	(void)state;
	open_journal(10000, 1000000);
	for (uint16_t i = 1; i <= 100; i++)
		send_open(i);
	assert_in_range(journal_counts(journal).waiting, 5, 30);
	assert_int_equal(journal_counts(journal).waiting + journal_counts(journal).untold, 100);
}

#define LONG 65536

static void a_large_entry_goes_by_memfd(void **state)
{
	char *args = malloc(LONG);

	(void)state;
	memset(args, '\x01', LONG - 1);
	args[LONG - 1] = '\0';
	process.args = args;
	process.args_len = LONG;
	serve();
	open_journal(1000000, 1000);
	send_open(1);
	expect_open(1, 1);
	assert_true(by_memfd);
	assert_true(strlen(strstr(entry, "PORTTRACE_ARGS=")) > 4 * (size_t)(LONG - 1));
	process.args_len = 0;
	send_open(2);
	expect_open(2, 2);
	assert_false(by_memfd);
	free(args);
}

/* By then the number may be another process's. */
static void a_late_entry_has_no_object_pid(void **state)
{
	uint64_t until = boot_after_ns(1100000000);

	(void)state;
	open_journal(1000000, 1000);
	send_open(1);
	while (boot_now_ns() < until)
		turn();
	serve();
	expect_open(1, 1);
	assert_int_equal(number("OBJECT_PID"), 0);
	assert_int_equal(number("PORTTRACE_PID"), 4242);
	send_open(2);
	expect_open(2, 2);
	assert_int_equal(number("OBJECT_PID"), 4242);
}

static void a_note_is_an_entry(void **state)
{
	(void)state;
	serve();
	open_journal(1000000, 1000);
	journal_note(journal, JOURNAL_BLIND, "no event for 1 s");
	receive_next();
	assert_contains(entry, "\nPORTTRACE_EVENT=blind\n");
	assert_contains(entry, "\nMESSAGE=no event for 1 s\n");
	assert_int_equal(number("PORTTRACE_SEQ"), 1);
}

static void a_path_that_is_no_socket_is_an_error(void **state)
{
	char longer[200];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(journal_socket_open(longer), -ENAMETOOLONG);
	assert_int_equal(journal_socket_open(path), -ENOENT);
	close(creat(path, 0600));
	assert_int_equal(journal_socket_open(path), -ECONNREFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(entries_arrive_in_order),
		JOURNAL_TEST(an_absent_journal_is_said_once_and_waited_for),
		JOURNAL_TEST(what_a_dead_journal_did_not_read_is_sent_again),
		JOURNAL_TEST(a_restart_is_noticed_without_a_new_event),
		JOURNAL_TEST(what_was_read_is_not_sent_again),
		JOURNAL_TEST(what_a_full_journal_does_not_take_is_counted),
		JOURNAL_TEST(connections_leave_room_for_ports_and_ports_for_alerts),
		JOURNAL_TEST(bytes_are_bounded_as_well),
		JOURNAL_TEST(a_large_entry_goes_by_memfd),
		JOURNAL_TEST(a_late_entry_has_no_object_pid),
		JOURNAL_TEST(a_note_is_an_entry),
		JOURNAL_TEST(a_path_that_is_no_socket_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
