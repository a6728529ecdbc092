/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Speculation: what is done in C, on this host. The rest is in the vendors'
 * entry.S, by alternatives of the same features that spec_host.c looks at.
 */
#ifndef ZXVM_X86_SPEC_HOST_H
#define ZXVM_X86_SPEC_HOST_H

#include <linux/jump_label.h>
#include <linux/types.h>

struct zxvm_vcpu;

DECLARE_STATIC_KEY_FALSE(zxvm_l1d_flush);
DECLARE_STATIC_KEY_FALSE(zxvm_l1d_always);
DECLARE_STATIC_KEY_FALSE(zxvm_ibpb_load);
DECLARE_STATIC_KEY_FALSE(zxvm_ibpb_put);

void zxvm_spec_init(bool vmx);
u64 zxvm_spec_id(void);
void zxvm_flush_l1d(bool dirty);
void zxvm_ibpb_switch(u64 id);
void zxvm_ibpb(void);

/**
 * zxvm_spec_enter() - before an entry on VMX
 * @dirty: other code has run since the last one
 *
 * Context: interrupts off.
 */
static __always_inline void zxvm_spec_enter(bool dirty)
{
	if (static_branch_unlikely(&zxvm_l1d_flush))
		zxvm_flush_l1d(dirty);
}

/**
 * zxvm_spec_each_entry() - does every entry need zxvm_spec_enter()?
 *
 * Context: any, also next to the world switch.
 * Return: false if only those do behind other code.
 */
static __always_inline bool zxvm_spec_each_entry(void)
{
	return static_branch_unlikely(&zxvm_l1d_always);
}

/**
 * zxvm_spec_load() - a VCPU comes to this CPU
 * @id: from zxvm_spec_id()
 *
 * Context: preemption off.
 */
static __always_inline void zxvm_spec_load(u64 id)
{
	if (static_branch_unlikely(&zxvm_ibpb_load))
		zxvm_ibpb_switch(id);
}

/**
 * zxvm_spec_put() - and leaves it
 *
 * Context: preemption off.
 */
static __always_inline void zxvm_spec_put(void)
{
	if (static_branch_unlikely(&zxvm_ibpb_put))
		zxvm_ibpb();
}

#endif /* ZXVM_X86_SPEC_HOST_H */
