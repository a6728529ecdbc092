// SPDX-License-Identifier: GPL-2.0
/*
 * VHE: one page of guest code behind a second stage of three levels; its exit
 * is HVC. Arm ARM, D8.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>

#include <asm/arch_timer.h>
#include <asm/barrier.h>
#include <asm/cacheflush.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include <asm/virt.h>

#include "floor.h"

/* 39 bits from level 1; write-back, inner shareable tables of 4 KiB pages */
#define VTCR	(BIT(31) | 25 | 1 << 6 | 1 << 8 | 1 << 10 | 3 << 12)
#define TABLE	3UL
/* Access flag, inner shareable, read and write, write-back */
#define LEAF	(BIT(10) | 3 << 8 | 3 << 6 | 0xf << 2 | 3UL)

/* By fixed offsets in switch.S */
struct floor_ctx {
	u64 x[31];
	u64 pc;
	u64 pstate;
	u64 hcr;
	u64 sp_el0;
	u64 esr;
};

u64 floor_enter(struct floor_ctx *ctx);
extern const char floor_guest[], floor_guest_end[];

static u64 *tables;	/* levels 1 to 3, then the guest's page */

static u64 *page_of(unsigned int n)
{
	return tables + n * (PAGE_SIZE / sizeof(u64));
}

int floor_arch_init(void)
{
	if (!is_kernel_in_hyp_mode())
		return -ENODEV;
	tables = (u64 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, 2);
	if (!tables)
		return -ENOMEM;
	memcpy(page_of(3), floor_guest, floor_guest_end - floor_guest);
	page_of(0)[0] = virt_to_phys(page_of(1)) | TABLE;
	page_of(1)[0] = virt_to_phys(page_of(2)) | TABLE;
	page_of(2)[0] = virt_to_phys(page_of(3)) | LEAF;
	caches_clean_inval_pou((unsigned long)page_of(3),
			       (unsigned long)page_of(3) + PAGE_SIZE);
	return 0;
}

void floor_arch_exit(void)
{
	free_pages((unsigned long)tables, 2);
}

static void load(void)
{
	u64 range = read_sysreg(id_aa64mmfr0_el1) & 15;

	write_sysreg(VTCR | min(range, 5ULL) << 16, vtcr_el2);
	write_sysreg(virt_to_phys(tables) | 1UL << 48, vttbr_el2);
	write_sysreg_s(0x30d00800, SYS_SCTLR_EL12);	/* RES1: MMU off */
	isb();
	asm volatile("tlbi vmalls12e1is; dsb ish; isb" : : : "memory");
}

u64 floor_arch_run(unsigned int exits)
{
	struct floor_ctx ctx = {
		.pstate = 0x3c5,	/* EL1h, masked */
		.hcr = HCR_E2H | HCR_RW | HCR_VM | HCR_DC | HCR_IMO | HCR_FMO |
		       HCR_AMO,
	};
	u64 start;

	local_irq_disable();
	load();
	start = arch_timer_read_counter();
	while (exits) {
		if (floor_enter(&ctx) ||
		    ctx.esr >> ESR_ELx_EC_SHIFT != ESR_ELx_EC_HVC64)
			break;
		exits--;
	}
	start = arch_timer_read_counter() - start;
	write_sysreg(0, vttbr_el2);
	isb();
	local_irq_enable();
	return exits ? 0 : start;
}

u64 floor_arch_scale(void)
{
	return 100000000000ULL / arch_timer_get_cntfrq();
}
