// SPDX-License-Identifier: GPL-2.0
/*
 * x86: what the host has, found out once when the module is loaded, and which
 * vendor's operations run here.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>

#include <asm/cpufeature.h>
#include <asm/fpu/types.h>
#include <asm/fpu/xcr.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>

#include "spec_host.h"
#include "tables.h"
#include "x86.h"

struct zxvm_x86_host zxvm_host __ro_after_init;
const struct zxvm_vendor *zxvm_vendor __ro_after_init;

DEFINE_PER_CPU(struct zxvm_vcpu *, zxvm_loaded);

DEFINE_STATIC_CALL_NULL(zxvm_load, *zxvm_vmx.load);
DEFINE_STATIC_CALL_NULL(zxvm_put, *zxvm_vmx.put);
DEFINE_STATIC_CALL_NULL(zxvm_leave, *zxvm_vmx.leave);
DEFINE_STATIC_CALL_NULL(zxvm_run, *zxvm_vmx.run);
DEFINE_STATIC_CALL_NULL(zxvm_get, *zxvm_vmx.get);
DEFINE_STATIC_CALL_NULL(zxvm_set, *zxvm_vmx.set);
DEFINE_STATIC_CALL_NULL(zxvm_get_code, *zxvm_vmx.get_code);
DEFINE_STATIC_CALL_NULL(zxvm_skip, *zxvm_vmx.skip);
DEFINE_STATIC_CALL_NULL(zxvm_inject, *zxvm_vmx.inject);
DEFINE_STATIC_CALL_NULL(zxvm_blocked, *zxvm_vmx.blocked);
DEFINE_STATIC_CALL_NULL(zxvm_set_window, *zxvm_vmx.set_window);
DEFINE_STATIC_CALL_NULL(zxvm_set_tpr_threshold, *zxvm_vmx.set_tpr_threshold);
DEFINE_STATIC_CALL_NULL(zxvm_set_apic_hw, *zxvm_vmx.set_apic_hw);
DEFINE_STATIC_CALL_NULL(zxvm_notify_cpu, *zxvm_vmx.notify_cpu);
DEFINE_STATIC_CALL_NULL(zxvm_take_irq, *zxvm_vmx.take_irq);

/* What they take together, not compacted: PKRU is the last; SDM 1, 13.5 */
static_assert(2688 + 8 <= ZXVM_FPU_AREA);

/* Components of the extended state that a guest may have */
#define GUEST_XCR0 \
	(XFEATURE_MASK_FP | XFEATURE_MASK_SSE | XFEATURE_MASK_YMM | \
	 XFEATURE_MASK_OPMASK | XFEATURE_MASK_ZMM_Hi256 | \
	 XFEATURE_MASK_Hi16_ZMM | XFEATURE_MASK_PKRU)

#define GUEST_CR4 \
	(X86_CR4_VME | X86_CR4_PVI | X86_CR4_TSD | X86_CR4_DE | X86_CR4_PSE | \
	 X86_CR4_PAE | X86_CR4_MCE | X86_CR4_PGE | X86_CR4_PCE | \
	 X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT)

/**
 * struct cr4_bit - a bit of CR4 that belongs to a feature
 * @bit: the bit
 * @feature: X86_FEATURE_*
 */
struct cr4_bit {
	u64 bit;
	u16 feature;
};

static const struct cr4_bit cr4_bits[] = {
	{ X86_CR4_FSGSBASE, X86_FEATURE_FSGSBASE },
	{ X86_CR4_PCIDE, X86_FEATURE_PCID },
	{ X86_CR4_OSXSAVE, X86_FEATURE_XSAVE },
	{ X86_CR4_SMEP, X86_FEATURE_SMEP },
	{ X86_CR4_SMAP, X86_FEATURE_SMAP },
	{ X86_CR4_UMIP, X86_FEATURE_UMIP },
	{ X86_CR4_PKE, X86_FEATURE_OSPKE },
};

