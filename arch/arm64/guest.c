// SPDX-License-Identifier: GPL-2.0
/*
 * The arm64 part of a guest.
 */
#include <asm/arch_timer.h>

#include "arm64.h"

/**
 * zxvm_arch_guest_init() - see zxvm/arch.h
 * @guest: the guest
 * @args: of ZXVM_GUEST_CREATE
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int zxvm_arch_guest_init(struct zxvm_guest *guest,
			 const struct zxvm_guest_create *args)
{
	guest->arch.cntvoff = arch_timer_read_counter();
	return zxvm_vgic_guest_init(guest, args);
}

/**
 * zxvm_arch_guest_destroy() - see zxvm/arch.h
 * @guest: the guest
 */
void zxvm_arch_guest_destroy(struct zxvm_guest *guest)
{
	zxvm_vgic_guest_destroy(guest);
}
