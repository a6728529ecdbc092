/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that can be made to run out */
#ifndef ZXVM_UNIT_GFP_H
#define ZXVM_UNIT_GFP_H

#include <linux/types.h>

#define PAGE_SHIFT		12
#define PAGE_SIZE		(1UL << PAGE_SHIFT)
#define PAGE_MASK		(~(PAGE_SIZE - 1))

#define GFP_KERNEL		0U
#define GFP_KERNEL_ACCOUNT	0U
#define __GFP_ZERO		0U
#define __GFP_NOFAIL		1U

/* Allocations that succeed before all others fail; negative: no limit */
extern long unit_allocations_left;

void *unit_alloc(size_t size, size_t align, gfp_t gfp);

static inline unsigned long get_zeroed_page(gfp_t gfp)
{
	return (unsigned long)unit_alloc(PAGE_SIZE, PAGE_SIZE, gfp);
}

void free_page(unsigned long page);

#endif /* ZXVM_UNIT_GFP_H */
