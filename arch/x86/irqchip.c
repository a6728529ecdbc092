// SPDX-License-Identifier: GPL-2.0
/*
 * The irqchip of a guest: its local APICs on a bus, and one I/O APIC. What is
 * here may be called by anybody; what a VCPU does with its own local APIC is
 * in apic.c.
 *
 * A local APIC stays on the bus until its guest goes, so that whoever sends a
 * message needs no lock to find it. Only the VCPU behind it may go, which is
 * what zxvm_lapic.lock is for.
 */
#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include <asm/trapnr.h>

#include "irqfd.h"
#include "x86.h"

static struct zxvm_lapic *to_chip(struct lapic *lapic)
{
	return container_of(lapic, struct zxvm_lapic, lapic);
}

/*
 * May the CPU that runs the VCPU take what was posted by itself? Only edges:
 * all else is for the owner, and of a shared APIC all that is an event. Whether
 * it has the local APIC cannot have changed since the VCPU was seen in its
 * guest, or the owner looks once more.
 */
static bool cpu_takes_posts(const struct zxvm_vcpu *vcpu, struct lapic *lapic)
{
	u32 edges = lapic->shared ? 0 : LAPIC_EVENT_IRR;

	return zxvm_host.apic_posts && READ_ONCE(vcpu->arch.apic.hw) &&
	       !(atomic_read(&lapic->events) & ~edges);
}

/* On this CPU, it is not in its guest but in an interrupt of the host's. */
static void notify(struct zxvm_vcpu *vcpu, struct lapic *lapic)
{
	int cpu;

	set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
	if (!zxvm_vcpu_rouse(vcpu))
		return;
	if (!cpu_takes_posts(vcpu, lapic)) {
		kick_process(vcpu->owner);
		return;
	}
	cpu = task_cpu(vcpu->owner);
	if (cpu != smp_processor_id())
		static_call(zxvm_notify_cpu)(cpu);
}

/**
 * lapic_notify() - see lapic.h
 * @lapic: whose
 */
void lapic_notify(struct lapic *lapic)
{
	struct zxvm_lapic *chip = to_chip(lapic);
	unsigned long flags;

	raw_spin_lock_irqsave(&chip->lock, flags);
	if (chip->vcpu)
		notify(chip->vcpu, lapic);
	raw_spin_unlock_irqrestore(&chip->lock, flags);
}

/**
 * lapic_send_ipi() - see lapic.h
 * @lapic: from here
 * @msg: what
 */
void lapic_send_ipi(struct lapic *lapic, const struct apic_msg *msg)
{
	apic_send(&to_chip(lapic)->guest->arch.irqchip->bus, lapic, msg);
}

/**
 * lapic_published() - see lapic.h
 * @lapic: there
 *
 * The next entry has to see whether hardware is to have it now.
 */
void lapic_published(struct lapic *lapic)
{
	struct zxvm_lapic *chip = to_chip(lapic);

	set_bit(ZXVM_REQUEST_EVENT, &chip->vcpu->arch.requests);
	if (zxvm_vendor->apic_published)
		zxvm_vendor->apic_published(chip->guest, lapic);
}

/* Those who wait for the end of an interrupt are told without the lock. */
static void tell_ended(struct zxvm_guest *guest, u32 pins)
{
	for (; pins; pins &= pins - 1)
		zxvm_irqfd_resample(guest, __ffs(pins));
}

/**
 * lapic_eoi_broadcast() - see lapic.h
 * @lapic: here
 * @vector: which
 */
void lapic_eoi_broadcast(struct lapic *lapic, u8 vector)
{
	struct zxvm_guest *guest = to_chip(lapic)->guest;
	struct ioapic *ioapic = &guest->arch.irqchip->ioapic;
	unsigned long flags;
	u32 pins;

	raw_spin_lock_irqsave(&ioapic->lock, flags);
	pins = ioapic_eoi(ioapic, vector);
	raw_spin_unlock_irqrestore(&ioapic->lock, flags);
	tell_ended(guest, pins);
}

/**
 * zxvm_irqchip_read_ioapic() - a load from the page of the I/O APIC
 * @guest: with an irqchip
 * @offset: in the page
 * @size: in bytes
 *
 * Context: any.
 * Return: the value.
 */
u32 zxvm_irqchip_read_ioapic(struct zxvm_guest *guest, u32 offset,
			     unsigned int size)
{
	struct ioapic *ioapic = &guest->arch.irqchip->ioapic;
	unsigned long flags;
	u32 value;

	raw_spin_lock_irqsave(&ioapic->lock, flags);
	value = ioapic_read(ioapic, offset, size);
	raw_spin_unlock_irqrestore(&ioapic->lock, flags);
	return value;
}

