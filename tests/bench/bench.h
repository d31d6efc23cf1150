/* SPDX-License-Identifier: GPL-2.0-only */
/* What the benchmarks share. A malfunction ends the program (die); a missed figure does not. */
#ifndef PORTTRACE_BENCH_H
#define PORTTRACE_BENCH_H

#include <limits.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define NS_PER_MS 1000000ULL
#define NS_PER_S 1000000000ULL
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* How much is done: --quick is for a look, not for figures to quote. */
struct bench_size {
	unsigned int pairs;
	unsigned int samples; /* of a latency */
	unsigned int starts;
	unsigned int flood_seconds;
	unsigned int tight_seconds;
	unsigned int stop_seconds;
	unsigned int rounds;      /* of conncpu */
	unsigned int conns;       /* in each of them */
	unsigned int churn_pairs; /* of service: an open and a close each */
	unsigned int idle_seconds;
	unsigned int pid_conns; /* of connpids, by PID_PROCESSES processes */
};

/* --- util.c ------------------------------------------------------------- */

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line of the table at the end: `run` collects them. */
void row(const char *figure, const char *wanted, bool ok, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The same of what could not be measured here, and why. */
void row_skipped(const char *figure, const char *wanted, const char *why);
uint64_t now_ns(void);
void sleep_until(uint64_t when_ns);
uint64_t number(const char *text, uint64_t max);
/* Sorts the values. part: 0.5 is the median. */
double quantile(double *values, size_t count, double part);
int last_cpu(void);
void pin_to(int cpu);
void pin_process(pid_t pid, int cpu);
void unpin(void);
/* Asks for more only where the limit is lower. */
void raise_nofile(unsigned int files);
/* fork() whose child ends with its parent, whatever happens. */
pid_t fork_child(void);
/* Waits for the end of a child; dies where it failed. */
void reap(pid_t pid);
/* Memory that children write and the parent reads. */
void *shared_memory(size_t size);
int pidfd_of(pid_t pid);
int signal_pidfd(int pidfd, int sig);

/* Keeps each CPU awake with a busy child that yields to everything (SCHED_IDLE). */
struct spinners {
	pid_t pid[64];
	int count;
};
void spinners_start(struct spinners *spinners);
void spinners_stop(struct spinners *spinners);

/* --- net.c -------------------------------------------------------------- */

/* Where no load listens: above the ephemeral range, below what 16 bits hold. */
#define PROBE_PORT_MIN 61000
#define PROBE_PORT_MAX 64999
/* The keepers: KEEP_PORTS ports on each of 127.0.1.1, 127.0.2.1, ... */
#define KEEP_PORT_MIN 10000
#define KEEP_PORTS 20000

/* Enters a network namespace of its own, with loopback up; tracers are started in the old one. */
void net_private(void);
void net_home(void);
uint32_t net_inode(void);
struct sockaddr_in loopback(uint16_t port);
struct sockaddr_in keeper_address(unsigned int index);
/* One connection to a listener of ours: made, accepted and closed at both ends. */
void connect_to(int listener, struct sockaddr_in addr);
int bound_socket(struct sockaddr_in addr);
int listen_on(struct sockaddr_in addr);

/* Keepers: listeners that stay open, in a process of their own. */
struct keepers {
	pid_t pid;
	int ready, release; /* pipes */
};
/* Opens keepers first..first+count-1, at a rate or at full speed (0). Returns when all are open. */
void keepers_open(struct keepers *keepers, unsigned int first, unsigned int count, uint64_t rate);
void keepers_close(struct keepers *keepers);

/* --- loads.c ------------------------------------------------------------ */

struct load {
	const char *name;
	unsigned int batch; /* operations in one call of op() */
	bool served;        /* by a process of its own, on the same CPU */
	clockid_t clock;    /* the time that passes, or what the process takes of its CPU */
	double part;        /* which quantile of its slices counts */
	void (*op)(int listener);
};

const struct load *load_find(const char *name);
/* In slices of 10 ms. */
double load_ns_per_op(const struct load *load, unsigned int slices);
/* listen+close at a pace; at full speed where rate is 0. Returns how many. */
uint64_t listen_paced(uint64_t rate, uint64_t for_ns);
uint64_t listen_count(uint64_t count);
/* Connections as fast as it goes. */
void connect_count(uint64_t count);
uint64_t flood_paced(int listener, uint64_t rate, uint64_t for_ns);
/* Opens listeners until all are open; they stay so until the process ends. */
void keep_paced(unsigned int first, unsigned int count, uint64_t rate);

/* --- tracer.c ----------------------------------------------------------- */

/* What is measured: PORTTRACE says another; "../porttrace", or "floor" beside this program. */
void tracer_path(char path[PATH_MAX], const char *name);

enum tracer_out { OUT_PIPE, OUT_MEMORY };

/* A tracer under test, with its output. Zeroed before tracer_start. */
struct tracer {
	pid_t pid;
	int pidfd;
	int out;         /* the pipe's read end, or a memfd */
	int err;         /* a memfd */
	int inotify;     /* tells that the memfd grew; -1 with a pipe */
	off_t forgotten; /* of the memfd: read, and its memory given back */
	int until;       /* stop waiting for lines when this is readable; -1: never */
	uint64_t started_ns;
	size_t start, end; /* of what is in the buffer */
	char *buffer;
};

enum line_status { LINE_READ, LINE_TIMEOUT, LINE_UNTIL, LINE_EOF };

/*
 * args: what follows the program's name, NULL at the end; args NULL: the floor.
 * Where the first begins with '/' it is another tracer and its arguments.
 */
void tracer_start(struct tracer *tracer, const char *const *args, enum tracer_out out);
/* Listens and connects until a line tells of it. Returns when that was. */
uint64_t tracer_streams(struct tracer *tracer);
enum line_status tracer_line(struct tracer *tracer, char **line, uint64_t timeout_ns);
/* Reads lines until one tells of a port in lo..hi. */
bool tracer_finds(struct tracer *tracer, unsigned int lo, unsigned int hi, uint64_t timeout_ns);
/* Drops what is there, and what comes until nothing came for quiet_ns. */
void tracer_drain(struct tracer *tracer, uint64_t quiet_ns);
void tracer_signal(const struct tracer *tracer, int sig);
/* Ends it, unread output and all, and frees everything. */
void tracer_stop(struct tracer *tracer);
/* Only what is behind the last line: to be called after LINE_EOF. */
void tracer_reap(struct tracer *tracer);

/* --- tracer_told.c ------------------------------------------------------ */

uint64_t tracer_status_kib(const struct tracer *tracer, const char *field);
double tracer_cpu_ms(const struct tracer *tracer);

struct kind_stats {
	uint64_t produced, delivered, lost;
};

/* The `stats:` lines of --stats. */
struct tracer_stats {
	struct kind_stats task, open, close, change;
	struct kind_stats bind, connect, accept, end, fail, state;
	bool complete; /* all were there */
	bool balanced; /* produced = delivered + lost, for each */
};

void tracer_read_stats(const struct tracer *tracer, struct tracer_stats *ret_stats);

/* --- peers.c ------------------------------------------------------------ */

/* Other tracers, to be measured beside ours. */
struct peer {
	const char *name;
	const char *args[4];   /* the first is filled in: its path */
	const char *line;      /* what a line about a connection has */
	unsigned int per_conn; /* how many of these there are for each, both its ends here */
};

/* NULL, and says so, where it is not installed. */
const struct peer *peer_find(const char *name);
/* In the child: what peers expect of a machine. */
void peer_prepare(void);

/* --- lines.c ------------------------------------------------------------ */

enum told_event {
	TOLD_OTHER,
	TOLD_OPEN,
	TOLD_CLOSE,
	TOLD_EXISTING,
	TOLD_RECOVERED,
	TOLD_LOST,
	TOLD_CONNECT,
	TOLD_ACCEPT,
	TOLD_END,
	TOLD_EVENTS
};

struct told {
	enum told_event event;
	uint32_t netns;
	uint64_t count; /* of TOLD_LOST */
	unsigned int port;
	int keeper;    /* which keeper's address and port it is; -1: none */
	bool is_close; /* TOLD_RECOVERED: of a close */
};

/* A JSON line. Returns false where it is none. */
bool line_parse(const char *line, struct told *ret_told);
bool line_tells_port(const char *line, unsigned int lo, unsigned int hi);

/* Whose a line says it is. */
struct told_owner {
	uint64_t cookie;
	uint64_t start_ns;
	uint32_t pid; /* 0: nobody's */
	enum told_event event;
};

/* Returns false where it is no event of a connection. */
bool line_owner(const char *line, struct told_owner *ret_owner);

/* What was told about one network namespace. */
struct tally {
	uint32_t netns;
	uint64_t open, close, recovered, lines;
	uint64_t told[TOLD_EVENTS];
	uint64_t lost; /* the sum of all `lost` lines: these have no namespace */
	/* Keepers told of as open or recovered; NULL: not asked for. */
	unsigned char *keeper_told;
	unsigned int keepers, keepers_told, closes_told;
	uint64_t last_keeper_ns;
};

void tally_line(struct tally *tally, const char *line);
/* Counts lines until nothing came for timeout_ns, `until` is readable or the output ends. */
enum line_status tally_lines(struct tracer *tracer, struct tally *tally, uint64_t timeout_ns);
/* Reads while the load runs, then until the tracer has nothing more to tell. */
void tally_follow(struct tracer *tracer, struct tally *tally, pid_t load);
/* Ends the tracer in good order: SIGINT, the rest of its lines, its exit. */
void tally_finish(struct tracer *tracer, struct tally *tally, struct tracer_stats *ret_stats);

/* --- the benchmarks ----------------------------------------------------- */

int bench_load(int argc, char **argv);
int bench_latency(const struct bench_size *size);
int bench_alert(const struct bench_size *size);
int bench_connect(const struct bench_size *size);
int bench_listen(const struct bench_size *size);
int bench_connections(const struct bench_size *size);
int bench_connloss(const struct bench_size *size);
int bench_conncpu(const struct bench_size *size);
int bench_connpids(const struct bench_size *size);
int bench_getppid(const struct bench_size *size);
int bench_wait(const struct bench_size *size);
int bench_flood(const struct bench_size *size);
int bench_tight(const struct bench_size *size);
int bench_start(const struct bench_size *size);
int bench_list(const struct bench_size *size);
int bench_journal(const struct bench_size *size);
int bench_memory(const struct bench_size *size);
int bench_service(const struct bench_size *size);
int bench_policy(const struct bench_size *size);
int bench_screen(const struct bench_size *size);
int bench_top(const struct bench_size *size);
int bench_stopped(const struct bench_size *size);
int bench_overrun(const struct bench_size *size);

#endif
