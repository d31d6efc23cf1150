// SPDX-License-Identifier: GPL-2.0-only
/* What keys do. */
#include "tui/internal.h"

#include "tui/text.h"

#define CTRL(c) ((c)&0x1f)

/* --- moving ---------------------------------------------------------------------------------- */

static void select_row(struct tui *tui, long to)
{
	struct list *list = current_tab(tui)->list;

	list->follows = false;
	list_select(list, to < 0 ? 0 : (size_t)to, body_height(tui));
}

/* False: it is no key that moves. What has changed since it was drawn is taken along. */
static bool take_move(struct tui *tui, int key)
{
	struct list *list = current_tab(tui)->list;
	long page = (long)body_height(tui);

	if (key < KEY_IS_UP || key > KEY_IS_WHEEL_DOWN || key == KEY_IS_LEFT ||
	    key == KEY_IS_RIGHT || key == KEY_IS_BACKSPACE || key == KEY_IS_DELETE)
		return false;
	list_refresh(list, body_height(tui));
	switch (key) {
	case KEY_IS_UP:
		select_row(tui, (long)list->cursor - 1);
		break;
	case KEY_IS_DOWN:
		select_row(tui, (long)list->cursor + 1);
		break;
	case KEY_IS_WHEEL_UP:
		select_row(tui, (long)list->cursor - 3);
		break;
	case KEY_IS_WHEEL_DOWN:
		select_row(tui, (long)list->cursor + 3);
		break;
	case KEY_IS_PAGE_UP:
		select_row(tui, (long)list->cursor - page);
		break;
	case KEY_IS_PAGE_DOWN:
		select_row(tui, (long)list->cursor + page);
		break;
	case KEY_IS_END:
		select_row(tui, (long)list->n);
		break;
	default:
		select_row(tui, 0);
		/* Where the newest are at the top it is those that are looked at again. */
		list->follows = tui->tab != TUI_PORTS;
		break;
	}
	return true;
}

void enter_tab(struct tui *tui, enum tui_tab tab, struct tui_intent *intent)
{
	tui->tab = intent->tab = tab;
	if (current_tab(tui)->entered)
		return;
	current_tab(tui)->entered = true;
	intent->wish = TUI_ENTERED;
}

/* --- what is selected -------------------------------------------------------------------------- */

static bool is_open(const struct tui *tui, const struct event *event)
{
	const struct item *row = board_find(&tui->board, &event->socket.local);

	return row && row->look != LOOK_CLOSED &&
	       (row->kept.event.socket.sk == event->socket.sk || &row->kept.event == event) &&
	       row->kept.event.socket.cookie == event->socket.cookie;
}

/* As it was drawn: what has taken its place since then is another's. NULL, and said: there is none. */
static const struct event *selected(struct tui *tui)
{
	const struct item *item = current_tab(tui)->list->selected;

	if (!item)
		tui_message(tui, "what was selected is gone");
	else if (item->kept.event.kind == EVENT_MISSING)
		tui_message(tui, "nobody has that port open");
	else if (!event_has_socket(&item->kept.event))
		tui_message(tui, "this row is not about one port");
	else
		return &item->kept.event;
	return NULL;
}

static bool is_elsewhere(const struct event *event)
{
	return event->connection && !event->connection->passive;
}

static void want(struct tui *tui, enum tui_wish wish, struct tui_intent *intent)
{
	const struct event *event = selected(tui);
	const char *why = NULL;
	bool open;

	if (!event)
		return;
	open = is_open(tui, event);
	if (wish == TUI_KILL && !event->actor.process)
		why = "which process has it is not known";
	else if (wish != TUI_KILL && is_elsewhere(event))
		why = "that port is another host's";
	else if (wish == TUI_CLOSE && !open)
		why = "that port is closed";
	if (why) {
		tui_message(tui, why);
		return;
	}
	intent->wish = wish;
	intent->event = event;
	intent->open = open;
}

/* --- modes ----------------------------------------------------------------------------------- */

static void open_prompt(struct tui *tui)
{
	if (!tui->setup.parse) {
		tui_message(tui, "there is no filter here");
		return;
	}
	tui->prompting = true;
	tui->prompt = tui->filter_line;
	tui->prompt.cursor = tui->prompt.len;
}

static void set_filter(struct tui *tui, const struct filter *filter)
{
	if (tui->filter)
		tui->setup.drop(tui->filter, tui->setup.arg);
	tui->filter = filter;
	tui->filter_line = tui->prompt;
	for (int i = 0; i < TUI_TABS; i++) {
		tui->tabs[i].list->filter = filter;
		list_resort(tui->tabs[i].list);
	}
}

static bool is_blank(const char *text)
{
	while (*text == ' ')
		text++;
	return !*text;
}

static void accept_filter(struct tui *tui)
{
	const struct filter *filter = NULL;
	struct buf why = { 0 };

	if (is_blank(tui->prompt.text))
		prompt_set(&tui->prompt, "");
	else
		filter = tui->setup.parse(tui->prompt.text, &why, tui->setup.arg);
	if (filter || !tui->prompt.len) {
		set_filter(tui, filter);
		tui->prompting = false;
	} else {
		text_put_line(&tui->why, why.data, why.len);
		if (!tui->why.len)
			buf_puts(&tui->why, "this is no filter");
	}
	buf_free(&why);
}

