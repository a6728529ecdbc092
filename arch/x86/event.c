// SPDX-License-Identifier: GPL-2.0
/*
 * Which event the guest gets with the next entry: what was interrupted while
 * it was delivered, or the fault of the last exit; then, as the guest takes
 * them, an NMI, the highest interrupt, an exception that the VMM asked for.
 */
#include <linux/bitmap.h>

#include <asm/trapnr.h>

#include "trace.h"
#include "x86.h"

/* Vectors below are exceptions; 2 is the NMI */
#define FIRST_INTERRUPT	32
#define EXCEPTIONS	(GENMASK(FIRST_INTERRUPT - 1, 0) & ~BIT(X86_TRAP_NMI))

/* SDM vol. 3, 6.15 */
static const u32 has_error_code = BIT(X86_TRAP_DF) | BIT(X86_TRAP_TS) |
				  BIT(X86_TRAP_NP) | BIT(X86_TRAP_SS) |
				  BIT(X86_TRAP_GP) | BIT(X86_TRAP_PF) |
				  BIT(X86_TRAP_AC);

static void queue(struct zxvm_vcpu *vcpu, u32 info, u32 error)
{
	zxvm_requeue_event(vcpu, info | ZXVM_EVENT_VALID, error, 0);
}

/**
 * zxvm_queue_exception() - the last exit ends with an exception
 * @vcpu: loaded
 * @vector: one without an error code
 *
 * Context: any, by the owner thread.
 */
void zxvm_queue_exception(struct zxvm_vcpu *vcpu, u32 vector)
{
	queue(vcpu, vector | ZXVM_EVENT_EXCEPTION, 0);
}

/**
 * zxvm_queue_error() - the last exit ends with an exception
 * @vcpu: loaded
 * @vector: one with an error code
 * @error: the error code
 *
 * Real mode has no error codes.
 *
 * Context: any, by the owner thread.
 */
void zxvm_queue_error(struct zxvm_vcpu *vcpu, u32 vector, u32 error)
{
	u32 info = vector | ZXVM_EVENT_EXCEPTION;

	if (zxvm_get(vcpu, ZXVM_CR0) & X86_CR0_PE)
		info |= ZXVM_EVENT_ERROR;
	queue(vcpu, info, error);
}

/* The highest pending vector in [first, end), or -1 */
static int highest(const struct zxvm_vcpu *vcpu, u32 first, u32 end)
{
	unsigned long vector = find_last_bit(vcpu->arch.pending, end);

	return vector < end && vector >= first ? vector : -1;
}

/* The interrupt that has to be injected for the APIC, or -1 */
static int next_interrupt(const struct zxvm_vcpu *vcpu)
{
	const struct zxvm_apic *apic = &vcpu->arch.apic;

	if (!apic->chip)
		return highest(vcpu, FIRST_INTERRUPT, ZXVM_MAX_VECTORS);
	return apic->hw ? -1 : apic->chip->lapic.ready ?: -1;
}

static void take_interrupt(struct zxvm_vcpu *vcpu, u32 vector)
{
	if (vcpu->arch.apic.chip)
		lapic_accept(&vcpu->arch.apic.chip->lapic, vector);
	else
		clear_bit(vector, vcpu->arch.pending);
}

static void inject(struct zxvm_vcpu *vcpu, u32 info)
{
	struct zxvm_event event = { .info = info | ZXVM_EVENT_VALID };

	static_call(zxvm_inject)(vcpu, &event);
}

static void inject_exception(struct zxvm_vcpu *vcpu, u32 vector)
{
	u32 info = vector | ZXVM_EVENT_EXCEPTION;

	if (has_error_code & BIT(vector) &&
	    zxvm_get(vcpu, ZXVM_CR0) & X86_CR0_PE)
		info |= ZXVM_EVENT_ERROR;
	inject(vcpu, info);
}

