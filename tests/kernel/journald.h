/* SPDX-License-Identifier: GPL-2.0-only */
/* A systemd-journald of this test's own: it and its journal are in a mount namespace that ends with the test. */
#ifndef LIVE_JOURNALD_H
#define LIVE_JOURNALD_H

#include <jansson.h>
#include <stddef.h>

/*
 * Goes to a mount namespace where /run is empty, so that there is no journald to
 * talk to. Skips the test where there is no systemd-journald to be started.
 */
void journald_prepare(void);

/* Starts it, and waits until it takes entries. */
void journald_start(void);

/* SIGKILL: what it has not read is gone with its socket, for nobody else holds that. */
void journald_kill(void);

/* SIGSTOP, SIGCONT */
void journald_stop(void);
void journald_continue(void);

/* What journalctl says to these options and matches; free(). */
char *journald_ask(const char *options);

/* The entries as an array of objects, by journalctl -o json. */
json_t *journald_read(const char *matches);

/* The same, as soon as there are at least so many. */
json_t *journald_await(const char *matches, size_t count);

/* A field, which must be a text: journalctl shows one that is not printable as numbers. */
const char *journald_field(const json_t *entry, const char *name);
/* "" where it has none. */
const char *journald_field_or_none(const json_t *entry, const char *name);

#endif
