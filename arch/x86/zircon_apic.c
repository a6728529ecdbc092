// SPDX-License-Identifier: GPL-2.0
/*
 * The local APIC of a guest without an irqchip. What reads as zero, is ignored
 * or faults is what Zircon's does; Zircon's arithmetic in 32 bits, its stale
 * EDX and its #GP that a pending interrupt can hide are not repeated.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/string.h>

#include "lapic.h"
#include "zircon_apic.h"

/* 0x15: integrated; 7 LVT entries; no suppression of EOI broadcasts */
#define VERSION			(0x15 | 6 << 16)
#define SPURIOUS		0xff

#define ICR_VECTOR		GENMASK_ULL(7, 0)
#define ICR_MODE		GENMASK_ULL(10, 8)
#define ICR_LOGICAL		BIT_ULL(11)
#define ICR_SHORTHAND		GENMASK_ULL(19, 18)
#define ICR_DEST		GENMASK_ULL(63, 32)

#define NMI_VECTOR		2

/* MSRs by the offset that the register has in xAPIC mode */
static u32 offset_of(u32 msr)
{
	return (msr - LAPIC_MSR_FIRST) << 4;
}

static u32 timer_mode(const struct zircon_apic *apic)
{
	return FIELD_GET(LAPIC_LVT_TIMER_MODE, apic->lvt_timer);
}

/* In TSC ticks: of a timer that counts, from start to end */
static u64 period(const struct zircon_apic *apic)
{
	u32 code = (apic->divide & 3) + (apic->divide >> 1 & 4);

	return (u64)apic->initial << (code + 1) % 8;
}

/* Each of its registers starts the timer again */
static enum zircon_apic_way restart(struct zircon_apic *apic, u64 now)
{
	apic->deadline = 0;
	if (timer_mode(apic) != LAPIC_TIMER_DEADLINE && period(apic) &&
	    !(apic->lvt_timer & LAPIC_LVT_MASKED))
		apic->deadline = now + period(apic);
	return ZIRCON_APIC_TIMER;
}

/**
 * zircon_apic_init() - the state of a new VCPU's APIC
 * @apic: the APIC
 * @id: index of the VCPU
 */
void zircon_apic_init(struct zircon_apic *apic, u32 id)
{
	memset(apic, 0, sizeof(*apic));
	apic->id = id;
	apic->lvt_timer = LAPIC_LVT_MASKED;
}

/**
 * zircon_apic_read() - RDMSR of %LAPIC_MSR_FIRST to %LAPIC_MSR_LAST
 * @apic: the APIC
 * @msr: which
 * @value: out, unless it is #GP(0)
 *
 * Return: false for #GP(0).
 */
bool zircon_apic_read(const struct zircon_apic *apic, u32 msr, u64 *value)
{
	switch (offset_of(msr)) {
	case LAPIC_ID:
		*value = apic->id;
		return true;
	case LAPIC_VERSION:
		*value = VERSION;
		return true;
	case LAPIC_SVR:
		*value = SPURIOUS;
		return true;
	case LAPIC_LVT_TIMER:
		*value = apic->lvt_timer;
		return true;
	case LAPIC_LVT_CMCI:
	case LAPIC_LVT_THERMAL:
	case LAPIC_LVT_LINT0:
	case LAPIC_LVT_LINT1:
		*value = LAPIC_LVT_MASKED;
		return true;
	case LAPIC_TPR:
	case LAPIC_LDR:
	case LAPIC_ISR ... LAPIC_IRR + 0x70:
	case LAPIC_ESR:
	case LAPIC_LVT_PERF:
		*value = 0;
		return true;
	default:
		return false;
	}
}

static u64 interrupt_mask(const struct zircon_apic *apic, u64 icr)
{
	u64 dest = FIELD_GET(ICR_DEST, icr), self = BIT_ULL(apic->id);

	switch (FIELD_GET(ICR_SHORTHAND, icr)) {
	case APIC_TO_SELF:
		return self;
	case APIC_TO_ALL:
		return U64_MAX;
	case APIC_TO_OTHERS:
		return ~self;
	}
	if (dest == APIC_BROADCAST)
		return U64_MAX;
	return dest < 64 ? BIT_ULL(dest) : 0;
}

static enum zircon_apic_way interrupt(struct zxvm_packet *packet, u64 mask,
				      u8 vector)
{
	packet->u.vcpu.type = ZXVM_PKT_VCPU_INTERRUPT;
	packet->u.vcpu.u.interrupt.mask = mask;
	packet->u.vcpu.u.interrupt.vector = vector;
	return ZIRCON_APIC_PACKET;
}

