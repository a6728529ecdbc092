/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_IO_H
#define ZXVM_UNIT_IO_H

#include <linux/mm.h>

#endif /* ZXVM_UNIT_IO_H */
