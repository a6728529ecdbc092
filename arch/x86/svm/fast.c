// SPDX-License-Identifier: GPL-2.0
/*
 * Exits of SVM that are answered next to the world switch; see ../fast.h.
 */
#include <uapi/asm/svm.h>

#include "../fast.h"
#include "svm.h"

/**
 * svm_fast_cpuid() - called by svm_enter() after CPUID
 * @vcpu: the VCPU
 *
 * Context: GIF 0, and FS, GS, TR and LDTR are the guest's: no per-CPU data, no
 * stack protector. RCU not watching.
 * Return: true if all is done and the guest may be entered again.
 */
noinstr bool svm_fast_cpuid(struct zxvm_vcpu *vcpu)
{
	const struct svm_vcpu *svm = vcpu->arch.svm;
	struct vmcb *vmcb = svm->vmcb;
	const struct cpuid_row *row;

	if (!svm_caps.next_rip || !zxvm_may_stay(vcpu) || svm_is_odd(svm) ||
	    vmcb->rflags & X86_EFLAGS_TF)
		return false;
	row = cpuid_row(&zxvm_cpuid_table, vmcb->rax,
			READ_ONCE(vcpu->arch.regs->rcx));
	if (row->fixup != CPUID_FIXED)
		return false;
	zxvm_set_cpuid(vcpu, &row->regs);
	vmcb->rax = row->regs.reg[CPUID_OUT_EAX];
	svm_advance(vmcb, vmcb->next_rip - vmcb->rip);
	svm_rearm(vmcb);
	vcpu->arch.exits[SVM_EXIT_CPUID]++;
	return true;
}
