/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUID as the guest sees it: a table made once from the host's values and
 * the rules in cpuid_rules.h.
 *
 * Pure logic; the host's CPUID comes through a callback.
 */
#ifndef ZXVM_X86_CPUID_H
#define ZXVM_X86_CPUID_H

#include <linux/bits.h>
#include <linux/nospec.h>
#include <linux/types.h>

/* The highest leaves that a guest may see */
#define CPUID_BASIC_MAX		0x16u
#define CPUID_EXT_BASE		0x80000000u
#define CPUID_EXT_MAX		0x80000021u
#define CPUID_KVM_BASE		0x40000000u
#define CPUID_KVM_MAX		0x40000001u

/* The lowest: x2APIC needs leaf 0xb */
#define CPUID_BASIC_MIN		0xbu

/* Components of XCR0 that a guest may have */
#define CPUID_XCR0_X87_SSE	GENMASK_ULL(1, 0)
#define CPUID_XCR0_AVX		BIT_ULL(2)
#define CPUID_XCR0_AVX512	GENMASK_ULL(7, 5)
#define CPUID_XCR0_PKRU		BIT_ULL(9)
#define CPUID_XCR0_COMPONENTS	10

/* When a rule holds; struct cpuid_host.has has the upper four */
#define CPUID_WHEN_XSAVE	BIT(0)
#define CPUID_WHEN_AVX		BIT(1)
#define CPUID_WHEN_AVX512	BIT(2)
#define CPUID_WHEN_PKU		BIT(3)
#define CPUID_HAS_INVPCID	BIT(4)	/* guests can execute it */
#define CPUID_HAS_RDTSCP	BIT(5)	/* RDTSCP, RDPID; TSC_AUX is switched */
#define CPUID_HAS_STABLE_TSC	BIT(6)	/* one rate, in every state */
#define CPUID_HAS_SPEC_CTRL	BIT(7)	/* SPEC_CTRL, PRED_CMD for guests */
#define CPUID_HAS		GENMASK(7, 4)

/**
 * struct zxvm_cpuid - what CPUID returns
 * @reg: EAX, EBX, ECX, EDX
 */
struct zxvm_cpuid {
	u32 reg[4];
};

enum cpuid_reg {
	CPUID_OUT_EAX,
	CPUID_OUT_EBX,
	CPUID_OUT_ECX,
	CPUID_OUT_EDX,
};

/**
 * struct cpuid_host - what the table is made from
 * @read: CPUID of the host
 * @xcr0: XCR0 of the host; 0: no XSAVE
 * @has: CPUID_HAS_*
 */
struct cpuid_host {
	void (*read)(u32 leaf, u32 subleaf, struct zxvm_cpuid *out);
	u64 xcr0;
	u32 has;
};

/**
 * struct cpuid_view - what differs from VCPU to VCPU, and in time
 * @apic_id: of the VCPU
 * @cr4: as the guest sees it
 * @xcr0: the guest's
 */
struct cpuid_view {
	u32 apic_id;
	u64 cr4;
	u64 xcr0;
};

/* Slots: one for each leaf, in three classes */
#define CPUID_EXT_SLOT		(CPUID_BASIC_MAX + 1)
#define CPUID_KVM_SLOT		(CPUID_EXT_SLOT + CPUID_EXT_MAX - \
				 CPUID_EXT_BASE + 1)
#define CPUID_SLOTS		(CPUID_KVM_SLOT + CPUID_KVM_MAX - \
				 CPUID_KVM_BASE + 1)
#define CPUID_ROWS		53

/**
 * struct cpuid_slot - one leaf
 * @row: its first row
 * @subleaves: rows that ECX selects from; 0: ECX does not matter
 */
struct cpuid_slot {
	u8 row;
	u8 subleaves;
};

/**
 * struct cpuid_row - one leaf, or one of its subleaves
 * @regs: what is the same for all VCPUs
 * @fixup: enum cpuid_fixup: what is not
 */
struct cpuid_row {
	struct zxvm_cpuid regs;
	u32 fixup;
};

/**
 * struct cpuid_table - all leaves; not written any more after cpuid_init()
 * @basic_max: the highest basic leaf
 * @ext_count: number of extended leaves
 * @xstate: first row of leaf 0xd
 * @xcr0: what a guest may set in XCR0
 * @slots: by leaf
 * @rows: row 0 is all zero
 */
struct cpuid_table {
	u32 basic_max;
	u32 ext_count;
	u32 xstate;
	u64 xcr0;
	struct cpuid_slot slots[CPUID_SLOTS];
	struct cpuid_row rows[CPUID_ROWS];
};

/**
 * enum cpuid_fixup - what cpuid_query() changes in a row
 * @CPUID_FIXED: nothing
 * @CPUID_FIX_FEATURES: leaf 1: APIC id, OSXSAVE
 * @CPUID_FIX_OSPKE: leaf 7
 * @CPUID_FIX_TOPOLOGY: leaf 0xb: x2APIC id
 * @CPUID_FIX_XSAVE_SIZE: leaf 0xd: size of what is set in XCR0
 * @CPUID_FIX_XSAVEC_SIZE: leaf 0xd.1: the same, compacted
 * @CPUID_FIX_AMD_TOPOLOGY: leaf 0x8000001e: APIC id, core id
 */
enum cpuid_fixup {
	CPUID_FIXED,
	CPUID_FIX_FEATURES,
	CPUID_FIX_OSPKE,
	CPUID_FIX_TOPOLOGY,
	CPUID_FIX_XSAVE_SIZE,
	CPUID_FIX_XSAVEC_SIZE,
	CPUID_FIX_AMD_TOPOLOGY,
};

/**
 * cpuid_row() - what all VCPUs see in a leaf
 * @table: made by cpuid_init()
 * @leaf: EAX; any value
 * @subleaf: ECX; any value
 *
 * Context: any. On the way of an exit that goes straight back to the guest.
 * Return: the row; if its fixup is not CPUID_FIXED, cpuid_query() knows more.
 */
static __always_inline const struct cpuid_row *
cpuid_row(const struct cpuid_table *table, u32 leaf, u32 subleaf)
{
	const struct cpuid_slot *slot;
	unsigned int index;

	if (leaf <= table->basic_max)
		index = leaf;
	else if (leaf - CPUID_EXT_BASE < table->ext_count)
		index = leaf - CPUID_EXT_BASE + CPUID_EXT_SLOT;
	else if (leaf - CPUID_KVM_BASE <= CPUID_KVM_MAX - CPUID_KVM_BASE)
		index = leaf - CPUID_KVM_BASE + CPUID_KVM_SLOT;
	else
		index = table->basic_max;
	slot = &table->slots[array_index_nospec(index, CPUID_SLOTS)];
	if (!slot->subleaves)
		return &table->rows[slot->row];
	if (subleaf >= slot->subleaves)
		return &table->rows[0];
	return &table->rows[slot->row + array_index_nospec(subleaf,
							   slot->subleaves)];
}

void cpuid_init(struct cpuid_table *table, const struct cpuid_host *host);
void cpuid_query(const struct cpuid_table *table,
		 const struct cpuid_view *view, u32 leaf, u32 subleaf,
		 struct zxvm_cpuid *out);

#endif /* ZXVM_X86_CPUID_H */
