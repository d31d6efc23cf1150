// SPDX-License-Identifier: GPL-2.0-only
/* The lists behind the keys of a rule. */
#include "policy/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define MAPPED_BITS 96 /* ::ffff:0:0/96 is IPv4 */

static int complain_at(const struct line *line, struct span where, const char *suggestion,
		       const char *message)
{
	complain(line, PROBLEM_ERROR, where, suggestion, "%s", message);
	return -EINVAL;
}

/* --- on= -------------------------------------------------------------------------------- */

/* Clears the bits beyond the prefix; whether there were any. */
static bool mask(uint8_t *addr, size_t len, unsigned int bits)
{
	bool any = false;

	for (size_t i = 0; i < len; i++) {
		unsigned int keep = bits > i * 8 ? bits - (unsigned int)i * 8 : 0;
		uint8_t kept = keep >= 8 ? 0xff : (uint8_t)(0xff00 >> keep);

		any |= addr[i] & ~kept;
		addr[i] &= kept;
	}
	return any;
}

/* The address and the length of the prefix; an IPv4 address in IPv6 becomes what it is. */
static bool cidr_read(const char *text, struct element *element)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const char *slash = strchr(text, '/');
	char addr[INET6_ADDRSTRLEN];
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	uint64_t bits;

	if (len >= sizeof(addr))
		return false;
	memcpy(addr, text, len);
	addr[len] = '\0';
	element->family = strchr(addr, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(element->family, addr, element->addr) != 1)
		return false;
	bits = element->family == AF_INET ? 32 : 128;
	if (slash && parse_u64(slash + 1, bits, &bits))
		return false;
	element->bits = (uint16_t)bits;
	if (element->family == AF_INET6 && bits >= MAPPED_BITS &&
	    !memcmp(element->addr, mapped, sizeof(mapped))) {
		memmove(element->addr, element->addr + 12, 4);
		memset(element->addr + 4, 0, 12);
		element->family = AF_INET;
		element->bits = (uint16_t)(bits - MAPPED_BITS);
	}
	return true;
}

int cidr_parse(const struct line *line, struct span where, const char *text,
	       struct element *element)
{
	static const uint8_t none[16];
	char plain[INET6_ADDRSTRLEN];
	size_t len;

	if (!cidr_read(text, element))
		return complain_at(line, where, NULL,
				   "no scope and no address (127.0.0.1, 10.0.0.0/8, fd00::/8)");
	len = element->family == AF_INET ? 4 : 16;
	element->kind = ELEMENT_CIDR;
	if (element->bits == len * 8 && !memcmp(element->addr, none, len))
		return complain_at(line, where, "any",
				   "this is how a socket is bound to all addresses");
	if (mask(element->addr, len, element->bits)) {
		inet_ntop(element->family, element->addr, plain, sizeof(plain));
		complain(line, PROBLEM_WARNING, where, NULL,
			 "bits beyond the prefix count for nothing: it is %s/%u", plain,
			 (unsigned int)element->bits);
	}
	return 0;
}

static int on_parse(const struct line *line, struct span where, struct element *element, bool glob)
{
	const char *names[SCOPES], *near;

	for (unsigned int i = 0; i < SCOPES; i++) {
		names[i] = scope_name((enum scope)i);
		if (strcmp(element->text, names[i]) != 0)
			continue;
		element->kind = ELEMENT_SCOPE;
		element->number = i;
		return 0;
	}
	if (glob)
		return complain_at(line, where, "any",
				   "on= has no patterns: leave it out to mean every address");
	if (strspn(element->text, "0123456789abcdefABCDEF:./") == strlen(element->text) &&
	    strpbrk(element->text, ".:"))
		return cidr_parse(line, where, element->text, element);
	near = span_nearest(where, names, SCOPES);
	if (near)
		complain(line, PROBLEM_ERROR, where, near, "unknown scope '%s'", element->text);
	else
		complain(
			line, PROBLEM_ERROR, where, NULL,
			"'%s' is no scope (loopback, link, private, public, any, multicast) and no address",
			element->text);
	return -EINVAL;
}

/* --- exe= ------------------------------------------------------------------------------- */

/* The name of a memfd is no path: a '/' in it must not keep a pattern from matching. */
static int memfd_parse(struct element *element, bool glob)
{
	const char *name = element->text + strlen("memfd:");
	struct buf pattern = { 0 };

	for (; *name; name++) {
		/* What was no pattern is not quoted yet. */
		if (!glob && (*name == '*' || *name == '?' || *name == '\\'))
			buf_putc(&pattern, '\\');
		buf_putc(&pattern, *name);
		if (glob && *name == '\\' && name[1])
			buf_putc(&pattern, *++name);
		else if (glob && *name == '*')
			buf_putc(&pattern, '*');
	}
	buf_putc(&pattern, '\0');
	if (pattern.failed) {
		buf_free(&pattern);
		return -ENOMEM;
	}
	free(element->text);
	element->text = pattern.data;
	element->kind = ELEMENT_MEMFD;
	return 0;
}

