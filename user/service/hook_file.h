/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_SERVICE_HOOK_FILE_H
#define PORTTRACE_SERVICE_HOOK_FILE_H

/*
 * Why a file of HOOKS_DIR is not run, and *where that is; static. NULL: nobody but root can
 * change what is found here before it is run.
 */
const char *hook_file_trouble(const char *path, const char **where);

#endif
