/* SPDX-License-Identifier: GPL-2.0 */
/* The CPU, from user space. */
#ifndef BENCH_CPU_H
#define BENCH_CPU_H

#include <stdint.h>

/* Ticks of the counter; the guest reads the same one */
static inline uint64_t ticks(void)
{
	uint32_t low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : :
		     "memory");
	return low | (uint64_t)high << 32;
}

/* Both emulators count an instruction as a tick. */
static inline double ticks_scale(void)
{
	return 1;
}

/* NOPs of odd kinds: the QEMU plug-in counts between the two */
static inline void count_begin(void)
{
	asm volatile("nopl 0x5a5a5a70(%%rax)" : : : "memory");
}

static inline void count_end(void)
{
	asm volatile("nopl 0x5a5a5a71(%%rax)" : : : "memory");
}

#endif /* BENCH_CPU_H */
