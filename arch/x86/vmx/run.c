// SPDX-License-Identifier: GPL-2.0
/*
 * One run of the guest on VMX, and the events and TLB flushes that go before
 * it. SDM vol. 3, 27 and 28.
 */
#include <asm/desc.h>
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
	    !(vmx_rflags(vcpu->arch.vmx) & X86_EFLAGS_IF))
		blocked |= ZXVM_WINDOW_IRQ;
	/* Some CPUs refuse an NMI after STI, too; 27.3.1.5 */
	if (shadow & (GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS |
		      GUEST_INTR_STATE_NMI))
		blocked |= ZXVM_WINDOW_NMI;
	return blocked;
}

/* Out of line: seldom needed, and with operands on the stack */
static noinline void flush_tlb(struct zxvm_vcpu *vcpu, bool stale)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;

	if (stale)
		flush_ept(&vcpu->guest->vmar->pt.pt);
	if (vmx->vpid_stale && vmx->vpid)
		flush_vpid(vmx->vpid);
	vmx->vpid_stale = false;
}

/* Other code has run since the last entry. */
static enum zxvm_run begin(struct zxvm_vcpu *vcpu)
{
	enum zxvm_run run = zxvm_live_begin(vcpu);

	if (run == ZXVM_RUN_RESUME) {
		vmx_make_current(vcpu->arch.vmx);
		vmx_refresh_host(vcpu->arch.vmx);
		vmx_switch_msrs(vcpu->arch.vmx);
	}
	return run;
}

/* Nothing in here may be traced: RCU may not be watching. */
static __always_inline u32 enter_guest(struct zxvm_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	u32 code;

	zxvm_guest_context_enter();
	code = vmx_enter(vcpu, &vmx->sw, vmx->launched);
	zxvm_guest_context_exit();
	return code;
}

/**
 * vmx_run() - see vendor.h
 * @vcpu: the VCPU
 * @exit: to be filled
 *
 * Return: what is left to do.
 */
noinstr enum zxvm_run vmx_run(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	bool dirty = !vcpu->arch.live, stale;
	enum zxvm_run run;
	u32 code;

	instrumentation_begin();
	if (dirty) {
		run = begin(vcpu);
		if (run != ZXVM_RUN_RESUME)
			goto out;
	}
	if (vcpu->arch.requests) {
		run = zxvm_prepare(vcpu);
		if (run != ZXVM_RUN_RESUME)
			goto out;
	}
	stale = zxvm_tlb_stale(vcpu);
	if (unlikely(stale || vmx->vpid_stale))
		flush_tlb(vcpu, stale);
	zxvm_spec_enter(dirty);
	vmx->known = 0;
	instrumentation_end();

	code = enter_guest(vcpu);

	instrumentation_begin();
	if (unlikely(code == VMX_NOT_ENTERED)) {
		run = zxvm_handle_unexpected(exit, -EBADFD);
		goto out;
	}
	/* Each exit clears it; 28.5.1 */
	if (unlikely(vmx->host_debugctl))
		zxvm_wrmsr(MSR_IA32_DEBUGCTLMSR, vmx->host_debugctl);
	run = vmx_handle_exit(vcpu, exit, code);
out:
	instrumentation_end();
	return run;
}

/**
 * vmx_take_irq() - see vendor.h
 * @vcpu: the VCPU
 */
void vmx_take_irq(struct zxvm_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	const gate_desc *idt;
	struct desc_ptr dt;

	if (!vmx->host_vector)
		return;
	store_idt(&dt);
	idt = (const gate_desc *)dt.address;
	vmx_call_irq(gate_offset(&idt[vmx->host_vector]));
	vmx->host_vector = 0;
}
