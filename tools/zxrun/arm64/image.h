/* SPDX-License-Identifier: GPL-2.0 */
/* Loading an arm64 Linux Image. */
#ifndef ZXRUN_IMAGE_H
#define ZXRUN_IMAGE_H

#include <stdint.h>

#define IMAGE_HEADER	64

struct image {
	uint64_t text_offset;	/* from a 2 MiB boundary */
	uint64_t size;		/* in memory, with what the file does not hold */
};

/*
 * Reads the header of Documentation/arm64/booting.rst of Linux. Returns NULL,
 * or why the kernel cannot be booted.
 */
const char *image_parse(const uint8_t header[IMAGE_HEADER], struct image *image);

/*
 * Loads the Image at path, gzip'd or not, so that its 2 MiB boundary is
 * ram[0]. Returns 0, or -1 after a message.
 */
int image_load(const char *path, uint8_t *ram, uint64_t ram_size, struct image *image);

#endif
