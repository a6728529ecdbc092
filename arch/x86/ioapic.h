/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The I/O APIC (82093AA, with the EOI register of version 0x20) as a state
 * machine: pure logic, which selftests/unit runs in user space.
 */
#ifndef ZXVM_X86_IOAPIC_H
#define ZXVM_X86_IOAPIC_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "lapic.h"

#define IOAPIC_BASE_ADDR	0xfec00000ULL
#define IOAPIC_SIZE		0x1000
#define IOAPIC_PINS		24

/*
 * Who drives a pin: it is asserted while one of them asserts it. What an
 * eventfd asserts stays until the guest has ended the interrupt.
 */
#define IOAPIC_BY_LINE		0
#define IOAPIC_BY_EVENTFD	1
#define IOAPIC_DRIVERS		2

/**
 * struct ioapic - an I/O APIC
 * @lock: may be taken from hard interrupt context
 * @bus: the local APICs
 * @redir: redirection table
 * @lines: pins that are asserted, by driver
 * @pulses: level-triggered pins that were pulsed and have not been delivered
 * @select: IOREGSEL
 * @id: of the I/O APIC
 */
struct ioapic {
	raw_spinlock_t lock;
	struct apic_bus *bus;
	u64 redir[IOAPIC_PINS];
	u32 lines[IOAPIC_DRIVERS];
	u32 pulses;
	u8 select;
	u8 id;
};

void ioapic_power_up(struct ioapic *ioapic, struct apic_bus *bus);
void ioapic_set_line(struct ioapic *ioapic, u32 pin, u32 driver, bool on);
void ioapic_pulse(struct ioapic *ioapic, u32 pin);
u32 ioapic_eoi(struct ioapic *ioapic, u8 vector);
u32 ioapic_read(struct ioapic *ioapic, u32 offset, unsigned int size);
u32 ioapic_write(struct ioapic *ioapic, u32 offset, unsigned int size,
		 u32 value);

#endif /* ZXVM_X86_IOAPIC_H */
