// SPDX-License-Identifier: GPL-2.0-only
#include "tui/terminal.h"

#include "base/width.h"
#include "tui/restore.h"

#define NCURSES_WIDECHAR 1 /* of itself only where glibc turns _GNU_SOURCE into it */
#include <curses.h>

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE_MS 25 /* what follows ESC within this time belongs to it, as of an arrow key */

#define STROKE 0x0336 /* COMBINING LONG STROKE OVERLAY */

/* Of pairs; 0 is the terminal's own. */
enum { PAIR_NEW = 1, PAIR_CLOSED, PAIR_UNEXPECTED, PAIR_CRIT, PAIR_BAR, PAIR_BAR_ON, PAIR_BAD };

static void init_colors(struct terminal *terminal)
{
	short own;

	if (!terminal->color || !has_colors() || start_color() == ERR) {
		terminal->color = false;
		return;
	}
	own = use_default_colors() == OK ? -1 : COLOR_BLACK;
	init_pair(PAIR_NEW, COLOR_GREEN, own);
	init_pair(PAIR_CLOSED, COLOR_RED, own);
	init_pair(PAIR_UNEXPECTED, COLOR_YELLOW, own);
	init_pair(PAIR_CRIT, COLOR_RED, own);
	init_pair(PAIR_BAR, COLOR_BLACK, COLOR_CYAN);
	init_pair(PAIR_BAR_ON, COLOR_BLACK, COLOR_GREEN);
	init_pair(PAIR_BAD, COLOR_RED, own);
}

/* Ctrl-S would stop us in the middle of a line, and all that is to be read in the kernel. */
static void no_flow_control(void)
{
	struct termios modes;

	if (tcgetattr(STDIN_FILENO, &modes))
		return;
	modes.c_iflag &= ~(tcflag_t)IXON;
	tcsetattr(STDIN_FILENO, TCSANOW, &modes);
	def_prog_mode();
}

static void set_modes(bool mouse)
{
	cbreak();
	noecho();
	nonl();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	no_flow_control();
	if (mouse) {
		mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED,
			  NULL);
		mouseinterval(0);
	}
}

/* The console of Linux shows combining characters as ones of their own. */
static bool can_strike(const struct terminal *terminal)
{
	const char *term = getenv("TERM");

	return !terminal->ascii && term && strncmp(term, "linux", strlen("linux")) != 0;
}

/*
 * Where SIGTSTP has its default curses takes it, and ignores it while it writes, by which the kernel
 * drops one that waits for a signalfd (lib_tstp.c, sigaction(2)).
 */
static SCREEN *open_screen(void)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct sigaction before;
	SCREEN *screen;

	sigaction(SIGTSTP, &ignored, &before);
	screen = newterm(NULL, stdout, stdin);
	sigaction(SIGTSTP, &before, NULL);
	return screen;
}

int terminal_open(struct terminal *terminal, bool color, bool mouse)
{
	SCREEN *screen;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return -ENOTTY;
	*terminal = (struct terminal){
		.color = color,
		.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
	};
	terminal->struck = can_strike(terminal);
	restore_save();
	screen = open_screen();
	if (!screen)
		return -ENXIO;
	terminal->screen = screen;
	set_term(screen);
	restore_arm();
	if (!restore_can_move()) {
		terminal_close(terminal);
		return -ENXIO;
	}
	set_modes(mouse);
	init_colors(terminal);
	getmaxyx(stdscr, terminal->height, terminal->width);
	return 0;
}

void terminal_close(struct terminal *terminal)
{
	if (!terminal->screen)
		return;
	endwin();
	restore_disarm();
	delscreen(terminal->screen);
	terminal->screen = NULL;
}

void terminal_leave(void)
{
	endwin(); /* and what is written next takes it again */
}

void terminal_resize(struct terminal *terminal)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		return;
	resize_term(size.ws_row, size.ws_col);
	getmaxyx(stdscr, terminal->height, terminal->width);
	terminal_redraw();
}

void terminal_redraw(void)
{
	clearok(stdscr, TRUE);
}

/* --- keys ------------------------------------------------------------------------------------ */

static int of_mouse(struct terminal *terminal)
{
	MEVENT event;

	if (getmouse(&event) != OK)
		return KEY_IS_UNKNOWN;
	terminal->click_x = event.x;
	terminal->click_y = event.y;
	if (event.bstate & BUTTON4_PRESSED)
		return KEY_IS_WHEEL_UP;
	if (event.bstate & BUTTON5_PRESSED)
		return KEY_IS_WHEEL_DOWN;
	return KEY_IS_CLICK;
}

