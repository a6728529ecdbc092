// SPDX-License-Identifier: GPL-2.0
/*
 * The I/O APIC. Every function needs ioapic->lock; messages are posted to local
 * APICs with it held.
 *
 * Whatever the guest or a device does causes at most one message for each pin,
 * and a message is only posted: nothing here can call itself. A line that
 * stays asserted is sent again when the guest ends its interrupt and not
 * before, so that it costs the guest that leaves it asserted, and the host no
 * more than an exit each time. A message that no local APIC accepts is sent
 * again when the entry is written or the line is asserted anew.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "ioapic.h"

/* The registers that memory shows */
#define IOREGSEL		0x00
#define IOWIN			0x10
#define EOIR			0x40

/* Those behind IOWIN */
#define IOAPICID		0x00
#define IOAPICVER		0x01
#define IOAPICARB		0x02
#define IOREDTBL		0x10
#define IOREDTBL_END		(IOREDTBL + 2 * IOAPIC_PINS)

#define ID_MASK			GENMASK(27, 24)
#define VERSION			(0x20 | (IOAPIC_PINS - 1) << 16)

/* Redirection entries */
#define REDIR_VECTOR		GENMASK_ULL(7, 0)
#define REDIR_MODE		GENMASK_ULL(10, 8)
#define REDIR_LOGICAL		BIT_ULL(11)
#define REDIR_POLARITY		BIT_ULL(13)
#define REDIR_REMOTE_IRR	BIT_ULL(14)
#define REDIR_LEVEL		BIT_ULL(15)
#define REDIR_MASKED		BIT_ULL(16)
#define REDIR_DEST		GENMASK_ULL(63, 56)
#define REDIR_WRITABLE \
	(REDIR_VECTOR | REDIR_MODE | REDIR_LOGICAL | REDIR_POLARITY | \
	 REDIR_LEVEL | REDIR_MASKED | REDIR_DEST)

#define BROADCAST_8		0xff

/* Delivery modes other than these two are edge-triggered in any case */
static bool is_level(u64 entry)
{
	return entry & REDIR_LEVEL &&
	       FIELD_GET(REDIR_MODE, entry) <= APIC_LOWEST;
}

static bool asserted(const struct ioapic *ioapic, u32 pin)
{
	return (ioapic->lines[IOAPIC_BY_LINE] |
		ioapic->lines[IOAPIC_BY_EVENTFD] | ioapic->pulses) & BIT(pin);
}

static unsigned int send(struct ioapic *ioapic, u64 entry)
{
	struct apic_msg msg = {
		.dest = FIELD_GET(REDIR_DEST, entry),
		.vector = FIELD_GET(REDIR_VECTOR, entry),
		.mode = FIELD_GET(REDIR_MODE, entry),
		.shorthand = APIC_TO_DEST,
		.logical = entry & REDIR_LOGICAL,
		.level = is_level(entry),
	};

	if (msg.dest == BROADCAST_8)
		msg.dest = APIC_BROADCAST;
	return apic_send(ioapic->bus, NULL, &msg);
}

/* An edge while the pin is masked is lost */
static void edge(struct ioapic *ioapic, u32 pin)
{
	u64 entry = ioapic->redir[pin];

	if (!(entry & REDIR_MASKED))
		send(ioapic, entry);
}

/* An illegal vector is an error there, and no EOI comes back */
static void level(struct ioapic *ioapic, u32 pin)
{
	u64 entry = ioapic->redir[pin];

	if (!is_level(entry) || entry & (REDIR_MASKED | REDIR_REMOTE_IRR) ||
	    !asserted(ioapic, pin))
		return;
	if (!send(ioapic, entry))
		return;
	ioapic->pulses &= ~BIT(pin);
	if (FIELD_GET(REDIR_VECTOR, entry) >= LAPIC_FIRST_VECTOR)
		ioapic->redir[pin] |= REDIR_REMOTE_IRR;
}

/**
 * ioapic_power_up() - give a new I/O APIC its reset state
 * @ioapic: the I/O APIC
 * @bus: the local APICs
 *
 * Context: before anyone else knows @ioapic; needs no lock.
 */
void ioapic_power_up(struct ioapic *ioapic, struct apic_bus *bus)
{
	u32 pin;

	memset(ioapic, 0, sizeof(*ioapic));
	raw_spin_lock_init(&ioapic->lock);
	ioapic->bus = bus;
	for (pin = 0; pin < IOAPIC_PINS; pin++)
		ioapic->redir[pin] = REDIR_MASKED;
}

/**
 * ioapic_set_line() - assert or release a pin
 * @ioapic: the I/O APIC
 * @pin: below %IOAPIC_PINS
 * @driver: IOAPIC_BY_*
 * @on: asserted. The polarity that the guest configures tells how that looks
 *	on a wire, of which there is none
 *
 * Context: needs ioapic->lock.
 */