/* All go to the VMM, even those to the sender itself */
static enum zircon_apic_way write_icr(const struct zircon_apic *apic, u64 icr,
				      struct zxvm_packet *packet)
{
	u64 mask = interrupt_mask(apic, icr);
	u8 vector = FIELD_GET(ICR_VECTOR, icr);

	if (icr & ICR_LOGICAL)
		return ZIRCON_APIC_UNSUPPORTED;
	memset(packet, 0, sizeof(*packet));
	packet->type = ZXVM_PKT_GUEST_VCPU;
	switch (FIELD_GET(ICR_MODE, icr)) {
	case APIC_FIXED:
		return interrupt(packet, mask, vector);
	case APIC_NMI:
		return interrupt(packet, mask & ~BIT_ULL(apic->id),
				 NMI_VECTOR);
	case APIC_INIT:
		return ZIRCON_APIC_DONE;
	case APIC_SIPI:
		packet->u.vcpu.type = ZXVM_PKT_VCPU_STARTUP;
		packet->u.vcpu.u.startup.id = FIELD_GET(ICR_DEST, icr);
		packet->u.vcpu.u.startup.entry = (u64)vector << 12;
		return ZIRCON_APIC_PACKET;
	default:
		return ZIRCON_APIC_UNSUPPORTED;
	}
}

static enum zircon_apic_way write_lvt_timer(struct zircon_apic *apic,
					    u32 value, u64 now)
{
	if ((value & LAPIC_LVT_TIMER_MODE) == LAPIC_LVT_TIMER_MODE)
		return ZIRCON_APIC_INVALID;
	apic->lvt_timer = value;
	return restart(apic, now);
}

/**
 * zircon_apic_write() - WRMSR of %LAPIC_MSR_FIRST to %LAPIC_MSR_LAST
 * @apic: the APIC
 * @msr: which
 * @value: the value
 * @now: guest TSC
 * @packet: filled for %ZIRCON_APIC_PACKET
 *
 * Return: what is left to do.
 */
enum zircon_apic_way zircon_apic_write(struct zircon_apic *apic, u32 msr,
				       u64 value, u64 now,
				       struct zxvm_packet *packet)
{
	u32 offset = offset_of(msr);

	if (offset == LAPIC_ICR)
		return write_icr(apic, value, packet);
	if (value >> 32)
		return ZIRCON_APIC_GP;
	switch (offset) {
	case LAPIC_EOI:
	case LAPIC_ESR:
		return value ? ZIRCON_APIC_GP : ZIRCON_APIC_DONE;
	case LAPIC_TPR:
	case LAPIC_SVR:
	case LAPIC_LVT_CMCI:
	case LAPIC_LVT_THERMAL:
	case LAPIC_LVT_PERF:
	case LAPIC_LVT_LINT0:
	case LAPIC_LVT_LINT1:
	case LAPIC_LVT_ERROR:
		return ZIRCON_APIC_DONE;
	case LAPIC_LVT_TIMER:
		return write_lvt_timer(apic, value, now);
	case LAPIC_INITIAL_COUNT:
		apic->initial = value;
		return restart(apic, now);
	case LAPIC_DIVIDE:
		apic->divide = value;
		return restart(apic, now);
	case LAPIC_SELF_IPI:
		return ZIRCON_APIC_SELF;
	default:
		return ZIRCON_APIC_GP;
	}
}

/**
 * zircon_apic_set_deadline() - IA32_TSC_DEADLINE is written
 * @apic: the APIC
 * @value: the value; one that is not in the future stops the timer
 * @now: guest TSC
 *
 * Return: %ZIRCON_APIC_TIMER, or %ZIRCON_APIC_INVALID in another mode.
 */
enum zircon_apic_way zircon_apic_set_deadline(struct zircon_apic *apic,
					      u64 value, u64 now)
{
	if (timer_mode(apic) != LAPIC_TIMER_DEADLINE)
		return ZIRCON_APIC_INVALID;
	apic->deadline = (s64)(value - now) > 0 ? value : 0;
	return ZIRCON_APIC_TIMER;
}

/**
 * zircon_apic_expire() - the timer may have expired
 * @apic: the APIC
 * @now: guest TSC
 *
 * A periodic timer goes on from the period that is running now; those that
 * were missed are one interrupt.
 *
 * Return: the vector that becomes pending, or -1. @apic->deadline is what to
 * wait for next.
 */
int zircon_apic_expire(struct zircon_apic *apic, u64 now)
{
	u64 late = now - apic->deadline;

	if (!apic->deadline || (s64)late < 0)
		return -1;
	if (timer_mode(apic) == LAPIC_TIMER_PERIODIC)
		apic->deadline = now + period(apic) - late % period(apic);
	else
		apic->deadline = 0;
	return apic->lvt_timer & LAPIC_LVT_MASKED ? -1 :
		(int)(apic->lvt_timer & 0xff);
}
