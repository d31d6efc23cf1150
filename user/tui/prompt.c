// SPDX-License-Identifier: GPL-2.0-only
#include "tui/prompt.h"

#include "tui/terminal.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define CTRL(c) ((c)&0x1f)

void prompt_set(struct prompt *prompt, const char *text)
{
	snprintf(prompt->text, sizeof(prompt->text), "%s", text);
	prompt->len = prompt->cursor = strlen(prompt->text);
}

static bool inside(const struct prompt *prompt, size_t at)
{
	return ((unsigned char)prompt->text[at] & 0xc0) == 0x80;
}

static size_t before(const struct prompt *prompt, size_t at)
{
	while (at && inside(prompt, --at))
		;
	return at;
}

static size_t after(const struct prompt *prompt, size_t at)
{
	while (at < prompt->len && inside(prompt, ++at))
		;
	return at;
}

static void erase(struct prompt *prompt, size_t from, size_t to)
{
	memmove(prompt->text + from, prompt->text + to, prompt->len - to + 1);
	prompt->len -= to - from;
	prompt->cursor = from;
}

static size_t word_start(const struct prompt *prompt)
{
	size_t at = prompt->cursor;

	while (at && prompt->text[at - 1] == ' ')
		at--;
	while (at && prompt->text[at - 1] != ' ')
		at--;
	return at;
}

static size_t encode(unsigned int c, char out[4])
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n - 1; i; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(first[n] | c);
	return n;
}

static bool insert(struct prompt *prompt, int key)
{
	char bytes[4];
	size_t n;

	/* What takes no cell would move what is behind it, or hide. */
	if (key < ' ' || key >= KEY_IS_ENTER || wcwidth((wchar_t)key) <= 0)
		return false;
	n = encode((unsigned int)key, bytes);
	if (prompt->len + n > PROMPT_MAX)
		return true;
	memmove(prompt->text + prompt->cursor + n, prompt->text + prompt->cursor,
		prompt->len - prompt->cursor + 1);
	memcpy(prompt->text + prompt->cursor, bytes, n);
	prompt->len += n;
	prompt->cursor += n;
	return true;
}

bool prompt_key(struct prompt *prompt, int key)
{
	switch (key) {
	case KEY_IS_LEFT:
		prompt->cursor = before(prompt, prompt->cursor);
		return true;
	case KEY_IS_RIGHT:
		prompt->cursor = after(prompt, prompt->cursor);
		return true;
	case KEY_IS_HOME:
	case CTRL('a'):
		prompt->cursor = 0;
		return true;
	case KEY_IS_END:
	case CTRL('e'):
		prompt->cursor = prompt->len;
		return true;
	case KEY_IS_BACKSPACE:
		erase(prompt, before(prompt, prompt->cursor), prompt->cursor);
		return true;
	case KEY_IS_DELETE:
		erase(prompt, prompt->cursor, after(prompt, prompt->cursor));
		return true;
	case CTRL('u'):
		erase(prompt, 0, prompt->cursor);
		return true;
	case CTRL('w'):
		erase(prompt, word_start(prompt), prompt->cursor);
		return true;
	default:
		return insert(prompt, key);
	}
}
