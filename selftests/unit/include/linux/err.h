/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_ERR_H
#define ZXVM_UNIT_ERR_H

#include <linux/types.h>

#define ERR_PTR(error)		((void *)(long)(error))
#define PTR_ERR(ptr)		((long)(ptr))
#define IS_ERR(ptr)		((unsigned long)(ptr) >= (unsigned long)-4095)

#endif /* ZXVM_UNIT_ERR_H */
