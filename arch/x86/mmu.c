// SPDX-License-Identifier: GPL-2.0
/*
 * The second-stage table behind the core's contract: which CPUs may have it
 * in their TLBs.
 *
 * A CPU flushes what it has of a guest before it enters the guest next. So to
 * remove something is to count the table's generation up, and to bring the
 * CPUs that are inside the guest out of it.
 */
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "memory.h"
#include "x86.h"

DEFINE_PER_CPU(const struct zxvm_arch_pt *, zxvm_loaded_pt);

/**
 * zxvm_arch_pt_init() - see zxvm/arch.h
 * @pt: the table
 *
 * Return: 0 or -ENOMEM.
 */
int zxvm_arch_pt_init(struct zxvm_arch_pt *pt)
{
	/* The address of the table may be in TLBs, from a guest that is gone. */
	pt->generation = 1;
	pt->flushed = alloc_percpu_gfp(u64, GFP_KERNEL_ACCOUNT);
	if (!pt->flushed)
		return -ENOMEM;
	if (pt_init(&pt->pt, zxvm_host.pt_flags)) {
		free_percpu(pt->flushed);
		return -ENOMEM;
	}
	return 0;
}

/**
 * zxvm_arch_pt_destroy() - see zxvm/arch.h
 * @pt: the table
 */
void zxvm_arch_pt_destroy(struct zxvm_arch_pt *pt)
{
	pt_destroy(&pt->pt);
	free_percpu(pt->flushed);
}

/**
 * zxvm_arch_pt_map() - see zxvm/arch.h
 * @pt: the table
 * @cache: pages for tables
 * @gpa: guest-physical address of a page
 * @pa: its physical address
 * @size: of the page or block that it is in
 * @perms: ZXVM_VM_PERM_*
 * @access: what it is wanted for
 */
void zxvm_arch_pt_map(struct zxvm_arch_pt *pt, struct zxvm_page_cache *cache,
		      u64 gpa, u64 pa, u64 size, u32 perms, u32 access)
{
	pt_map(&pt->pt, cache, gpa, pa, size, perms, access);
}

/**
 * zxvm_arch_pt_unmap() - see zxvm/arch.h
 * @pt: the table
 * @start: first guest-physical address
 * @last: last guest-physical address
 */
void zxvm_arch_pt_unmap(struct zxvm_arch_pt *pt, u64 start, u64 last)
{
	pt_unmap(&pt->pt, start, last);
}

static void leave_guest(void *unused)
{
}

static bool is_loaded_on(int cpu, void *pt)
{
	return READ_ONCE(per_cpu(zxvm_loaded_pt, cpu)) == pt;
}

/**
 * pt_flush() - see pt.h
 * @pt: the table of a guest
 * @start: first address
 * @last: last address
 *
 * Context: pt_lock held, interrupts on.
 */
void pt_flush(struct pt *pt, u64 start, u64 last)
{
	struct zxvm_arch_pt *arch = container_of(pt, struct zxvm_arch_pt, pt);

	WRITE_ONCE(arch->generation, arch->generation + 1);
	/* Pairs with zxvm_pt_load(). */
	smp_mb();
	on_each_cpu_cond(is_loaded_on, leave_guest, arch, true);
}
