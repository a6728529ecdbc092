// SPDX-License-Identifier: GPL-2.0
/*
 * The x86 part of a guest.
 */
#include "x86.h"

/**
 * zxvm_arch_guest_init() - see zxvm/arch.h
 * @guest: the guest
 * @args: of ZXVM_GUEST_CREATE
 *
 * Return: 0, -EOPNOTSUPP, -EBUSY if another hypervisor owns the hardware, or
 * -EIO if the CPU refuses.
 */
int zxvm_arch_guest_init(struct zxvm_guest *guest,
			 const struct zxvm_guest_create *args)
{
	if (zxvm_has_irqchip(guest))
		return -EOPNOTSUPP;
	zxvm_clock_init(guest);
	return zxvm_own_get();
}

/**
 * zxvm_arch_guest_destroy() - see zxvm/arch.h
 * @guest: the guest
 */
void zxvm_arch_guest_destroy(struct zxvm_guest *guest)
{
	zxvm_own_put();
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
	return false;
}

/**
 * zxvm_arch_set_line() - see zxvm/arch.h
 * @guest: the guest
 * @line: a valid line
 * @level: asserted
 */
void zxvm_arch_set_line(struct zxvm_guest *guest, u32 line, bool level)
{
}

/**
 * zxvm_arch_pulse_line() - see zxvm/arch.h
 * @guest: the guest
 * @line: a valid line
 */
void zxvm_arch_pulse_line(struct zxvm_guest *guest, u32 line)
{
}
