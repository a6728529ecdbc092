/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_LOCKDEP_H
#define ZXVM_UNIT_LOCKDEP_H

#include <linux/bug.h>

/* A lock of the shim knows whether it is held, and there is one thread */
#define lockdep_assert_held(lock)	WARN_ON(!(lock)->held)

#endif /* ZXVM_UNIT_LOCKDEP_H */
