/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fields of system registers that the kernel's headers name differently from
 * version to version, or not at all. Arm ARM, D17 (DDI 0487I).
 */
#ifndef ZXVM_ARM64_SYSFIELDS_H
#define ZXVM_ARM64_SYSFIELDS_H

#include <linux/bits.h>

/* VTCR_EL2 */
#define VTCR_RES1		BIT_ULL(31)
#define VTCR_T0SZ(x)		((u64)(x))
#define VTCR_SL0_LEVEL1		BIT_ULL(6)
/* IRGN0 and ORGN0 write-back, SH0 inner shareable */
#define VTCR_WALK_WB_SHAREABLE	(BIT_ULL(8) | BIT_ULL(10) | (3ULL << 12))
#define VTCR_PS(x)		((u64)(x) << 16)
#define VTCR_16BIT_VMID		BIT_ULL(19)

#define VTTBR_VMID_LSB	48

/* HCR_EL2 */
#define HCR_BIT_VM		BIT_ULL(0)
#define HCR_BIT_SWIO		BIT_ULL(1)
#define HCR_BIT_PTW		BIT_ULL(2)
#define HCR_BIT_FMO		BIT_ULL(3)
#define HCR_BIT_IMO		BIT_ULL(4)
#define HCR_BIT_AMO		BIT_ULL(5)
#define HCR_BIT_FB		BIT_ULL(9)
#define HCR_BIT_BSU_INNER	BIT_ULL(10)
#define HCR_BIT_DC		BIT_ULL(12)
#define HCR_BIT_TWI		BIT_ULL(13)
#define HCR_BIT_TWE		BIT_ULL(14)
#define HCR_BIT_TID3		BIT_ULL(18)
#define HCR_BIT_TSC		BIT_ULL(19)
#define HCR_BIT_TIDCP		BIT_ULL(20)
#define HCR_BIT_TACR		BIT_ULL(21)
#define HCR_BIT_TSW		BIT_ULL(22)
#define HCR_BIT_TVM		BIT_ULL(26)
#define HCR_BIT_TGE		BIT_ULL(27)
#define HCR_BIT_RW		BIT_ULL(31)
#define HCR_BIT_E2H		BIT_ULL(34)
#define HCR_BIT_TLOR		BIT_ULL(35)
#define HCR_BIT_TERR		BIT_ULL(36)
#define HCR_BIT_TID5		BIT_ULL(58)

/* CPTR_EL2 with HCR_EL2.E2H = 1 */
#define CPTR_FPEN		(3ULL << 20)
#define CPTR_TTA		BIT_ULL(28)
#define CPTR_TAM		BIT_ULL(30)

/* MDCR_EL2 */
#define MDCR_HPMN		GENMASK_ULL(4, 0)
#define MDCR_TPMCR		BIT_ULL(5)
#define MDCR_TPM		BIT_ULL(6)
#define MDCR_TDA		BIT_ULL(9)
#define MDCR_TDOSA		BIT_ULL(10)
#define MDCR_TDRA		BIT_ULL(11)
#define MDCR_TPMS		BIT_ULL(14)
#define MDCR_TTRF		BIT_ULL(19)

/* CNTHCTL_EL2 with HCR_EL2.E2H = 1 */
#define CNTHCTL_EL1PCTEN_E2H	BIT_ULL(10)
#define CNTHCTL_EL1PTEN_E2H	BIT_ULL(11)

/* SCTLR_EL1 */
#define SCTLR_BIT_M		BIT_ULL(0)
#define SCTLR_BIT_C		BIT_ULL(2)
#define SCTLR_BIT_SPAN		BIT_ULL(23)
#define SCTLR_BIT_DSSBS		BIT_ULL(44)

/* CNTV_CTL_EL0 */
#define CNTV_ENABLE		BIT(0)
#define CNTV_IMASK		BIT(1)
#define CNTV_ISTATUS		BIT(2)

/* ICH_VTR_EL2 */
#define VTR_LISTREGS		GENMASK_ULL(4, 0)
#define VTR_PREBITS		GENMASK_ULL(28, 26)

/* CTR_EL0 */
#define CTR_DMINLINE		GENMASK_ULL(19, 16)
#define CTR_DIC			BIT_ULL(29)

