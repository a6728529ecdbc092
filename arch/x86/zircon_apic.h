/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The local APIC of a guest without an irqchip, as Zircon has it: x2APIC mode
 * alone, a timer, and IPIs that the VMM delivers. Nothing is in service and
 * nothing has a priority; EOI does nothing.
 *
 * Pure logic; the owner thread's.
 */
#ifndef ZXVM_X86_ZIRCON_APIC_H
#define ZXVM_X86_ZIRCON_APIC_H

#include <linux/types.h>

#include <uapi/linux/zxvm.h>

/**
 * struct zircon_apic - what such an APIC remembers
 * @id: index of the VCPU
 * @lvt_timer: timer's LVT entry
 * @initial: initial count
 * @divide: divide configuration
 * @deadline: of the timer, in guest TSC; 0: it does not run
 */
struct zircon_apic {
	u32 id;
	u32 lvt_timer;
	u32 initial;
	u32 divide;
	u64 deadline;
};

/**
 * enum zircon_apic_way - what a write leaves to do
 * @ZIRCON_APIC_DONE: nothing
 * @ZIRCON_APIC_GP: #GP(0)
 * @ZIRCON_APIC_TIMER: @deadline has changed
 * @ZIRCON_APIC_SELF: make the vector in the low 8 bits pending here
 * @ZIRCON_APIC_PACKET: the packet goes to the VMM
 * @ZIRCON_APIC_INVALID: enter fails with EINVAL, the RIP not moved
 * @ZIRCON_APIC_UNSUPPORTED: enter fails with EOPNOTSUPP, the RIP not moved
 */
enum zircon_apic_way {
	ZIRCON_APIC_DONE,
	ZIRCON_APIC_GP,
	ZIRCON_APIC_TIMER,
	ZIRCON_APIC_SELF,
	ZIRCON_APIC_PACKET,
	ZIRCON_APIC_INVALID,
	ZIRCON_APIC_UNSUPPORTED,
};

void zircon_apic_init(struct zircon_apic *apic, u32 id);
bool zircon_apic_read(const struct zircon_apic *apic, u32 msr, u64 *value);
enum zircon_apic_way zircon_apic_write(struct zircon_apic *apic, u32 msr,
				       u64 value, u64 now,
				       struct zxvm_packet *packet);
enum zircon_apic_way zircon_apic_set_deadline(struct zircon_apic *apic,
					      u64 value, u64 now);
int zircon_apic_expire(struct zircon_apic *apic, u64 now);

#endif /* ZXVM_X86_ZIRCON_APIC_H */
