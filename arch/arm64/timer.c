// SPDX-License-Identifier: GPL-2.0
/*
 * The virtual timer. The guest programs it without an exit. When it expires,
 * physical interrupt 27 becomes virtual interrupt 27 by a list register that
 * is linked to it: the physical interrupt is active, and so quiet, until the
 * guest deactivates the virtual one.
 */
#include <linux/math64.h>

#include <asm/arch_timer.h>

#include "arm64.h"
#include "sysfields.h"

static bool timer_enabled(u32 ctl)
{
	return (ctl & (CNTV_ENABLE | CNTV_IMASK)) == CNTV_ENABLE;
}

/* Ticks until the timer of a VCPU that is not loaded expires; 0 if it has */
static u64 ticks_left(const struct zxvm_vcpu *vcpu)
{
	u64 now = arch_timer_read_counter() - vcpu->guest->arch.cntvoff;
	u64 cval = vcpu->arch.timer.cval;

	return cval > now ? cval - now : 0;
}

/* In ns, rounded up so that the timer has expired when they are over */
static ktime_t time_left(const struct zxvm_vcpu *vcpu)
{
	/* 2^53 ticks are years, and the product stays below 2^63. */
	u64 ticks = min(ticks_left(vcpu), BIT_ULL(53));

	return ticks ? mul_u64_u32_div(ticks, NSEC_PER_SEC,
				       zxvm_host.counter_rate) + 1 : 0;
}

/**
 * zxvm_timer_expired() - does the timer ask for an interrupt?
 * @vcpu: not loaded
 *
 * Return: true if it is enabled, not masked, and its time has come.
 */
bool zxvm_timer_expired(const struct zxvm_vcpu *vcpu)
{
	return timer_enabled(vcpu->arch.timer.ctl) && !ticks_left(vcpu);
}

static enum hrtimer_restart wakeup(struct hrtimer *hrtimer)
{
	struct zxvm_vcpu *vcpu = container_of(hrtimer, struct zxvm_vcpu,
					      arch.timer.wakeup);
	ktime_t left = time_left(vcpu);

	if (left) {
		hrtimer_forward_now(hrtimer, left);
		return HRTIMER_RESTART;
	}
	zxvm_vcpu_wake(vcpu);
	return HRTIMER_NORESTART;
}

/**
 * zxvm_timer_init() - a timer that is off
 * @vcpu: the VCPU
 */
void zxvm_timer_init(struct zxvm_vcpu *vcpu)
{
	hrtimer_init(&vcpu->arch.timer.wakeup, CLOCK_MONOTONIC,
		     HRTIMER_MODE_REL);
	vcpu->arch.timer.wakeup.function = wakeup;
}

/**
 * zxvm_timer_sleep() - wake the VCPU when its timer expires
 * @vcpu: not loaded
 */
void zxvm_timer_sleep(struct zxvm_vcpu *vcpu)
{
	if (timer_enabled(vcpu->arch.timer.ctl))
		hrtimer_start(&vcpu->arch.timer.wakeup, time_left(vcpu),
			      HRTIMER_MODE_REL);
}

/**
 * zxvm_timer_wake() - the VCPU does not sleep any more
 * @vcpu: not loaded
 */
void zxvm_timer_wake(struct zxvm_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->arch.timer.wakeup);
}
