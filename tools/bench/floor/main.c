// SPDX-License-Identifier: GPL-2.0
/*
 * The bare floor of an exit that the kernel handles: general registers, the
 * controls that tell host from guest, and a look at the reason. It says the
 * median of some batches in the kernel's log, as the bench says a row.
 */
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sort.h>

#include "floor.h"

#define BATCHES	9
#define EXITS	1000

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static int __init floor_init(void)
{
	u64 took[BATCHES], value;
	unsigned int i;
	int ret;

	ret = floor_arch_init();
	if (ret)
		return ret;
	for (i = 0; i < BATCHES; i++) {
		preempt_disable();
		took[i] = floor_arch_run(EXITS);
		preempt_enable();
		if (!took[i]) {
			floor_arch_exit();
			return -EIO;
		}
	}
	sort(took, BATCHES, sizeof(took[0]), compare, NULL);
	value = div_u64(took[BATCHES / 2] * floor_arch_scale(), EXITS);
	pr_info("floor: row kernel-exit floor %llu.%02llu\n", div_u64(value, 100),
		value - div_u64(value, 100) * 100);
	return 0;
}

static void __exit floor_exit(void)
{
	floor_arch_exit();
}

module_init(floor_init);
module_exit(floor_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("The smallest world switch, to be measured");
