/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_CMD_LISTING_COLUMNS_H
#define PORTTRACE_CMD_LISTING_COLUMNS_H

#include "cmd/listing.h"

/* Those in which there is something, as far as there is room. width: of the terminal, 0: none. */
void listing_choose_columns(const struct listing *listing, const struct listing_of *of,
			    size_t width, struct column_list *columns);

#endif
