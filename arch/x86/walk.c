// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's own page tables: SDM vol. 3, chapter 4; APM vol. 2, chapter 5.
 *
 * Accessed and dirty flags are not set: for an instruction that the guest has
 * just executed the CPU has done it. Protection keys, and the user's shadow
 * stacks, are not looked at.
 */
#include <linux/bits.h>
#include <linux/kernel.h>

#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "walk.h"

#define P		BIT_ULL(0)
#define RW		BIT_ULL(1)
#define US		BIT_ULL(2)
#define PS		BIT_ULL(7)
#define NX		BIT_ULL(63)
#define ADDRESS		GENMASK_ULL(51, 12)

/* Of the two levels that map what is larger than 4 KiB */
#define PD_LEVEL	2
#define PDPT_LEVEL	3

/**
 * struct paging - a paging mode
 * @levels: of tables
 * @bits: of the address that each level translates
 * @pae: three levels of entries of 8 bytes
 * @root: address of the first table
 */
struct paging {
	int levels;
	int bits;
	bool pae;
	u64 root;
};

static void choose_paging(const struct walk_regs *regs, struct paging *paging)
{
	*paging = (struct paging) { .levels = 2, .bits = 10 };
	if (regs->efer & EFER_LMA) {
		paging->levels = regs->cr4 & X86_CR4_LA57 ? 5 : 4;
		paging->bits = 9;
		paging->root = regs->cr3 & ADDRESS;
	} else if (regs->cr4 & X86_CR4_PAE) {
		paging->levels = 3;
		paging->bits = 9;
		paging->pae = true;
		paging->root = regs->cr3 & GENMASK_ULL(31, 5);
	} else {
		paging->root = regs->cr3 & GENMASK_ULL(31, 12);
	}
}

static bool is_32bit(const struct paging *paging)
{
	return paging->bits == 10;
}

static unsigned int level_shift(const struct paging *paging, int level)
{
	return 12 + paging->bits * (level - 1);
}

static bool is_canonical(const struct paging *paging, u64 address)
{
	unsigned int unused = 64 - level_shift(paging, paging->levels + 1);

	return (u64)((s64)(address << unused) >> unused) == address;
}

static bool is_large(const struct walk_regs *regs, const struct paging *paging,
		     int level, u64 entry)
{
	if (!(entry & PS))
		return false;
	if (is_32bit(paging))
		return level == PD_LEVEL && (regs->cr4 & X86_CR4_PSE);
	return level == PD_LEVEL || (level == PDPT_LEVEL && !paging->pae);
}

/* A page of 4 MiB has bits 39:32 of its address in bits 20:13 (PSE-36). */
static u64 reserved_4m(const struct walk_regs *regs)
{
	unsigned int unused = regs->phys_bits < 40 ? 40 - regs->phys_bits : 0;

	return GENMASK_ULL(21, 21 - unused);
}

/* SDM vol. 3, tables 4-4 to 4-20 */
static u64 reserved_bits(const struct walk_regs *regs,
			 const struct paging *paging, int level, bool large)
{
	u64 bits;

	if (is_32bit(paging))
		return large ? reserved_4m(regs) : 0;

	bits = ADDRESS & (~0ULL << regs->phys_bits);
	if (!(regs->efer & EFER_NX))
		bits |= NX;
	if (paging->pae) {
		bits |= GENMASK_ULL(62, 52);
		if (level == PDPT_LEVEL)
			bits |= NX | GENMASK_ULL(8, 5) | RW | US;
	} else if (level > PDPT_LEVEL ||
		   (level == PDPT_LEVEL && !regs->pages_1g)) {
		bits |= PS;
	}
	if (large)
		bits |= GENMASK_ULL(level_shift(paging, level) - 1, 13);
	return bits;
}

static int read_entry(const struct paging *paging, u64 table, u64 index,
		      walk_read_t read, void *ctx, u64 *entry)
{
	u64 gpa = table + index * (is_32bit(paging) ? 4 : 8);
	int ret = read(ctx, gpa & ~7ULL, entry);

	if (!ret && is_32bit(paging))
		*entry = (u32)(*entry >> (gpa & 4 ? 32 : 0));
	return ret;
}

