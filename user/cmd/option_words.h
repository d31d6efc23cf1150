/* SPDX-License-Identifier: GPL-2.0-only */
/* Options whose value is a word of a set, or a list of them. */
#ifndef PORTTRACE_CMD_OPTION_WORDS_H
#define PORTTRACE_CMD_OPTION_WORDS_H

#include "cmd/stream_options.h"

/* Says "unknown WHAT 'WORD'", what was probably meant, and all there are; STATUS_USAGE. */
int option_unknown_word(const char *what, const char *word, const char *const *names, size_t n);
/* Calls set for each word of a list, until one returns a status. */
int option_each_word(struct stream_options *o, const char *value,
		     int (*set)(struct stream_options *o, const char *word));

/* A backend by name, as a static string. STATUS_OK or STATUS_USAGE. */
int option_backend(const char *value, const char **backend);

/* The time that --NAME was given. STATUS_OK or STATUS_USAGE. */
int option_duration(const char *name, const char *value, uint64_t *ns);

/* For struct option_row.set: the filters. */
int option_set_ports(void *target, const struct option_row *row, const char *value);
int option_set_pid(void *target, const struct option_row *row, const char *value);
int option_set_user(void *target, const struct option_row *row, const char *value);
int option_set_comm(void *target, const struct option_row *row, const char *value);
int option_set_exe(void *target, const struct option_row *row, const char *value);
int option_set_unit(void *target, const struct option_row *row, const char *value);
int option_set_container(void *target, const struct option_row *row, const char *value);
int option_set_netns(void *target, const struct option_row *row, const char *value);
int option_set_scope(void *target, const struct option_row *row, const char *value);

#endif
