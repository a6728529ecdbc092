// SPDX-License-Identifier: GPL-2.0
/* Reading a file as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "file.h"
#include "zxrun.h"

static int read_error(const char *what, const char *path, gzFile file)
{
	int code;
	const char *text = gzerror(file, &code);

	if (code == Z_ERRNO)
		return fail("cannot read the %s %s: %s", what, path, strerror(errno));
	return fail("cannot unpack the %s %s: %s", what, path, text);
}

/* Makes room for one more piece. */
static int grow(uint8_t **data, size_t *room, size_t max)
{
	size_t size = *room ? *room * 2 : 16 * MIB;
	uint8_t *bigger;

	/* One byte more tells a file that is too large. */
	if (size > max)
		size = max + 1;
	bigger = realloc(*data, size);
	if (!bigger)
		return fail("out of memory");
	*data = bigger;
	*room = size;
	return 0;
}

static int read_all(const char *what, const char *path, gzFile file, size_t max, uint8_t **data,
		    size_t *size)
{
	size_t room = 0;
	int got;

	for (;;) {
		if (*size == room && grow(data, &room, max))
			return -1;
		got = gzread(file, *data + *size, (unsigned int)(room - *size));
		if (got < 0)
			return read_error(what, path, file);
		if (!got)
			break;
		*size += (size_t)got;
		if (*size > max)
			return fail("the %s %s is larger than %" PRIu64 " MiB", what, path,
				    (uint64_t)max / MIB);
	}
	/* The check sum of a gzip file is looked at when its end is read. */
	if (gzerror(file, &(int){ 0 })[0])
		return read_error(what, path, file);
	return 0;
}

int file_read(const char *what, const char *path, size_t max, uint8_t **data, size_t *size)
{
	gzFile file;
	int fd, ret;

	*data = NULL;
	*size = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("cannot open the %s %s: %s", what, path, strerror(errno));
	file = gzdopen(fd, "rb");
	if (!file) {
		close(fd);
		return fail("out of memory");
	}
	ret = read_all(what, path, file, max, data, size);
	gzclose(file);
	if (ret) {
		free(*data);
		*data = NULL;
	}
	return ret;
}
