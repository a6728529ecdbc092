// SPDX-License-Identifier: GPL-2.0
/*
 * The second-stage table behind the core's contract: caches and TLBs.
 */
#include <linux/mm.h>
#include <linux/percpu.h>

#include <asm/barrier.h>
#include <asm/cacheflush.h>

#include "arm64.h"
#include "memory.h"

/* No VCPU has run on this CPU yet */
#define NO_VCPU		0xff

/**
 * zxvm_arch_pt_init() - see zxvm/arch.h
 * @pt: the table
 *
 * Return: 0 or -ENOMEM.
 */
int zxvm_arch_pt_init(struct zxvm_arch_pt *pt)
{
	int cpu;

	pt->last_vcpu = alloc_percpu_gfp(u8, GFP_KERNEL_ACCOUNT);
	if (!pt->last_vcpu)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		u8 *last = per_cpu_ptr(pt->last_vcpu, cpu);

		*last = NO_VCPU;
	}
	if (stage2_init(&pt->s2)) {
		free_percpu(pt->last_vcpu);
		return -ENOMEM;
	}
	pt->baddr = virt_to_phys(pt->s2.root);
	return 0;
}

/**
 * zxvm_arch_pt_destroy() - see zxvm/arch.h
 * @pt: the table
 */
void zxvm_arch_pt_destroy(struct zxvm_arch_pt *pt)
{
	stage2_destroy(&pt->s2);
	free_percpu(pt->last_vcpu);
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
 *
 * Memory gets execute permission with the first fetch from it, when the
 * instruction caches are made to see what was stored there. Where they always
 * see it (CTR_EL0.DIC) it has it from the start.
 */
void zxvm_arch_pt_map(struct zxvm_arch_pt *pt, struct zxvm_page_cache *cache,
		      u64 gpa, u64 pa, u64 size, u32 perms, u32 access)
{
	u64 old_pa, old_size;
	u32 old_perms;

	gpa = ALIGN_DOWN(gpa, size);
	pa = ALIGN_DOWN(pa, size);
	if (!zxvm_host.dic && (perms & ZXVM_VM_PERM_EXECUTE)) {
		bool executable = stage2_lookup(&pt->s2, gpa, &old_pa,
						&old_size, &old_perms) &&
				  old_pa == pa && old_size == size &&
				  (old_perms & STAGE2_EXEC);

		if (!executable && (access & ZXVM_VM_PERM_EXECUTE)) {
			unsigned long va = (unsigned long)phys_to_virt(pa);

			caches_clean_inval_pou(va, va + size);
		} else if (!executable) {
			perms &= ~ZXVM_VM_PERM_EXECUTE;
		}
	}
	stage2_map(&pt->s2, cache, gpa, pa, size, perms);
}

/**
 * zxvm_arch_pt_unmap() - see zxvm/arch.h
 * @pt: the table
 * @start: first guest-physical address
 * @last: last guest-physical address
 */
void zxvm_arch_pt_unmap(struct zxvm_arch_pt *pt, u64 start, u64 last)
{
	stage2_unmap(&pt->s2, start, last);
}

/**
 * stage2_flush() - see stage2.h
 * @s2: the table of a guest
 * @start: first address
 * @last: last address
 * @stride: size of the smallest entry
 */
void stage2_flush(struct stage2 *s2, u64 start, u64 last, u64 stride)
{
	zxvm_vhe_flush_range(container_of(s2, struct zxvm_arch_pt, s2), start,
			     last, stride);
}

/* Clean and invalidate to the point of coherency; the kernel exports none. */
static void clean_to_poc(u64 pa, u64 size)
{
	unsigned long va = (unsigned long)phys_to_virt(pa), end = va + size;

	for (; va < end; va += zxvm_host.dcache_line)
		asm volatile("dc civac, %0" : : "r" (va) : "memory");
}

/**
 * zxvm_clean_guest_memory() - what the guest's set/way operations are for
 * @vmar: of the guest
 *
 * Memory that the guest has not touched since it was dropped from the table
 * needs nothing: the guest has no lines of it.
 *
 * Context: may sleep.
 */
void zxvm_clean_guest_memory(struct zxvm_vmar *vmar)
{
	u64 start;

	for (start = 0; start < ZXVM_ARCH_ASPACE_SIZE;
	     start += STAGE2_BLOCK_SIZE * 64) {
		spin_lock(&vmar->pt_lock);
		stage2_for_each_leaf(&vmar->pt.s2, start,
				     start + STAGE2_BLOCK_SIZE * 64 - 1,
				     clean_to_poc);
		spin_unlock(&vmar->pt_lock);
		cond_resched();
	}
	dsb(sy);
	asm volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}