/* ID registers */
#define PFR0_EL0		GENMASK_ULL(3, 0)
#define PFR0_GIC		GENMASK_ULL(27, 24)
#define PFR0_CSV2		GENMASK_ULL(59, 56)
#define PFR1_SME		GENMASK_ULL(27, 24)
#define MMFR0_PARANGE		GENMASK_ULL(3, 0)
#define MMFR0_FGT		GENMASK_ULL(59, 56)
#define MMFR1_VMIDBITS		GENMASK_ULL(7, 4)
#define MMFR1_HCX		GENMASK_ULL(43, 40)
#define ISAR0_TLB		GENMASK_ULL(59, 56)

/* SP_EL1, MDCR_EL2, HCRX_EL2, fine-grained traps, ICC_SRE */
#define SYSREG_SP_EL1		sys_reg(3, 4, 4, 1, 0)
#define SYSREG_MDCR_EL2		sys_reg(3, 4, 1, 1, 1)
#define SYSREG_HCRX_EL2		sys_reg(3, 4, 1, 2, 2)
#define SYSREG_HFGRTR_EL2	sys_reg(3, 4, 1, 1, 4)
#define SYSREG_HFGWTR_EL2	sys_reg(3, 4, 1, 1, 5)
#define HFG_NSMPRI		BIT_ULL(54)
#define HFG_NTPIDR2		BIT_ULL(55)
#define SRE_ALL			7
#define SRE_SRE			BIT(0)

/* Registers of the set/way operations and other traps */
#define SYSREG_DC_ISW		sys_reg(1, 0, 7, 6, 2)
#define SYSREG_DC_CSW		sys_reg(1, 0, 7, 10, 2)
#define SYSREG_DC_CISW		sys_reg(1, 0, 7, 14, 2)
#define SYSREG_ICC_SGI1R	sys_reg(3, 0, 12, 11, 5)
#define SYSREG_ICC_ASGI1R	sys_reg(3, 0, 12, 11, 6)
#define SYSREG_ICC_SGI0R	sys_reg(3, 0, 12, 11, 7)

/* PSTATE */
#define SPSR_NZCV		GENMASK_ULL(31, 28)
#define SPSR_BTYPE		GENMASK_ULL(11, 10)
#define SPSR_SS		BIT_ULL(21)
#define SPSR_PAN		BIT_ULL(22)
#define SPSR_SSBS		BIT_ULL(12)
#define SPSR_DIT		BIT_ULL(24)
#define SPSR_AARCH32		BIT_ULL(4)
#define SPSR_T32		BIT_ULL(5)
#define SPSR_MODE		GENMASK_ULL(3, 0)
#define SPSR_EL1H_MASKED	0x3c5ULL

/* ESR_ELx fields of the syndromes that are looked at */
#define ISS_IL			BIT_ULL(25)
#define ISS_IMM16		GENMASK_ULL(15, 0)
#define ISS_WFX_TI		GENMASK_ULL(1, 0)
#define ISS_DABT_ISV		BIT_ULL(24)
#define ISS_DABT_SAS		GENMASK_ULL(23, 22)
#define ISS_DABT_SSE		BIT_ULL(21)
#define ISS_DABT_SRT		GENMASK_ULL(20, 16)
#define ISS_DABT_CM		BIT_ULL(8)
#define ISS_ABT_S1PTW		BIT_ULL(7)
#define ISS_DABT_WNR		BIT_ULL(6)
#define ISS_ABT_FSC_TYPE	GENMASK_ULL(5, 2)
#define ISS_SYS_RT		GENMASK_ULL(9, 5)
#define ISS_SYS_READ		BIT_ULL(0)
#define ISS_CV			BIT_ULL(24)
#define ISS_COND		GENMASK_ULL(23, 20)

#define FSC_TYPE_ADDRESS_SIZE	0
#define FSC_TYPE_TRANSLATION	1
#define FSC_TYPE_ACCESS_FLAG	2
#define FSC_TYPE_PERMISSION	3

#define HPFAR_FIPA		GENMASK_ULL(43, 4)

#endif /* ZXVM_ARM64_SYSFIELDS_H */
