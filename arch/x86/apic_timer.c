// SPDX-License-Identifier: GPL-2.0
/*
 * The host's timer behind the timer of an APIC. When it fires it only posts:
 * the owner thread looks at the APIC's timer and arms this one again, so that
 * a period however short costs the host no more than the VCPU's own time.
 */
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include <asm/tsc.h>

#include "compat.h"
#include "x86.h"

/* 2^50 ticks are days, and the product stays below 2^64 */
#define TICKS_MAX	BIT_ULL(50)

/**
 * lapic_tsc() - see lapic.h
 * @lapic: of this VCPU
 *
 * Return: the TSC of guests, which is the host's.
 */
u64 lapic_tsc(const struct lapic *lapic)
{
	return rdtsc();
}

static void post(struct zxvm_vcpu *vcpu)
{
	struct zxvm_lapic *chip = vcpu->arch.apic.chip;

	if (chip) {
		if (lapic_post_event(&chip->lapic, LAPIC_EVENT_TIMER))
			lapic_notify(&chip->lapic);
		return;
	}
	WRITE_ONCE(vcpu->arch.apic.fired, true);
	/* Ordered after it: the owner looks at this first. */
	set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	zxvm_vcpu_notify(vcpu);
}

static enum hrtimer_restart fire(struct hrtimer *timer)
{
	post(container_of(timer, struct zxvm_vcpu, arch.apic.timer));
	return HRTIMER_NORESTART;
}

/* Rounded up: the deadline is over when they are. */
static u64 ticks_to_ns(u64 ticks)
{
	return mul_u64_u32_div(min_t(u64, ticks, TICKS_MAX), NSEC_PER_MSEC,
			       tsc_khz) + 1;
}

/**
 * zxvm_apic_timer_arm() - fire at a deadline
 * @vcpu: the caller is its owner thread
 * @deadline: in guest TSC; 0: not at all
 *
 * A deadline days ahead fires earlier, and is armed again then.
 *
 * Context: any; does not sleep.
 */
void zxvm_apic_timer_arm(struct zxvm_vcpu *vcpu, u64 deadline)
{
	struct hrtimer *timer = &vcpu->arch.apic.timer;
	u64 now = rdtsc();

	if (deadline > now) {
		hrtimer_start(timer, ns_to_ktime(ticks_to_ns(deadline - now)),
			      HRTIMER_MODE_REL_HARD);
		return;
	}
	/* One that is firing just now posts what is not harmful. */
	hrtimer_try_to_cancel(timer);
	if (deadline)
		post(vcpu);
}

/**
 * lapic_arm_timer() - see lapic.h
 * @lapic: there
 * @deadline: in guest TSC
 */
void lapic_arm_timer(struct lapic *lapic, u64 deadline)
{
	zxvm_apic_timer_arm(container_of(lapic, struct zxvm_lapic,
					 lapic)->vcpu, deadline);
}

/**
 * zxvm_apic_timer_init() - a timer that is not armed
 * @vcpu: the VCPU
 */
void zxvm_apic_timer_init(struct zxvm_vcpu *vcpu)
{
	zxvm_hrtimer_setup(&vcpu->arch.apic.timer, fire, CLOCK_MONOTONIC,
			   HRTIMER_MODE_REL_HARD);
}

/**
 * zxvm_apic_timer_destroy() - nothing fires any more
 * @vcpu: nobody runs it
 *
 * Context: may wait for one that is firing.
 */
void zxvm_apic_timer_destroy(struct zxvm_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->arch.apic.timer);
}
