/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_FS_H
#define ZXVM_UNIT_FS_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/types.h>

struct file;

#endif /* ZXVM_UNIT_FS_H */
