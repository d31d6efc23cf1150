// SPDX-License-Identifier: GPL-2.0-only
#include "shapes.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness.h"

#define SLOTS 65536   /* a power of two */
#define WORD_MAX 16   /* a word of a set, as "process-exit" */
#define DIGITS_MAX 32 /* where each digit counts, as in a time */

static int out = -1;
static uint64_t *seen; /* shared by all tests, which are processes; 0: free */

int shapes_open(const char *path)
{
	seen = mmap(NULL, SLOTS * sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		    -1, 0);
	if (seen == MAP_FAILED)
		return -errno;
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	return out < 0 ? -errno : 0;
}

/* FNV-1a. */
static void put(uint64_t *hash, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*hash = (*hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211U;
}

static void put_char(uint64_t *hash, char c)
{
	put(hash, &c, 1);
}

static bool is_word(const char *text, size_t n)
{
	return n <= WORD_MAX && strspn(text, "abcdefghijklmnopqrstuvwxyz-_") == n;
}

/* A word as it is; of all else runs of letters and digits count as one; what is neither is kept. */
static void put_text(uint64_t *hash, const char *text, size_t n)
{
	char last = 0;

	if (is_word(text, n)) {
		put(hash, text, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		char class = isdigit(c) ? '9' : isalpha(c) ? 'a' : (char)c;

		if (class != last || (class == '9' && n <= DIGITS_MAX))
			put_char(hash, class);
		last = class;
	}
}

/* Only on which side of what a port, a uid and jansson's integers end at. */
static void put_number(uint64_t *hash, const json_t *value)
{
	json_int_t n = json_integer_value(value);

	if (json_is_real(value))
		put_char(hash, 'r');
	else
		put_char(hash, n < 0           ? '-' :
			       !n              ? '0' :
			       n <= UINT16_MAX ? 'p' :
			       n <= UINT32_MAX ? 'u' :
						 'n');
}

static uint64_t shape(const json_t *value)
{
	uint64_t hash = 14695981039346656037U, one, last = 0;
	const char *key;
	json_t *member;
	size_t i;

	put_char(&hash, (char)json_typeof(value));
	if (json_is_string(value))
		put_text(&hash, json_string_value(value), json_string_length(value));
	else if (json_is_number(value))
		put_number(&hash, value);
	json_object_foreach((json_t *)value, key, member) {
		put(&hash, key, strlen(key) + 1);
		one = shape(member);
		put(&hash, &one, sizeof(one));
	}
	json_array_foreach(value, i, member) {
		one = shape(member);
		if (one != last) /* several alike are as one */
			put(&hash, &one, sizeof(one));
		last = one;
	}
	return hash | 1;
}

/* True for the first that asks; where the table is full, for all. */
static bool is_new(uint64_t hash)
{
	for (size_t i = 0; i < SLOTS; i++) {
		uint64_t *slot = &seen[(hash + i) & (SLOTS - 1)], was = 0;

		if (__atomic_compare_exchange_n(slot, &was, hash, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return true;
		if (was == hash)
			return false;
	}
	return true;
}

void shapes_note(const json_t *event, const char *line)
{
	size_t n = strcspn(line, "\n");
	struct iovec parts[] = { { (char *)line, n }, { "\n", 1 } };

	if (out < 0 || !is_new(shape(event)))
		return;
	if (writev(out, parts, ARRAY_SIZE(parts)) != (ssize_t)n + 1)
		test_fail("the file of --events cannot be written: %s", strerror(errno));
}
