// SPDX-License-Identifier: GPL-2.0
/*
 * TLB maintenance for guests from a host that runs at EL2. Arm ARM, D8.14.
 *
 * The instructions work on the VMID in VTTBR_EL2, and mean the EL1&0 regime
 * only while HCR_EL2.TGE is 0.
 */
#include <linux/irqflags.h>

#include <asm/barrier.h>
#include <asm/tlbflush.h>

#include "arm64.h"
#include "sysfields.h"

/* Beyond this many single entries it is cheaper to drop the whole VMID. */
#define MAX_ENTRY_OPS	512

/* Operand of TLBI RIPAS2E1IS: TG = 4 KiB, SCALE, NUM, base in pages */
#define RANGE_OP(page, scale, num) \
	(1ULL << 46 | (u64)(scale) << 44 | (u64)(num) << 39 | (page))
#define RANGE_MAX_NUM	31
#define RANGE_MAX_SCALE	3

/**
 * struct regime - what was displaced to reach the guest's regime
 * @flags: of local_irq_save()
 * @vttbr: VTTBR_EL2
 * @hcr: HCR_EL2
 */
struct regime {
	unsigned long flags;
	u64 vttbr;
	u64 hcr;
};

static void enter_regime(const struct zxvm_arch_pt *pt, struct regime *host)
{
	local_irq_save(host->flags);
	host->vttbr = read_sysreg(vttbr_el2);
	host->hcr = read_sysreg(hcr_el2);
	write_sysreg(zxvm_vttbr(pt, READ_ONCE(pt->vmid)), vttbr_el2);
	write_sysreg(host->hcr & ~HCR_BIT_TGE, hcr_el2);
	isb();
}

static void leave_regime(const struct regime *host)
{
	write_sysreg(host->vttbr, vttbr_el2);
	write_sysreg(host->hcr, hcr_el2);
	isb();
	local_irq_restore(host->flags);
}

/* Any address of an entry stands for all of it. */
static void flush_by_entry(u64 page, u64 count, u64 pages)
{
	for (; count; page += pages, count--)
		asm volatile("tlbi ipas2e1is, %0" : : "r" (page));
}

/* FEAT_TLBIRANGE: (NUM + 1) << (5 * SCALE + 1) pages by one instruction */
static void flush_by_range(u64 page, u64 count)
{
	int scale;

	for (scale = RANGE_MAX_SCALE; scale >= 0; scale--) {
		int shift = 5 * scale + 1;

		while (count >> shift) {
			u64 num = min_t(u64, count >> shift,
					RANGE_MAX_NUM + 1);

			/* TLBI RIPAS2E1IS */
			asm volatile("sys #4, c8, c0, #2, %0" : :
				     "r" (RANGE_OP(page, scale, num - 1)));
			page += num << shift;
			count -= num << shift;
		}
	}
	flush_by_entry(page, count, 1);
}

/**
 * zxvm_vhe_flush_range() - drop second-stage entries, and all that was made
 * from them together with the first stage
 * @pt: the guest's table; its entries were removed before
 * @start: first address
 * @last: last address
 * @stride: size of the smallest of these entries
 *
 * Context: any.
 */
void zxvm_vhe_flush_range(struct zxvm_arch_pt *pt, u64 start, u64 last,
			  u64 stride)
{
	u64 page = start >> PAGE_SHIFT;
	u64 count = (last >> PAGE_SHIFT) - page + 1;
	u64 entries = (last - start) / stride + 1;
	struct regime host;

	dsb(ishst);
	enter_regime(pt, &host);
	if (zxvm_host.tlb_range) {
		flush_by_range(page, count);
	} else if (entries <= MAX_ENTRY_OPS) {
		flush_by_entry(page, entries, stride >> PAGE_SHIFT);
	} else {
		asm volatile("tlbi vmalls12e1is");
		goto done;
	}
	dsb(ish);
	asm volatile("tlbi vmalle1is");
done:
	dsb(ish);
	leave_regime(&host);
}

/**
 * zxvm_vhe_flush_stage1() - drop all first-stage entries of a guest
 * @pt: the guest's table
 *
 * Context: any.
 */
void zxvm_vhe_flush_stage1(struct zxvm_arch_pt *pt)
{
	struct regime host;

	dsb(ishst);
	enter_regime(pt, &host);
	asm volatile("tlbi vmalle1is");
	dsb(ish);
	leave_regime(&host);
}

/**
 * zxvm_vhe_flush_local() - drop the first-stage entries that another VCPU of
 * the loaded guest left on this CPU
 *
 * Context: VTTBR_EL2 is the guest's; preemption off.
 */
void zxvm_vhe_flush_local(void)
{
	unsigned long flags;
	u64 hcr;

	local_irq_save(flags);
	hcr = read_sysreg(hcr_el2);
	write_sysreg(hcr & ~HCR_BIT_TGE, hcr_el2);
	isb();
	asm volatile("tlbi vmalle1");
	dsb(nsh);
	write_sysreg(hcr, hcr_el2);
	isb();
	local_irq_restore(flags);
}

/**
 * zxvm_vhe_flush_all() - drop the entries of all guests, on all CPUs
 *
 * Context: any.
 */
void zxvm_vhe_flush_all(void)
{
	dsb(ishst);
	asm volatile("tlbi alle1is");
	dsb(ish);
	isb();
}
