/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exits that are answered next to the world switch: the guest is entered again
 * before the host has its own registers back.
 *
 * For everybody else such a guest is one that does not exit at all. Whoever
 * wants it to - with a kick, an interrupt, a signal, a change of the
 * second-stage table, as the scheduler, or with a tracepoint switched on -
 * interrupts its CPU, and the interrupt stays pending until the next entry ends
 * with it. So nothing that the run loop asks for between two entries is asked
 * for here, but for what the VCPU has left for its own next entry.
 *
 * RCU and the tracers take this for the guest, and on SVM GS is the guest's:
 * functions that run here are noinstr and call nothing, see
 * selftests/testbed/build.
 */
#ifndef ZXVM_X86_FAST_H
#define ZXVM_X86_FAST_H

#include <linux/tracepoint-defs.h>

#include "tables.h"
#include "x86.h"

DECLARE_TRACEPOINT(zxvm_exit);

/**
 * zxvm_may_stay() - need nobody but us see the exit, or the next entry?
 * @vcpu: loaded
 *
 * Context: next to the world switch.
 * Return: whether.
 */
static __always_inline bool zxvm_may_stay(const struct zxvm_vcpu *vcpu)
{
	return !READ_ONCE(vcpu->arch.requests) &&
	       !tracepoint_enabled(zxvm_exit);
}

/**
 * zxvm_set_cpuid() - what CPUID returns
 * @vcpu: not in the guest
 * @out: its registers; the upper halves become zero
 *
 * Context: any, also next to the world switch.
 */
static __always_inline void zxvm_set_cpuid(struct zxvm_vcpu *vcpu,
					   const struct zxvm_cpuid *out)
{
	struct zxvm_vcpu_state_x86 *regs = vcpu->arch.regs;

	WRITE_ONCE(regs->rax, out->reg[CPUID_OUT_EAX]);
	WRITE_ONCE(regs->rbx, out->reg[CPUID_OUT_EBX]);
	WRITE_ONCE(regs->rcx, out->reg[CPUID_OUT_ECX]);
	WRITE_ONCE(regs->rdx, out->reg[CPUID_OUT_EDX]);
}

#endif /* ZXVM_X86_FAST_H */
