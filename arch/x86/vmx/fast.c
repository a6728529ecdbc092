// SPDX-License-Identifier: GPL-2.0
/*
 * Exits of VMX that are answered next to the world switch; see ../fast.h.
 */
#include "../fast.h"
#include "../spec_host.h"
#include "vmx.h"

/**
 * vmx_fast_cpuid() - called by vmx_enter() after CPUID
 * @vcpu: the VCPU
 *
 * Context: interrupts off, RCU not watching.
 * Return: true if all is done and the guest may be entered again.
 */
noinstr bool vmx_fast_cpuid(struct zxvm_vcpu *vcpu)
{
	struct zxvm_vcpu_state_x86 *regs = vcpu->arch.regs;
	const struct cpuid_row *row;

	if (!zxvm_may_stay(vcpu) || zxvm_spec_each_entry())
		return false;
	row = cpuid_row(&zxvm_cpuid_table, READ_ONCE(regs->rax),
			READ_ONCE(regs->rcx));
	if (row->fixup != CPUID_FIXED ||
	    vmx_read(GUEST_RFLAGS) & X86_EFLAGS_TF)
		return false;
	zxvm_set_cpuid(vcpu, &row->regs);
	vmx_advance(vmx_read(GUEST_RIP), vmx_read(VM_EXIT_INSTRUCTION_LEN));
	vcpu->arch.exits[EXIT_REASON_CPUID]++;
	return true;
}
