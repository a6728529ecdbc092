/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_BITFIELD_H
#define ZXVM_UNIT_BITFIELD_H

#include <linux/types.h>

#define FIELD_UNIT(mask)	((mask) & -(mask))
#define FIELD_GET(mask, value)	\
	((__typeof__(mask))(((value) & (mask)) / FIELD_UNIT(mask)))
#define FIELD_PREP(mask, value)	\
	((__typeof__(mask))((value) * FIELD_UNIT(mask)) & (mask))

#endif /* ZXVM_UNIT_BITFIELD_H */
