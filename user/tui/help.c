// SPDX-License-Identifier: GPL-2.0-only
/* Which keys there are, and what the marks mean. */
#include "tui/internal.h"

#include <string.h>

#define HEADING 29

static const char text[] =
	"Up Down PgUp PgDn Home End   move\n"
	"Left Right                   columns that have no room\n"
	"Tab Shift-Tab 1 2 3 4        ports, connections, alerts, history\n"
	"Enter                        all that is known of the port\n"
	"x                            close the port; its process goes on\n"
	"k F9                         end the process\n"
	"/ F4                         filter: a port, a part of a process's name, or as on the command line: "
	"--tcp --user dev; empty: all\n"
	"< > F6                       sort by another column\n"
	"I                            sort the other way round\n"
	"S F2                         choose columns\n"
	"Ctrl-L                       draw it anew\n"
	"q F10                        quit\n"
	"\n"
	"+  new: it opened within the last 10 seconds (green)\n"
	"-  it has closed, and is shown 5 seconds more (red, struck through)\n"
	"!  the policy does not expect it\n"
	"\n"
	"Connections are told from when their table is first looked at. RATE is that of\n"
	"the last second, TREND those of the last half minute.\n";

void open_help(struct tui *tui)
{
	pane_open(&tui->pane, "Keys", HEADING, true);
	pane_text(&tui->pane, text, strlen(text));
}