static int of_code(struct terminal *terminal, wint_t code)
{
	static const struct {
		wint_t code;
		int key;
	} keys[] = {
		{ KEY_ENTER, KEY_IS_ENTER },
		{ KEY_BTAB, KEY_IS_BACK_TAB },
		{ KEY_UP, KEY_IS_UP },
		{ KEY_DOWN, KEY_IS_DOWN },
		{ KEY_LEFT, KEY_IS_LEFT },
		{ KEY_RIGHT, KEY_IS_RIGHT },
		{ KEY_PPAGE, KEY_IS_PAGE_UP },
		{ KEY_NPAGE, KEY_IS_PAGE_DOWN },
		{ KEY_HOME, KEY_IS_HOME },
		{ KEY_END, KEY_IS_END },
		{ KEY_BACKSPACE, KEY_IS_BACKSPACE },
		{ KEY_DC, KEY_IS_DELETE },
	};

	if (code >= KEY_F(0) && code <= KEY_F(12))
		return KEY_IS_F0 + (int)(code - KEY_F(0));
	if (code == KEY_MOUSE)
		return of_mouse(terminal);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].code == code)
			return keys[i].key;
	return KEY_IS_UNKNOWN;
}

int terminal_key(struct terminal *terminal)
{
	wint_t c;

	switch (get_wch(&c)) {
	case KEY_CODE_YES:
		return of_code(terminal, c);
	case OK:
		break;
	default:
		return KEY_IS_NONE;
	}
	switch (c) {
	case '\r':
	case '\n':
		return KEY_IS_ENTER;
	case '\t':
		return KEY_IS_TAB;
	case 27:
		return KEY_IS_ESCAPE;
	case 8:
	case 127:
		return KEY_IS_BACKSPACE;
	default:
		return (int)c;
	}
}

/* --- text ------------------------------------------------------------------------------------ */

static void set_style(const struct terminal *terminal, unsigned int style)
{
	static const struct {
		attr_t color;
		attr_t plain;
		short pair;
	} styles[STYLES] = {
		[STYLE_NEW] = { A_NORMAL, A_BOLD, PAIR_NEW },
		[STYLE_CLOSED] = { A_NORMAL, A_DIM, PAIR_CLOSED },
		[STYLE_UNEXPECTED] = { A_NORMAL, A_UNDERLINE, PAIR_UNEXPECTED },
		[STYLE_CRIT] = { A_BOLD, A_BOLD | A_UNDERLINE, PAIR_CRIT },
		[STYLE_BAR] = { A_NORMAL, A_REVERSE, PAIR_BAR },
		[STYLE_BAR_ON] = { A_BOLD, A_REVERSE | A_BOLD | A_UNDERLINE, PAIR_BAR_ON },
		[STYLE_KEY] = { A_BOLD, A_BOLD, 0 },
		[STYLE_BAD] = { A_BOLD, A_BOLD, PAIR_BAD },
		[STYLE_FAINT] = { A_DIM, A_DIM, 0 },
	};
	unsigned int base = style & ~STYLE_SELECTED;
	attr_t attr = terminal->color ? styles[base].color : styles[base].plain;

	if (style & STYLE_SELECTED)
		attr |= A_REVERSE;
	attr_set(attr, terminal->color ? styles[base].pair : 0, NULL);
}

/* One character, with a stroke through it. */
static void put_struck(wchar_t c)
{
	const wchar_t text[] = { c, c == L' ' ? L'\0' : STROKE, L'\0' };
	cchar_t cell;
	attr_t attr;
	short pair;

	attr_get(&attr, &pair, NULL);
	if (setcchar(&cell, text, attr, pair, NULL) == OK)
		add_wch(&cell);
}

static void put_text(const char *text, size_t n, bool strike)
{
	wchar_t run[128];
	int in_run = 0;

	for (size_t at = 0; at < n;) {
		uint32_t cp;
		size_t cells;

		at += width_char(text + at, n - at, &cp, &cells);
		if (strike) {
			put_struck((wchar_t)cp);
			continue;
		}
		run[in_run++] = (wchar_t)cp;
		if (in_run == (int)(sizeof(run) / sizeof(*run)) || at == n) {
			addnwstr(run, in_run);
			in_run = 0;
		}
	}
}

void terminal_begin(void)
{
	attr_set(A_NORMAL, 0, NULL);
	erase();
}

void terminal_end(int y, int x)
{
	curs_set(x >= 0);
	if (x >= 0)
		move(y, x);
	wnoutrefresh(stdscr);
	doupdate();
}

void terminal_put(const struct terminal *terminal, int y, int x, int width, const char *text,
		  size_t n, unsigned int style)
{
	bool strike = (style & ~STYLE_SELECTED) == STYLE_CLOSED && terminal->struck;
	size_t fit, left;

	if (width <= 0 || x >= terminal->width || y < 0 || y >= terminal->height)
		return;
	if (width > terminal->width - x)
		width = terminal->width - x;
	width_text(text, n, (size_t)width, &fit);
	left = (size_t)width - width_text(text, fit, SIZE_MAX, &n);
	set_style(terminal, style);
	move(y, x);
	put_text(text, fit, strike);
	if (left)
		hline(' ', (int)left);
}
