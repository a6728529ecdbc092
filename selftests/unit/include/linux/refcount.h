/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_REFCOUNT_H
#define ZXVM_UNIT_REFCOUNT_H

#include <linux/types.h>

typedef struct {
	int refs;
} refcount_t;

#endif /* ZXVM_UNIT_REFCOUNT_H */
