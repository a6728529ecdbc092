/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Posted interrupts and the host: the vector that the kernel keeps for them,
 * whose handler does nothing. SDM vol. 3, 30.6.
 */
#ifndef ZXVM_X86_POSTED_H
#define ZXVM_X86_POSTED_H

#include <linux/cpumask.h>
#include <linux/kconfig.h>

#include <asm/apic.h>
#include <asm/cpufeature.h>
#include <asm/irq_vectors.h>

#ifdef POSTED_INTR_VECTOR
#define ZXVM_POSTED_VECTOR	POSTED_INTR_VECTOR
#else
#define ZXVM_POSTED_VECTOR	0
#endif

/* Kernels without KVM have no handler for it. */
static inline bool zxvm_has_posted_vector(void)
{
	return IS_ENABLED(CONFIG_KVM) && ZXVM_POSTED_VECTOR != 0;
}

/* An exit that acknowledges an interrupt has to find the handler in the IDT. */
static inline bool zxvm_host_uses_idt(void)
{
#ifdef X86_FEATURE_FRED
	return !cpu_feature_enabled(X86_FEATURE_FRED);
#else
	return true;
#endif
}

static inline void zxvm_send_posted(int cpu)
{
	apic->send_IPI_mask(cpumask_of(cpu), ZXVM_POSTED_VECTOR);
}

#endif /* ZXVM_X86_POSTED_H */
