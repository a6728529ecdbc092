/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The APICs of guests and VCPUs: the models of lapic.h, ioapic.h and
 * zircon_apic.h, wired to the rest of the module.
 */
#ifndef ZXVM_X86_APIC_H
#define ZXVM_X86_APIC_H

#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "ioapic.h"
#include "lapic.h"
#include "zircon_apic.h"

enum zxvm_run;
struct zxvm_exit;
struct zxvm_guest;
struct zxvm_guest_create;
struct zxvm_vcpu;

/**
 * struct zxvm_lapic - a local APIC on the bus of its guest
 * @lapic: the model
 * @guest: that it belongs to; frees it
 * @lock: keeps @vcpu while it is notified; innermost but for the scheduler's
 * @vcpu: the VCPU, or NULL: it is gone, but messages may still come
 */
struct zxvm_lapic {
	struct lapic lapic;
	struct zxvm_guest *guest;
	raw_spinlock_t lock;
	struct zxvm_vcpu *vcpu;
};

/* A posted-interrupt descriptor; SDM vol. 3, 30.6 */
static_assert(!offsetof(struct zxvm_lapic, lapic.pir));
static_assert(offsetof(struct zxvm_lapic, lapic.events) == 32);

/**
 * struct zxvm_irqchip - what a guest with ZXVM_GUEST_IRQCHIP has
 * @bus: the local APICs, each in a struct zxvm_lapic
 * @ioapic: the I/O APIC
 */
struct zxvm_irqchip {
	struct apic_bus bus;
	struct ioapic ioapic;
};

/**
 * struct zxvm_apic - the APIC of a VCPU; the owner thread's
 * @page: of registers, in the architectural layout; hardware takes what MOV
 *	to CR8 writes to TPR from here and to here. Without an irqchip it has
 *	nothing else
 * @chip: with an irqchip, or NULL
 * @zircon: without an irqchip
 * @timer: the host's timer that stands for either
 * @fired: @timer has, without an irqchip
 * @hw: the CPU evaluates and delivers what is pending in @page: it changes IRR,
 *	ISR, TPR and PPR while the guest runs. Others may read it
 * @tpr_threshold: as the vendor knows it
 * @wait_sipi: the VCPU waits for a start-up message
 * @init: an INIT message has to be acted on
 * @sipi: and so has a start-up message
 * @sipi_page: where that one starts
 */
struct zxvm_apic {
	u32 *page;
	struct zxvm_lapic *chip;
	struct zircon_apic zircon;
	struct hrtimer timer;
	bool fired;
	bool hw;
	u8 tpr_threshold;
	bool wait_sipi;
	bool init;
	bool sipi;
	u8 sipi_page;
};

/* irqchip.c */
int zxvm_irqchip_init(struct zxvm_guest *guest,
		      const struct zxvm_guest_create *args);
void zxvm_irqchip_destroy(struct zxvm_guest *guest);
int zxvm_irqchip_connect(struct zxvm_vcpu *vcpu);
void zxvm_irqchip_disconnect(struct zxvm_vcpu *vcpu);
int zxvm_irqchip_interrupt(struct zxvm_vcpu *vcpu, u32 vector);
u32 zxvm_irqchip_read_ioapic(struct zxvm_guest *guest, u32 offset,
			     unsigned int size);
void zxvm_irqchip_write_ioapic(struct zxvm_guest *guest, u32 offset,
			       unsigned int size, u32 value);

/* apic.c: the owner thread */
int zxvm_apic_init(struct zxvm_vcpu *vcpu);
void zxvm_apic_destroy(struct zxvm_vcpu *vcpu);
void zxvm_apic_worked(struct zxvm_vcpu *vcpu);
void zxvm_apic_raise(struct zxvm_vcpu *vcpu, u8 vector);
enum zxvm_run zxvm_apic_take(struct zxvm_vcpu *vcpu);
void zxvm_apic_enter(struct zxvm_vcpu *vcpu);
void zxvm_apic_eoi_done(struct zxvm_vcpu *vcpu, u8 vector);
void zxvm_apic_written(struct zxvm_vcpu *vcpu, u32 offset, u32 value);
void zxvm_apic_sent(struct zxvm_vcpu *vcpu);
struct lapic *zxvm_apic_reloaded(struct zxvm_vcpu *vcpu);
bool zxvm_apic_wakes(struct zxvm_vcpu *vcpu, u64 rflags);
u64 zxvm_read_apic_base(const struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_write_apic_base(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit, u64 value);
bool zxvm_read_x2apic(struct zxvm_vcpu *vcpu, u32 msr, u64 *value);
enum zxvm_run zxvm_write_x2apic(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
				u32 msr, u64 value);
enum zxvm_run zxvm_write_cr8(struct zxvm_vcpu *vcpu, u64 value);
bool zxvm_read_tsc_deadline(struct zxvm_vcpu *vcpu, u64 *value);
enum zxvm_run zxvm_write_tsc_deadline(struct zxvm_vcpu *vcpu,
				      struct zxvm_exit *exit, u64 value);
enum zxvm_run zxvm_slow_init(struct zxvm_vcpu *vcpu);

/* apic_mmio.c: the owner thread */
bool zxvm_apic_page(u64 gpa);
enum zxvm_run zxvm_handle_apic_page(struct zxvm_vcpu *vcpu, u64 gpa,
				    u32 access);
enum zxvm_run zxvm_slow_apic_page(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit);

/* apic_timer.c: the owner thread */
void zxvm_apic_timer_init(struct zxvm_vcpu *vcpu);
void zxvm_apic_timer_arm(struct zxvm_vcpu *vcpu, u64 deadline);
void zxvm_apic_timer_destroy(struct zxvm_vcpu *vcpu);

#endif /* ZXVM_X86_APIC_H */
