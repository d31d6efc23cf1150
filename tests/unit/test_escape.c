// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/escape.h"
#include "harmless.h"

static void assert_escapes(const char *in, size_t n, const char *text, const char *json)
{
	struct buf out = { 0 };

	escape_text(&out, in, n);
	assert_text(&out, text);
	escape_json(&out, in, n);
	assert_text(&out, json);
	buf_free(&out);
}

#define ASSERT_ESCAPES(in, text, json) assert_escapes(in, sizeof(in) - 1, text, json)
#define ASSERT_UNTOUCHED(in) ASSERT_ESCAPES(in, in, in)

static void plain_text_of_any_script_is_untouched(void **state)
{
	(void)state;
	ASSERT_UNTOUCHED("");
	ASSERT_UNTOUCHED("nginx: worker process ~!@#$%^&*(){}[]<>|;:'`?/.,_-+=");
	ASSERT_UNTOUCHED("gr\u00fc\u00dfe \u65e5\u672c\u8a9e \u0440\u0443\u0441 \U0001f600");
	/* the first and last character of each length, and what borders on what is escaped */
	ASSERT_UNTOUCHED(" ~\u00a0\u07ff\u0800\ud7ff\ue000\ufffd\U00010000\U0010fffd");
	ASSERT_UNTOUCHED("\ufdcf\ufdf0");
	ASSERT_UNTOUCHED("\u200d\u2010\u2027\u202f\u2065\u206a\u061b\u061d");
}

static void controls_become_hex(void **state)
{
	(void)state;
	ASSERT_ESCAPES("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m", "\\\\x1b[31mred\\\\x1b[0m");
	ASSERT_ESCAPES("a\nb\r\tc", "a\\x0ab\\x0d\\x09c", "a\\\\x0ab\\\\x0d\\\\x09c");
	ASSERT_ESCAPES("\0", "\\x00", "\\\\x00");
	ASSERT_ESCAPES("\x7f", "\\x7f", "\\\\x7f");
	ASSERT_ESCAPES("\xc2\x80\xc2\x9b\xc2\x9f", "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f",
		       "\\\\xc2\\\\x80\\\\xc2\\\\x9b\\\\xc2\\\\x9f");
}

static void bidi_controls_and_separators_are_named(void **state)
{
	static const uint32_t code_points[] = { 0x061c, 0x200e, 0x200f, 0x2028, 0x2029,
						0x202a, 0x202b, 0x202c, 0x202d, 0x202e,
						0x2066, 0x2067, 0x2068, 0x2069 };

	(void)state;
	for (size_t i = 0; i < COUNT(code_points); i++) {
		uint32_t cp = code_points[i];
		char in[4] = { (char)(0xe0 | cp >> 12), (char)(0x80 | (cp >> 6 & 0x3f)),
			       (char)(0x80 | (cp & 0x3f)), '\0' };
		char two[3] = { (char)(0xc0 | cp >> 6), (char)(0x80 | (cp & 0x3f)), '\0' };
		char text[16], json[16];

		snprintf(text, sizeof(text), "\\u{%04x}", cp);
		snprintf(json, sizeof(json), "\\\\u{%04x}", cp);
		if (cp < 0x800)
			assert_escapes(two, 2, text, json);
		else
			assert_escapes(in, 3, text, json);
	}
}

static void noncharacters_are_named(void **state)
{
	(void)state;
	ASSERT_ESCAPES("\ufdd0\ufdef", "\\u{fdd0}\\u{fdef}", "\\\\u{fdd0}\\\\u{fdef}");
	ASSERT_ESCAPES("\ufffe\uffff", "\\u{fffe}\\u{ffff}", "\\\\u{fffe}\\\\u{ffff}");
	ASSERT_ESCAPES("\U0010fffe", "\\u{10fffe}", "\\\\u{10fffe}");
}