static int exe_parse(const struct line *line, struct span where, struct element *element, bool glob)
{
	static const char *const words[] = { "deleted", "memfd:*" };
	char suggestion[128];

	if (!glob && !strcmp(element->text, "deleted")) {
		element->kind = ELEMENT_DELETED;
		return 0;
	}
	if (!strncmp(element->text, "memfd:", strlen("memfd:")))
		return memfd_parse(element, glob);
	if (*element->text == '/' || !strncmp(element->text, "**", 2))
		return 0;
	snprintf(suggestion, sizeof(suggestion), "**/%.*s", (int)where.len, where.at);
	return complain_at(
		line, where,
		span_nearest(where, words, COUNT(words)) ?
			span_nearest(where, words, COUNT(words)) :
			suggestion,
		"an executable is a whole path (/usr/sbin/nginx, /opt/**), memfd:NAME or deleted");
}

/* --- names and numbers ------------------------------------------------------------------ */

static int number_parse(const struct line *line, struct span where, struct element *element)
{
	uint64_t number;

	if (strspn(element->text, "0123456789") != strlen(element->text))
		return 0;
	if (parse_u64(element->text, UINT32_MAX, &number))
		return complain_at(line, where, NULL, "numbers end at 4294967295");
	element->kind = ELEMENT_NUMBER;
	element->number = (uint32_t)number;
	return 0;
}

/* --- a list ----------------------------------------------------------------------------- */

static int by_key(const struct line *line, enum rule_key key, struct span where,
		  struct element *element, bool glob)
{
	if (key == KEY_ON)
		return on_parse(line, where, element, glob);
	if (key == KEY_EXE)
		return exe_parse(line, where, element, glob);
	if (!glob && (key == KEY_USER || key == KEY_GROUP || key == KEY_NETNS))
		return number_parse(line, where, element);
	return 0;
}

static int element_parse(const struct line *line, enum rule_key key, struct span part,
			 struct element *element)
{
	struct span word = part;
	bool glob;
	int err;

	*element = (struct element){ 0 };
	if (word.len && *word.at == '!') {
		element->negated = true;
		word.at++;
		word.len--;
	}
	if (!word.len)
		return complain_at(line, part.len ? part : (struct span){ part.at, 1 }, NULL,
				   element->negated ?
					   "nothing stands behind '!'" :
					   "a list has nothing between two commas, or at an end");
	if (*word.at == '!')
		return complain_at(line, word, NULL,
				   "one '!' negates: a name that begins with it is quoted");
	element->column = (unsigned int)(word.at - line->text);
	element->width = (unsigned int)word.len;
	err = unquote(line, word, &element->text, &glob);
	if (err)
		return err;
	if (!*element->text)
		return complain_at(line, part, NULL, "an empty text matches nothing");
	element->kind = glob ? ELEMENT_GLOB : ELEMENT_TEXT;
	return by_key(line, key, word, element, glob);
}

static void element_note(struct criterion *criterion, const struct element *element)
{
	if (element->negated)
		return;
	criterion->has_positive = true;
	if (element->kind == ELEMENT_SCOPE && element->number == SCOPE_ANY)
		criterion->has_any = true;
}

int criterion_parse(const struct line *line, enum rule_key key, struct span list,
		    struct criterion *criterion)
{
	const char *at = NULL;
	struct span part;
	size_t n = 0;
	int err = 0, bad = 0;

	*criterion = (struct criterion){ .key = key };
	while (list_next(list, &at, &part))
		n++;
	if (n > POLICY_LIST_MAX) {
		complain(line, PROBLEM_ERROR, list, NULL, "more than %d elements in a list",
			 POLICY_LIST_MAX);
		return -EINVAL;
	}
	criterion->written = span_copy(list);
	criterion->elements = calloc(n + 1, sizeof(*criterion->elements));
	if (!criterion->written || !criterion->elements)
		return -ENOMEM;
	at = NULL;
	while (err != -ENOMEM && list_next(list, &at, &part)) {
		struct element *element = &criterion->elements[criterion->n++];

		err = element_parse(line, key, part, element);
		if (err)
			bad = err;
		else
			element_note(criterion, element);
	}
	return bad;
}

void criterion_free(struct criterion *criterion)
{
	for (size_t i = 0; i < criterion->n; i++)
		free(criterion->elements[i].text);
	free(criterion->elements);
	free(criterion->written);
}