/**
 * zxvm_irqchip_write_ioapic() - a store to the page of the I/O APIC
 * @guest: with an irqchip
 * @offset: in the page
 * @size: in bytes
 * @value: the value
 *
 * Context: any.
 */
void zxvm_irqchip_write_ioapic(struct zxvm_guest *guest, u32 offset,
			       unsigned int size, u32 value)
{
	struct ioapic *ioapic = &guest->arch.irqchip->ioapic;
	unsigned long flags;
	u32 pins;

	raw_spin_lock_irqsave(&ioapic->lock, flags);
	pins = ioapic_write(ioapic, offset, size, value);
	raw_spin_unlock_irqrestore(&ioapic->lock, flags);
	tell_ended(guest, pins);
}

static int reserve_pages(struct zxvm_guest *guest)
{
	int ret;

	ret = zxvm_guest_reserve(guest, LAPIC_BASE_ADDR, LAPIC_SIZE);
	if (ret)
		return ret;
	return zxvm_guest_reserve(guest, IOAPIC_BASE_ADDR, IOAPIC_SIZE);
}

/**
 * zxvm_irqchip_init() - the irqchip of a new guest
 * @guest: that is being created, with ZXVM_GUEST_IRQCHIP
 * @args: of ZXVM_GUEST_CREATE
 *
 * Context: may sleep.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int zxvm_irqchip_init(struct zxvm_guest *guest,
		      const struct zxvm_guest_create *args)
{
	struct zxvm_irqchip *irqchip;
	int ret;

	if ((args->irqchip_lines && args->irqchip_lines != IOAPIC_PINS) ||
	    args->irqchip_base[0] || args->irqchip_base[1])
		return -EINVAL;
	irqchip = kzalloc(sizeof(*irqchip), GFP_KERNEL_ACCOUNT);
	if (!irqchip)
		return -ENOMEM;
	ret = reserve_pages(guest);
	if (!ret && zxvm_vendor->guest_init)
		ret = zxvm_vendor->guest_init(guest);
	if (ret) {
		kfree(irqchip);
		return ret;
	}
	ioapic_power_up(&irqchip->ioapic, &irqchip->bus);
	guest->arch.irqchip = irqchip;
	return 0;
}

static void free_chip(struct zxvm_lapic *chip)
{
	free_page((unsigned long)chip->lapic.regs);
	kfree(chip);
}

/**
 * zxvm_irqchip_destroy() - the guest goes
 * @guest: without VCPUs
 */
void zxvm_irqchip_destroy(struct zxvm_guest *guest)
{
	struct zxvm_irqchip *irqchip = guest->arch.irqchip;
	u32 id;

	if (!irqchip)
		return;
	for (id = 0; id < LAPIC_MAX_CPUS; id++)
		if (irqchip->bus.lapics[id])
			free_chip(to_chip(irqchip->bus.lapics[id]));
	if (zxvm_vendor->guest_destroy)
		zxvm_vendor->guest_destroy(guest);
	kfree(irqchip);
}

static struct zxvm_lapic *new_chip(struct zxvm_guest *guest)
{
	struct zxvm_lapic *chip;

	/* A power of two is aligned to itself, as the descriptor has to be. */
	chip = kzalloc(roundup_pow_of_two(sizeof(*chip)), GFP_KERNEL_ACCOUNT);
	if (!chip)
		return NULL;
	chip->lapic.regs = (u32 *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!chip->lapic.regs) {
		kfree(chip);
		return NULL;
	}
	chip->lapic.shared = zxvm_host.apic_shared;
	chip->guest = guest;
	raw_spin_lock_init(&chip->lock);
	return chip;
}

static void set_vcpu(struct zxvm_lapic *chip, struct zxvm_vcpu *vcpu)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&chip->lock, flags);
	chip->vcpu = vcpu;
	raw_spin_unlock_irqrestore(&chip->lock, flags);
}

/**
 * zxvm_irqchip_connect() - give a new VCPU its local APIC
 * @vcpu: numbered, of a guest with an irqchip
 *
 * Context: may sleep; guest->lock.
 * Return: 0 or -ENOMEM.
 */
