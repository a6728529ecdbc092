/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_RWSEM_H
#define ZXVM_UNIT_RWSEM_H

#include <linux/types.h>

struct rw_semaphore {
	bool held;
};

#endif /* ZXVM_UNIT_RWSEM_H */
