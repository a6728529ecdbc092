// SPDX-License-Identifier: GPL-2.0
/*
 * Exit counters, per CPU, shown in debugfs as zxvm/exits: one line for each
 * exit reason that has happened, its name and its count on all CPUs.
 */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "stats.h"

DEFINE_PER_CPU(struct zxvm_stats, zxvm_stats);

static struct dentry *debugfs_dir;

static int exits_show(struct seq_file *m, void *unused)
{
	u32 code;
	int cpu;

	for (code = 0; code < ZXVM_ARCH_EXITS; code++) {
		u64 sum = 0;

		for_each_possible_cpu(cpu)
			sum += per_cpu(zxvm_stats, cpu).exits[code];
		if (sum)
			seq_printf(m, "%-16s %llu\n",
				   zxvm_arch_exit_name(code), sum);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(exits);

/**
 * zxvm_stats_init() - make the debugfs files
 */
void zxvm_stats_init(void)
{
	debugfs_dir = debugfs_create_dir("zxvm", NULL);
	debugfs_create_file("exits", 0444, debugfs_dir, NULL, &exits_fops);
}

/**
 * zxvm_stats_exit() - remove the debugfs files
 */
void zxvm_stats_exit(void)
{
	debugfs_remove(debugfs_dir);
}
