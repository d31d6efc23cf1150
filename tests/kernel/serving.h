/* SPDX-License-Identifier: GPL-2.0-only */
/* porttrace as a service, with a manager that it tells. */
#ifndef LIVE_SERVING_H
#define LIVE_SERVING_H

#include "manager.h"
#include "tracer.h"

/* manager_open(), each test at a socket of its own: they may run beside each other. */
void serving_open(struct manager *manager);

/*
 * In the test's namespace, as abstract names are; so what it opens itself would be read, too.
 * Both may be NULL.
 */
struct tracer *serving_start(const char *option, const char *value);

/* No event is of that process. */
void expect_none_of_its_own(const struct tracer *tracer, pid_t pid);

#endif
