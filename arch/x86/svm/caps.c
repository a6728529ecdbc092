// SPDX-License-Identifier: GPL-2.0
/*
 * What this CPU's SVM offers: CPUID Fn8000_000A. APM vol. 3, appendix E.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

#include <asm/cpufeature.h>
#include <asm/processor.h>
#include <asm/special_insns.h>

#include "svm.h"

#define SVM_LEAF		0x8000000a
#define SVM_NPT			BIT(0)
#define SVM_NRIPS		BIT(3)
#define SVM_VMCB_CLEAN		BIT(5)
#define SVM_FLUSH_ASID		BIT(6)
#define SVM_DECODE_ASSISTS	BIT(7)
#define SVM_PAUSE_FILTER	BIT(10)
#define SVM_AVIC		BIT(13)
#define SVM_VNMI		BIT(25)

/* Its CPUs may miss that a VCPU has stopped to run: erratum 1235 */
#define FAMILY_ZEN		0x17

static bool use_avic;
module_param_named(avic, use_avic, bool, 0444);
MODULE_PARM_DESC(avic, "AMD: let the CPU have the local APICs of guests (N: no CPU has tried it yet)");

struct svm_caps svm_caps __ro_after_init;

/**
 * svm_probe() - see vendor.h
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int svm_probe(void)
{
	u32 eax, ebx, ecx, edx;

	cpuid(SVM_LEAF, &eax, &ebx, &ecx, &edx);
	pr_debug("SVM revision %#x, %u ASIDs, features %#x\n", eax & 0xff,
		 ebx, edx);
	if (!(edx & SVM_NPT)) {
		pr_err("this CPU's SVM has no nested paging\n");
		return -EOPNOTSUPP;
	}
	if (ebx < 2) {
		pr_err("this CPU's SVM has no ASID for a guest\n");
		return -EOPNOTSUPP;
	}
	zxvm_host.pt_flags = PT_2M |
			     (boot_cpu_has(X86_FEATURE_GBPAGES) ? PT_1G : 0);
	svm_caps.revision = eax;
	svm_caps.asids = ebx;
	svm_caps.edx = edx;
	svm_caps.next_rip = edx & SVM_NRIPS;
	svm_caps.flush_asid = edx & SVM_FLUSH_ASID;
	svm_caps.decode = edx & SVM_DECODE_ASSISTS;
	svm_caps.pause_filter = svm_caps.next_rip && edx & SVM_PAUSE_FILTER;
	svm_caps.avic = use_avic && edx & SVM_AVIC;
	svm_caps.avic_running = boot_cpu_data.x86 != FAMILY_ZEN;
	zxvm_host.apic_hw = svm_caps.avic;
	zxvm_host.apic_shared = svm_caps.avic;
	zxvm_host.apic_posts = svm_caps.avic;
	svm_caps.vnmi = edx & SVM_VNMI;
	svm_caps.pml5 = __read_cr4() & X86_CR4_LA57;
	/* QEMU's do not. */
	svm_caps.xsetbv_native = zxvm_host.xcr0 &&
				 boot_cpu_has(X86_FEATURE_HYPERVISOR);
	svm_caps.forgets_shadow = boot_cpu_has(X86_FEATURE_HYPERVISOR) &&
				  hypervisor_cpuid_base("TCGTCGTCGTCG", 0);
	svm_caps.mce = __read_cr4() & X86_CR4_MCE;
	svm_caps.clean = edx & SVM_VMCB_CLEAN ? VMCB_CLEAN_ALL : 0;
	return 0;
}

/**
 * svm_features() - see vendor.h
 * @features: to be filled
 */
void svm_features(struct zxvm_features *features)
{
	features->vmid_bits = order_base_2(svm_caps.asids);
	features->features |= ZXVM_FEATURE_BLOCK_2M;
	if (zxvm_host.pt_flags & PT_1G)
		features->features |= ZXVM_FEATURE_BLOCK_1G;
	if (svm_caps.next_rip)
		features->features |= ZXVM_FEATURE_NEXT_RIP;
	features->hardware[0] = svm_caps.revision | (u64)svm_caps.edx << 32;
}
