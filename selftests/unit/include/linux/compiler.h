/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_COMPILER_H
#define ZXVM_UNIT_COMPILER_H

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ volatile("" ::: "memory")
/* Orders stores: nobody runs in parallel, but the compiler must know */
#define smp_wmb()		barrier()
#ifndef fallthrough
#define fallthrough		__attribute__((__fallthrough__))
#endif

#endif /* ZXVM_UNIT_COMPILER_H */
