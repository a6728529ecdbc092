// SPDX-License-Identifier: GPL-2.0
/*
 * arm64: what the host has, found out once when the module is loaded.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitfield.h>
#include <linux/printk.h>

#include <asm/cputype.h>
#include <asm/virt.h>

#include "arm64.h"
#include "sysfields.h"

struct zxvm_arm64_host zxvm_host;

DEFINE_PER_CPU(struct zxvm_vcpu *, zxvm_loaded);

/* VTCR_EL2 for 36 bits of IPA from level 1, 4 KiB granule. Arm ARM, D17.2 */
static u64 make_vtcr(u64 mmfr0)
{
	return VTCR_RES1 | VTCR_T0SZ(64 - STAGE2_IPA_BITS) |
	       VTCR_SL0_LEVEL1 | VTCR_WALK_WB_SHAREABLE |
	       VTCR_PS(min_t(u64, FIELD_GET(MMFR0_PARANGE, mmfr0), 5)) |
	       (zxvm_host.vmid_bits == 16 ? VTCR_16BIT_VMID : 0);
}

/* The ICH registers exist only behind ICC_SRE_EL2.SRE. IHI 0069, 12.2.24 */
static bool has_gicv3(void)
{
	u64 pfr0 = read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1);

	return FIELD_GET(PFR0_GIC, pfr0) &&
	       (read_sysreg_s(SYS_ICC_SRE_EL2) & SRE_SRE);
}

static void probe_host(void)
{
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	u64 mmfr1 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1);
	u64 isar0 = read_sanitised_ftr_reg(SYS_ID_AA64ISAR0_EL1);
	u64 pfr0 = read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1);
	u64 pfr1 = read_sanitised_ftr_reg(SYS_ID_AA64PFR1_EL1);
	u64 ctr = read_sanitised_ftr_reg(SYS_CTR_EL0);
	u64 vtr = read_sysreg_s(SYS_ICH_VTR_EL2);

	zxvm_host.vmid_bits = FIELD_GET(MMFR1_VMIDBITS, mmfr1) == 2 ? 16 : 8;
	zxvm_host.hcx = FIELD_GET(MMFR1_HCX, mmfr1);
	/* The kernel sanitises no FGT field; what matters is the register. */
	zxvm_host.hide_sme = FIELD_GET(PFR1_SME, pfr1) &&
		FIELD_GET(MMFR0_FGT, read_sysreg(id_aa64mmfr0_el1));
	zxvm_host.tlb_range = FIELD_GET(ISAR0_TLB, isar0) == 2;
	zxvm_host.aarch32_el0 = FIELD_GET(PFR0_EL0, pfr0) == 2;
	zxvm_host.dic = FIELD_GET(CTR_DIC, ctr);
	zxvm_host.dcache_line = 4 << FIELD_GET(CTR_DMINLINE, ctr);
	zxvm_host.nr_lrs = FIELD_GET(VTR_LISTREGS, vtr) + 1;
	/* 5 bits of preemption take one register, each more doubles them. */
	zxvm_host.nr_aprs = 1 << (FIELD_GET(VTR_PREBITS, vtr) - 4);
	zxvm_host.counter_rate = read_sysreg(cntfrq_el0);
	zxvm_host.vtcr = make_vtcr(mmfr0);
}

/**
 * zxvm_arch_init() - see zxvm/arch.h
 *
 * Return: 0, -ENODEV (EL2 is not ours), -EBUSY (KVM has it), -EOPNOTSUPP (the
 * GIC is not a GICv3, or the page size not 4 KiB).
 */
int zxvm_arch_init(void)
{
	int ret;

	if (!is_kernel_in_hyp_mode()) {
		pr_err("EL2 is not available: boot the kernel at EL2, on CPUs with VHE, with kvm-arm.mode=none\n");
		return -ENODEV;
	}
	if (PAGE_SIZE != SZ_4K) {
		pr_err("the host's pages are not 4 KiB\n");
		return -EOPNOTSUPP;
	}
	if (!has_gicv3()) {
		pr_err("the host has no GICv3, or does not use it as one\n");
		return -EOPNOTSUPP;
	}
	ret = zxvm_ppi_init();
	if (ret)
		return ret;
	probe_host();
	zxvm_init_id_regs();
	/* An earlier hypervisor may have left entries with our VMIDs. */
	zxvm_vhe_flush_all();
	return 0;
}

/**
 * zxvm_arch_exit() - see zxvm/arch.h
 */
void zxvm_arch_exit(void)
{
	zxvm_ppi_exit();
}

/**
 * zxvm_arch_features() - see zxvm/arch.h
 * @features: to be filled
 */
void zxvm_arch_features(struct zxvm_features *features)
{
	features->backend = ZXVM_BACKEND_ARM64_VHE;
	features->features = ZXVM_FEATURE_IRQCHIP | ZXVM_FEATURE_FP |
			     ZXVM_FEATURE_BLOCK_2M;
	if (zxvm_host.aarch32_el0)
		features->features |= ZXVM_FEATURE_AARCH32_EL0;
	if (zxvm_host.tlb_range)
		features->features |= ZXVM_FEATURE_TLB_RANGE;
	features->address_bits = STAGE2_IPA_BITS;
	features->vmid_bits = zxvm_host.vmid_bits;
	features->list_registers = zxvm_host.nr_lrs;
}