/* One vector that the VMM or an IPI has made pending, if it can be taken */
static void inject_pending(struct zxvm_vcpu *vcpu, u32 blocked)
{
	unsigned long exceptions;
	int vector;

	if (!(blocked & ZXVM_WINDOW_NMI) &&
	    test_bit(X86_TRAP_NMI, vcpu->arch.pending)) {
		clear_bit(X86_TRAP_NMI, vcpu->arch.pending);
		inject(vcpu, X86_TRAP_NMI | ZXVM_EVENT_NMI);
		return;
	}
	vector = next_interrupt(vcpu);
	if (vector >= 0 && !(blocked & ZXVM_WINDOW_IRQ)) {
		take_interrupt(vcpu, vector);
		inject(vcpu, vector | ZXVM_EVENT_EXT_INT);
		return;
	}
	exceptions = READ_ONCE(vcpu->arch.pending[0]) & EXCEPTIONS;
	if (likely(!exceptions))
		return;
	vector = __ffs(exceptions);
	clear_bit(vector, vcpu->arch.pending);
	inject_exception(vcpu, vector);
}

/* Hardware that has the local APIC leaves little to do here. */
static bool anything_pending(const struct zxvm_vcpu *vcpu)
{
	return READ_ONCE(vcpu->arch.pending[0]) || next_interrupt(vcpu) >= 0;
}

/* What to wait for, given what is pending still */
static u32 windows_wanted(const struct zxvm_vcpu *vcpu)
{
	u32 windows = 0;

	if (test_bit(X86_TRAP_NMI, vcpu->arch.pending))
		windows |= ZXVM_WINDOW_NMI;
	if (next_interrupt(vcpu) >= 0)
		windows |= ZXVM_WINDOW_IRQ;
	return windows;
}

/**
 * zxvm_prepare() - something may have to be delivered
 * @vcpu: loaded, with ZXVM_REQUEST_EVENT set
 *
 * Context: interrupts off, right before an entry.
 * Return: ZXVM_RUN_RESUME to enter; ZXVM_RUN_SLOW or ZXVM_RUN_WAIT if INIT
 * does not let it.
 */
enum zxvm_run zxvm_prepare(struct zxvm_vcpu *vcpu)
{
	struct zxvm_event *event = &vcpu->arch.event;
	enum zxvm_run run;
	u32 windows;

	clear_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	/* A vector that is made pending from here on sets it again. */
	smp_mb__after_atomic();
	run = zxvm_apic_take(vcpu);
	if (unlikely(run != ZXVM_RUN_RESUME))
		return run;
	if (event->info & ZXVM_EVENT_VALID) {
		static_call(zxvm_inject)(vcpu, event);
		event->info = 0;
	} else if (anything_pending(vcpu)) {
		inject_pending(vcpu, static_call(zxvm_blocked)(vcpu));
	}
	windows = windows_wanted(vcpu);
	/* What blocks may be another thing than the last time. */
	if (windows || vcpu->arch.windows) {
		vcpu->arch.windows = windows;
		static_call(zxvm_set_window)(vcpu, windows);
	}
	zxvm_apic_enter(vcpu);
	/* One is delivered at a time, and exceptions have no window. */
	if (unlikely(READ_ONCE(vcpu->arch.pending[0]) & EXCEPTIONS))
		set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_arch_vcpu_runnable() - see zxvm/arch.h
 * @vcpu: the VCPU
 *
 * Return: true if it may leave its sleep.
 */
bool zxvm_arch_vcpu_runnable(struct zxvm_vcpu *vcpu)
{
	if (!zxvm_apic_wakes(vcpu, vcpu->arch.rflags))
		return false;
	/* Whoever woke it may not have come to setting this yet. */
	set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	return true;
}

/**
 * zxvm_arch_vcpu_interrupt() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @vector: an interrupt, an exception, or 2: an NMI
 *
 * Vectors 21 to 31 are nobody's: no hardware raises them.
 *
 * Return: 0 or -ERANGE.
 */
int zxvm_arch_vcpu_interrupt(struct zxvm_vcpu *vcpu, u32 vector)
{
	if (zxvm_has_irqchip(vcpu->guest)) {
		if (vcpu->owner != current || vector < LAPIC_FIRST_VECTOR)
			return zxvm_irqchip_interrupt(vcpu, vector);
		/* Its owner thread is here, and so not in the guest. */
		zxvm_apic_raise(vcpu, vector);
		return 0;
	}
	if (vector > X86_TRAP_VE && vector < FIRST_INTERRUPT)
		return -ERANGE;
	if (!test_and_set_bit(vector, vcpu->arch.pending)) {
		set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
		zxvm_vcpu_notify(vcpu);
	}
	return 0;
}
