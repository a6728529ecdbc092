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

static inline unsigned long __fls(unsigned long word)
{
	return 63 - __builtin_clzl(word);
}

static inline bool test_and_set_bit(unsigned long nr, unsigned long *words)
{
	unsigned long bit = BIT(nr % 64);

	return __atomic_fetch_or(&words[nr / 64], bit, __ATOMIC_SEQ_CST) & bit;
}

#endif /* ZXVM_UNIT_BITOPS_H */
