/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_KERNEL_H
#define ZXVM_UNIT_KERNEL_H

#include <linux/align.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/minmax.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#endif /* ZXVM_UNIT_KERNEL_H */