void take_prompt_key(struct tui *tui, int key)
{
	buf_clear(&tui->why);
	if (key == KEY_IS_ENTER)
		accept_filter(tui);
	else if (key == KEY_IS_ESCAPE || key == CTRL('g') || key == KEY_IS_F0 + 10)
		tui->prompting = false;
	else
		prompt_key(&tui->prompt, key);
}

static void leave_pane(struct tui *tui, struct tui_intent *intent)
{
	if (!tui->pane.own)
		intent->wish = TUI_PANE_LEFT;
	pane_close(&tui->pane);
}

static void answer(struct tui *tui, bool yes, struct tui_intent *intent)
{
	buf_clear(&tui->pane.question);
	intent->wish = TUI_ANSWERED;
	intent->yes = yes;
}

/* False: it does not answer. */
static bool take_answer(struct tui *tui, int key, struct tui_intent *intent)
{
	if (!tui->pane.question.len)
		return false;
	if (key == 'y' || key == 'Y')
		answer(tui, true, intent);
	else if (key == 'n' || key == 'N' || key == KEY_IS_ENTER)
		answer(tui, false, intent);
	else
		return false;
	return true;
}

/* Lines down; 0: it is no key that scrolls. */
static long pane_steps(const struct tui *tui, int key)
{
	switch (key) {
	case KEY_IS_UP:
		return -1;
	case KEY_IS_DOWN:
		return 1;
	case KEY_IS_WHEEL_UP:
		return -3;
	case KEY_IS_WHEEL_DOWN:
		return 3;
	case KEY_IS_PAGE_UP:
		return -(long)pane_height(tui);
	case KEY_IS_PAGE_DOWN:
	case ' ':
		return (long)pane_height(tui);
	case KEY_IS_HOME:
		return -(long)tui->pane.text.len;
	case KEY_IS_END:
		return (long)tui->pane.text.len;
	default:
		return 0;
	}
}

static void take_pane_key(struct tui *tui, int key, struct tui_intent *intent)
{
	long steps = pane_steps(tui, key);

	if (take_answer(tui, key, intent))
		return;
	if (steps)
		pane_scroll(&tui->pane, steps, (size_t)tui->terminal.width, pane_height(tui));
	else if (key == KEY_IS_ESCAPE || key == 'q' || key == KEY_IS_ENTER || key == KEY_IS_F0 + 10)
		leave_pane(tui, intent);
}

/* --- the table -------------------------------------------------------------------------------- */

static void next_tab(struct tui *tui, int steps, struct tui_intent *intent)
{
	enter_tab(tui, (enum tui_tab)(((int)tui->tab + steps + TUI_TABS) % TUI_TABS), intent);
}

/* How the table is shown. False: the key is for something else. */
static bool take_layout(struct tui *tui, int key)
{
	struct tab *tab = current_tab(tui);

	switch (key) {
	case '<':
	case ',':
		tab_sort_by(tab, -1);
		return true;
	case '>':
	case '.':
		tab_sort_by(tab, 1);
		return true;
	case KEY_IS_F0 + 6:
		menu_open(&tui->menu, tab, tui->tab, true);
		return true;
	case KEY_IS_F0 + 2:
	case 'S':
		menu_open(&tui->menu, tab, tui->tab, false);
		return true;
	case 'I':
		tab_sort_invert(tab);
		return true;
	case KEY_IS_LEFT:
		tab_scroll(tab, -1);
		return true;
	case KEY_IS_RIGHT:
		tab_scroll(tab, 1);
		return true;
	default:
		return false;
	}
}

void take_table_key(struct tui *tui, int key, struct tui_intent *intent)
{
	if (take_move(tui, key) || take_layout(tui, key))
		return;
	switch (key) {
	case 'q':
	case KEY_IS_F0 + 10:
		intent->wish = TUI_QUIT;
		break;
	case KEY_IS_ENTER:
		want(tui, TUI_DETAILS, intent);
		break;
	case 'x':
		want(tui, TUI_CLOSE, intent);
		break;
	case 'k':
	case KEY_IS_F0 + 9:
		want(tui, TUI_KILL, intent);
		break;
	case KEY_IS_TAB:
		next_tab(tui, 1, intent);
		break;
	case KEY_IS_BACK_TAB:
		next_tab(tui, -1, intent);
		break;
	case '1':
	case '2':
	case '3':
	case '4':
		enter_tab(tui, (enum tui_tab)(key - '1'), intent);
		break;
	case '/':
	case '\\':
	case KEY_IS_F0 + 4:
		open_prompt(tui);
		break;
	case KEY_IS_F0 + 1:
	case '?':
	case 'h':
		open_help(tui);
		break;
	case KEY_IS_CLICK:
		take_click(tui, intent);
		break;
	default:
		break;
	}
}

void take_key(struct tui *tui, int key, struct tui_intent *intent)
{
	if (key == CTRL('l'))
		terminal_redraw();
	else if (tui->prompting)
		take_prompt_key(tui, key);
	else if (tui->pane.open)
		take_pane_key(tui, key, intent);
	else if (tui->menu.open)
		menu_key(&tui->menu, current_tab(tui), key, body_height(tui));
	else
		take_table_key(tui, key, intent);
}
