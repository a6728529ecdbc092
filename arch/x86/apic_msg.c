// SPDX-License-Identifier: GPL-2.0
/*
 * Messages between APICs: which local APICs one is for, and what it does
 * there. Nothing here takes a lock or touches the registers of an APIC.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/nospec.h>

#include "lapic.h"

/* MSI, 11.11 */
#define MSI_ADDRESS		0xfee00000U
#define MSI_ADDRESS_MASK	GENMASK_ULL(63, 20)
#define MSI_DEST		GENMASK(19, 12)
#define MSI_REDIRECT		BIT(3)
#define MSI_LOGICAL		BIT(2)
#define MSI_VECTOR		GENMASK(7, 0)
#define MSI_MODE		GENMASK(10, 8)
#define MSI_ASSERT		BIT(14)
#define MSI_LEVEL		BIT(15)

static struct lapic *lapic_of(const struct apic_bus *bus, u32 id)
{
	return bus->lapics[array_index_nospec(id, LAPIC_MAX_CPUS)];
}

/* 11.6.2.2 and 11.12.10.2; only messages of 8 bits reach the xAPIC's LDR */
static bool logical_match(const struct lapic *lapic, u32 dest)
{
	u32 published = READ_ONCE(lapic->published);
	u32 ldr = FIELD_GET(LAPIC_PUB_LOGICAL, published);

	if (published & LAPIC_PUB_X2APIC) {
		ldr = lapic_x2apic_ldr(lapic);
		return ldr >> 16 == dest >> 16 && ldr & dest & 0xffff;
	}
	if (dest > 0xff)
		return false;
	if (published & LAPIC_PUB_FLAT)
		return ldr & dest;
	return ldr >> 4 == dest >> 4 && ldr & dest & 0xf;
}

static u64 logical_targets(const struct apic_bus *bus, u64 present, u32 dest)
{
	u64 targets = 0, rest;

	for (rest = present; rest; rest &= rest - 1)
		if (logical_match(lapic_of(bus, __ffs64(rest)), dest))
			targets |= rest & -rest;
	return targets;
}

static u64 targets_of(const struct apic_bus *bus, const struct lapic *from,
		      const struct apic_msg *msg)
{
	/* Pairs with apic_bus_add(). */
	u64 present = smp_load_acquire(&bus->present);

	switch (msg->shorthand) {
	case APIC_TO_SELF:
		return BIT_ULL(from->id);
	case APIC_TO_ALL:
		return present;
	case APIC_TO_OTHERS:
		return present & ~BIT_ULL(from->id);
	}
	if (msg->dest == APIC_BROADCAST)
		return present;
	if (msg->logical)
		return logical_targets(bus, present, msg->dest);
	return msg->dest < LAPIC_MAX_CPUS ? present & BIT_ULL(msg->dest) : 0;
}

/* A local APIC that software has disabled still takes INIT, NMI and SIPI */
static bool accepts(const struct lapic *lapic, const struct apic_msg *msg)
{
	u32 published = READ_ONCE(lapic->published);

	if (!(published & LAPIC_PUB_ENABLED))
		return false;
	switch (msg->mode) {
	case APIC_FIXED:
	case APIC_LOWEST:
		return published & LAPIC_PUB_ACCEPTS;
	case APIC_NMI:
	case APIC_INIT:
	case APIC_SIPI:
		return true;
	default:
		return false;
	}
}

static bool post(struct lapic *lapic, const struct apic_msg *msg)
{
	switch (msg->mode) {
	case APIC_NMI:
		return lapic_post_event(lapic, LAPIC_EVENT_NMI);
	case APIC_INIT:
		return lapic_post_init(lapic);
	case APIC_SIPI:
		return lapic_post_sipi(lapic, msg->vector);
	default:
		if (msg->vector < LAPIC_FIRST_VECTOR)
			return lapic_post_event(lapic, LAPIC_EVENT_ERROR);
		return lapic_post(lapic, msg->vector, msg->level);
	}
}