static void bytes_that_are_not_utf8_become_hex(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xbf", /* no beginning */
		"\xc0\xaf",
		"\xc1\xbf", /* overlong */
		"\xe0\x9f\xbf",
		"\xe0\x80\x80", /* overlong */
		"\xf0\x8f\xbf\xbf",
		"\xf0\x80\x80\x80", /* overlong */
		"\xed\xa0\x80",
		"\xed\xbf\xbf",     /* surrogates */
		"\xf4\x90\x80\x80", /* above U+10FFFF */
		"\xf8\x88\x80\x80\x80",
		"\xfe",
		"\xff", /* never any */
		"\xc3",
		"\xe2\x80",
		"\xf0\x9f\x98", /* cut off */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char text[64] = "", json[64] = "", hex[8];

		for (const char *c = bad[i]; *c; c++) {
			snprintf(hex, sizeof(hex), "\\x%02x", (unsigned char)*c);
			strcat(text, hex);
			strcat(strcat(json, "\\"), hex);
		}
		assert_escapes(bad[i], strlen(bad[i]), text, json);
	}
}

static void what_follows_a_cut_off_sequence_is_kept(void **state)
{
	(void)state;
	ASSERT_ESCAPES("\xe2\x80"
		       "A",
		       "\\xe2\\x80A", "\\\\xe2\\\\x80A");
	ASSERT_ESCAPES("\xf0\x9f\n", "\\xf0\\x9f\\x0a", "\\\\xf0\\\\x9f\\\\x0a");
	ASSERT_ESCAPES("\xc3\xc3\xa9", "\\xc3\u00e9", "\\\\xc3\u00e9");
}

/* The bytes behind the end, though they would complete it, are not read. */
static void a_sequence_cut_by_the_length_is_not_completed(void **state)
{
	(void)state;
	assert_escapes("\xe2\x82\xac", 2, "\\xe2\\x82", "\\\\xe2\\\\x82");
}

static void json_escapes_its_own_quote_and_backslash(void **state)
{
	(void)state;
	ASSERT_ESCAPES("say \"hi\"", "say \"hi\"", "say \\\"hi\\\"");
	ASSERT_ESCAPES("a\\b", "a\\b", "a\\\\b");
	ASSERT_ESCAPES("\\\"", "\\\"", "\\\\\\\"");
}

static void assert_harmless(struct buf *out, const char *in, size_t n)
{
	buf_clear(out);
	escape_text(out, in, n);
	assert_true(harmless(out->data, out->len));
	buf_clear(out);
	escape_json(out, in, n);
	assert_true(harmless_json(out->data, out->len));
}

static void every_pair_of_bytes_comes_out_harmless(void **state)
{
	struct buf out = { 0 };

	(void)state;
	assert_true(harmless_init());
	for (unsigned int pair = 0; pair <= UINT16_MAX; pair++) {
		char in[2] = { (char)(pair >> 8), (char)pair };

		assert_harmless(&out, in, sizeof(in));
	}
	buf_free(&out);
}

static void every_code_point_comes_out_harmless(void **state)
{
	struct buf out = { 0 };

	(void)state;
	assert_true(harmless_init());
	for (uint32_t cp = 0x800; cp <= 0x110000; cp += cp < 0x10000 ? 1 : 0x101) {
		char in[4] = { (char)(0xf0 | cp >> 18), (char)(0x80 | (cp >> 12 & 0x3f)),
			       (char)(0x80 | (cp >> 6 & 0x3f)), (char)(0x80 | (cp & 0x3f)) };

		if (cp < 0x10000)
			in[1] = (char)(0xe0 | cp >> 12);
		assert_harmless(&out, cp < 0x10000 ? in + 1 : in, cp < 0x10000 ? 3 : 4);
	}
	buf_free(&out);
}

static void no_text_gives_no_bytes(void **state)
{
	struct buf out = { 0 };

	(void)state;
	escape_text(&out, "x", 0);
	escape_json(&out, "x", 0);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_of_any_script_is_untouched),
		cmocka_unit_test(controls_become_hex),
		cmocka_unit_test(bidi_controls_and_separators_are_named),
		cmocka_unit_test(noncharacters_are_named),
		cmocka_unit_test(bytes_that_are_not_utf8_become_hex),
		cmocka_unit_test(what_follows_a_cut_off_sequence_is_kept),
		cmocka_unit_test(a_sequence_cut_by_the_length_is_not_completed),
		cmocka_unit_test(json_escapes_its_own_quote_and_backslash),
		cmocka_unit_test(every_pair_of_bytes_comes_out_harmless),
		cmocka_unit_test(every_code_point_comes_out_harmless),
		cmocka_unit_test(no_text_gives_no_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
