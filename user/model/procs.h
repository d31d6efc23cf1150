/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes the kernel side has described. It describes each once, so what
 * it still takes for told must still be here: the bound of those kept beyond
 * use is larger than the kernel side's table (bpf/shared.h, TOLD_TASKS_MAX).
 */
#ifndef PORTTRACE_MODEL_PROCS_H
#define PORTTRACE_MODEL_PROCS_H

#include "model/decode.h"

struct procs;

struct procs *procs_new(void);
void procs_free(struct procs *procs);

/* A REC_TASK or REC_ARGS came: remembers what it says. 0 or -ENOMEM. */
int procs_told(struct procs *procs, const struct decoded *record);

/*
 * The process a record is about, with a reference to give back by procs_put().
 * One that was never described is entered by its short form. NULL: no memory.
 */
struct process *procs_get(struct procs *procs, const struct task_ref *task);
/* For qsort() of struct process *: the longest-running first. Of what is referred to, each is unique by pointer. */
int process_by_age(const void *a, const void *b);

struct process *procs_ref(struct process *process);
void procs_put(struct procs *procs, struct process *process);

#endif
