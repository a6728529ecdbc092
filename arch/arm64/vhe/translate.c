// SPDX-License-Identifier: GPL-2.0
/*
 * Guest-virtual to guest-physical by the CPU's own walker (VHE), and the end
 * of a world switch that went wrong.
 */
#include <linux/bitfield.h>
#include <linux/kernel.h>

#include <asm/barrier.h>

#include "arm64.h"
#include "sysfields.h"

#define PAR_FAILED	BIT_ULL(0)
#define PAR_PA		GENMASK_ULL(47, 12)

/**
 * zxvm_vhe_translate() - the guest-physical address of a virtual one
 * @vcpu: loaded
 * @va: virtual address, of EL1&0
 * @ipa: set to the guest-physical address
 *
 * Context: interrupts off.
 * Return: false if the guest's first stage has nothing there.
 */
bool zxvm_vhe_translate(struct zxvm_vcpu *vcpu, u64 va, u64 *ipa)
{
	u64 hcr = read_sysreg(hcr_el2), saved = read_sysreg(par_el1), par;

	write_sysreg(vcpu->arch.ctx.hcr, hcr_el2);
	isb();
	asm volatile("at s1e1r, %0" : : "r" (va));
	isb();
	par = read_sysreg(par_el1);
	write_sysreg(hcr, hcr_el2);
	write_sysreg(saved, par_el1);
	isb();
	if (par & PAR_FAILED)
		return false;
	*ipa = (par & PAR_PA) | (va & ~PAGE_MASK);
	return true;
}

asmlinkage void __noreturn zxvm_vhe_panic(u64 esr, u64 elr, u64 far);

/**
 * zxvm_vhe_panic() - an exception of EL2 while the guest's vectors were in
 * @esr: ESR_EL2
 * @elr: ELR_EL2
 * @far: FAR_EL2
 */
asmlinkage void __noreturn zxvm_vhe_panic(u64 esr, u64 elr, u64 far)
{
	panic("zxvm: exception in the world switch: ESR %llx ELR %llx FAR %llx",
	      esr, elr, far);
}
