// SPDX-License-Identifier: GPL-2.0
/*
 * The MSRs of a guest. SDM vol. 3, 25.6.9; APM vol. 2, 15.11.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "field.h"
#include "msr.h"

/* MSRs for which a bitmap has bits */
#define RANGE_SIZE	0x2000u
#define RANGE_LOW	0u
#define RANGE_HIGH	0xc0000000u
#define RANGE_AMD	0xc0010000u

/* Parts of the VMX bitmap */
#define VMX_READ_LOW	0
#define VMX_READ_HIGH	1024
#define VMX_WRITE_LOW	2048
#define VMX_WRITE_HIGH	3072

/* Parts of the SVM bitmap: two bits for each MSR, read and write */
#define SVM_LOW		0
#define SVM_HIGH	2048
#define SVM_AMD		4096

struct rule {
	struct msr_row row;
	u8 when;
};

#define MSR_RULE(first, last, when, read, write, value, name, text)	\
	{ { first, last, MSR_WAY_##read, MSR_WAY_##write, value }, when },
static const struct rule rules[] = {
#include "msr_rules.h"
};

_Static_assert(ARRAY_SIZE(rules) <= MSR_ROWS_MAX, "all rules have a row");

/* Of whatever has no other; who keeps it finds one MSR by it that has none. */
static const struct msr_row row_gp = {
	U32_MAX, U32_MAX, MSR_WAY_GP, MSR_WAY_GP, 0,
};

/**
 * msr_init() - take the rules that hold
 * @table: where
 * @when: MSR_WHEN_* that hold
 *
 * Context: any.
 */
void msr_init(struct msr_table *table, u32 when)
{
	const struct rule *rule;

	memset(table, 0, sizeof(*table));
	for (rule = rules; rule < rules + ARRAY_SIZE(rules); rule++) {
		if (rule->when & ~when)
			continue;
		table->rows[table->count++] = rule->row;
	}
}

/**
 * msr_lookup() - what reading and writing an MSR does
 * @table: made by msr_init()
 * @msr: ECX; any value
 *
 * Context: any. On the way of an exit that goes straight back to the guest.
 * Return: a row; never NULL.
 */
const struct msr_row *msr_lookup(const struct msr_table *table, u32 msr)
{
	u32 low = 0, high = table->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (msr > table->rows[middle].last)
			low = middle + 1;
		else if (msr < table->rows[middle].first)
			high = middle;
		else
			return &table->rows[middle];
	}
	return &row_gp;
}

static void clear_bit_of(u8 *bitmap, u32 bit)
{
	bitmap[bit / 8] &= ~(1u << (bit % 8));
}

static void vmx_range(const struct msr_table *table, u8 *reads, u8 *writes,
		      u32 first)
{
	const struct msr_row *row;
	u32 i;

	for (i = 0; i < RANGE_SIZE; i++) {
		row = msr_lookup(table, first + i);
		if (row->read == MSR_WAY_PASS)
			clear_bit_of(reads, i);
		if (row->write == MSR_WAY_PASS)
			clear_bit_of(writes, i);
	}
}

/**
 * msr_build_vmx_bitmap() - the MSR bitmap of VMX: a clear bit passes
 * @table: made by msr_init()
 * @bitmap: %MSR_VMX_BITMAP_SIZE bytes
 *
 * MSRs outside of the two ranges always exit. SDM vol. 3, 25.6.9.
 *
 * Context: any.
 */
void msr_build_vmx_bitmap(const struct msr_table *table, u8 *bitmap)
{
	memset(bitmap, 0xff, MSR_VMX_BITMAP_SIZE);
	vmx_range(table, bitmap + VMX_READ_LOW, bitmap + VMX_WRITE_LOW,
		  RANGE_LOW);
	vmx_range(table, bitmap + VMX_READ_HIGH, bitmap + VMX_WRITE_HIGH,
		  RANGE_HIGH);
}

static void svm_range(const struct msr_table *table, u8 *bitmap, u32 first)
{
	const struct msr_row *row;
	u32 i;

	for (i = 0; i < RANGE_SIZE; i++) {
		row = msr_lookup(table, first + i);
		if (row->read == MSR_WAY_PASS)
			clear_bit_of(bitmap, 2 * i);
		if (row->write == MSR_WAY_PASS)
			clear_bit_of(bitmap, 2 * i + 1);
	}
}

/**
 * msr_build_svm_bitmap() - the MSR permissions map of SVM: a clear bit passes
 * @table: made by msr_init()
 * @bitmap: %MSR_SVM_BITMAP_SIZE bytes
 *
 * MSRs outside of the three ranges always exit. APM vol. 2, 15.11.
 *
 * Context: any.
 */
void msr_build_svm_bitmap(const struct msr_table *table, u8 *bitmap)
{
	memset(bitmap, 0xff, MSR_SVM_BITMAP_SIZE);
	svm_range(table, bitmap + SVM_LOW, RANGE_LOW);
	svm_range(table, bitmap + SVM_HIGH, RANGE_HIGH);
	svm_range(table, bitmap + SVM_AMD, RANGE_AMD);
}
