/* SPDX-License-Identifier: GPL-2.0 */
/* What a load or a store of the guest means for a register and a device. */
#ifndef ZXRUN_ACCESS_H
#define ZXRUN_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t access_mask(unsigned int size)
{
	return size >= 8 ? UINT64_MAX : (1ull << size * 8) - 1;
}

/*
 * The value that a load of size bytes leaves in Xt. The packet does not tell
 * whether the target is Wt or Xt (the syndrome's SF bit): an extension of the
 * sign always goes up to bit 63, as LDRSW does and as Zircon's VMM does.
 */
static inline uint64_t loaded_value(uint64_t data, unsigned int size, bool sign_extend)
{
	uint64_t sign = 1ull << (size * 8 - 1);

	data &= access_mask(size);
	if (sign_extend && data & sign)
		data |= ~access_mask(size);
	return data;
}

#endif
