// SPDX-License-Identifier: GPL-2.0-only
#include "output/findings_text.h"

static void put_count(struct buf *out, size_t n, const char *one, const char *many)
{
	buf_put_u64(out, n);
	buf_puts(out, n == 1 ? one : many);
}

/* "3 unexpected", with a comma before it where it is not the first. */
static void put_kind(struct buf *out, size_t n, const char *word, bool *first)
{
	if (!n)
		return;
	if (!*first)
		buf_puts(out, ", ");
	put_count(out, n, word, word);
	*first = false;
}

static void put_found(struct buf *out, const struct finding_counts *counts)
{
	bool first = true;

	put_kind(out, counts->unexpected, " unexpected", &first);
	put_kind(out, counts->changed, " changed", &first);
	put_kind(out, counts->missing, " missing", &first);
	buf_puts(out, " (worst: ");
	buf_puts(out, severity_name(counts->worst));
	buf_putc(out, ')');
}

static bool is_sure(const struct finding_counts *counts)
{
	return !counts->partial && !counts->unknown && !counts->maybe_missing;
}

static void put_unsure(struct buf *out, const struct finding_counts *counts)
{
	if (counts->unknown) {
		buf_puts(out, "; of ");
		put_count(out, counts->unknown, " port it cannot be known from here",
			  " ports it cannot be known from here");
	}
	if (counts->maybe_missing) {
		buf_puts(out, "; ");
		put_count(out, counts->maybe_missing,
			  " required port may be open where it is not seen",
			  " required ports may be open where they are not seen");
	}
	if (counts->partial)
		buf_puts(out, "; not everything is seen");
}

void findings_put_text(struct buf *out, const struct finding_counts *counts)
{
	if (findings_any(counts))
		put_found(out, counts);
	else
		buf_puts(out, is_sure(counts) ? "ok" : "unknown: nothing found in what is seen");
	buf_puts(out, "; ");
	put_count(out, counts->expected, " port is as the policy wants",
		  " ports are as the policy wants");
	if (counts->ignored) {
		buf_puts(out, ", ");
		put_count(out, counts->ignored, " is ignored", " are ignored");
	}
	put_unsure(out, counts);
	if (counts->not_looked_for) {
		buf_puts(out, "; ");
		put_count(out, counts->not_looked_for,
			  " required port that is not open does not pass the filter",
			  " required ports that are not open do not pass the filter");
	}
}
