/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_ATOMIC_H
#define ZXVM_UNIT_ATOMIC_H

#include <linux/types.h>

#endif /* ZXVM_UNIT_ATOMIC_H */
