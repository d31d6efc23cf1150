/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lines of JSON that the whole suite saw, one of each shape, in a file: what
 * tests/docs/events holds against the schema, which is too slow for floods.
 */
#ifndef LIVE_SHAPES_H
#define LIVE_SHAPES_H

#include <jansson.h>

/* Before any test is forked. 0 or -errno. */
int shapes_open(const char *path);
/* Writes the line, unless one of its shape is there. Does nothing if no file is open. */
void shapes_note(const json_t *event, const char *line);

#endif
