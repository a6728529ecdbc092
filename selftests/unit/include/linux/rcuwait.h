/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_RCUWAIT_H
#define ZXVM_UNIT_RCUWAIT_H

#include <linux/types.h>

struct rcuwait {
	void *task;
};

#endif /* ZXVM_UNIT_RCUWAIT_H */
