// SPDX-License-Identifier: GPL-2.0
/*
 * The second-stage page table. EPT: SDM vol. 3, 29.3. NPT, which has the
 * format of long mode: APM vol. 2, 5.3 and 15.25.
 *
 * It is a cache of what the process has mapped, so to remove a page from a
 * large leaf the whole leaf goes: the next access brings the rest back.
 *
 * A CPU does not keep what is not present, and walks again before it reports
 * a fault. So nothing is flushed for an entry that is added or allows more,
 * and everything that goes, moves or allows less is.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "memory.h"
#include "pt.h"

#define ENTRIES		512
#define ROOT_LEVEL	4
#define LEAF_LEVEL	1

/* Of both formats */
#define PT_ADDRESS	GENMASK_ULL(51, 12)
#define PT_LARGE	BIT_ULL(7)

#define EPT_READ	BIT_ULL(0)
#define EPT_WRITE	BIT_ULL(1)
#define EPT_EXEC	BIT_ULL(2)
#define EPT_RWX		(EPT_READ | EPT_WRITE | EPT_EXEC)
#define EPT_TYPE_WB	(6ULL << 3)
#define EPT_IGNORE_PAT	BIT_ULL(6)
#define EPT_ACCESSED	BIT_ULL(8)
#define EPT_DIRTY	BIT_ULL(9)

/* The EPT pointer, SDM vol. 3, 25.6.11 */
#define EPTP_TYPE_WB	6ULL
#define EPTP_LEVELS	((ROOT_LEVEL - 1ULL) << 3)
#define EPTP_AD		BIT_ULL(6)

/* The walker of NPT is a user: APM vol. 2, 15.25.5. */
#define NPT_PRESENT	BIT_ULL(0)
#define NPT_WRITE	BIT_ULL(1)
#define NPT_USER	BIT_ULL(2)
#define NPT_ACCESSED	BIT_ULL(5)
#define NPT_DIRTY	BIT_ULL(6)
#define NPT_NO_EXEC	BIT_ULL(63)

/**
 * struct gather - what a walk has removed but not flushed yet
 * @start: first address that the flush has to cover
 * @last: last address
 * @tables: not reachable from the root any more; see gather_table()
 * @removed: something was removed
 */
struct gather {
	u64 start;
	u64 last;
	u64 *tables;
	bool removed;
};

static unsigned int level_shift(int level)
{
	return 12 + 9 * (level - LEAF_LEVEL);
}

static u64 level_size(int level)
{
	return 1ULL << level_shift(level);
}

static u64 *entry_of(u64 *table, u64 gpa, int level)
{
	return &table[(gpa >> level_shift(level)) % ENTRIES];
}

/* All entries that are present are readable. */
static bool is_present(u64 pte)
{
	return pte & (EPT_READ | NPT_PRESENT);
}

static bool is_table(u64 pte, int level)
{
	return level > LEAF_LEVEL && is_present(pte) && !(pte & PT_LARGE);
}

static u64 *table_of(u64 pte)
{
	return phys_to_virt(pte & PT_ADDRESS);
}

/*
 * The walker of the hardware may look at any time: entries change whole, and
 * only once what they point to is there.
 */
static void set_entry(u64 *entry, u64 pte)
{
	/* Pairs with the walker's own order of reads. */
	smp_wmb();
	WRITE_ONCE(*entry, pte);
}

/*
 * A CPU may walk the table until the flush, so its first entry links the list
 * as an entry that is not present. The address in it is inverted, out of
 * memory's way, for CPUs that speculate on such entries (L1TF).
 */
static void gather_table(struct gather *gather, u64 *table)
{
	u64 link = 0;

	if (gather->tables)
		link = ~virt_to_phys(gather->tables) & PT_ADDRESS;
	WRITE_ONCE(*table, link);
	gather->tables = table;
}

static void gather_flush(struct pt *pt, struct gather *gather)
{
	u64 *table = gather->tables, link;

	if (!gather->removed)
		return;
	pt_flush(pt, gather->start, gather->last);
	while (table) {
		link = *table;
		free_page((unsigned long)table);
		table = link ? table_of(~link) : NULL;
	}
}

/* Remove [start, last] below a table that covers it. */
static void unmap_level(u64 *table, int level, u64 start, u64 last,
			struct gather *gather)
{
	u64 size = level_size(level), gpa, end;

