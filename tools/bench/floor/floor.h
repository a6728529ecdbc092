/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <linux/types.h>

/* A guest that does nothing but the cheapest exit: 0 or a negative errno */
int floor_arch_init(void);
void floor_arch_exit(void);

/* Let it exit so often; preemption is off. Returns ticks, or 0 if it fails. */
u64 floor_arch_run(unsigned int exits);

/* Hundredths of an instruction for a tick, as the bench has it */
u64 floor_arch_scale(void);

#endif /* BENCH_FLOOR_H */
