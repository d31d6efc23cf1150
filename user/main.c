// SPDX-License-Identifier: GPL-2.0-only
/* The table of commands. */
#include "base/inherited.h"
#include "base/linkage.h"
#include "base/log.h"
#include "base/parse.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int cmd_help(int argc, char **argv);

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "watch", cmd_watch, "print what is open, then each port that opens or closes (default)" },
	{ "list", cmd_list, "print what is open now, with all that hold it, once" },
	{ "top", cmd_top, "show what is open as a table in the terminal, live" },
	{ "who", cmd_who, "tell all that is known of who has a port" },
	{ "wait", cmd_wait, "return as soon as a port is open, or closed" },
	{ "close", cmd_close, "close ports of other processes, which keep running" },
	{ "check", cmd_check, "hold what is open now against the policy" },
	{ "run", cmd_run, "run a command, and print the ports of it and its descendants" },
	{ "policy", cmd_policy, "check a policy, or say which of its rules decides of a port" },
	{ "learn", cmd_learn, "write a policy from what is open, and from what opens" },
	{ "doctor", cmd_doctor, "say what can be seen with this kernel and these privileges" },
	{ "version", cmd_version, "print versions and features" },
	{ "help", cmd_help, "print this, or the help of a command" },
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int unknown(const char *name)
{
	const char *names[COMMANDS], *near;

	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	near = nearest_word(name, names, COMMANDS);
	if (near)
		say("unknown command '%s': did you mean '%s'? 'porttrace --help' lists them", name,
		    near);
	else
		say("unknown command '%s': 'porttrace --help' lists them", name);
	return STATUS_USAGE;
}

static int cmd_help(int argc, char **argv)
{
	const struct command *command;

	if (argc > 1) {
		char *help[] = { argv[1], "--help", NULL };

		command = find(argv[1][0] == '-' ? "help" : argv[1]);
		if (!command)
			return unknown(argv[1]);
		if (command->run != cmd_help)
			return command->run(2, help);
	}
	printf("usage: porttrace [COMMAND] [OPTIONS]\n\n"
	       "Shows which process opens and closes which TCP and UDP port, on the whole host,\n"
	       "as it happens.\n\ncommands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	printf("\noptions:\n  -h, --help this text\n  --version  the same as version\n");
	printf("\n'porttrace COMMAND --help' lists the options of a command; see porttrace(8).\n");
	return STATUS_OK;
}

static int run(int argc, char **argv)
{
	const struct command *command;

	if (argc > 1 && !strcmp(argv[1], "--version"))
		return cmd_version(argc - 1, argv + 1);
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return cmd_help(1, argv);
	if (argc < 2 || argv[1][0] == '-')
		return cmd_watch(argc, argv);
	command = find(argv[1]);
	return command ? command->run(argc - 1, argv + 1) : unknown(argv[1]);
}

/* What a command printed by stdio has to arrive, too; a reader that left is a quiet end. */
static int finish_stdout(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return status;
	say("output failed: %s", strerror(errno));
	return STATUS_OUTPUT;
}

int main(int argc, char **argv)
{
	inherited_adapt();
	linkage_adapt();
	return finish_stdout(run(argc, argv));
}
