/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leaving virtualization when the kernel crashes or reboots in a hurry. There
 * is room for one callback. Kernels without the call do it themselves.
 */
#ifndef ZXVM_X86_EMERGENCY_H
#define ZXVM_X86_EMERGENCY_H

#include <linux/module.h>

#include <asm/reboot.h>

#ifdef ZXVM_EXPORTED_EMERGENCY_CALLBACK
static inline bool zxvm_symbol_exists(const char *name)
{
	if (!__symbol_get(name))
		return false;
	__symbol_put(name);
	return true;
}

/**
 * zxvm_emergency_register() - be called on each CPU
 * @fn: the callback; interrupts are off, locks may be held by anybody
 *
 * KVM has a callback from the moment it is loaded, which does what ours would.
 * One that has kvm_enable_virtualization() has it only while the hardware is
 * its own, and thus not ours.
 *
 * Return: false if KVM has its own.
 */
static inline bool zxvm_emergency_register(cpu_emergency_virt_cb *fn)
{
	if (zxvm_symbol_exists("kvm_rebooting") &&
	    !zxvm_symbol_exists("kvm_enable_virtualization"))
		return false;
	cpu_emergency_register_virt_callback(fn);
	return true;
}

static inline void zxvm_emergency_unregister(cpu_emergency_virt_cb *fn)
{
	cpu_emergency_unregister_virt_callback(fn);
}
#else
static inline bool zxvm_emergency_register(void (*fn)(void))
{
	return false;
}

static inline void zxvm_emergency_unregister(void (*fn)(void))
{
}
#endif

#endif /* ZXVM_X86_EMERGENCY_H */
