/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is open, in bytes that outlive the program: of this boot alone, since
 * sockets have their names from it. Read back, they are held against what is open.
 */
#ifndef PORTTRACE_MODEL_STATE_H
#define PORTTRACE_MODEL_STATE_H

#include "base/buf.h"
#include "model/ports.h"

#define BOOT_ID_LEN 36
/* More is not written, and not read. */
#define STATE_SOCKETS_MAX 262144
#define STATE_BYTES_MAX ((size_t)64 << 20)

/* Of which protocols a run followed what opens and closes: of others it knows what it found at first. */
#define STATE_FOLLOWS_TCP 0x01
#define STATE_FOLLOWS_UDP 0x02
#define STATE_FOLLOWS_ALL (STATE_FOLLOWS_TCP | STATE_FOLLOWS_UDP) /* and SCTP with them */

/* Appends the state. Memory that ran out shows in out->failed. */
void state_put(struct buf *out, const char boot_id[BOOT_ID_LEN], struct ports *ports,
	       uint32_t followed);

/* What was open when the state was written. */
struct past;

/*
 * Of bytes that state_put() wrote; they are copied. 0; -EBADMSG: they are damaged;
 * -EPROTONOSUPPORT: of another version; -ESTALE: of another boot; -ENOMEM.
 */
int past_read(struct past **out, const void *data, size_t len, const char boot_id[BOOT_ID_LEN]);
void past_free(struct past *past);
/* Sockets in it. */
size_t past_count(const struct past *past);

/*
 * Which of them are still there: what a snapshot shows is. To be called again with
 * another one if past_any_missing(), since an iterator may skip a socket.
 */
void past_look(struct past *past, const struct snapshot *snapshot);
bool past_any_missing(const struct past *past);
/* Whether it was followed then: else nobody can tell when one of it opened, or closed. */
bool past_followed(const struct past *past, uint16_t proto);
/* Whether a socket of this port was open then, and is now. */
bool past_has(const struct past *past, const struct endpoint *endpoint);
/*
 * Tells each port that is gone as an EVENT_CLOSE, while_down. Some namespaces may not
 * have been read (unread): then nothing is told of those in which nothing was seen.
 */
void past_tell_closed(struct past *past, bool unread, event_fn tell, void *arg);
/* When the sockets that are still there were opened: the table does not know. */
void past_restore(const struct past *past, struct ports *ports);

#endif
