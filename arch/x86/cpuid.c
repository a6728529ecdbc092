// SPDX-License-Identifier: GPL-2.0
/*
 * CPUID as the guest sees it. SDM vol. 2, CPUID; APM vol. 3, appendix E.
 *
 * A leaf out of range returns the data of the highest basic leaf, on both
 * vendors: so do Intel's CPUs and so does Zircon.
 */
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "cpuid.h"

#define ANY		0xff
#define EAX		CPUID_OUT_EAX
#define EBX		CPUID_OUT_EBX
#define ECX		CPUID_OUT_ECX
#define EDX		CPUID_OUT_EDX

#define CR4_OSXSAVE	BIT(18)
#define CR4_PKE		BIT(22)

#define LEAF1_OSXSAVE	BIT(27)
#define LEAF7_OSPKE	BIT(4)
#define LEAF7_SUB_MAX	2u
#define LEAF8_ADDR_MAX	48u
#define LEAFD_XSAVEC	BIT(1)
#define LEAFD_ALIGN	BIT(1)

/* Legacy area and header; SDM vol. 1, 13.4 */
#define XSAVE_MIN_SIZE	576u

struct leaf {
	u32 leaf;
	u8 subleaves;
	u8 fixup;
};

struct rule {
	u32 leaf;
	u8 subleaf;
	u8 reg;
	u8 when;
	u32 keep;
	u32 set;
};

