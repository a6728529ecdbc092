// SPDX-License-Identifier: GPL-2.0
/*
 * The delivery of events on SVM: by EVENTINJ, when the guest takes them. APM
 * vol. 2, 15.20 and 15.21.
 *
 * A CPU without virtual NMIs does not know that a guest's NMI handler runs:
 * its IRET is intercepted, and stepped over by RFLAGS.TF, before the next NMI
 * is delivered. In the same way an NMI waits for the end of the shadow of STI
 * and MOV SS.
 */
#include "svm.h"

static bool is_soft(u32 info)
{
	u32 vector = info & ZXVM_EVENT_VECTOR;

	return (info & ZXVM_EVENT_TYPE) == ZXVM_EVENT_EXCEPTION &&
	       (vector == X86_TRAP_BP || vector == X86_TRAP_OF);
}

static void set_nmi_masked(struct svm_vcpu *svm, bool masked)
{
	svm->nmi_masked = masked;
	svm_intercept(svm, VMCB_MISC, VMCB_IRET, masked);
}

/* A virtual NMI that waits for another's IRET; 15.21.10 */
static bool pend_vnmi(struct svm_vcpu *svm)
{
	if (!svm_caps.vnmi || !(svm->vmcb->int_ctl & VMCB_V_NMI_MASK))
		return false;
	svm->vmcb->int_ctl |= VMCB_V_NMI;
	svm_dirty(svm, VMCB_CLEAN_INT);
	return true;
}

/**
 * svm_inject() - see vendor.h
 * @vcpu: the VCPU
 * @event: the event
 */
void svm_inject(struct zxvm_vcpu *vcpu, const struct zxvm_event *event)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	if ((event->info & ZXVM_EVENT_TYPE) == ZXVM_EVENT_NMI) {
		if (pend_vnmi(svm))
			return;
		if (!svm_caps.vnmi)
			set_nmi_masked(svm, true);
	}
	svm->soft_exception = is_soft(event->info);
	svm->vmcb->event_inj = event->info;
	svm->vmcb->event_inj_error = event->error;
}

/**
 * svm_requeue() - the last exit came while an event was being delivered
 * @vcpu: the VCPU; exit_int_info is valid
 *
 * INT n, INT3 and INTO are not delivered again but executed again: RIP is
 * still theirs. 15.7.3
 */
void svm_requeue(struct zxvm_vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->arch.svm;
	u32 info = svm->vmcb->exit_int_info;

	switch (info & ZXVM_EVENT_TYPE) {
	case ZXVM_EVENT_SOFT_INT:
		return;
	case ZXVM_EVENT_EXCEPTION:
		if (is_soft(info) && !svm->soft_exception)
			return;
		break;
	case ZXVM_EVENT_NMI:
		/* The delivery has blocked NMIs, and will do so again. */
		if (svm_caps.vnmi) {
			svm->vmcb->int_ctl &= ~VMCB_V_NMI_MASK;
			svm_dirty(svm, VMCB_CLEAN_INT);
		} else {
			set_nmi_masked(svm, false);
		}
		break;
	}
	zxvm_requeue_event(vcpu, info, svm->vmcb->exit_int_error, 0);
}

/*
 * A VMRUN that has forgotten the shadow tells of none at the next exit, either.
 * There it still is until the instruction is executed. 15.21.5
 */
static bool in_shadow(const struct svm_vcpu *svm)
{
	return svm->vmcb->int_state & VMCB_INTERRUPT_SHADOW ||
	       (svm->shadowed && svm->vmcb->rip == svm->shadow_rip);
}

/**
 * svm_blocked() - see vendor.h
 * @vcpu: the VCPU
 *
 * Return: ZXVM_WINDOW_*.
 */
