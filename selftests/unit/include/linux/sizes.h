/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_SIZES_H
#define ZXVM_UNIT_SIZES_H

#define SZ_4K			0x1000
#define SZ_1G			0x40000000

#endif /* ZXVM_UNIT_SIZES_H */