int zxvm_irqchip_connect(struct zxvm_vcpu *vcpu)
{
	struct apic_bus *bus = &vcpu->guest->arch.irqchip->bus;
	struct lapic *old = bus->lapics[vcpu->index];
	struct zxvm_lapic *chip;

	lockdep_assert_held(&vcpu->guest->lock);
	chip = old ? to_chip(old) : new_chip(vcpu->guest);
	if (!chip)
		return -ENOMEM;
	vcpu->arch.apic.chip = chip;
	set_vcpu(chip, vcpu);
	lapic_power_up(&chip->lapic, vcpu->index, !vcpu->index,
		       chip->lapic.regs);
	if (!old)
		apic_bus_add(bus, &chip->lapic);
	return 0;
}

/**
 * zxvm_irqchip_disconnect() - the VCPU goes
 * @vcpu: nobody uses it any more
 *
 * Context: guest->lock.
 */
void zxvm_irqchip_disconnect(struct zxvm_vcpu *vcpu)
{
	struct zxvm_lapic *chip = vcpu->arch.apic.chip;

	lockdep_assert_held(&vcpu->guest->lock);
	lapic_reload(&chip->lapic);
	lapic_power_down(&chip->lapic);
	set_vcpu(chip, NULL);
}

/**
 * zxvm_irqchip_interrupt() - ZXVM_VCPU_INTERRUPT of a guest with an irqchip
 * @vcpu: the VCPU
 * @vector: 2: an NMI; from %LAPIC_FIRST_VECTOR up: as a message to its APIC
 *
 * Context: any.
 * Return: 0 or -ERANGE.
 */
int zxvm_irqchip_interrupt(struct zxvm_vcpu *vcpu, u32 vector)
{
	const struct apic_msg msg = {
		.vector = vector,
		.mode = vector == X86_TRAP_NMI ? APIC_NMI : APIC_FIXED,
	};

	if (vector < LAPIC_FIRST_VECTOR && vector != X86_TRAP_NMI)
		return -ERANGE;
	apic_deliver(&vcpu->arch.apic.chip->lapic, &msg);
	return 0;
}

/**
 * zxvm_arch_line_valid() - see zxvm/arch.h
 * @guest: the guest
 * @line: an I/O APIC's pin
 *
 * Return: true if there is such a line.
 */
bool zxvm_arch_line_valid(struct zxvm_guest *guest, u32 line)
{
	return line < IOAPIC_PINS;
}

static void set_pin(struct zxvm_guest *guest, u32 line, u32 driver, bool on)
{
	struct ioapic *ioapic = &guest->arch.irqchip->ioapic;
	unsigned long flags;

	raw_spin_lock_irqsave(&ioapic->lock, flags);
	ioapic_set_line(ioapic, array_index_nospec(line, IOAPIC_PINS), driver,
			on);
	raw_spin_unlock_irqrestore(&ioapic->lock, flags);
}

/**
 * zxvm_arch_set_line() - see zxvm/arch.h
 * @guest: the guest
 * @line: a valid line
 * @level: asserted
 */
void zxvm_arch_set_line(struct zxvm_guest *guest, u32 line, bool level)
{
	set_pin(guest, line, IOAPIC_BY_LINE, level);
}

/**
 * zxvm_arch_hold_line() - see zxvm/arch.h
 * @guest: the guest
 * @line: a valid line
 * @hold: assert it, or let it go before the guest has ended its interrupt
 */
void zxvm_arch_hold_line(struct zxvm_guest *guest, u32 line, bool hold)
{
	set_pin(guest, line, IOAPIC_BY_EVENTFD, hold);
}

/**
 * zxvm_arch_pulse_line() - see zxvm/arch.h
 * @guest: the guest
 * @line: a valid line
 */
void zxvm_arch_pulse_line(struct zxvm_guest *guest, u32 line)
{
	struct ioapic *ioapic = &guest->arch.irqchip->ioapic;
	unsigned long flags;

	raw_spin_lock_irqsave(&ioapic->lock, flags);
	ioapic_pulse(ioapic, array_index_nospec(line, IOAPIC_PINS));
	raw_spin_unlock_irqrestore(&ioapic->lock, flags);
}

/**
 * zxvm_arch_msi() - see zxvm/arch.h
 * @guest: with an irqchip
 * @address: that the device writes to
 * @data: that it writes
 *
 * Return: 0, or -EINVAL if nothing would come of it.
 */
int zxvm_arch_msi(struct zxvm_guest *guest, u64 address, u32 data)
{
	struct apic_msg msg;

	if (!apic_parse_msi(&msg, address, data))
		return -EINVAL;
	apic_send(&guest->arch.irqchip->bus, NULL, &msg);
	return 0;
}
