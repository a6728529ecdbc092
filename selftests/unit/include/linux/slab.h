/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_SLAB_H
#define ZXVM_UNIT_SLAB_H

#include <linux/gfp.h>
#include <stdlib.h>

#define kzalloc(size, gfp)	unit_alloc(size, sizeof(u64), gfp)
#define kvzalloc(size, gfp)	unit_alloc(size, sizeof(u64), gfp)
#define kcalloc(n, size, gfp)	unit_alloc((n) * (size), sizeof(u64), gfp)
#define kfree(ptr)		free((void *)(ptr))
#define kvfree(ptr)		free((void *)(ptr))

#endif /* ZXVM_UNIT_SLAB_H */