static u64 page_address(const struct paging *paging, int level, u64 entry,
			u64 address)
{
	u64 offset = BIT_ULL(level_shift(paging, level)) - 1;
	u64 page = entry & ADDRESS & ~offset;

	if (is_32bit(paging) && level == PD_LEVEL)
		page |= (entry >> 13 & 0xff) << 32;
	return page | (address & offset);
}

/* SDM vol. 3, 4.6.1; @rights has RW and US if all levels have, NX if one has */
static bool is_allowed(const struct walk_regs *regs, u32 access, u64 rights)
{
	if (access & WALK_USER) {
		if (!(rights & US))
			return false;
	} else if (rights & US) {
		if (access & WALK_FETCH ? regs->cr4 & X86_CR4_SMEP :
		    (regs->cr4 & X86_CR4_SMAP) && !regs->ac)
			return false;
	}
	if ((access & WALK_WRITE) && !(rights & RW) &&
	    ((access & WALK_USER) || (regs->cr0 & X86_CR0_WP)))
		return false;
	return !((access & WALK_FETCH) && (rights & NX));
}

static int fault(const struct walk_regs *regs, u32 access, u32 bits, u32 *error)
{
	bool nx = (regs->cr4 & X86_CR4_PAE) && (regs->efer & EFER_NX);

	*error = bits;
	if (access & WALK_WRITE)
		*error |= WALK_ERROR_W;
	if (access & WALK_USER)
		*error |= WALK_ERROR_U;
	if ((access & WALK_FETCH) && (nx || (regs->cr4 & X86_CR4_SMEP)))
		*error |= WALK_ERROR_ID;
	return WALK_PAGE_FAULT;
}

/**
 * walk_address() - translate a linear address of the guest
 * @regs: what paging depends on
 * @address: the address; of its low 32 bits outside of long mode
 * @access: WALK_*
 * @read: reads the guest's memory, at most five times
 * @ctx: for @read
 * @gpa: set if the translation is there and allows @access
 * @error: with %WALK_PAGE_FAULT, set to the error code
 *
 * The access is an explicit one: with SMAP and without RFLAGS.AC, a load or
 * store by CPL 0 to 2 fails on a user's page. PDPTEs are read from memory each
 * time, and a reserved bit in one of them is a page fault, as APM vol. 2,
 * 15.25.10 has it for guests; VMX keeps them in registers, and does not let
 * such ones in.
 *
 * Context: that of @read.
 * Return: 0, WALK_PAGE_FAULT, WALK_NON_CANONICAL, or the error of @read.
 */
int walk_address(const struct walk_regs *regs, u64 address, u32 access,
		 walk_read_t read, void *ctx, u64 *gpa, u32 *error)
{
	u64 rights = RW | US, table, entry;
	struct paging paging;
	bool large = false;
	int level, ret;

	if (!(regs->efer & EFER_LMA))
		address = (u32)address;
	if (!(regs->cr0 & X86_CR0_PG)) {
		*gpa = address;
		return 0;
	}
	choose_paging(regs, &paging);
	if ((regs->efer & EFER_LMA) && !is_canonical(&paging, address))
		return WALK_NON_CANONICAL;

	table = paging.root;
	for (level = paging.levels; level; level--) {
		u64 index = address >> level_shift(&paging, level) &
			    (BIT_ULL(paging.bits) - 1);

		ret = read_entry(&paging, table, index, read, ctx, &entry);
		if (ret)
			return ret;
		if (!(entry & P))
			return fault(regs, access, 0, error);
		large = is_large(regs, &paging, level, entry);
		if (entry & reserved_bits(regs, &paging, level, large))
			return fault(regs, access,
				     WALK_ERROR_P | WALK_ERROR_RSVD, error);
		/* The PDPTEs of PAE paging have no rights. */
		if (!paging.pae || level != PDPT_LEVEL) {
			rights &= entry | NX;
			rights |= entry & NX;
		}
		if (large || level == 1)
			break;
		table = entry & ADDRESS;
	}
	if (!is_allowed(regs, access, rights))
		return fault(regs, access, WALK_ERROR_P, error);
	*gpa = page_address(&paging, level, entry, address);
	return 0;
}
