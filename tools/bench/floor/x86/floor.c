// SPDX-License-Identifier: GPL-2.0
/*
 * Intel and AMD: the guest runs in the kernel's own address space, without a
 * second stage, and its exit is CPUID.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/string.h>

#include <asm/cpufeature.h>

#include "floor.h"
#include "x86.h"

static void *pages;	/* two: what the hardware wants */

int floor_arch_init(void)
{
	if (!boot_cpu_has(X86_FEATURE_VMX) && !boot_cpu_has(X86_FEATURE_SVM))
		return -ENODEV;
	pages = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, 1);
	return pages ? 0 : -ENOMEM;
}

void floor_arch_exit(void)
{
	free_pages((unsigned long)pages, 1);
}

u64 floor_arch_run(unsigned int exits)
{
	unsigned long flags;
	u64 took;

	memset(pages, 0, 2 * PAGE_SIZE);
	local_irq_save(flags);
	took = boot_cpu_has(X86_FEATURE_VMX) ? floor_vmx_run(pages, exits) :
					       floor_svm_run(pages, exits);
	local_irq_restore(flags);
	return took;
}

u64 floor_arch_scale(void)
{
	return 100;
}
