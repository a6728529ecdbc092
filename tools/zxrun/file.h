/* SPDX-License-Identifier: GPL-2.0 */
/* Reading a file as a whole. */
#ifndef ZXRUN_FILE_H
#define ZXRUN_FILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads a file, unpacked if it is gzip'd. The caller frees *data. Returns 0,
 * or -1 after a message that calls it the what.
 */
int file_read(const char *what, const char *path, size_t max, uint8_t **data, size_t *size);

#endif
