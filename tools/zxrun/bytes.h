/* SPDX-License-Identifier: GPL-2.0 */
/* Little-endian numbers of up to 8 bytes, at any alignment. */
#ifndef ZXRUN_BYTES_H
#define ZXRUN_BYTES_H

#include <stdint.h>

static inline uint64_t get_le(const uint8_t *bytes, unsigned int count)
{
	uint64_t value = 0;

	while (count--)
		value = value << 8 | bytes[count];
	return value;
}

static inline void put_le(uint8_t *bytes, unsigned int count, uint64_t value)
{
	while (count--) {
		*bytes++ = (uint8_t)value;
		value >>= 8;
	}
}

#endif