	for (gpa = start; gpa <= last; gpa = end + 1) {
		u64 *entry = entry_of(table, gpa, level);
		u64 pte = *entry;

		end = min(last, gpa | (size - 1));
		if (!is_present(pte))
			continue;
		if (is_table(pte, level)) {
			unmap_level(table_of(pte), level - 1, gpa, end, gather);
			if (end - gpa != size - 1)
				continue;
		}
		set_entry(entry, 0);
		if (is_table(pte, level))
			gather_table(gather, table_of(pte));
		/* A leaf goes whole, on both sides of the interval too. */
		gather->start = min(gather->start, ALIGN_DOWN(gpa, size));
		gather->last = max(gather->last, gpa | (size - 1));
		gather->removed = true;
	}
}

/**
 * pt_init() - an empty table
 * @pt: the table
 * @flags: PT_*
 *
 * With %PT_EPT the guest's PAT decides on the type of its memory, as NPT has
 * it always: with write-back in the leaf the combined type is the guest's, SDM
 * vol. 3, 29.3.7.2, and MTRRs of the guest are of no effect. The process has
 * the same memory as write-back, which is coherent on CPUs that snoop
 * themselves (CPUID.1:EDX.SS); for others there is %PT_EPT_IGNORE_PAT.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int pt_init(struct pt *pt, u32 flags)
{
	pt->flags = flags;
	pt->root = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	return pt->root ? 0 : -ENOMEM;
}

/**
 * pt_destroy() - free a table and all below it
 * @pt: no VCPU uses it any more
 */
void pt_destroy(struct pt *pt)
{
	pt_unmap(pt, 0, BIT_ULL(PT_GPA_BITS) - 1);
	free_page((unsigned long)pt->root);
	pt->root = NULL;
}

/**
 * pt_root() - what the VMCS or the VMCB points to the table with
 * @pt: the table
 *
 * Return: the EPT pointer, or nCR3.
 */
u64 pt_root(const struct pt *pt)
{
	u64 root = virt_to_phys(pt->root);

	if (!(pt->flags & PT_EPT))
		return root;
	return root | EPTP_TYPE_WB | EPTP_LEVELS |
	       (pt->flags & PT_EPT_AD ? EPTP_AD : 0);
}

/**
 * pt_unmap() - remove whole pages; large leaves that stick out go too
 * @pt: the table
 * @start: first address, of a page
 * @last: last address, of a page
 */
void pt_unmap(struct pt *pt, u64 start, u64 last)
{
	struct gather gather = { .start = start, .last = last };

	unmap_level(pt->root, ROOT_LEVEL, start, last, &gather);
	gather_flush(pt, &gather);
}

static u64 table_pte(const struct pt *pt, void *table)
{
	u64 pte = virt_to_phys(table);

	if (!(pt->flags & PT_EPT))
		return pte | NPT_PRESENT | NPT_WRITE | NPT_USER | NPT_ACCESSED;
	return pte | EPT_RWX | (pt->flags & PT_EPT_AD ? EPT_ACCESSED : 0);
}

/*
 * Accessed and dirty are set from the start, which saves the CPU from doing
 * it. Write or execute alone would be a misconfiguration of EPT (SDM vol. 3,
 * 29.3.3.1), so leaves are always readable.
 */
static u64 ept_leaf(const struct pt *pt, u64 pa, u32 perms)
{
	u64 pte = pa | EPT_READ | EPT_TYPE_WB;

	if (perms & PT_WRITE)
		pte |= EPT_WRITE;
	if (perms & PT_EXEC)
		pte |= EPT_EXEC;
	if (pt->flags & PT_EPT_IGNORE_PAT)
		pte |= EPT_IGNORE_PAT;
	if (pt->flags & PT_EPT_AD)
		pte |= EPT_ACCESSED | (perms & PT_WRITE ? EPT_DIRTY : 0);
	return pte;
}

/*
 * Neither PAT nor PCD nor PWT: entry 0 of the host's PAT, write-back in Linux,
 * which the guest's type is combined with, APM vol. 2, 15.25.8.
 */
static u64 npt_leaf(u64 pa, u32 perms)
{
	u64 pte = pa | NPT_PRESENT | NPT_USER | NPT_ACCESSED;

	if (perms & PT_WRITE)
		pte |= NPT_WRITE | NPT_DIRTY;
	if (!(perms & PT_EXEC))
		pte |= NPT_NO_EXEC;
	return pte;
}

