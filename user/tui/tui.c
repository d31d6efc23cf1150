// SPDX-License-Identifier: GPL-2.0-only
#include "tui/internal.h"

#include "output/alert_line.h"
#include "output/who.h"
#include "tui/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int tui_open(struct tui **ret_tui, const struct tui_setup *setup, uint64_t now_ns)
{
	struct tui *tui = calloc(1, sizeof(*tui));
	int err;

	if (!tui)
		return -ENOMEM;
	tui->setup = *setup;
	tui->drawn_ns = now_ns;
	tui->urgent = true;
	board_init(&tui->board, setup->procs);
	tabs_init(tui->tabs, &tui->board, setup->enrich, setup->columns);
	tui->tabs[TUI_PORTS].entered = true;
	err = terminal_open(&tui->terminal, setup->color, setup->mouse);
	if (err) {
		tui_close(tui);
		return err;
	}
	conn_columns_ascii = tui->terminal.ascii;
	*ret_tui = tui;
	return 0;
}

void tui_close(struct tui *tui)
{
	if (!tui)
		return;
	terminal_close(&tui->terminal);
	if (tui->filter)
		tui->setup.drop(tui->filter, tui->setup.arg);
	board_free(&tui->board);
	grid_free(&tui->grid);
	pane_close(&tui->pane);
	buf_free(&tui->why);
	buf_free(&tui->message);
	buf_free(&tui->hooks);
	buf_free(&tui->losses);
	buf_free(&tui->canary);
	free(tui);
}

/* Connections are seen on their own table alone. */
int tui_event(struct tui *tui, const struct event *event, uint64_t now_ns)
{
	tui->changed |= !event->connection || tui->tab == TUI_CONNECTIONS;
	return board_event(&tui->board, event, now_ns);
}

int tui_counted(struct tui *tui, const struct alert_count *count, uint64_t now_ns)
{
	struct buf text = { 0 };
	int err = -ENOMEM;

	alert_put_count_words(count, &text);
	buf_putc(&text, '\0');
	if (!text.failed)
		err = board_alert_note(&tui->board, count->severity, text.data, now_ns);
	buf_free(&text);
	tui->changed = true;
	return err;
}

static void set_text(const struct tui *tui, struct buf *b, const char *text)
{
	buf_clear(b);
	if (text)
		text_put_line(b, text, strlen(text));
	text_tame(b, 0, tui->terminal.ascii);
}

void tui_facts(struct tui *tui, const struct tui_facts *facts)
{
	set_text(tui, &tui->hooks, facts->hooks);
	set_text(tui, &tui->losses, facts->losses);
	set_text(tui, &tui->canary, facts->canary);
	tui->lost = facts->lost;
	tui->blind = facts->blind;
	tui->changed = true;
}

void tui_forget(struct tui *tui)
{
	board_forget(&tui->board);
	tui->changed = true;
}

void tui_message(struct tui *tui, const char *text)
{
	set_text(tui, &tui->message, text);
	tui->urgent = true;
}

bool tui_key(struct tui *tui, uint64_t now_ns, struct tui_intent *intent)
{
	int key = terminal_key(&tui->terminal);

	(void)now_ns;
	*intent = (struct tui_intent){ .tab = tui->tab };
	if (key == KEY_IS_NONE)
		return false;
	tui->urgent = true;
	buf_clear(&tui->message);
	take_key(tui, key, intent);
	return true;
}

void tui_leave(struct tui *tui)
{
	(void)tui;
	terminal_leave();
}

void tui_resize(struct tui *tui)
{
	terminal_resize(&tui->terminal);
	for (int i = 0; i < TUI_TABS; i++)
		tab_widths_reset(&tui->tabs[i]);
	tui->urgent = true;
}

uint64_t tui_due(const struct tui *tui, uint64_t now_ns)
{
	uint64_t due = board_due(&tui->board), drawn = tui->drawn_ns + DRAW_EVERY_NS;

	if (tui->urgent)
		return now_ns;
	if (tui->tab == TUI_CONNECTIONS && conns_due(&tui->board.conns) < due)
		due = conns_due(&tui->board.conns);
	if (tui->changed && now_ns < due)
		due = now_ns;
	return due == UINT64_MAX || due > drawn ? due : drawn;
}

void tui_draw(struct tui *tui, uint64_t now_ns)
{
	if (tui_due(tui, now_ns) > now_ns)
		return;
	board_age(&tui->board, now_ns);
	conns_age(&tui->board.conns, now_ns);
	draw_screen(tui);
	tui->changed = tui->urgent = false;
	tui->drawn_ns = now_ns;
}

void tui_pane_open(struct tui *tui, const char *title)
{
	tui->prompting = false;
	tui->menu.open = false;
	pane_open(&tui->pane, title, WHO_HEADING, false);
	tui->urgent = true;
}

int tui_pane_text(struct tui *tui, const char *text, size_t len)
{
	tui->urgent = true;
	return pane_text(&tui->pane, text, len);
}

void tui_pane_ask(struct tui *tui, const char *question)
{
	tui->urgent = true;
	pane_ask(&tui->pane, question);
}

bool tui_pane_is_open(const struct tui *tui)
{
	return tui->pane.open && !tui->pane.own;
}

void tui_pane_close(struct tui *tui)
{
	pane_close(&tui->pane);
	tui->urgent = true;
}