/**
 * apic_deliver() - deliver a message to one APIC
 * @lapic: to this one
 * @msg: the message; whom else it is for does not matter
 *
 * Context: any; does not sleep.
 * Return: true if it accepts it.
 */
bool apic_deliver(struct lapic *lapic, const struct apic_msg *msg)
{
	if (!accepts(lapic, msg))
		return false;
	if (post(lapic, msg))
		lapic_notify(lapic);
	return true;
}

/*
 * Lowest priority: processors do not arbitrate any more, and chip sets choose
 * as they like. The vector chooses: another vector may go elsewhere, but the
 * same one stays where its data is cached.
 */
static u64 choose_one(const struct apic_bus *bus, u64 targets,
		      const struct apic_msg *msg)
{
	u64 rest;
	u32 n;

	for (rest = targets; rest; rest &= rest - 1)
		if (!accepts(lapic_of(bus, __ffs64(rest)), msg))
			targets &= ~(rest & -rest);
	if (!targets)
		return 0;
	n = msg->vector % hweight64(targets);
	while (n--)
		targets &= targets - 1;
	return targets & -targets;
}

/**
 * apic_send() - deliver a message
 * @bus: to these APICs
 * @from: the sender if there is a shorthand
 * @msg: the message
 *
 * Modes that do nothing here, SMI and ExtINT, are accepted by nobody.
 *
 * Context: any; does not sleep.
 * Return: How many APICs have accepted it.
 */
unsigned int apic_send(struct apic_bus *bus, const struct lapic *from,
		       const struct apic_msg *msg)
{
	u64 targets = targets_of(bus, from, msg);
	unsigned int accepted = 0;

	if (msg->mode == APIC_LOWEST)
		targets = choose_one(bus, targets, msg);
	for (; targets; targets &= targets - 1)
		accepted += apic_deliver(lapic_of(bus, __ffs64(targets)), msg);
	return accepted;
}

/**
 * apic_notify() - notify those whom a message is for; it has been delivered
 * @bus: to these APICs
 * @from: the sender
 * @msg: the message
 *
 * Context: any; does not sleep.
 */
void apic_notify(struct apic_bus *bus, const struct lapic *from,
		 const struct apic_msg *msg)
{
	u64 rest;

	for (rest = targets_of(bus, from, msg); rest; rest &= rest - 1)
		lapic_notify(lapic_of(bus, __ffs64(rest)));
}

/**
 * apic_bus_add() - connect a local APIC
 * @bus: to this bus
 * @lapic: powered up; stays as long as @bus
 *
 * Context: the caller serialises; others may send.
 */
void apic_bus_add(struct apic_bus *bus, struct lapic *lapic)
{
	bus->lapics[lapic->id] = lapic;
	/* Pairs with targets_of(). */
	smp_store_release(&bus->present, bus->present | BIT_ULL(lapic->id));
}

/**
 * apic_parse_msi() - an MSI as a message
 * @msg: out
 * @address: that the device writes to
 * @data: that it writes
 *
 * With the redirection hint the interrupt goes to one of the APICs that the
 * logical destination names. A level de-assert says nothing to a local APIC.
 *
 * Context: any.
 * Return: false if it is not an MSI, or interrupts nobody.
 */
bool apic_parse_msi(struct apic_msg *msg, u64 address, u32 data)
{
	if ((address & MSI_ADDRESS_MASK) != MSI_ADDRESS)
		return false;
	if (data & MSI_LEVEL && !(data & MSI_ASSERT))
		return false;
	msg->dest = FIELD_GET(MSI_DEST, (u32)address);
	if (msg->dest == 0xff)
		msg->dest = APIC_BROADCAST;
	msg->vector = FIELD_GET(MSI_VECTOR, data);
	msg->mode = FIELD_GET(MSI_MODE, data);
	msg->shorthand = APIC_TO_DEST;
	msg->logical = address & MSI_LOGICAL;
	msg->level = data & MSI_LEVEL;
	if (msg->mode == APIC_FIXED && msg->logical && address & MSI_REDIRECT)
		msg->mode = APIC_LOWEST;
	return true;
}
