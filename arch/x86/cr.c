// SPDX-License-Identifier: GPL-2.0
/*
 * Writes to CR0 and CR4 that trap because a bit is not the guest's own. What
 * faults is what would on hardware. SDM vol. 3, 2.5 and 4.1; vol. 2, MOV CR.
 */
#include <asm/processor-flags.h>

#include "guest_access.h"
#include "x86.h"

#define CR0_BITS \
	(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | X86_CR0_ET | \
	 X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | X86_CR0_NW | X86_CR0_CD | \
	 X86_CR0_PG)

/* A change of these, while PAE paging is on, loads the PDPTEs; 4.4.1 */
#define CR0_PDPTES	(X86_CR0_CD | X86_CR0_NW | X86_CR0_PG)
#define CR4_PDPTES	(X86_CR4_PAE | X86_CR4_PGE | X86_CR4_PSE | X86_CR4_SMEP)

#define TSS_16_BUSY	3		/* type of a segment; vol. 3, 3.5 */

#define PDPTE_PRESENT	BIT_ULL(0)
#define PDPTE_RESERVED	(GENMASK_ULL(63, 48) | GENMASK_ULL(8, 5) | \
			 GENMASK_ULL(2, 1))

/* Intel's CPUs do not enter long mode with a TSS of 16 bits; vol. 2, MOV CR */
static bool tss_faults(struct zxvm_vcpu *vcpu)
{
	struct zxvm_segment tr;

	if (zxvm_vendor->backend != ZXVM_BACKEND_VMX)
		return false;
	zxvm_vendor->get_segment(vcpu, ZXVM_TR, &tr);
	return (tr.ar & ZXVM_AR_TYPE) == TSS_16_BUSY;
}

static bool cr0_faults(struct zxvm_vcpu *vcpu, u64 old, u64 new)
{
	u64 cr4 = zxvm_get(vcpu, ZXVM_CR4);
	u32 cs = zxvm_get(vcpu, ZXVM_CS_AR);

	if (new >> 32 || (new & X86_CR0_PG && !(new & X86_CR0_PE)) ||
	    (new & X86_CR0_NW && !(new & X86_CR0_CD)))
		return true;
	if (!((old ^ new) & X86_CR0_PG))
		return false;
	if (!(new & X86_CR0_PG))
		return cr4 & X86_CR4_PCIDE ||
		       zxvm_in_64bit_code(vcpu, cs);
	if (!(zxvm_get(vcpu, ZXVM_EFER) & EFER_LME))
		return false;
	return !(cr4 & X86_CR4_PAE) || cs & ZXVM_AR_L || tss_faults(vcpu);
}

static bool cr4_faults(struct zxvm_vcpu *vcpu, u64 old, u64 new)
{
	bool lma = zxvm_get(vcpu, ZXVM_EFER) & EFER_LMA;

	if (new & ~zxvm_host.cr4)
		return true;
	if (lma && (!(new & X86_CR4_PAE) || (old ^ new) & X86_CR4_LA57))
		return true;
	return new & ~old & X86_CR4_PCIDE &&
	       (!lma || zxvm_get(vcpu, ZXVM_CR3) & GENMASK_ULL(11, 0));
}

static bool loads_pdptes(struct zxvm_vcpu *vcpu, unsigned int cr, u64 old,
			 u64 new)
{
	u64 cr0 = cr ? zxvm_get(vcpu, ZXVM_CR0) : new;
	u64 cr4 = cr ? new : zxvm_get(vcpu, ZXVM_CR4);

	if (!((old ^ new) & (cr ? CR4_PDPTES : CR0_PDPTES)))
		return false;
	return cr0 & X86_CR0_PG && cr4 & X86_CR4_PAE &&
	       !(zxvm_get(vcpu, ZXVM_EFER) & EFER_LME);
}

/* EFER.LMA follows CR0.PG in a guest that has set EFER.LME; 4.1.2 */
static void write_cr(struct zxvm_vcpu *vcpu, unsigned int cr, u64 value)
{
	u64 efer;

	if (cr) {
		zxvm_set(vcpu, ZXVM_CR4, value);
		return;
	}
	efer = zxvm_get(vcpu, ZXVM_EFER) & ~(u64)EFER_LMA;
	if (efer & EFER_LME && value & X86_CR0_PG)
		efer |= EFER_LMA;
	zxvm_set(vcpu, ZXVM_EFER, efer);
	zxvm_set(vcpu, ZXVM_CR0, value);
}

/**
 * zxvm_handle_write_cr() - MOV to CR0, CR4 or CR8, LMSW, CLTS
 * @vcpu: loaded
 * @exit: of this exit
 * @cr: 0, 4 or 8
 * @value: all of the new value
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME; ZXVM_RUN_SLOW if guest memory has to be read;
 * ZXVM_RUN_STATUS for another register.
 */
enum zxvm_run zxvm_handle_write_cr(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit, unsigned int cr,
				   u64 value)
{
	u64 old;

	if (cr == 8)
		return zxvm_write_cr8(vcpu, value);
	if (cr != 0 && cr != 4)
		return zxvm_handle_unexpected(exit, -EOPNOTSUPP);
	old = zxvm_get(vcpu, cr ? ZXVM_CR4 : ZXVM_CR0);
	if (cr ? cr4_faults(vcpu, old, value) : cr0_faults(vcpu, old, value))
		return zxvm_inject_gp(vcpu);
	if (!cr)
		value = (value & CR0_BITS) | X86_CR0_ET;
	if (loads_pdptes(vcpu, cr, old, value)) {
		vcpu->arch.cr = cr;
		vcpu->arch.cr_value = value;
		vcpu->arch.slow = ZXVM_SLOW_WRITE_CR;
		return ZXVM_RUN_SLOW;
	}
	write_cr(vcpu, cr, value);
	return zxvm_finish_insn(vcpu);
}

/**
 * zxvm_slow_write_cr() - the same, with the PDPTEs of PAE paging
 * @vcpu: loaded
 * @exit: to be filled
 *
 * Context: may sleep.
 * Return: ZXVM_RUN_RESUME, or what zxvm_unreadable() says.
 */
enum zxvm_run zxvm_slow_write_cr(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit)
{
	u64 cr3 = zxvm_get(vcpu, ZXVM_CR3), pdptes[4];
	int i, ret;

	ret = zxvm_vmar_read(vcpu->guest->vmar, cr3 & GENMASK_ULL(31, 5),
			     pdptes, sizeof(pdptes));
	if (ret)
		return zxvm_unreadable(exit, ret);
	for (i = 0; i < ARRAY_SIZE(pdptes); i++)
		if (pdptes[i] & PDPTE_PRESENT && pdptes[i] & PDPTE_RESERVED)
			return zxvm_inject_gp(vcpu);
	for (i = 0; i < ARRAY_SIZE(pdptes); i++)
		zxvm_set(vcpu, ZXVM_PDPTE0 + i, pdptes[i]);
	write_cr(vcpu, vcpu->arch.cr, vcpu->arch.cr_value);
	return zxvm_finish_insn(vcpu);
}
