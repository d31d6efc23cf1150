/* SPDX-License-Identifier: GPL-2.0-only */
/* A person is asked before something is done that cannot be undone. */
#ifndef PORTTRACE_CMD_CONSENT_H
#define PORTTRACE_CMD_CONSENT_H

#include <stdbool.h>

struct consent {
	/* "Close this port?", escaped. */
	bool (*agrees)(const char *question, void *arg);
	void *arg;
};

/* Asks on stderr, and reads the answer from stdin. */
extern const struct consent consent_on_terminal;

#endif