static void probe_host(void)
{
	int i;

	rdmsrl(MSR_EFER, zxvm_host.host_efer);
	zxvm_host.efer = zxvm_host.host_efer &
			 (EFER_SCE | EFER_NX | EFER_FFXSR);
	rdmsrl(MSR_IA32_CR_PAT, zxvm_host.pat);
	zxvm_host.rdtscp = boot_cpu_has(X86_FEATURE_RDTSCP) ||
			   boot_cpu_has(X86_FEATURE_RDPID);
	zxvm_host.invpcid = boot_cpu_has(X86_FEATURE_INVPCID);
	zxvm_host.stable_tsc = boot_cpu_has(X86_FEATURE_CONSTANT_TSC) &&
			       boot_cpu_has(X86_FEATURE_NONSTOP_TSC);
	zxvm_host.cr4 = GUEST_CR4;
	for (i = 0; i < ARRAY_SIZE(cr4_bits); i++)
		if (boot_cpu_has(cr4_bits[i].feature))
			zxvm_host.cr4 |= cr4_bits[i].bit;
	if (boot_cpu_has(X86_FEATURE_XSAVE)) {
		zxvm_host.host_xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
		zxvm_host.xcr0 = zxvm_host.host_xcr0 & GUEST_XCR0;
		/* Without CR4.PKE the host has PKRU, and no use of it. */
		if (!boot_cpu_has(X86_FEATURE_OSPKE))
			zxvm_host.xcr0 &= ~(u64)XFEATURE_MASK_PKRU;
	}
}

static int choose_vendor(void)
{
	if (boot_cpu_has(X86_FEATURE_VMX))
		zxvm_vendor = &zxvm_vmx;
	else if (boot_cpu_has(X86_FEATURE_SVM))
		zxvm_vendor = &zxvm_svm;
	if (!zxvm_vendor) {
		pr_err("this CPU has neither VMX nor SVM, or the firmware has locked it off\n");
		return -ENODEV;
	}
	static_call_update(zxvm_load, zxvm_vendor->load);
	static_call_update(zxvm_put, zxvm_vendor->put);
	static_call_update(zxvm_leave, zxvm_vendor->leave);
	static_call_update(zxvm_run, zxvm_vendor->run);
	static_call_update(zxvm_get, zxvm_vendor->get);
	static_call_update(zxvm_set, zxvm_vendor->set);
	static_call_update(zxvm_get_code, zxvm_vendor->get_code);
	static_call_update(zxvm_skip, zxvm_vendor->skip);
	static_call_update(zxvm_inject, zxvm_vendor->inject);
	static_call_update(zxvm_blocked, zxvm_vendor->blocked);
	static_call_update(zxvm_set_window, zxvm_vendor->set_window);
	static_call_update(zxvm_set_tpr_threshold,
			   zxvm_vendor->set_tpr_threshold);
	static_call_update(zxvm_set_apic_hw, zxvm_vendor->set_apic_hw);
	static_call_update(zxvm_notify_cpu, zxvm_vendor->notify_cpu);
	static_call_update(zxvm_take_irq, zxvm_vendor->take_irq);
	return 0;
}

/**
 * zxvm_arch_init() - see zxvm/arch.h
 *
 * Return: 0, -ENODEV (no virtualization here), -EOPNOTSUPP (the CPU lacks
 * something) or -ENOMEM.
 */
int zxvm_arch_init(void)
{
	int ret;

	ret = choose_vendor();
	if (ret)
		return ret;
	probe_host();
	ret = zxvm_vendor->probe();
	if (ret)
		return ret;
	zxvm_tables_init();
	zxvm_spec_init(zxvm_vendor->backend == ZXVM_BACKEND_VMX);
	return zxvm_own_init();
}

/**
 * zxvm_arch_exit() - see zxvm/arch.h
 */
void zxvm_arch_exit(void)
{
	zxvm_own_exit();
}

/**
 * zxvm_arch_features() - see zxvm/arch.h
 * @features: to be filled
 */
void zxvm_arch_features(struct zxvm_features *features)
{
	features->backend = zxvm_vendor->backend;
	features->features = ZXVM_FEATURE_FP | ZXVM_FEATURE_IRQCHIP;
	if (zxvm_host.xcr0)
		features->features |= ZXVM_FEATURE_XSAVE;
	if (zxvm_host.stable_tsc)
		features->features |= ZXVM_FEATURE_STABLE_CLOCK;
	features->address_bits = 48;
	zxvm_vendor->features(features);
}

/**
 * zxvm_arch_exit_name() - what an exit is called in zxvm/exits
 * @code: below ZXVM_ARCH_EXITS
 *
 * Return: its name.
 */
const char *zxvm_arch_exit_name(u32 code)
{
	return zxvm_vendor->exit_name(code) ?: "other";
}
