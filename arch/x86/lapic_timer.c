// SPDX-License-Identifier: GPL-2.0
/*
 * The timer of the local APIC, 11.5.4. Its input clock is the guest's TSC, so
 * that all modes are a deadline in TSC ticks.
 *
 * A timer that is masked is not armed: whether it has expired is looked up when
 * somebody wants to know. A periodic timer is armed again when the owner has
 * seen it expire, and periods that were missed meanwhile are one interrupt.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>

#include "lapic.h"

static u32 mode_of(u32 lvt)
{
	return FIELD_GET(LAPIC_LVT_TIMER_MODE, lvt);
}

static u32 timer_mode(const struct lapic *lapic)
{
	return mode_of(lapic_reg(lapic, LAPIC_LVT_TIMER));
}

/* One-shot and periodic count; the reserved mode does nothing */
static bool counts(u32 mode)
{
	return mode == LAPIC_TIMER_ONE_SHOT || mode == LAPIC_TIMER_PERIODIC;
}

/* Bits 3, 1 and 0: divide by 2, 4, 8 ... 128, 1 */
static u32 divide_shift(const struct lapic *lapic)
{
	u32 value = lapic_reg(lapic, LAPIC_DIVIDE);

	return ((value & 3) + (value >> 1 & 4) + 1) % 8;
}

static void arm(struct lapic *lapic)
{
	u64 deadline = lapic->deadline;

	if (lapic_reg(lapic, LAPIC_LVT_TIMER) & LAPIC_LVT_MASKED)
		deadline = 0;
	if (lapic->armed == deadline)
		return;
	lapic->armed = deadline;
	lapic_arm_timer(lapic, deadline);
}

static void start(struct lapic *lapic, u64 now, u32 count)
{
	lapic->deadline = 0;
	if (count)
		lapic->deadline = now + ((u64)count << divide_shift(lapic)) ?:
				  1;
}

/* The deadline may be over */
static void expire(struct lapic *lapic, u64 now)
{
	u32 lvt = lapic_reg(lapic, LAPIC_LVT_TIMER);
	u64 period;

	if (!lapic->deadline || now < lapic->deadline)
		return;
	if (mode_of(lvt) == LAPIC_TIMER_PERIODIC) {
		period = (u64)lapic_reg(lapic, LAPIC_INITIAL_COUNT) <<
			 divide_shift(lapic);
		lapic->deadline = now + period -
				  (now - lapic->deadline) % period;
	} else {
		lapic->deadline = 0;
	}
	if (!(lvt & LAPIC_LVT_MASKED))
		lapic_local(lapic, lvt);
}

static u32 count_at(const struct lapic *lapic, u64 now)
{
	u32 shift = divide_shift(lapic);

	if (!lapic->deadline || !counts(timer_mode(lapic)))
		return 0;
	return (lapic->deadline - now + BIT(shift) - 1) >> shift;
}

/**
 * lapic_timer_check() - interrupt if the timer has expired
 * @lapic: its APIC
 *
 * Context: the owner.
 */
void lapic_timer_check(struct lapic *lapic)
{
	expire(lapic, lapic_tsc(lapic));
	arm(lapic);
}

/**
 * lapic_timer_stop() - nothing will expire
 * @lapic: its APIC
 *
 * Context: the owner.
 */
void lapic_timer_stop(struct lapic *lapic)
{
	lapic->deadline = 0;
	if (lapic->armed)
		lapic_arm_timer(lapic, 0);
	lapic->armed = 0;
}

/**
 * lapic_timer_set_lvt() - a new value of the timer's LVT entry
 * @lapic: its APIC
 * @value: checked
 *
 * One-shot and periodic are changed on the fly; TSC-deadline begins, and ends,
 * with a timer that is not running (11.5.4.1).
 *
 * Context: the owner.
 */
void lapic_timer_set_lvt(struct lapic *lapic, u32 value)
{
	expire(lapic, lapic_tsc(lapic));
	if (timer_mode(lapic) != mode_of(value) &&
	    !(counts(timer_mode(lapic)) && counts(mode_of(value)))) {
		lapic->deadline = 0;
		lapic_set_reg(lapic, LAPIC_INITIAL_COUNT, 0);
	}
	lapic_set_reg(lapic, LAPIC_LVT_TIMER, value);
	arm(lapic);
}

/**
 * lapic_timer_set_count() - the initial count: start, or stop with 0
 * @lapic: its APIC
 * @count: the value; ignored in TSC-deadline mode
 *
 * Context: the owner.
 */
void lapic_timer_set_count(struct lapic *lapic, u32 count)
{
	if (!counts(timer_mode(lapic)))
		return;
	lapic_set_reg(lapic, LAPIC_INITIAL_COUNT, count);
	start(lapic, lapic_tsc(lapic), count);
	/* A low count can be over by now. */
	lapic_timer_check(lapic);
}

/**
 * lapic_timer_set_divide() - a new divide configuration
 * @lapic: its APIC
 * @value: checked
 *
 * A timer that is running keeps its current count.
 *
 * Context: the owner.
 */
void lapic_timer_set_divide(struct lapic *lapic, u32 value)
{
	u64 now = lapic_tsc(lapic);
	u32 count;

	expire(lapic, now);
	count = count_at(lapic, now);
	lapic_set_reg(lapic, LAPIC_DIVIDE, value);
	if (count)
		start(lapic, now, count);
	arm(lapic);
}

/**
 * lapic_timer_count() - the current count
 * @lapic: its APIC
 *
 * Context: the owner.
 * Return: Its value, rounded up, so that it is 0 only if it is over.
 */
u32 lapic_timer_count(struct lapic *lapic)
{
	u64 now = lapic_tsc(lapic);

	expire(lapic, now);
	arm(lapic);
	return count_at(lapic, now);
}

/**
 * lapic_tsc_deadline() - IA32_TSC_DEADLINE is read
 * @lapic: its APIC
 *
 * Context: the owner.
 * Return: The deadline; 0 if it is over, or in another mode.
 */
u64 lapic_tsc_deadline(struct lapic *lapic)
{
	lapic_timer_check(lapic);
	return timer_mode(lapic) == LAPIC_TIMER_DEADLINE ? lapic->deadline : 0;
}

/**
 * lapic_set_tsc_deadline() - IA32_TSC_DEADLINE is written
 * @lapic: its APIC
 * @deadline: 0 stops; the past expires at once; ignored in other modes
 *
 * Context: the owner.
 */
void lapic_set_tsc_deadline(struct lapic *lapic, u64 deadline)
{
	if (timer_mode(lapic) != LAPIC_TIMER_DEADLINE)
		return;
	lapic->deadline = deadline;
	lapic_timer_check(lapic);
}
