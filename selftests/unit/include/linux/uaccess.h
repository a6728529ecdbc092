/* SPDX-License-Identifier: GPL-2.0 */
/* User memory is the process's; the test may make it fault */
#ifndef ZXVM_UNIT_UACCESS_H
#define ZXVM_UNIT_UACCESS_H

#include <string.h>

#include <linux/errno.h>
#include <linux/types.h>

/* Accesses that succeed before one faults; negative: none does */
extern long unit_accesses_left;

static inline bool unit_fault(void)
{
	if (unit_accesses_left < 0)
		return false;
	return !unit_accesses_left--;
}

static inline unsigned long copy_from_user(void *to, const void *from,
					   unsigned long size)
{
	if (unit_fault())
		return size;
	memcpy(to, from, size);
	return 0;
}

static inline unsigned long copy_to_user(void *to, const void *from,
					 unsigned long size)
{
	return copy_from_user(to, from, size);
}

#define get_user(value, from) \
	(copy_from_user(&(value), from, sizeof(value)) ? -EFAULT : 0)

#endif /* ZXVM_UNIT_UACCESS_H */
