// SPDX-License-Identifier: GPL-2.0-only
#include "base/whole.h"

#include <errno.h>
#include <unistd.h>

#define READ_STEP 16384

int read_whole(int fd, size_t max, struct buf *out)
{
	size_t end = max < SIZE_MAX - out->len ? out->len + max : SIZE_MAX;

	while (out->len < end) {
		size_t room = end - out->len < READ_STEP ? end - out->len : READ_STEP;
		char *to = buf_reserve(out, room);
		ssize_t n = to ? read(fd, to, room) : 0;

		if (!to)
			return -ENOMEM;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : 0;
		out->len += (size_t)n;
	}
	return 0;
}

int write_whole(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}
