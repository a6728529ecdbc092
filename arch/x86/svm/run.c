// SPDX-License-Identifier: GPL-2.0
/*
 * One run of the guest on SVM. APM vol. 2, 15.5 to 15.7.
 */
#include <linux/types.h>

#include <asm/fpu/xcr.h>

#include "guest_context.h"
#include "svm.h"

static void save_host(u64 pa)
{
	asm volatile("vmsave %0" : : "a" (pa) : "memory");
}

/*
 * Nothing of the thread's may be older than the last time that interrupts
 * were on: an interrupt may load another LDT.
 */
static enum zxvm_run begin(struct zxvm_vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->arch.svm;
	enum zxvm_run run = zxvm_live_begin(vcpu);

	if (run != ZXVM_RUN_RESUME)
		return run;
	save_host(svm->host_pa);
	svm->vmcb->cr2 = vcpu->arch.cr2;
	svm_dirty(svm, VMCB_CLEAN_CR2);
	return ZXVM_RUN_RESUME;
}

/*
 * With an irqchip CR8 is the local APIC's TPR; without, it is nobody else's
 * but the VMCB's. 15.21.3
 */
static void load_tpr(struct zxvm_vcpu *vcpu, struct svm_vcpu *svm)
{
	u8 tpr = vcpu->arch.apic.page[LAPIC_TPR / sizeof(u32)];

	tpr >>= 4;
	if ((svm->vmcb->int_ctl & VMCB_V_TPR) == tpr)
		return;
	svm->vmcb->int_ctl = (svm->vmcb->int_ctl & ~(u32)VMCB_V_TPR) | tpr;
	svm_dirty(svm, VMCB_CLEAN_INT);
}

static void save_tpr(struct zxvm_vcpu *vcpu, const struct svm_vcpu *svm)
{
	u32 tpr = svm->vmcb->int_ctl & VMCB_V_TPR;
	u32 *page = &vcpu->arch.apic.page[LAPIC_TPR / sizeof(u32)];

	if (*page >> 4 != tpr)
		*page = tpr << 4;
}

static void before_enter(struct zxvm_vcpu *vcpu, struct svm_vcpu *svm)
{
	svm_asid_prepare(vcpu);
	if (vcpu->arch.apic.chip) {
		load_tpr(vcpu, svm);
		if (svm->avic_entry)
			avic_keep_timer(vcpu);
	}
	/* The one general register that VMRUN exchanges; 15.5.1 */
	svm->vmcb->rax = READ_ONCE(vcpu->arch.regs->rax);
}

static void after_exit(struct zxvm_vcpu *vcpu, const struct svm_vcpu *svm)
{
	struct vmcb *vmcb = svm->vmcb;

	WRITE_ONCE(vcpu->arch.regs->rax, vmcb->rax);
	svm_rearm(vmcb);
	if (svm_caps.xsetbv_native)
		vcpu->arch.xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
	if (vcpu->arch.apic.chip)
		save_tpr(vcpu, svm);
}

/* Nothing in here may be traced: RCU may not be watching. */
static __always_inline void enter_guest(struct zxvm_vcpu *vcpu,
					const struct svm_vcpu *svm)
{
	zxvm_guest_context_enter();
	svm_enter(vcpu, &vcpu->arch.regs->rax, svm);
	zxvm_guest_context_exit();
}

/**
 * svm_run() - see vendor.h
 * @vcpu: the VCPU
 * @exit: to be filled
 *
 * Return: what is left to do.
 */
noinstr enum zxvm_run svm_run(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	struct svm_vcpu *svm = vcpu->arch.svm;
	enum zxvm_run run;

	instrumentation_begin();
	if (!vcpu->arch.live) {
		run = begin(vcpu);
		if (run != ZXVM_RUN_RESUME)
			goto out;
	}
	if (unlikely(svm->refetch)) {
		svm->refetch = false;
		if (vcpu->arch.insn.length) {
			run = svm_dispatch(vcpu, exit, svm->code);
			goto out;
		}
	}
	if (vcpu->arch.requests) {
		run = zxvm_prepare(vcpu);
		if (run != ZXVM_RUN_RESUME)
			goto out;
	}
	before_enter(vcpu, svm);
	instrumentation_end();

	enter_guest(vcpu, svm);

	instrumentation_begin();
	after_exit(vcpu, svm);
	run = svm_handle_exit(vcpu, exit);
out:
	instrumentation_end();
	return run;
}
