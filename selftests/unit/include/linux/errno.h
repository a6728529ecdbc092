/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_ERRNO_H
#define ZXVM_UNIT_ERRNO_H

#include_next <linux/errno.h>

#define ERESTARTSYS		512

#endif /* ZXVM_UNIT_ERRNO_H */
