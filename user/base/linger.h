/* SPDX-License-Identifier: GPL-2.0-only */
/* An end that waits for nobody. */
#ifndef PORTTRACE_BASE_LINGER_H
#define PORTTRACE_BASE_LINGER_H

/*
 * What the kernel has to take down when a program ends (hooks, maps, memory)
 * can take it milliseconds, and who waits for the program waits for that as
 * well. This starts a task that shares memory and descriptors with us and does
 * nothing until we are gone: then it ends, too, and the taking down is its
 * business. To be called once, before there is a hurry. 0 or -errno.
 */
int linger_start(void);
/*
 * Closes standard input, output and error, whose reader would wait for the
 * other task as well, and ends the program.
 */
_Noreturn void linger_exit(int status);

#endif
