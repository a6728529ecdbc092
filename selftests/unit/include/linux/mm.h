/* SPDX-License-Identifier: GPL-2.0 */
/* Physical memory is the process's memory, page for page */
#ifndef ZXVM_UNIT_MM_H
#define ZXVM_UNIT_MM_H

#include <linux/gfp.h>
#include <linux/kernel.h>

static inline phys_addr_t virt_to_phys(const void *address)
{
	return (unsigned long)address;
}

static inline void *phys_to_virt(phys_addr_t address)
{
	return (void *)(unsigned long)address;
}

#endif /* ZXVM_UNIT_MM_H */
