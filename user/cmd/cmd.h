/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands: each takes its own name in argv[0] and returns an exit status. */
#ifndef PORTTRACE_CMD_CMD_H
#define PORTTRACE_CMD_CMD_H

int cmd_watch(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_who(int argc, char **argv);
int cmd_wait(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_close(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_policy(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_learn(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif
