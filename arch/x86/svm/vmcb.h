/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMCB: what VMRUN takes, and what #VMEXIT leaves behind. APM vol. 2,
 * appendix B. Exit codes are in the kernel's <uapi/asm/svm.h>.
 */
#ifndef ZXVM_X86_SVM_VMCB_H
#define ZXVM_X86_SVM_VMCB_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* Intercepts, as a word and a bit of struct vmcb.intercepts */
#define VMCB_CR			0
#define VMCB_READ_CR		0	/* bits 15:0 of word 0 */
#define VMCB_WRITE_CR		16	/* bits 31:16 of word 0 */
#define VMCB_DR			1	/* reads and writes */
#define VMCB_EXCEPTIONS		2
#define VMCB_MISC		3
#define VMCB_INSNS		4
#define VMCB_MORE		5
#define VMCB_INTERCEPT_WORDS	6

/* Word 3 */
#define VMCB_INTR		BIT(0)
#define VMCB_NMI		BIT(1)
#define VMCB_SMI		BIT(2)
#define VMCB_INIT		BIT(3)
#define VMCB_VINTR		BIT(4)
#define VMCB_RDPMC		BIT(15)
#define VMCB_CPUID		BIT(18)
#define VMCB_RSM		BIT(19)
#define VMCB_IRET		BIT(20)
#define VMCB_INVD		BIT(22)
#define VMCB_PAUSE		BIT(23)
#define VMCB_HLT		BIT(24)
#define VMCB_INVLPGA		BIT(26)
#define VMCB_IOIO		BIT(27)
#define VMCB_MSR		BIT(28)
#define VMCB_TASK_SWITCH	BIT(29)
#define VMCB_FERR_FREEZE	BIT(30)
#define VMCB_SHUTDOWN		BIT(31)

/* Word 4 */
#define VMCB_VMRUN		BIT(0)
#define VMCB_VMMCALL		BIT(1)
#define VMCB_VMLOAD		BIT(2)
#define VMCB_VMSAVE		BIT(3)
#define VMCB_STGI		BIT(4)
#define VMCB_CLGI		BIT(5)
#define VMCB_SKINIT		BIT(6)
#define VMCB_ICEBP		BIT(8)
#define VMCB_WBINVD		BIT(9)
#define VMCB_MONITOR		BIT(10)
#define VMCB_MWAIT		BIT(11)
#define VMCB_MWAIT_ARMED	BIT(12)
#define VMCB_XSETBV		BIT(13)
#define VMCB_RDPRU		BIT(14)

/* Word 5 */
#define VMCB_INVLPGB		BIT(0)
#define VMCB_INVLPGB_ILLEGAL	BIT(1)
#define VMCB_MCOMMIT		BIT(3)
#define VMCB_TLBSYNC		BIT(4)

/* tlb_control */
#define VMCB_FLUSH_ALL		1
#define VMCB_FLUSH_ASID		3

/* int_ctl */
#define VMCB_V_TPR		GENMASK(7, 0)
#define VMCB_V_IRQ		BIT(8)
#define VMCB_V_NMI		BIT(11)
#define VMCB_V_NMI_MASK		BIT(12)
#define VMCB_V_INTR_PRIO	GENMASK(19, 16)
#define VMCB_V_IGN_TPR		BIT(20)
#define VMCB_V_INTR_MASKING	BIT(24)
#define VMCB_V_NMI_ENABLE	BIT(26)
#define VMCB_AVIC_ENABLE	BIT(31)

/* int_state */
#define VMCB_INTERRUPT_SHADOW	BIT_ULL(0)

/* nested_ctl */
#define VMCB_NP_ENABLE		BIT_ULL(0)

/* clean: what the CPU may take from its cache of this VMCB; 15.15.3 */
#define VMCB_CLEAN_INTERCEPTS	BIT(0)
#define VMCB_CLEAN_ASID		BIT(2)
#define VMCB_CLEAN_INT		BIT(3)
#define VMCB_CLEAN_NP		BIT(4)
#define VMCB_CLEAN_CR		BIT(5)
#define VMCB_CLEAN_DR		BIT(6)
#define VMCB_CLEAN_DT		BIT(7)
#define VMCB_CLEAN_SEG		BIT(8)
#define VMCB_CLEAN_CR2		BIT(9)
#define VMCB_CLEAN_AVIC		BIT(11)
#define VMCB_CLEAN_ALL		(GENMASK(9, 0) | VMCB_CLEAN_AVIC)

/* exit_info_1 of VMEXIT_IOIO; 15.10.2 */
#define VMCB_IO_IN		BIT(0)
#define VMCB_IO_STRING		BIT(2)
#define VMCB_IO_REP		BIT(3)
#define VMCB_IO_SIZE		GENMASK(6, 4)
#define VMCB_IO_ADDRESS_SIZE	GENMASK(9, 7)
#define VMCB_IO_SEGMENT		GENMASK(12, 10)
#define VMCB_IO_PORT		GENMASK(31, 16)

/* exit_info_1 of VMEXIT_NPF; 15.25.6 */
#define VMCB_NPF_WRITE		BIT_ULL(1)
#define VMCB_NPF_RESERVED	BIT_ULL(3)
#define VMCB_NPF_FETCH		BIT_ULL(4)
#define VMCB_NPF_WALK		BIT_ULL(33)

/* exit_info_1 of CR accesses, with decode assists; 15.8.1 */
#define VMCB_CR_MOV		BIT_ULL(63)
#define VMCB_CR_GPR		GENMASK_ULL(3, 0)

/* exit_info_1 of VMEXIT_AVIC_NOACCEL; 15.29.9.2 */
#define VMCB_AVIC_OFFSET	GENMASK_ULL(11, 4)
#define VMCB_AVIC_WRITE		BIT_ULL(32)

/* exit_info_2 of VMEXIT_AVIC_INCOMPLETE_IPI; 15.29.9.1 */
#define VMCB_AVIC_REASON	GENMASK_ULL(63, 32)
#define VMCB_AVIC_NOT_RUNNING	1

/**
 * struct vmcb_seg - a segment register, or the GDTR or IDTR
 *
 * The attributes are bits 55:52 and 47:40 of a descriptor, side by side.
 */
struct vmcb_seg {
	u16 selector;
	u16 attrib;
	u32 limit;
	u64 base;
};

#define VMCB_ATTRIB_LOW		GENMASK(7, 0)
#define VMCB_ATTRIB_HIGH	GENMASK(11, 8)
#define VMCB_ATTRIB_L		BIT(9)
#define VMCB_ATTRIB_DB		BIT(10)

/**
 * struct vmcb - one page; the control area in the first KiB, the save area
 * behind it
 */
struct vmcb {
	u32 intercepts[VMCB_INTERCEPT_WORDS];
	u8 reserved_018[0x24];
	u16 pause_filter_threshold;
	u16 pause_filter_count;
	u64 iopm_base_pa;
	u64 msrpm_base_pa;
	u64 tsc_offset;
	u32 asid;
	u32 tlb_control;
	u32 int_ctl;
	u32 int_vector;
	u64 int_state;
	u64 exit_code;
	u64 exit_info_1;
	u64 exit_info_2;
	u32 exit_int_info;
	u32 exit_int_error;
	u64 nested_ctl;
	u64 avic_apic_bar;
	u64 ghcb_gpa;
	u32 event_inj;
	u32 event_inj_error;
	u64 nested_cr3;
	u64 virt_ext;
	u32 clean;
	u32 reserved_0c4;
	u64 next_rip;
	u8 insn_bytes_fetched;
	u8 insn_bytes[15];
	u64 avic_backing_page;
	u64 reserved_0e8;
	u64 avic_logical_table;
	u64 avic_physical_table;
	u8 reserved_100[0x300];

	/* The save area: segments in the order of enum zxvm_seg to GS */
	struct vmcb_seg seg[6];
	struct vmcb_seg gdtr;
	struct vmcb_seg ldtr;
	struct vmcb_seg idtr;
	struct vmcb_seg tr;
	u8 reserved_4a0[0x2b];
	u8 cpl;
	u32 reserved_4cc;
	u64 efer;
	u8 reserved_4d8[0x70];
	u64 cr4;
	u64 cr3;
	u64 cr0;
	u64 dr7;
	u64 dr6;
	u64 rflags;
	u64 rip;
	u8 reserved_580[0x58];
	u64 rsp;
	u64 s_cet;
	u64 ssp;
	u64 isst_addr;
	u64 rax;
	u64 star;
	u64 lstar;
	u64 cstar;
	u64 sfmask;
	u64 kernel_gs_base;
	u64 sysenter_cs;
	u64 sysenter_esp;
	u64 sysenter_eip;
	u64 cr2;
	u8 reserved_648[0x20];
	u64 g_pat;
	u64 dbgctl;
	u8 reserved_678[0x988];
};

static_assert(sizeof(struct vmcb) == 4096);
static_assert(offsetof(struct vmcb, iopm_base_pa) == 0x40);
static_assert(offsetof(struct vmcb, exit_code) == 0x70);
static_assert(offsetof(struct vmcb, event_inj) == 0xa8);
static_assert(offsetof(struct vmcb, avic_apic_bar) == 0x98);
static_assert(offsetof(struct vmcb, next_rip) == 0xc8);
static_assert(offsetof(struct vmcb, avic_physical_table) == 0xf8);
static_assert(offsetof(struct vmcb, seg) == 0x400);
static_assert(offsetof(struct vmcb, tr) == 0x490);
static_assert(offsetof(struct vmcb, efer) == 0x4d0);
static_assert(offsetof(struct vmcb, cr4) == 0x548);
static_assert(offsetof(struct vmcb, rsp) == 0x5d8);
static_assert(offsetof(struct vmcb, rax) == 0x5f8);
static_assert(offsetof(struct vmcb, g_pat) == 0x668);

#endif /* ZXVM_X86_SVM_VMCB_H */
