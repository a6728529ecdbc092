/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MSRs of a guest: what reading and writing each does, as a table, and
 * the bitmaps of VMX and SVM that follow from it.
 *
 * Pure logic. The rules are in msr_rules.h.
 */
#ifndef ZXVM_X86_MSR_H
#define ZXVM_X86_MSR_H

#include <linux/bits.h>
#include <linux/nospec.h>
#include <linux/types.h>

/* When a rule holds: all of these are so */
#define MSR_WHEN_INTEL		BIT(0)
#define MSR_WHEN_AMD		BIT(1)
#define MSR_WHEN_RDTSCP		BIT(2)	/* TSC_AUX is switched */
#define MSR_WHEN_SPEC_CTRL	BIT(3)	/* CPUID_HAS_SPEC_CTRL */
#define MSR_WHEN_NO_SPEC_CTRL	BIT(4)

#define MSR_X2APIC_FIRST	0x800u
#define MSR_X2APIC_LAST		0x8ffu

/**
 * enum msr_way - what RDMSR or WRMSR does
 * @MSR_WAY_GP: #GP(0)
 * @MSR_WAY_PASS: the hardware does it, without an exit
 * @MSR_WAY_VALUE: reads as struct msr_row.value
 * @MSR_WAY_IGNORE: a write that changes nothing
 * @MSR_WAY_FIELD: a register that is kept for the guest: struct msr_row.value
 *	is the enum zxvm_field of the first MSR of the row
 * @MSR_WAY_APIC_BASE: APIC_BASE
 * @MSR_WAY_X2APIC: a register of the local APIC, number minus 0x800. Who handles
 *	exits knows without the table
 * @MSR_WAY_TSC_DEADLINE: TSC_DEADLINE
 * @MSR_WAY_SYSTEM_TIME: the page of the paravirtual clock
 * @MSR_WAY_WALL_CLOCK: the wall clock of the paravirtual clock
 * @MSR_WAY_MISC_ENABLE: bit 0 of the host's
 * @MSR_WAY_EFER: EFER without SVME
 * @MSR_WAY_SPEC_CTRL: SPEC_CTRL
 * @MSR_WAY_PRED_CMD: PRED_CMD
 */
enum msr_way {
	MSR_WAY_GP,
	MSR_WAY_PASS,
	MSR_WAY_VALUE,
	MSR_WAY_IGNORE,
	MSR_WAY_FIELD,
	MSR_WAY_APIC_BASE,
	MSR_WAY_X2APIC,
	MSR_WAY_TSC_DEADLINE,
	MSR_WAY_SYSTEM_TIME,
	MSR_WAY_WALL_CLOCK,
	MSR_WAY_MISC_ENABLE,
	MSR_WAY_EFER,
	MSR_WAY_SPEC_CTRL,
	MSR_WAY_PRED_CMD,
};

/**
 * struct msr_row - MSRs that are alike
 * @first: the first
 * @last: the last
 * @read: enum msr_way of RDMSR
 * @write: enum msr_way of WRMSR
 * @value: for %MSR_WAY_VALUE
 */
struct msr_row {
	u32 first;
	u32 last;
	u8 read;
	u8 write;
	u32 value;
};

#define MSR_ROWS_MAX	80

/**
 * struct msr_table - the rules that hold on this host; written by msr_init()
 * @count: rows
 * @rows: by ascending number
 */
struct msr_table {
	u32 count;
	struct msr_row rows[MSR_ROWS_MAX];
};

#define MSR_VMX_BITMAP_SIZE	4096
#define MSR_SVM_BITMAP_SIZE	8192

void msr_init(struct msr_table *table, u32 when);
const struct msr_row *msr_lookup(const struct msr_table *table, u32 msr);

/**
 * msr_recall() - the same, likely the one that was last
 * @table: made by msr_init()
 * @recent: what the caller keeps between two calls for @table; NULL at first
 * @msr: ECX; any value
 *
 * Context: as msr_lookup().
 * Return: a row; never NULL.
 */
static inline const struct msr_row *msr_recall(const struct msr_table *table,
					       const struct msr_row **recent,
					       u32 msr)
{
	const struct msr_row *row = *recent;

	if (!row || msr - row->first > row->last - row->first)
		*recent = row = msr_lookup(table, msr);
	return row;
}

/**
 * msr_field() - the register behind an MSR of a row of %MSR_WAY_FIELD
 * @row: what was found for @msr
 * @msr: ECX; a guess of the CPU may have it in the wrong row
 *
 * Context: any.
 * Return: an enum zxvm_field.
 */
static inline u32 msr_field(const struct msr_row *row, u32 msr)
{
	return row->value + array_index_nospec(msr - row->first,
					       row->last - row->first + 1);
}

void msr_build_vmx_bitmap(const struct msr_table *table, u8 *bitmap);
void msr_build_svm_bitmap(const struct msr_table *table, u8 *bitmap);

#endif /* ZXVM_X86_MSR_H */
