/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_BITS_H
#define ZXVM_UNIT_BITS_H

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK_ULL(h, l)	((~0ULL >> (63 - (h))) & (~0ULL << (l)))
#define GENMASK(h, l)		((unsigned long)GENMASK_ULL(h, l))

#endif /* ZXVM_UNIT_BITS_H */
