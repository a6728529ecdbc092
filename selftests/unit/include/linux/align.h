/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_ALIGN_H
#define ZXVM_UNIT_ALIGN_H

#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define ALIGN(x, a)		ALIGN_DOWN((x) + ((__typeof__(x))(a) - 1), a)

#endif /* ZXVM_UNIT_ALIGN_H */