u32 svm_blocked(struct zxvm_vcpu *vcpu)
{
	const struct svm_vcpu *svm = vcpu->arch.svm;
	const struct vmcb *vmcb = svm->vmcb;

	if (svm->stepping || in_shadow(svm))
		return ZXVM_WINDOW_IRQ | ZXVM_WINDOW_NMI;
	return (vmcb->rflags & X86_EFLAGS_IF ? 0 : ZXVM_WINDOW_IRQ) |
	       (svm->nmi_masked ? ZXVM_WINDOW_NMI : 0);
}

/*
 * Writes of CR8 exit while TPR holds an interrupt back: a virtual interrupt of
 * its priority would do, but emulators do not agree with the manual when that
 * is taken. And QEMU up to 7.2 dies of one while a virtual interrupt waits.
 */
static void intercept_cr8(struct svm_vcpu *svm)
{
	bool on = svm->tpr_threshold ||
		  svm->vmcb->intercepts[VMCB_MISC] & VMCB_VINTR;

	svm_intercept(svm, VMCB_CR, BIT(VMCB_WRITE_CR + 8), on);
}

/**
 * svm_set_tpr_threshold() - see vendor.h
 * @vcpu: the VCPU
 * @class: the class
 */
void svm_set_tpr_threshold(struct zxvm_vcpu *vcpu, u8 class)
{
	vcpu->arch.svm->tpr_threshold = class;
	intercept_cr8(vcpu->arch.svm);
}

/*
 * A virtual interrupt that is intercepted where it would be taken, and thus
 * never is. 15.21.4, 15.13.5
 */
static void set_irq_window(struct svm_vcpu *svm, bool on)
{
	struct vmcb *vmcb = svm->vmcb;

	if (on == !!(vmcb->intercepts[VMCB_MISC] & VMCB_VINTR))
		return;
	if (on)
		vmcb->int_ctl |= VMCB_V_IRQ | VMCB_V_IGN_TPR |
				 VMCB_V_INTR_PRIO;
	else
		vmcb->int_ctl &= ~(VMCB_V_IRQ | VMCB_V_IGN_TPR |
				   VMCB_V_INTR_PRIO);
	svm_dirty(svm, VMCB_CLEAN_INT);
	svm_intercept(svm, VMCB_MISC, VMCB_VINTR, on);
	intercept_cr8(svm);
}

/* The IRET that ends the NMI handler is not intercepted again. */
static bool at_iret(const struct svm_vcpu *svm)
{
	return svm->nmi_masked &&
	       !(svm->vmcb->intercepts[VMCB_MISC] & VMCB_IRET);
}

/**
 * svm_step() - exit after the next instruction
 * @svm: the VCPU
 */
void svm_step(struct svm_vcpu *svm)
{
	if (svm->stepping)
		return;
	svm->stepping = true;
	svm->step_rip = svm->vmcb->rip;
	svm->step_tf = svm->vmcb->rflags & X86_EFLAGS_TF;
	svm->vmcb->rflags |= X86_EFLAGS_TF;
	/* No interrupt that AVIC delivers comes first, and saves our TF. */
	if (svm_caps.avic)
		svm->vmcb->int_state |= VMCB_INTERRUPT_SHADOW;
}

/**
 * svm_stepped() - the instruction is done
 * @vcpu: the VCPU
 *
 * An IRET has brought its own TF. If it has faulted, NMIs are not blocked
 * either.
 */
void svm_stepped(struct zxvm_vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	svm->stepping = false;
	if (at_iret(svm))
		svm->nmi_masked = false;
	else
		svm->vmcb->rflags = (svm->vmcb->rflags & ~X86_EFLAGS_TF) |
				    svm->step_tf;
	set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
}

/**
 * svm_set_window() - see vendor.h
 * @vcpu: the VCPU
 * @windows: ZXVM_WINDOW_*
 *
 * While NMIs are blocked the IRET is intercepted in any case. Behind a step
 * comes another look at what is pending.
 */
void svm_set_window(struct zxvm_vcpu *vcpu, u32 windows)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	if (windows & ZXVM_WINDOW_NMI && !svm->nmi_masked)
		svm_step(svm);
	set_irq_window(svm, windows & ZXVM_WINDOW_IRQ && !svm->stepping);
}
