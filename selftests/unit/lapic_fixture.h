/* SPDX-License-Identifier: GPL-2.0 */
/* A few local APICs on a bus, and what they ask of the rest of the module. */
#ifndef ZXVM_UNIT_LAPIC_FIXTURE_H
#define ZXVM_UNIT_LAPIC_FIXTURE_H

#include "lapic.h"
#include "test.h"

#define MSR(offset)	(LAPIC_MSR_FIRST + ((offset) >> 4))
#define BASE_X		(LAPIC_BASE_ADDR | LAPIC_BASE_EN)
#define BASE_X2		(BASE_X | LAPIC_BASE_EXTD)

extern struct apic_bus bus;
extern struct lapic *lapics[LAPIC_MAX_CPUS];

/* What was asked for, until somebody looks */
extern u64 notified;		/* mask of IDs */
extern u64 eois[4];		/* vectors that were broadcast */
extern u64 guest_tsc;
extern u64 host_timers[LAPIC_MAX_CPUS];

/* Powered up; with @on in xAPIC mode and enabled by software */
void lapics_setup(unsigned int nr, bool on);
void lapics_add(u32 id, bool on);
void lapics_x2apic(u32 id);
void lapics_teardown(void);

u64 take_notified(void);
bool took_eoi(u8 vector);

/* The registers as the guest reaches them, in xAPIC mode */
u32 rd(u32 id, u32 offset);
void wr(u32 id, u32 offset, u32 value);
/* and in x2APIC mode; reads that must not fail */
u64 rdmsr(u32 id, u32 offset);
bool wrmsr(u32 id, u32 offset, u64 value);

bool irr(u32 id, u8 vector);
bool isr(u32 id, u8 vector);
bool tmr(u32 id, u8 vector);

/* Take what was posted; the events that the VCPU has to act on */
u32 take(u32 id);
/* Take the vector that is ready, and say which */
u8 accept(u32 id);
/* The host's timer goes off if it is time: true, and the event is posted */
bool timer_fires(u32 id);
/* Let TSC ticks pass, with a host timer that is right on time */
void pass(u64 ticks);

#endif /* ZXVM_UNIT_LAPIC_FIXTURE_H */
