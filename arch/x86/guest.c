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
 * Return: 0, -EINVAL, -ENOMEM, -EBUSY if another hypervisor owns the hardware,
 * or -EIO if the CPU refuses.
 */
int zxvm_arch_guest_init(struct zxvm_guest *guest,
			 const struct zxvm_guest_create *args)
{
	int ret;

	if (zxvm_has_irqchip(guest)) {
		ret = zxvm_irqchip_init(guest, args);
		if (ret)
			return ret;
	}
	zxvm_clock_init(guest);
	ret = zxvm_own_get();
	if (ret)
		zxvm_irqchip_destroy(guest);
	return ret;
}

/**
 * zxvm_arch_guest_destroy() - see zxvm/arch.h
 * @guest: the guest
 */
void zxvm_arch_guest_destroy(struct zxvm_guest *guest)
{
	zxvm_own_put();
	zxvm_irqchip_destroy(guest);
}
