/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_BITOPS_H
#define ZXVM_UNIT_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

static inline unsigned long __ffs64(u64 word)
{
	return __builtin_ctzll(word);
}

static inline unsigned int hweight64(u64 word)
{
	return __builtin_popcountll(word);
}

#endif /* ZXVM_UNIT_BITOPS_H */
