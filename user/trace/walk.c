// SPDX-License-Identifier: GPL-2.0-only
#include "trace/walk.h"

#include "base/buf.h"
#include "base/first_namespace.h"
#include "trace/beside.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

struct walk {
	struct trace *trace;
	struct snapshot_page *page;
	unsigned int parts; /* into which the processes are divided, by who walks */
	unsigned int part;
	records_fn take;
	void *arg;
};

static int take_page(const struct walk *walk)
{
	struct snapshot_page *page = walk->page;
	size_t len = __atomic_load_n(&page->len, __ATOMIC_ACQUIRE);
	int err;

	if (!len)
		return 0;
	err = walk->take((const char *)page->bytes, len < SNAPSHOT_PAGE ? len : SNAPSHOT_PAGE,
			 walk->arg);
	__atomic_store_n(&page->len, 0, __ATOMIC_RELEASE);
	return err;
}

/*
 * What it finds comes in the page alone. EAGAIN: it stopped at a process, since the page was
 * full or there are more descriptors than it looks at in one go.
 */
static int run(void *arg)
{
	const struct walk *walk = arg;
	int fd = bpf_iter_create(bpf_link__fd(walk->trace->iter_holders)), err = 0;
	ssize_t n = -1;
	char none;

	if (fd < 0)
		return -errno;
	walk->page->tid = (__u32)gettid();
	walk->page->parts = walk->parts;
	walk->page->part = walk->part;
	walk->page->len = 0;
	while (!err && n) {
		n = read(fd, &none, sizeof(none));
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			err = -errno;
		else
			err = take_page(walk);
	}
	close(fd);
	return err;
}

static int put_aside(const char *data, size_t size, void *arg)
{
	struct buf *aside = arg;

	buf_put(aside, data, size);
	return aside->failed ? -ENOMEM : 0;
}

/*
 * Nearly all of it is waiting for memory, so that two take half of the time. Beside hooks
 * nobody is in a hurry; and the kernel side tells the two apart by a number that is another
 * in a pid namespace.
 */
static bool may_be_two(const struct trace *trace)
{
	cpu_set_t cpus;

	return trace->tables_only && in_first_namespace("pid", PID_INIT_INO) &&
	       !sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) > 1;
}

int walk_holders(struct trace *trace, records_fn take, void *arg)
{
	struct walk ours = { trace, &trace->pages[0], 1, 0, take, arg };
	struct buf aside = { 0 };
	struct walk other = { trace, &trace->pages[1], 2, 1, put_aside, &aside };
	struct beside beside;
	int err, other_err;

	trace->pages[1].tid = 0;
	if (!may_be_two(trace))
		return run(&ours);
	ours.parts = 2;
	beside_start(&beside, run, &other);
	err = run(&ours);
	other_err = beside_join(&beside);
	if (!err)
		err = other_err;
	if (!err)
		err = take(aside.data, aside.len, arg);
	buf_free(&aside);
	return err;
}
