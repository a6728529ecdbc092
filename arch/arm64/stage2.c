// SPDX-License-Identifier: GPL-2.0
/*
 * The second-stage translation table. Arm ARM, D8.2 and D8.3.
 *
 * It is a cache of what the process has mapped, so to remove a page from a
 * block the whole block goes: the next access brings the rest back.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#include "memory.h"
#include "stage2.h"

#define ENTRIES		512

#define S2_PRESENT	BIT(0)
#define S2_NOT_BLOCK	BIT(1)		/* a table, or a page at level 3 */
#define S2_NORMAL_WB	(0xfULL << 2)
#define S2_READ	BIT(6)
#define S2_WRITE	BIT(7)
#define S2_INNER_SH	(3ULL << 8)
#define S2_ACCESSED	BIT(10)
#define S2_NO_EXEC	BIT_ULL(54)
#define S2_ADDRESS	GENMASK_ULL(47, 12)

#define LAST_LEVEL	3

/* Tables that wait for a flush before they may be freed */
#define GATHER_TABLES	16

/**
 * struct gather - what a walk has removed but not flushed yet
 * @start: first address that the flush has to cover
 * @last: last address
 * @stride: size of the smallest entry that was removed
 * @count: tables in @tables
 * @tables: not reachable from the root any more
 * @removed: something was removed
 */
struct gather {
	u64 start;
	u64 last;
	u64 stride;
	unsigned int count;
	u64 *tables[GATHER_TABLES];
	bool removed;
};

static unsigned int level_shift(int level)
{
	return 12 + 9 * (LAST_LEVEL - level);
}

static u64 level_size(int level)
{
	return 1ULL << level_shift(level);
}

static u64 *entry_of(u64 *table, u64 ipa, int level)
{
	return &table[(ipa >> level_shift(level)) % ENTRIES];
}

static bool is_table(u64 pte, int level)
{
	return level < LAST_LEVEL && (pte & S2_PRESENT) &&
	       (pte & S2_NOT_BLOCK);
}

