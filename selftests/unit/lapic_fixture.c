// SPDX-License-Identifier: GPL-2.0
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "lapic_fixture.h"

struct apic_bus bus;
struct lapic *lapics[LAPIC_MAX_CPUS];
u64 notified;
u64 eois[4];
u64 guest_tsc;
u64 host_timers[LAPIC_MAX_CPUS];

void lapic_notify(struct lapic *lapic)
{
	notified |= BIT_ULL(lapic->id);
}

void lapic_send_ipi(struct lapic *lapic, const struct apic_msg *msg)
{
	CHECK(msg->shorthand != APIC_TO_SELF);
	apic_send(&bus, lapic, msg);
}

void lapic_published(struct lapic *lapic)
{
}

void lapic_eoi_broadcast(struct lapic *lapic, u8 vector)
{
	eois[vector / 64] |= BIT_ULL(vector % 64);
}

void lapic_arm_timer(struct lapic *lapic, u64 deadline)
{
	host_timers[lapic->id] = deadline;
}

u64 lapic_tsc(const struct lapic *lapic)
{
	return guest_tsc;
}

void lapics_add(u32 id, bool on)
{
	lapics[id] = kzalloc(sizeof(*lapics[id]), GFP_KERNEL);
	lapic_power_up(lapics[id], id, !id,
		       (u32 *)get_zeroed_page(GFP_KERNEL));
	apic_bus_add(&bus, lapics[id]);
	if (on)
		wr(id, LAPIC_SVR, 0x1ff);
}

void lapics_setup(unsigned int nr, bool on)
{
	u32 id;

	memset(&bus, 0, sizeof(bus));
	notified = 0;
	memset(eois, 0, sizeof(eois));
	memset(host_timers, 0, sizeof(host_timers));
	guest_tsc = 1000;
	for (id = 0; id < nr; id++)
		lapics_add(id, on);
}

void lapics_x2apic(u32 id)
{
	CHECK(lapic_set_base(lapics[id], BASE_X2 | (id ? 0 :
						    LAPIC_BASE_BSP)));
}

void lapics_teardown(void)
{
	u32 id;

	for (id = 0; id < LAPIC_MAX_CPUS; id++) {
		if (!lapics[id])
			continue;
		free_page((unsigned long)lapics[id]->regs);
		kfree(lapics[id]);
		lapics[id] = NULL;
	}
}

u64 take_notified(void)
{
	u64 mask = notified;

	notified = 0;
	return mask;
}

bool took_eoi(u8 vector)
{
	u64 want[4] = { };
	bool same;

	if (vector)
		want[vector / 64] = BIT_ULL(vector % 64);
	same = !memcmp(want, eois, sizeof(want));
	memset(eois, 0, sizeof(eois));
	return same;
}

u32 rd(u32 id, u32 offset)
{
	return lapic_read_mmio(lapics[id], offset, 4);
}

void wr(u32 id, u32 offset, u32 value)
{
	lapic_write_mmio(lapics[id], offset, 4, value);
}

u64 rdmsr(u32 id, u32 offset)
{
	u64 value = ~0ULL;

	CHECK(lapic_read_msr(lapics[id], MSR(offset), &value));
	return value;
}

bool wrmsr(u32 id, u32 offset, u64 value)
{
	return lapic_write_msr(lapics[id], MSR(offset), value);
}

static bool bit(u32 id, u32 base, u8 vector)
{
	return lapic_reg(lapics[id], base + vector / 32 * 16) >> vector % 32 &
		1;
}

bool irr(u32 id, u8 vector)
{
	return bit(id, LAPIC_IRR, vector);
}

bool isr(u32 id, u8 vector)
{
	return bit(id, LAPIC_ISR, vector);
}

bool tmr(u32 id, u8 vector)
{
	return bit(id, LAPIC_TMR, vector);
}

u32 take(u32 id)
{
	return lapic_take(lapics[id]);
}

u8 accept(u32 id)
{
	u8 vector = lapics[id]->ready;

	if (vector)
		lapic_accept(lapics[id], vector);
	return vector;
}

bool timer_fires(u32 id)
{
	CHECK_EQ(host_timers[id], lapics[id]->armed);
	if (!host_timers[id] || guest_tsc < host_timers[id])
		return false;
	host_timers[id] = 0;
	lapic_post_event(lapics[id], LAPIC_EVENT_TIMER);
	return true;
}

void pass(u64 ticks)
{
	u32 id;

	guest_tsc += ticks;
	for (id = 0; id < LAPIC_MAX_CPUS; id++)
		if (lapics[id] && timer_fires(id))
			lapic_take(lapics[id]);
}
