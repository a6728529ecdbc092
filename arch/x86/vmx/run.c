// SPDX-License-Identifier: GPL-2.0
/*
 * One run of the guest on VMX, and the events and TLB flushes that go before
 * it. SDM vol. 3, 27 and 28.
 */
#include <asm/msr.h>
#include <asm/processor-flags.h>

#include "guest_context.h"
#include "../spec_host.h"
#include "vmx.h"

/* Descriptors of INVEPT and INVVPID; 31.3 */
struct inv_operand {
	u64 id;
	u64 address;
};

/**
 * vmx_eptp() - EPT_POINTER of a table; 25.6.11
 * @pt: the table
 *
 * Return: the pointer.
 */
u64 vmx_eptp(const struct pt *pt)
{
	u64 eptp = pt_root(pt) | VMX_EPTP_MT_WB | VMX_EPTP_PWL_4;

	if (vmx_caps.ept & VMX_EPT_AD_BIT)
		eptp |= VMX_EPTP_AD_ENABLE_BIT;
	return eptp;
}

static void flush_ept(const struct pt *pt)
{
	struct inv_operand operand = { .id = vmx_eptp(pt) };
	unsigned long type = VMX_EPT_EXTENT_CONTEXT;

	asm volatile("invept %0, %1" : : "m" (operand), "r" (type)
		     : "cc", "memory");
}

static void flush_vpid(u16 vpid)
{
	struct inv_operand operand = { .id = vpid };
	unsigned long type = VMX_VPID_EXTENT_SINGLE_CONTEXT;

	asm volatile("invvpid %0, %1" : : "m" (operand), "r" (type)
		     : "cc", "memory");
}

/**
 * vmx_inject() - see vendor.h
 * @vcpu: the VCPU
 * @event: the event
 */
void vmx_inject(struct zxvm_vcpu *vcpu, const struct zxvm_event *event)
{
	/* The error code is not pushed in real mode; 27.2.1.3 */
	if (event->info & ZXVM_EVENT_ERROR)
		vmx_write(VM_ENTRY_EXCEPTION_ERROR_CODE, event->error);
	if ((event->info & ZXVM_EVENT_TYPE) >= ZXVM_EVENT_SOFT_INT)
		vmx_write(VM_ENTRY_INSTRUCTION_LEN, event->length);
	vmx_write(VM_ENTRY_INTR_INFO_FIELD, event->info);
}

/**
 * vmx_blocked() - see vendor.h
 * @vcpu: the VCPU
 *
 * Return: ZXVM_WINDOW_*.
 */
u32 vmx_blocked(struct zxvm_vcpu *vcpu)
{
	u64 shadow = vmx_read(GUEST_INTERRUPTIBILITY_INFO);
	u32 blocked = 0;

	if (shadow & (GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS) ||
	    !(vmx_read(GUEST_RFLAGS) & X86_EFLAGS_IF))
		blocked |= ZXVM_WINDOW_IRQ;
	/* Some CPUs refuse an NMI after STI, too; 27.3.1.5 */
	if (shadow & (GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS |
		      GUEST_INTR_STATE_NMI))
		blocked |= ZXVM_WINDOW_NMI;
	return blocked;
}

/* Nothing in here may be traced: RCU may not be watching. */
static noinstr int enter_guest(struct vmx_vcpu *vmx)
{
	int failed;

	zxvm_guest_context_enter();
	failed = vmx_enter(&vmx->sw, vmx->launched);
	zxvm_guest_context_exit();
	return failed;
}

static void flush_tlb(struct zxvm_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;

	if (unlikely(zxvm_tlb_stale(vcpu)))
		flush_ept(&vcpu->guest->vmar->pt.pt);
	if (unlikely(vmx->vpid_stale)) {
		vmx->vpid_stale = false;
		if (vmx->vpid)
			flush_vpid(vmx->vpid);
	}
}

/**
 * vmx_run() - see vendor.h
 * @vcpu: the VCPU
 * @exit: to be filled
 *
 * Return: what is left to do.
 */
enum zxvm_run vmx_run(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	bool dirty = !vcpu->arch.live;
	enum zxvm_run run;

	if (dirty) {
		run = zxvm_before_run(vcpu);
		if (run != ZXVM_RUN_RESUME)
			return run;
		vmx_make_current(vmx);
		vmx_refresh_host(vmx);
	}
	if (vcpu->arch.requests) {
		run = zxvm_prepare(vcpu);
		if (run != ZXVM_RUN_RESUME)
			return run;
	}
	flush_tlb(vcpu);
	zxvm_spec_enter(dirty);
	if (unlikely(enter_guest(vmx))) {
		exit->status = -EBADFD;
		return ZXVM_RUN_STATUS;
	}
	/* Each exit clears it; 28.5.1 */
	if (unlikely(vmx->host_debugctl))
		wrmsrl(MSR_IA32_DEBUGCTLMSR, vmx->host_debugctl);
	return vmx_handle_exit(vcpu, exit);
}
