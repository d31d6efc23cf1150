/* SPDX-License-Identifier: GPL-2.0-only */
/* Users and groups of this machine by name, for what somebody wrote. */
#ifndef PORTTRACE_CMD_ACCOUNTS_H
#define PORTTRACE_CMD_ACCOUNTS_H

#include <stdint.h>

enum account { ACCOUNT_NONE, ACCOUNT_FOUND, ACCOUNT_UNKNOWN /* the database cannot be asked */ };

enum account account_user(const char *name, uint32_t *uid);
enum account account_group(const char *name, uint32_t *gid);

#endif