#define CPUID_LEAF(leaf, subleaves, fixup, text) \
	{ leaf, subleaves, CPUID_##fixup },
#define CPUID_RULE(leaf, subleaf, reg, when, keep, set, text)
#define CPUID_HIDE(leaf, subleaf, reg, text)
static const struct leaf leaves[] = {
#include "cpuid_rules.h"
};

#undef CPUID_LEAF
#undef CPUID_RULE
#define CPUID_LEAF(leaf, subleaves, fixup, text)
#define CPUID_RULE(leaf, subleaf, reg, when, keep, set, text) \
	{ leaf, subleaf, reg, when, (u32)(keep), (u32)(set) },
static const struct rule rules[] = {
#include "cpuid_rules.h"
};

/* The parts of XCR0 that go together; SDM vol. 1, 13.3 */
static u64 guest_xcr0(u64 host)
{
	u64 xcr0 = host & CPUID_XCR0_X87_SSE;

	if (xcr0 != CPUID_XCR0_X87_SSE)
		return 0;
	if (host & CPUID_XCR0_AVX) {
		xcr0 |= CPUID_XCR0_AVX;
		if ((host & CPUID_XCR0_AVX512) == CPUID_XCR0_AVX512)
			xcr0 |= CPUID_XCR0_AVX512;
	}
	return xcr0 | (host & CPUID_XCR0_PKRU);
}

static u32 conditions(const struct cpuid_host *host, u64 xcr0)
{
	u32 when = host->has & CPUID_HAS;

	if (xcr0)
		when |= CPUID_WHEN_XSAVE;
	if (xcr0 & CPUID_XCR0_AVX)
		when |= CPUID_WHEN_AVX;
	if (xcr0 & CPUID_XCR0_AVX512)
		when |= CPUID_WHEN_AVX512;
	if (xcr0 & CPUID_XCR0_PKRU)
		when |= CPUID_WHEN_PKU;
	return when;
}

/* Size of the components of @xcr0 in the standard format: 13.4.2 */
static u32 xsave_size(const struct cpuid_table *table, u64 xcr0)
{
	const struct cpuid_row *row = &table->rows[table->xstate];
	u32 size = XSAVE_MIN_SIZE;
	unsigned int i;

	for (i = 2; i < CPUID_XCR0_COMPONENTS; i++) {
		if (xcr0 & BIT_ULL(i))
			size = max(size, row[i].regs.reg[CPUID_OUT_EAX] +
				   row[i].regs.reg[CPUID_OUT_EBX]);
	}
	return size;
}

/* And in the compacted format: 13.4.3 */
static u32 xsavec_size(const struct cpuid_table *table, u64 xcr0)
{
	const struct cpuid_row *row = &table->rows[table->xstate];
	u32 size = XSAVE_MIN_SIZE;
	unsigned int i;

	for (i = 2; i < CPUID_XCR0_COMPONENTS; i++) {
		if (!(xcr0 & BIT_ULL(i)))
			continue;
		if (row[i].regs.reg[CPUID_OUT_ECX] & LEAFD_ALIGN)
			size = ALIGN(size, 64);
		size += row[i].regs.reg[CPUID_OUT_EAX];
	}
	return size;
}

static void init_xsave(struct cpuid_table *table,
		       const struct cpuid_host *host)
{
	struct cpuid_row *row = &table->rows[table->xstate];
	struct zxvm_cpuid regs;
	unsigned int i;

	if (!table->xcr0)
		return;
	for (i = 2; i < CPUID_XCR0_COMPONENTS; i++) {
		if (!(table->xcr0 & BIT_ULL(i)))
			continue;
		host->read(0xd, i, &regs);
		row[i].regs.reg[CPUID_OUT_EAX] = regs.reg[CPUID_OUT_EAX];
		row[i].regs.reg[CPUID_OUT_EBX] = regs.reg[CPUID_OUT_EBX];
		row[i].regs.reg[CPUID_OUT_ECX] = regs.reg[CPUID_OUT_ECX] & LEAFD_ALIGN;
	}
	row->regs.reg[CPUID_OUT_EAX] = table->xcr0;
	row->regs.reg[CPUID_OUT_ECX] = xsave_size(table, table->xcr0);
}

static u32 address_sizes(u32 host)
{
	u32 physical = min(host & 0xff, LEAF8_ADDR_MAX);
	u32 linear = min(host >> 8 & 0xff, LEAF8_ADDR_MAX);

	return physical | linear << 8;
}

static void apply_rules(struct zxvm_cpuid *out, const struct zxvm_cpuid *host,
			u32 leaf, u32 subleaf, u32 when)
{
	const struct rule *rule;

	for (rule = rules; rule < rules + ARRAY_SIZE(rules); rule++) {
		if (rule->leaf != leaf || (rule->when & ~when))
			continue;
		if (rule->subleaf != ANY && rule->subleaf != subleaf)
			continue;
		out->reg[rule->reg] |= (host->reg[rule->reg] & rule->keep) |
				       rule->set;
	}
}

static unsigned int slot_index(u32 leaf)
{
	if (leaf >= CPUID_EXT_BASE)
		return CPUID_EXT_SLOT + leaf - CPUID_EXT_BASE;
	if (leaf >= CPUID_KVM_BASE)
		return CPUID_KVM_SLOT + leaf - CPUID_KVM_BASE;
	return leaf;
}

static u32 *register_of(struct cpuid_table *table, u32 leaf,
			enum cpuid_reg reg)
{
	unsigned int row = table->slots[slot_index(leaf)].row;

	return &table->rows[row].regs.reg[reg];
}

/**
 * cpuid_init() - make the table
 * @table: where
 * @host: of what
 *
 * Context: any; calls @host->read.
 */
void cpuid_init(struct cpuid_table *table, const struct cpuid_host *host)
{
	struct zxvm_cpuid basic, ext, regs;
	const struct leaf *leaf;
	struct cpuid_row *row;
	struct cpuid_slot *slot;
	unsigned int next = 1, i;
	u32 when, ext_max;

	memset(table, 0, sizeof(*table));
	host->read(0, 0, &basic);
	host->read(CPUID_EXT_BASE, 0, &ext);
	ext_max = ext.reg[CPUID_OUT_EAX] & CPUID_EXT_BASE ?
		  min(ext.reg[CPUID_OUT_EAX], CPUID_EXT_MAX) : CPUID_EXT_BASE;
	table->basic_max = max(min(basic.reg[CPUID_OUT_EAX], CPUID_BASIC_MAX),
			       CPUID_BASIC_MIN);
	table->ext_count = ext_max - CPUID_EXT_BASE + 1;
	table->xcr0 = guest_xcr0(host->xcr0);
	if (basic.reg[CPUID_OUT_EAX] < 0xd)
		table->xcr0 = 0;
	when = conditions(host, table->xcr0);

	for (leaf = leaves; leaf < leaves + ARRAY_SIZE(leaves); leaf++) {
		slot = &table->slots[slot_index(leaf->leaf)];
		slot->row = next;
		slot->subleaves = leaf->subleaves;
		row = &table->rows[next];
		next += max_t(unsigned int, leaf->subleaves, 1);
		row->fixup = leaf->fixup;
		for (i = 0; &row[i] < &table->rows[next]; i++) {
			memset(&regs, 0, sizeof(regs));
			if (leaf->leaf <= basic.reg[CPUID_OUT_EAX] ||
			    (leaf->leaf >= CPUID_EXT_BASE &&
			     leaf->leaf <= ext_max))
				host->read(leaf->leaf, i, &regs);
			apply_rules(&row[i].regs, &regs, leaf->leaf, i, when);
		}
	}

	*register_of(table, 0, CPUID_OUT_EAX) = table->basic_max;
	*register_of(table, CPUID_EXT_BASE, CPUID_OUT_EAX) = ext_max;
	if (basic.reg[CPUID_OUT_EAX] >= 7) {
		host->read(7, 0, &regs);
		*register_of(table, 7, CPUID_OUT_EAX) =
			min(regs.reg[CPUID_OUT_EAX], LEAF7_SUB_MAX);
	}
	if (ext_max >= 0x80000008) {
		host->read(0x80000008, 0, &regs);
		*register_of(table, 0x80000008, CPUID_OUT_EAX) =
			address_sizes(regs.reg[CPUID_OUT_EAX]);
	}
	table->xstate = table->slots[0xd].row;
	table->rows[table->xstate + 1].fixup = CPUID_FIX_XSAVEC_SIZE;
	init_xsave(table, host);
}

static void fix_up(const struct cpuid_table *table,
		   const struct cpuid_view *view, u32 fixup,
		   struct zxvm_cpuid *out)
{
	switch (fixup) {
	case CPUID_FIXED:
		break;
	case CPUID_FIX_FEATURES:
		out->reg[CPUID_OUT_EBX] |= view->apic_id << 24;
		if (table->xcr0 && (view->cr4 & CR4_OSXSAVE))
			out->reg[CPUID_OUT_ECX] |= LEAF1_OSXSAVE;
		break;
	case CPUID_FIX_OSPKE:
		if (view->cr4 & CR4_PKE)
			out->reg[CPUID_OUT_ECX] |= LEAF7_OSPKE;
		break;
	case CPUID_FIX_TOPOLOGY:
		out->reg[CPUID_OUT_EDX] = view->apic_id;
		break;
	case CPUID_FIX_XSAVE_SIZE:
		if (table->xcr0)
			out->reg[CPUID_OUT_EBX] = xsave_size(table, view->xcr0);
		break;
	case CPUID_FIX_XSAVEC_SIZE:
		if (out->reg[CPUID_OUT_EAX] & LEAFD_XSAVEC)
			out->reg[CPUID_OUT_EBX] = xsavec_size(table, view->xcr0);
		break;
	case CPUID_FIX_AMD_TOPOLOGY:
		out->reg[CPUID_OUT_EAX] = view->apic_id;
		out->reg[CPUID_OUT_EBX] = view->apic_id & 0xff;
		break;
	}
}

/**
 * cpuid_query() - what a guest's CPUID returns
 * @table: made by cpuid_init()
 * @view: the VCPU's part
 * @leaf: EAX; any value
 * @subleaf: ECX; any value
 * @out: for EAX to EDX; the upper halves of the registers become zero
 *
 * Context: any.
 */
void cpuid_query(const struct cpuid_table *table,
		 const struct cpuid_view *view, u32 leaf, u32 subleaf,
		 struct zxvm_cpuid *out)
{
	const struct cpuid_row *row = cpuid_row(table, leaf, subleaf);

	*out = row->regs;
	fix_up(table, view, row->fixup, out);
}
