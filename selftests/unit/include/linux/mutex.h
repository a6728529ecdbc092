/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_MUTEX_H
#define ZXVM_UNIT_MUTEX_H

#include <linux/types.h>

struct mutex {
	bool held;
};

#endif /* ZXVM_UNIT_MUTEX_H */