static u64 *table_of(u64 pte)
{
	return phys_to_virt(pte & S2_ADDRESS);
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

static void gather_flush(struct stage2 *s2, struct gather *gather)
{
	if (!gather->removed)
		return;
	stage2_flush(s2, gather->start, gather->last, gather->stride);
	while (gather->count)
		free_page((unsigned long)gather->tables[--gather->count]);
	gather->removed = false;
}

/* Remove [start, last] below a table that covers it. */
static void unmap_level(struct stage2 *s2, u64 *table, int level, u64 start,
			u64 last, struct gather *gather)
{
	u64 size = level_size(level), ipa, end;

	for (ipa = start; ipa <= last; ipa = end + 1) {
		u64 *entry = entry_of(table, ipa, level);
		u64 pte = *entry;

		end = min(last, ipa | (size - 1));
		if (!(pte & S2_PRESENT))
			continue;
		if (is_table(pte, level)) {
			unmap_level(s2, table_of(pte), level + 1, ipa, end,
				    gather);
			if (end - ipa != size - 1)
				continue;
			if (gather->count == GATHER_TABLES)
				gather_flush(s2, gather);
			gather->tables[gather->count++] = table_of(pte);
		}
		/* A block goes whole, on both sides of the interval too. */
		gather->start = min(gather->start, ALIGN_DOWN(ipa, size));
		gather->last = max(gather->last, ipa | (size - 1));
		gather->stride = min(gather->stride, size);
		set_entry(entry, 0);
		gather->removed = true;
	}
}

/**
 * stage2_init() - an empty table
 * @s2: the table
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int stage2_init(struct stage2 *s2)
{
	s2->root = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	return s2->root ? 0 : -ENOMEM;
}

/**
 * stage2_destroy() - free a table and all below it
 * @s2: no VCPU uses it any more
 */
void stage2_destroy(struct stage2 *s2)
{
	stage2_unmap(s2, 0, (1ULL << STAGE2_IPA_BITS) - 1);
	free_page((unsigned long)s2->root);
	s2->root = NULL;
}

/**
 * stage2_unmap() - remove whole pages; blocks that stick out go too
 * @s2: the table
 * @start: first address, of a page
 * @last: last address, of a page
 */
void stage2_unmap(struct stage2 *s2, u64 start, u64 last)
{
	struct gather gather = {
		.start = start,
		.last = last,
		.stride = level_size(1),
	};

	unmap_level(s2, s2->root, 1, start, last, &gather);
	gather_flush(s2, &gather);
}

static u64 leaf_pte(u64 pa, u32 perms, int level)
{
	u64 pte = pa | S2_PRESENT | S2_NORMAL_WB | S2_INNER_SH |
		  S2_ACCESSED;

	if (level == LAST_LEVEL)
		pte |= S2_NOT_BLOCK;
	if (perms & STAGE2_READ)
		pte |= S2_READ;
	if (perms & STAGE2_WRITE)
		pte |= S2_WRITE;
	if (!(perms & STAGE2_EXEC))
		pte |= S2_NO_EXEC;
	return pte;
}

/**
 * stage2_map() - map a page or a block, in place of what was there
 * @s2: the table
 * @cache: has two pages at least
 * @ipa: aligned to @size
 * @pa: aligned to @size
 * @size: PAGE_SIZE or STAGE2_BLOCK_SIZE
 * @perms: STAGE2_*
 *
 * An entry that changes is removed and flushed first: break before make, Arm
 * ARM D8.14.
 */
void stage2_map(struct stage2 *s2, struct zxvm_page_cache *cache, u64 ipa,
		u64 pa, u64 size, u32 perms)
{
	int level, leaf = size == STAGE2_BLOCK_SIZE ? 2 : LAST_LEVEL;
	u64 *table = s2->root, *entry, pte;

	for (level = 1; level < leaf; level++) {
		entry = entry_of(table, ipa, level);
		if ((*entry & S2_PRESENT) && !is_table(*entry, level)) {
			u64 start = ALIGN_DOWN(ipa, level_size(level));

			stage2_unmap(s2, start, start + level_size(level) - 1);
		}
		if (!*entry)
			set_entry(entry,
				  virt_to_phys(zxvm_page_cache_take(cache)) |
				  S2_PRESENT | S2_NOT_BLOCK);
		table = table_of(*entry);
	}

	entry = entry_of(table, ipa, leaf);
	pte = leaf_pte(pa, perms, leaf);
	if (*entry == pte)
		return;
	if (*entry)
		stage2_unmap(s2, ipa, ipa + size - 1);
	set_entry(entry, pte);
}

/**
 * stage2_lookup() - what an address is mapped to
 * @s2: the table
 * @ipa: the address
 * @pa: set to the physical address of @ipa
 * @size: set to the size of the page or block
 * @perms: set to STAGE2_*
 *
 * Return: false if it is not mapped.
 */
bool stage2_lookup(const struct stage2 *s2, u64 ipa, u64 *pa, u64 *size,
		   u32 *perms)
{
	u64 *table = s2->root, pte;
	int level = 1;

	while (is_table(pte = *entry_of(table, ipa, level), level)) {
		table = table_of(pte);
		level++;
	}
	if (!(pte & S2_PRESENT))
		return false;
	*size = level_size(level);
	*pa = (pte & S2_ADDRESS) + (ipa & (*size - 1));
	*perms = (pte & S2_READ ? STAGE2_READ : 0) |
		 (pte & S2_WRITE ? STAGE2_WRITE : 0) |
		 (pte & S2_NO_EXEC ? 0 : STAGE2_EXEC);
	return true;
}

static void walk_level(u64 *table, int level, u64 start, u64 last,
		       void (*fn)(u64 pa, u64 size))
{
	u64 size = level_size(level), ipa, end;

	for (ipa = start; ipa <= last; ipa = end + 1) {
		u64 pte = *entry_of(table, ipa, level);

		end = min(last, ipa | (size - 1));
		if (is_table(pte, level))
			walk_level(table_of(pte), level + 1, ipa, end, fn);
		else if (pte & S2_PRESENT)
			fn(pte & S2_ADDRESS, size);
	}
}

/**
 * stage2_for_each_leaf() - call a function for each page and block
 * @s2: the table
 * @start: first address of the interval
 * @last: last address
 * @fn: gets the physical address and the size
 */
void stage2_for_each_leaf(const struct stage2 *s2, u64 start, u64 last,
			  void (*fn)(u64 pa, u64 size))
{
	walk_level(s2->root, 1, start, last, fn);
}
