/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_ATOMIC_H
#define ZXVM_UNIT_ATOMIC_H

#include <linux/types.h>

static inline int atomic_read(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline int atomic_xchg(atomic_t *v, int value)
{
	return __atomic_exchange_n(&v->counter, value, __ATOMIC_SEQ_CST);
}

static inline void atomic_or(int bits, atomic_t *v)
{
	__atomic_fetch_or(&v->counter, bits, __ATOMIC_SEQ_CST);
}

static inline int atomic_fetch_or(int bits, atomic_t *v)
{
	return __atomic_fetch_or(&v->counter, bits, __ATOMIC_SEQ_CST);
}

static inline bool atomic_try_cmpxchg(atomic_t *v, int *old, int value)
{
	return __atomic_compare_exchange_n(&v->counter, old, value, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

#define xchg(ptr, value)	\
	__atomic_exchange_n(ptr, value, __ATOMIC_SEQ_CST)
#define smp_store_release(ptr, value)	\
	__atomic_store_n(ptr, value, __ATOMIC_RELEASE)
#define smp_load_acquire(ptr)	__atomic_load_n(ptr, __ATOMIC_ACQUIRE)

#endif /* ZXVM_UNIT_ATOMIC_H */
