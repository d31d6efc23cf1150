// SPDX-License-Identifier: GPL-2.0-only
#include "base/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_SEC 1000000000ULL
#define WORD_MAX 64

int parse_u64(const char *word, uint64_t max, uint64_t *value)
{
	uint64_t sum = 0;

	if (!*word)
		return -EINVAL;
	for (; *word; word++) {
		unsigned int digit = (unsigned int)(*word - '0');

		if (digit > 9 || digit > max || sum > (max - digit) / 10)
			return -EINVAL;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return 0;
}

int parse_duration(const char *word, uint64_t *ns)
{
	static const struct {
		const char *suffix;
		uint64_t ns;
	} units[] = {
		{ "", NSEC_PER_SEC },         { "ms", NSEC_PER_MSEC },
		{ "s", NSEC_PER_SEC },        { "m", 60 * NSEC_PER_SEC },
		{ "h", 3600 * NSEC_PER_SEC }, { "d", 86400 * NSEC_PER_SEC },
	};
	size_t digits = strspn(word, "0123456789");
	char number[24];
	uint64_t value;

	if (!digits || digits >= sizeof(number))
		return -EINVAL;
	memcpy(number, word, digits);
	number[digits] = '\0';
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(word + digits, units[i].suffix))
			continue;
		if (parse_u64(number, UINT64_MAX / units[i].ns, &value))
			return -EINVAL;
		*ns = value * units[i].ns;
		return 0;
	}
	return -EINVAL;
}

static int parse_port(const char *word, uint16_t *port, const char **bad)
{
	uint64_t value;

	if (parse_u64(word, UINT32_MAX, &value)) {
		*bad = "a port is a number from 1 to 65535";
		return -EINVAL;
	}
	if (!value || value > UINT16_MAX) {
		*bad = value ? "ports end at 65535" :
			       "0 is no port (it asks the kernel to pick one)";
		return -EINVAL;
	}
	*port = (uint16_t)value;
	return 0;
}

static int parse_range(char *word, struct port_range *range, const char **bad)
{
	char *dash = strchr(word, '-');
	int err;

	if (dash)
		*dash = '\0';
	err = parse_port(word, &range->first, bad);
	if (err)
		return err;
	range->last = range->first;
	if (!dash)
		return 0;
	err = parse_port(dash + 1, &range->last, bad);
	if (err)
		return err;
	if (range->last < range->first) {
		*bad = "the range is the wrong way round";
		return -EINVAL;
	}
	return 0;
}

int parse_ports(const char *word, struct port_set *set, const char **bad)
{
	char *copy = strdup(word), *rest = copy, *part;
	int err = copy ? 0 : -ENOMEM;

	while (!err && (part = next_word(&rest))) {
		struct port_range range, *ranges;

		err = parse_range(part, &range, bad);
		if (err)
			break;
		ranges = reallocarray(set->ranges, set->n + 1, sizeof(*ranges));
		if (!ranges) {
			err = -ENOMEM;
			break;
		}
		set->ranges = ranges;
		ranges[set->n++] = range;
	}
	free(copy);
	return err;
}

bool port_set_has(const struct port_set *set, uint16_t port)
{
	for (size_t i = 0; i < set->n; i++)
		if (port >= set->ranges[i].first && port <= set->ranges[i].last)
			return true;
	return false;
}

void port_set_free(struct port_set *set)
{
	free(set->ranges);
	*set = (struct port_set){ 0 };
}

/* Levenshtein's distance; both words are shorter than WORD_MAX. */
static size_t edits(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], lb = strlen(b);

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < lb; j++) {
			size_t replace = diagonal + (a[i] != b[j]);
			size_t gap = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;

			diagonal = row[j + 1];
			row[j + 1] = replace < gap ? replace : gap;
		}
	}
	return row[lb];
}

const char *nearest_word(const char *word, const char *const *names, size_t n)
{
	size_t best = strlen(word) / 3 + 1;
	const char *found = NULL;

	if (strlen(word) >= WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t distance = strlen(names[i]) < WORD_MAX ? edits(word, names[i]) : WORD_MAX;

		if (distance <= best) {
			best = distance ? distance - 1 : 0;
			found = names[i];
		}
	}
	return found;
}

char *next_word(char **list)
{
	return *list ? strsep(list, ",") : NULL;
}