static u64 leaf_pte(const struct pt *pt, u64 pa, u32 perms, int level)
{
	u64 pte = pt->flags & PT_EPT ? ept_leaf(pt, pa, perms) :
				       npt_leaf(pa, perms);

	return level > LEAF_LEVEL ? pte | PT_LARGE : pte;
}

static u32 pte_perms(const struct pt *pt, u64 pte)
{
	bool exec = pt->flags & PT_EPT ? pte & EPT_EXEC :
					 !(pte & NPT_NO_EXEC);

	return PT_READ | (pte & (EPT_WRITE | NPT_WRITE) ? PT_WRITE : 0) |
	       (exec ? PT_EXEC : 0);
}

/* The level of the largest leaf that is allowed and not larger than @size */
static int largest_leaf(const struct pt *pt, u64 size)
{
	if ((pt->flags & PT_1G) && size >= PT_SIZE_1G)
		return 3;
	if ((pt->flags & PT_2M) && size >= PT_SIZE_2M)
		return 2;
	return LEAF_LEVEL;
}

/* The table below an entry; a new one in place of a leaf or of nothing */
static u64 *make_table(struct pt *pt, struct zxvm_page_cache *cache,
		       u64 *entry, u64 gpa, int level)
{
	u64 old = *entry, start = ALIGN_DOWN(gpa, level_size(level));

	if (!is_table(old, level))
		set_entry(entry, table_pte(pt, zxvm_page_cache_take(cache)));
	if (is_present(old) && !is_table(old, level))
		pt_flush(pt, start, start + level_size(level) - 1);
	return table_of(*entry);
}

/* Does it suffice that a CPU walks again? */
static bool only_adds(const struct pt *pt, u64 old, u64 pte)
{
	return !is_present(old) ||
	       (!((old ^ pte) & PT_ADDRESS) &&
		!(pte_perms(pt, old) & ~pte_perms(pt, pte)));
}

/**
 * pt_map() - map the leaf around an address, in place of what was there
 * @pt: the table
 * @cache: has three pages at least
 * @gpa: the address that is wanted, of a page
 * @pa: what @gpa is to be mapped to
 * @size: %PT_SIZE_4K, %PT_SIZE_2M or %PT_SIZE_1G: @gpa and @pa have the same
 *	offset in a block of this size, and all of it may be mapped
 * @perms: PT_*, what may be allowed
 * @access: PT_*, what it is wanted for
 *
 * What is mapped may be less than @size, but @gpa is in it and @access is
 * possible. It is less where the CPU has no such leaf, and with
 * %PT_NO_EXEC_HUGE, for CPUs that can be brought to a machine check by code in
 * large leaves (CVE-2018-12207). Then large leaves are not executable, and the
 * first fetch turns them into tables. Such a table stays: if the next access
 * to data brought the large leaf back, code that works on data next to it
 * would never get on.
 */
void pt_map(struct pt *pt, struct zxvm_page_cache *cache, u64 gpa, u64 pa,
	    u64 size, u32 perms, u32 access)
{
	bool split = (pt->flags & PT_NO_EXEC_HUGE) && (perms & PT_EXEC);
	int level, leaf = largest_leaf(pt, size);
	u64 *table = pt->root, *entry, old, pte, start;

	if (split && (access & PT_EXEC))
		leaf = LEAF_LEVEL;
	for (level = ROOT_LEVEL;; level--) {
		entry = entry_of(table, gpa, level);
		if (level == LEAF_LEVEL)
			break;
		if (level <= leaf && !(split && is_table(*entry, level)))
			break;
		table = make_table(pt, cache, entry, gpa, level);
	}

	if (split && level > LEAF_LEVEL)
		perms &= ~PT_EXEC;
	pte = leaf_pte(pt, ALIGN_DOWN(pa, level_size(level)), perms, level);
	start = ALIGN_DOWN(gpa, level_size(level));
	if (is_table(*entry, level))
		pt_unmap(pt, start, start + level_size(level) - 1);
	old = *entry;
	if (old == pte)
		return;
	set_entry(entry, pte);
	if (!only_adds(pt, old, pte))
		pt_flush(pt, start, start + level_size(level) - 1);
}
