/* SPDX-License-Identifier: GPL-2.0 */
/* One thread: a lock is a flag that must not be taken twice */
#ifndef ZXVM_UNIT_SPINLOCK_H
#define ZXVM_UNIT_SPINLOCK_H

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/types.h>

typedef struct {
	bool held;
} spinlock_t;

typedef spinlock_t raw_spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

static inline void spin_lock(spinlock_t *lock)
{
	WARN_ON(lock->held);
	lock->held = true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	WARN_ON(!lock->held);
	lock->held = false;
}

#define spin_lock_irq(lock)			spin_lock(lock)
#define spin_unlock_irq(lock)			spin_unlock(lock)
#define spin_lock_irqsave(lock, flags)		\
	do { (flags) = 0; spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags)	\
	do { (void)(flags); spin_unlock(lock); } while (0)
#define raw_spin_lock_init(lock)		spin_lock_init(lock)
#define raw_spin_lock(lock)			spin_lock(lock)
#define raw_spin_unlock(lock)			spin_unlock(lock)

#endif /* ZXVM_UNIT_SPINLOCK_H */
