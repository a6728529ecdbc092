/* SPDX-License-Identifier: GPL-2.0 */
/* The CPU, from user space. */
#ifndef BENCH_CPU_H
#define BENCH_CPU_H

#include <stdint.h>

/* Ticks of the counter; the guest reads the same one */
static inline uint64_t ticks(void)
{
	uint64_t value;

	asm volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(value) : : "memory");
	return value;
}

/*
 * Instructions of a tick: QEMU's -icount shift=0 makes an instruction 1 ns,
 * and the counter is slower than that.
 */
static inline double ticks_scale(void)
{
	uint64_t rate;

	asm volatile("mrs %0, cntfrq_el0" : "=r"(rate));
	return 1e9 / rate;
}

/* Hints that do nothing: the QEMU plug-in counts between the two */
static inline void count_begin(void)
{
	asm volatile("hint #0x70" : : : "memory");
}

static inline void count_end(void)
{
	asm volatile("hint #0x71" : : : "memory");
}

#endif /* BENCH_CPU_H */
