/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exit counters, per CPU, shown in debugfs as zxvm/exits.
 */
#ifndef ZXVM_STATS_H
#define ZXVM_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "arch_types.h"

struct zxvm_stats {
	u64 exits[ZXVM_ARCH_EXITS];
};

DECLARE_PER_CPU(struct zxvm_stats, zxvm_stats);

/**
 * zxvm_count_exit() - count one exit
 * @code: the architecture's number for it, below ZXVM_ARCH_EXITS
 *
 * Context: preemption off.
 */
static inline void zxvm_count_exit(u32 code)
{
	__this_cpu_inc(zxvm_stats.exits[code]);
}

void zxvm_stats_init(void);
void zxvm_stats_exit(void);

#endif /* ZXVM_STATS_H */