void ioapic_set_line(struct ioapic *ioapic, u32 pin, u32 driver, bool on)
{
	bool was = asserted(ioapic, pin);

	lockdep_assert_held(&ioapic->lock);

	if (!on) {
		ioapic->lines[driver] &= ~BIT(pin);
		return;
	}
	ioapic->lines[driver] |= BIT(pin);
	if (is_level(ioapic->redir[pin]))
		level(ioapic, pin);
	else if (!was)
		edge(ioapic, pin);
}

/**
 * ioapic_pulse() - assert a pin and release it
 * @ioapic: the I/O APIC
 * @pin: below %IOAPIC_PINS
 *
 * On a level-triggered pin that cannot be delivered now it is kept.
 *
 * Context: needs ioapic->lock.
 */
void ioapic_pulse(struct ioapic *ioapic, u32 pin)
{
	lockdep_assert_held(&ioapic->lock);

	if (is_level(ioapic->redir[pin])) {
		ioapic->pulses |= BIT(pin);
		level(ioapic, pin);
	} else {
		edge(ioapic, pin);
	}
}

/**
 * ioapic_eoi() - a level-triggered interrupt has ended
 * @ioapic: the I/O APIC
 * @vector: which
 *
 * Pins that eventfds assert are released. What is still asserted is sent
 * again.
 *
 * Context: needs ioapic->lock.
 * Return: Mask of the pins whose interrupt it was: whoever waits for that has
 * to be told, after the lock is released.
 */
u32 ioapic_eoi(struct ioapic *ioapic, u8 vector)
{
	u32 pin, pins = 0;

	lockdep_assert_held(&ioapic->lock);

	for (pin = 0; pin < IOAPIC_PINS; pin++) {
		u64 entry = ioapic->redir[pin];

		if (FIELD_GET(REDIR_VECTOR, entry) != vector ||
		    !(entry & REDIR_REMOTE_IRR))
			continue;
		pins |= BIT(pin);
		ioapic->redir[pin] &= ~REDIR_REMOTE_IRR;
		ioapic->lines[IOAPIC_BY_EVENTFD] &= ~BIT(pin);
		level(ioapic, pin);
	}
	return pins;
}

/* The half of an entry that a register in the table is */
static u32 half_shift(u32 reg)
{
	return reg % 2 * 32;
}

static u32 pin_of(u32 reg)
{
	return array_index_nospec((reg - IOREDTBL) / 2, IOAPIC_PINS);
}

/* An entry that becomes edge-triggered forgets what it waits for */
static void write_redir(struct ioapic *ioapic, u32 reg, u32 value)
{
	u32 pin = pin_of(reg), shift = half_shift(reg);
	u64 mask = REDIR_WRITABLE & (u64)U32_MAX << shift;
	u64 entry = ioapic->redir[pin];

	entry = (entry & ~mask) | ((u64)value << shift & mask);
	if (!is_level(entry)) {
		entry &= ~REDIR_REMOTE_IRR;
		ioapic->pulses &= ~BIT(pin);
	}
	ioapic->redir[pin] = entry;
	level(ioapic, pin);
}

static u32 read_window(struct ioapic *ioapic)
{
	u32 reg = ioapic->select;

	switch (reg) {
	case IOAPICID:
	case IOAPICARB:
		return FIELD_PREP(ID_MASK, ioapic->id);
	case IOAPICVER:
		return VERSION;
	}
	if (reg < IOREDTBL || reg >= IOREDTBL_END)
		return 0;
	return ioapic->redir[pin_of(reg)] >> half_shift(reg);
}

static void write_window(struct ioapic *ioapic, u32 value)
{
	u32 reg = ioapic->select;

	if (reg == IOAPICID)
		ioapic->id = FIELD_GET(ID_MASK, value);
	else if (reg >= IOREDTBL && reg < IOREDTBL_END)
		write_redir(ioapic, reg, value);
}

/**
 * ioapic_read() - a load from the page of the I/O APIC
 * @ioapic: the I/O APIC
 * @offset: in the page
 * @size: in bytes; what is not the low end of a register reads as 0
 *
 * Context: needs ioapic->lock.
 * Return: The value.
 */
u32 ioapic_read(struct ioapic *ioapic, u32 offset, unsigned int size)
{
	u32 value = 0;

	lockdep_assert_held(&ioapic->lock);

	if (offset == IOREGSEL)
		value = ioapic->select;
	else if (offset == IOWIN)
		value = read_window(ioapic);
	return size < sizeof(u32) ? value & (BIT(size * 8) - 1) : value;
}

/**
 * ioapic_write() - a store to the page of the I/O APIC
 * @ioapic: the I/O APIC
 * @offset: in the page
 * @size: in bytes; IOWIN takes 32 bits alone, the others use their low 8
 * @value: the value
 *
 * Context: needs ioapic->lock.
 * Return: As ioapic_eoi().
 */
u32 ioapic_write(struct ioapic *ioapic, u32 offset, unsigned int size,
		 u32 value)
{
	lockdep_assert_held(&ioapic->lock);

	if (offset == IOREGSEL)
		ioapic->select = value;
	else if (offset == IOWIN && size >= sizeof(u32))
		write_window(ioapic, value);
	else if (offset == EOIR)
		return ioapic_eoi(ioapic, value);
	return 0;
}
