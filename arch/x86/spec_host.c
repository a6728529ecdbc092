// SPDX-License-Identifier: GPL-2.0
/*
 * Speculation on this host. What the kernel does for itself is in synthetic
 * CPU features, which honour mitigations= and its like. SDM vol. 4, 2.1;
 * AMD, Software techniques for managing speculation.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/percpu.h>
#include <linux/printk.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>

#include "l1tf.h"
#include "spec.h"
#include "spec_host.h"

DEFINE_STATIC_KEY_FALSE(zxvm_l1d_flush);
DEFINE_STATIC_KEY_FALSE(zxvm_l1d_always);
DEFINE_STATIC_KEY_FALSE(zxvm_ibpb_load);
DEFINE_STATIC_KEY_FALSE(zxvm_ibpb_put);

static atomic64_t last_id;

/* The VCPU that this CPU had last */
static DEFINE_PER_CPU(u64, had);

/**
 * zxvm_spec_init() - find out what is to be done
 * @vmx: guests run on VMX
 *
 * Context: module load.
 */
void zxvm_spec_init(bool vmx)
{
	struct spec_host host = {
		.off = cpu_mitigations_off(),
		.vmx = vmx,
		.l1tf = boot_cpu_has_bug(X86_BUG_L1TF),
		.l1d = zxvm_l1d_wanted(),
		.flush_cmd = boot_cpu_has(X86_FEATURE_FLUSH_L1D),
		.verw = boot_cpu_has(X86_FEATURE_CLEAR_CPU_BUF),
		.verw_svm = boot_cpu_has(X86_FEATURE_CLEAR_CPU_BUF_VM),
		.rsb_vmexit = boot_cpu_has(X86_FEATURE_RSB_VMEXIT),
		.rsb_lite = boot_cpu_has(X86_FEATURE_RSB_VMEXIT_LITE),
		.kernel_ibrs = boot_cpu_has(X86_FEATURE_KERNEL_IBRS),
		.bhb_loop = boot_cpu_has(X86_FEATURE_CLEAR_BHB_LOOP_ON_VMEXIT),
		.unret = boot_cpu_has(X86_FEATURE_UNRET) ||
			 boot_cpu_has(X86_FEATURE_SRSO) ||
			 boot_cpu_has(X86_FEATURE_SRSO_ALIAS),
		.ibpb = boot_cpu_has(X86_FEATURE_USE_IBPB),
		.ibpb_vmexit = boot_cpu_has(X86_FEATURE_IBPB_ON_VMEXIT),
		.ibpb_user = boot_cpu_has(X86_FEATURE_IBPB_EXIT_TO_USER),
	};
	u32 actions = spec_decide(&host);
	char text[256];

	if (actions & (SPEC_L1D_COND | SPEC_L1D_ALWAYS))
		static_branch_enable(&zxvm_l1d_flush);
	if (actions & SPEC_L1D_ALWAYS)
		static_branch_enable(&zxvm_l1d_always);
	if (actions & SPEC_IBPB_LOAD)
		static_branch_enable(&zxvm_ibpb_load);
	if (actions & SPEC_IBPB_PUT)
		static_branch_enable(&zxvm_ibpb_put);
	if (actions & SPEC_L1D_MISSING)
		pr_warn("guests can read the L1D: the CPU has L1TF, and its microcode no L1D flush\n");
	spec_describe(actions, text, sizeof(text));
	pr_debug("mitigations: %s\n", actions ? text : "none");
}

/**
 * zxvm_spec_id() - a number that no other VCPU ever has
 *
 * Context: any.
 * Return: the number.
 */
u64 zxvm_spec_id(void)
{
	return atomic64_inc_return(&last_id);
}

/**
 * zxvm_flush_l1d() - leave nothing in the L1D that the guest could find
 * @dirty: other code has run since the last entry
 *
 * Context: interrupts off.
 */
void zxvm_flush_l1d(bool dirty)
{
	if (dirty || static_branch_unlikely(&zxvm_l1d_always))
		wrmsrl(MSR_IA32_FLUSH_CMD, L1D_FLUSH);
}

/**
 * zxvm_ibpb() - indirect branches do not go where they went before
 *
 * Context: preemption off.
 */
void zxvm_ibpb(void)
{
	wrmsrl(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
}

/**
 * zxvm_ibpb_switch() - a barrier, if the last VCPU here was another
 * @id: of the one that comes
 *
 * Context: preemption off.
 */
void zxvm_ibpb_switch(u64 id)
{
	if (__this_cpu_read(had) == id)
		return;
	__this_cpu_write(had, id);
	zxvm_ibpb();
}
