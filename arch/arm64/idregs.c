// SPDX-License-Identifier: GPL-2.0
/*
 * The ID registers as the guest sees them: what every CPU of the host has,
 * less what is not switched, trapped or emulated for a guest. An allow list:
 * a field that is not named here reads as zero. Arm ARM, D17.2.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/nospec.h>

#include "arm64.h"
#include "stage2.h"
#include "sysfields.h"

/* The registers are op0 3, op1 0, CRn 0, CRm 1 to 7, op2 0 to 7. */
#define ID_REGS		64

#define FIELD4(lsb)	(0xfULL << (lsb))

/**
 * struct id_reg - one ID register
 * @sysreg: which
 * @keep: bits that are the host's
 * @set: bits that are the same on every host
 */
struct id_reg {
	u32 sysreg;
	u64 keep;
	u64 set;
};

static const struct id_reg id_regs[] = {
	/* EL0, FP, AdvSIMD, DIT, CSV2, CSV3; EL1 is AArch64; GICv3 registers */
	{ SYS_ID_AA64PFR0_EL1,
	  FIELD4(0) | FIELD4(16) | FIELD4(20) | FIELD4(48) | FIELD4(56) |
	  FIELD4(60), 1ULL << 4 | 1ULL << 24 },
	/* BT, SSBS */
	{ SYS_ID_AA64PFR1_EL1, FIELD4(0) | FIELD4(4), 0 },
	/* DoubleLock; Armv8.0 debug with the least number of breakpoints */
	{ SYS_ID_AA64DFR0_EL1, FIELD4(36), 6ULL | 1ULL << 12 | 1ULL << 20 },
	/* All but TME */
	{ SYS_ID_AA64ISAR0_EL1, ~FIELD4(24), 0 },
	/* DPB, JSCVT, FCMA, LRCPC, FRINTTS, SB, SPECRES, BF16, DGH, I8MM */
	{ SYS_ID_AA64ISAR1_EL1,
	  FIELD4(0) | FIELD4(12) | FIELD4(16) | FIELD4(20) | FIELD4(32) |
	  FIELD4(36) | FIELD4(40) | FIELD4(44) | FIELD4(48) | FIELD4(52), 0 },
	/* ASIDBits, BigEnd, SNSMem, BigEndEL0, granules, ExS; 36 bits of PA */
	{ SYS_ID_AA64MMFR0_EL1, GENMASK_ULL(31, 4) | FIELD4(44), 1 },
	/* HAFDBS, HPDS, PAN, ETS */
	{ SYS_ID_AA64MMFR1_EL1, FIELD4(0) | FIELD4(12) | FIELD4(20) |
	  FIELD4(36), 0 },
	/* CnP, UAO, LSM, VARange, CCIDX, ST, AT, IDS, TTL, BBM, E0PD */
	{ SYS_ID_AA64MMFR2_EL1,
	  FIELD4(0) | FIELD4(4) | FIELD4(8) | FIELD4(16) | FIELD4(20) |
	  FIELD4(28) | FIELD4(32) | FIELD4(36) | FIELD4(48) | FIELD4(52) |
	  FIELD4(60), 0 },
	/* AArch32, for EL0: the PMU and the debug registers are hidden */
	{ SYS_ID_PFR0_EL1, GENMASK_ULL(15, 0), 0 },
	{ SYS_ID_PFR1_EL1, GENMASK_ULL(15, 0), 1ULL << 28 },
	{ SYS_ID_MMFR0_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_ID_MMFR1_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_ID_MMFR2_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_ID_MMFR3_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_ID_ISAR0_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_ID_ISAR1_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_ID_ISAR2_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_ID_ISAR3_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_ID_ISAR4_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_ID_ISAR5_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_ID_ISAR6_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_MVFR0_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_MVFR1_EL1, GENMASK_ULL(31, 0), 0 },
	{ SYS_MVFR2_EL1, GENMASK_ULL(31, 0), 0 },
};

static u64 id_values[ID_REGS];

static u32 id_index(u32 sysreg)
{
	return sys_reg_CRm(sysreg) << 3 | sys_reg_Op2(sysreg);
}

/**
 * zxvm_init_id_regs() - compute the registers, once
 */
void zxvm_init_id_regs(void)
{
	u64 *pfr0;
	int i;

	for (i = 0; i < ARRAY_SIZE(id_regs); i++) {
		const struct id_reg *reg = &id_regs[i];

		id_values[id_index(reg->sysreg)] = reg->set |
			(read_sanitised_ftr_reg(reg->sysreg) & reg->keep);
	}
	/* CSV2 beyond 1 promises SCXTNUM_ELx, which trap. */
	pfr0 = &id_values[id_index(SYS_ID_AA64PFR0_EL1)];
	if (FIELD_GET(PFR0_CSV2, *pfr0) > 1)
		*pfr0 = (*pfr0 & ~PFR0_CSV2) | FIELD_PREP(PFR0_CSV2, 1);
}

/**
 * zxvm_id_reg() - the guest's value of an ID register
 * @sysreg: op0 3, op1 0, CRn 0, CRm 1 to 7
 *
 * Return: its value; registers that are not known read as zero.
 */
u64 zxvm_id_reg(u32 sysreg)
{
	return id_values[array_index_nospec(id_index(sysreg), ID_REGS)];
}
