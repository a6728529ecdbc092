// SPDX-License-Identifier: GPL-2.0
/*
 * arch/x86/pt.c in both formats: the bits of the manuals, and random tables
 * against a plain array of what is mapped, with a model of the TLB: what was
 * looked up stays usable until it is flushed.
 */
#include <string.h>

#include <linux/errno.h>
#include <linux/mm.h>

#include "pt.h"
#include "table_fixture.h"
#include "test.h"

#define LAST_GPA	(BIT_ULL(PT_GPA_BITS) - 1)
#define RWX		(PT_READ | PT_WRITE | PT_EXEC)
#define LARGE		(PT_2M | PT_1G)
#define MAX_TABLES	3	/* that one call may need */

void pt_flush(struct pt *pt, u64 start, u64 last)
{
	note_flush(start, last);
}

static void map_for(struct pt *pt, u64 gpa, u64 pa, u64 size, u32 perms,
		    u32 access)
{
	struct zxvm_page_cache cache = {};

	fill_cache(&cache, MAX_TABLES);
	pt_map(pt, &cache, gpa, pa, size, perms, access);
	drain_cache(&cache);
}

static void map(struct pt *pt, u64 gpa, u64 pa, u64 size, u32 perms)
{
	map_for(pt, gpa, pa, size, perms, PT_READ);
}

/* The entry at @level for @gpa, found without help of the file under test */
static u64 raw_entry(const struct pt *pt, u64 gpa, int level)
{
	u64 *table = pt->root, entry = 0;
	int l;

	for (l = 4; l >= level; l--) {
		entry = table[gpa >> (12 + 9 * (l - 1)) & 511];
		table = (u64 *)(unsigned long)(entry & 0xffffffffff000ULL);
	}
	return entry;
}

/* What the hardware makes of it: the manuals' bits of EPT and of NPT */
static bool lookup(const struct pt *pt, u64 gpa, u64 *pa, u64 *size, u32 *perms)
{
	bool ept = pt->flags & PT_EPT;
	int level = 4;
	u64 entry;

	while (1) {
		entry = raw_entry(pt, gpa, level);
		if (!(entry & (ept ? 7 : 1)))
			return false;
		if (level == 1 || entry & BIT_ULL(7))
			break;
		level--;
	}
	*size = 1ULL << (12 + 9 * (level - 1));
	*pa = (entry & 0xffffffffff000ULL & ~(*size - 1)) | (gpa & (*size - 1));
	if (ept) {
		*perms = entry & 7;
	} else {
		*perms = PT_READ;
		*perms |= entry & BIT_ULL(1) ? PT_WRITE : 0;
		*perms |= entry & BIT_ULL(63) ? 0 : PT_EXEC;
	}
	return true;
}

static bool maps(const struct pt *pt, u64 gpa, u64 pa, u64 size, u32 perms)
{
	u64 have_pa, have_size;
	u32 have_perms;

	return lookup(pt, gpa, &have_pa, &have_size, &have_perms) &&
	       have_pa == pa && have_size == size && have_perms == perms;
}

static bool unmapped(const struct pt *pt, u64 gpa)
{
	u64 pa, size;
	u32 perms;

	return !lookup(pt, gpa, &pa, &size, &perms);
}

static u64 table_bits(const struct pt *pt, u64 gpa, int level)
{
	return raw_entry(pt, gpa, level) & ~0xffffffffff000ULL;
}

static void test_ept_bits(void)
{
	struct pt pt;

	CHECK_EQ(pt_init(&pt, PT_EPT | LARGE), 0);
	CHECK_EQ(pt_root(&pt), (unsigned long)pt.root | 0x1e);
	map(&pt, 0x1000, 0x5000, PT_SIZE_4K, PT_READ);
	CHECK_EQ(table_bits(&pt, 0x1000, 4), 0x7);
	CHECK_EQ(table_bits(&pt, 0x1000, 3), 0x7);
	CHECK_EQ(table_bits(&pt, 0x1000, 2), 0x7);
	CHECK_EQ(raw_entry(&pt, 0x1000, 1), 0x5031);
	map(&pt, 0x2000, 0x5000, PT_SIZE_4K, RWX);
	CHECK_EQ(raw_entry(&pt, 0x2000, 1), 0x5037);
	/* Neither a page to write alone nor to execute alone */
	map(&pt, 0x3000, 0x5000, PT_SIZE_4K, PT_WRITE);
	CHECK_EQ(raw_entry(&pt, 0x3000, 1), 0x5033);
	map(&pt, 0x4000, 0x5000, PT_SIZE_4K, PT_EXEC);
	CHECK_EQ(raw_entry(&pt, 0x4000, 1), 0x5035);
	map(&pt, PT_SIZE_2M, BIT_ULL(51), PT_SIZE_2M, RWX);
	CHECK_EQ(raw_entry(&pt, PT_SIZE_2M, 2), 0x80000000000b7);
	map(&pt, PT_SIZE_1G, 0, PT_SIZE_1G, PT_READ | PT_EXEC);
	CHECK_EQ(raw_entry(&pt, PT_SIZE_1G, 3), 0xb5);
	pt_destroy(&pt);

	CHECK_EQ(pt_init(&pt, PT_EPT | PT_EPT_AD | PT_EPT_IGNORE_PAT), 0);
	CHECK_EQ(pt_root(&pt), (unsigned long)pt.root | 0x5e);
	map(&pt, 0x1000, 0x5000, PT_SIZE_4K, PT_READ);
	CHECK_EQ(table_bits(&pt, 0x1000, 4), 0x107);
	CHECK_EQ(raw_entry(&pt, 0x1000, 1), 0x5171);
	map(&pt, 0x1000, 0x5000, PT_SIZE_4K, RWX);
	CHECK_EQ(raw_entry(&pt, 0x1000, 1), 0x5377);
	pt_destroy(&pt);
}

static void test_npt_bits(void)
{
	struct pt pt;

	CHECK_EQ(pt_init(&pt, LARGE), 0);
	CHECK_EQ(pt_root(&pt), (unsigned long)pt.root);
	map(&pt, 0x1000, 0x5000, PT_SIZE_4K, PT_READ);
	CHECK_EQ(table_bits(&pt, 0x1000, 4), 0x27);
	CHECK_EQ(table_bits(&pt, 0x1000, 3), 0x27);
	CHECK_EQ(table_bits(&pt, 0x1000, 2), 0x27);
	CHECK_EQ(raw_entry(&pt, 0x1000, 1), 0x8000000000005025);
	map(&pt, 0x2000, 0x5000, PT_SIZE_4K, RWX);
	CHECK_EQ(raw_entry(&pt, 0x2000, 1), 0x5067);
	map(&pt, 0x3000, 0x5000, PT_SIZE_4K, PT_WRITE);
	CHECK_EQ(raw_entry(&pt, 0x3000, 1), 0x8000000000005067);
	map(&pt, PT_SIZE_2M, BIT_ULL(51), PT_SIZE_2M, RWX);
	CHECK_EQ(raw_entry(&pt, PT_SIZE_2M, 2), 0x80000000000e7);
	map(&pt, PT_SIZE_1G, 0, PT_SIZE_1G, PT_READ | PT_EXEC);
	CHECK_EQ(raw_entry(&pt, PT_SIZE_1G, 3), 0xa5);
	pt_destroy(&pt);
}

static void pages(u32 flags)
{
	struct pt pt;

	CHECK_EQ(pt_init(&pt, flags), 0);
	CHECK(unmapped(&pt, 0));
	CHECK(unmapped(&pt, LAST_GPA));

	flushes = 0;
	map(&pt, 0, 0x5000, PT_SIZE_4K, PT_READ);
	map(&pt, ALIGN_DOWN(LAST_GPA, PAGE_SIZE), 0x7000, PT_SIZE_4K, RWX);
	CHECK(maps(&pt, 0x123, 0x5123, PT_SIZE_4K, PT_READ));
	CHECK(unmapped(&pt, PAGE_SIZE));
	CHECK(maps(&pt, LAST_GPA, 0x7fff, PT_SIZE_4K, RWX));

	/* The same again, and more permissions: nothing to flush */
	map(&pt, 0, 0x5000, PT_SIZE_4K, PT_READ);
	map(&pt, 0, 0x5000, PT_SIZE_4K, PT_READ | PT_EXEC);
	map(&pt, 0, 0x5000, PT_SIZE_4K, RWX);
	CHECK(maps(&pt, 0, 0x5000, PT_SIZE_4K, RWX));
	CHECK_EQ(flushes, 0);

	/* Fewer, others, and another page */
	map(&pt, 0, 0x5000, PT_SIZE_4K, PT_READ | PT_WRITE);
	CHECK_EQ(flushes, 1);
	CHECK_EQ(flushed_start, 0);
	CHECK_EQ(flushed_last, 0xfff);
	map(&pt, 0, 0x5000, PT_SIZE_4K, PT_READ | PT_EXEC);
	CHECK_EQ(flushes, 2);
	map(&pt, 0, 0x6000, PT_SIZE_4K, RWX);
	CHECK_EQ(flushes, 3);
	CHECK(maps(&pt, 0, 0x6000, PT_SIZE_4K, RWX));

	pt_unmap(&pt, 0, PAGE_SIZE - 1);
	CHECK_EQ(flushes, 4);
	CHECK(unmapped(&pt, 0));
	pt_unmap(&pt, 0, PAGE_SIZE - 1);
	CHECK_EQ(flushes, 4);
	pt_destroy(&pt);
	CHECK(!pt.root);
}

static void test_pages(void)
{
	pages(PT_EPT | LARGE);
	pages(LARGE);
	pages(0);
}

static void large(u32 flags, u64 size)
{
	u64 at = 5 * size, pa = 8 * PT_SIZE_1G;
	struct pt pt;

	CHECK_EQ(pt_init(&pt, flags | LARGE), 0);
	/* Any page of it brings all of it. */
	map(&pt, at + 0x3000, pa + 0x3000, size, RWX);
	CHECK(maps(&pt, at + 0x1234, pa + 0x1234, size, RWX));
	CHECK(maps(&pt, at + size - 1, pa + size - 1, size, RWX));
	CHECK(unmapped(&pt, at - 1));
	CHECK(unmapped(&pt, at + size));

	/* One page of it goes: all of it goes, and all of it is flushed. */
	flushes = 0;
	pt_unmap(&pt, at + 0x3000, at + 0x3fff);
	CHECK_EQ(flushes, 1);
	CHECK_EQ(flushed_start, at);
	CHECK_EQ(flushed_last, at + size - 1);
	CHECK(unmapped(&pt, at));

	/* A page in its place, and back */
	map(&pt, at, pa, size, RWX);
	flushes = 0;
	map(&pt, at + 0x5000, 0x9000, PT_SIZE_4K, PT_READ);
	CHECK_EQ(flushes, 1);
	CHECK_EQ(flushed_start, at);
	CHECK_EQ(flushed_last, at + size - 1);
	CHECK(maps(&pt, at + 0x5000, 0x9000, PT_SIZE_4K, PT_READ));
	CHECK(unmapped(&pt, at));
	flushes = 0;
	map(&pt, at, 2 * pa, size, PT_READ);
	CHECK_EQ(flushes, 1);
	CHECK(flushed_start <= at && flushed_last >= at + size - 1);
	CHECK(maps(&pt, at + 0x5000, 2 * pa + 0x5000, size, PT_READ));
	pt_destroy(&pt);

	/* A table that is empty but there may be cached, too. */
	CHECK_EQ(pt_init(&pt, flags | LARGE), 0);
	map(&pt, at, 0, PT_SIZE_4K, RWX);
	pt_unmap(&pt, at, at + 0xfff);
	flushes = 0;
	map(&pt, at, pa, size, RWX);
	CHECK_EQ(flushes, 1);
	pt_destroy(&pt);
}

static void test_large(void)
{
	large(PT_EPT, PT_SIZE_2M);
	large(PT_EPT, PT_SIZE_1G);
	large(0, PT_SIZE_2M);
	large(0, PT_SIZE_1G);
}

static void test_sizes_of_the_cpu(void)
{
	u64 at = PT_SIZE_1G + PT_SIZE_2M + 0x3000, pa = at + 4 * PT_SIZE_1G;
	struct pt pt;

	CHECK_EQ(pt_init(&pt, PT_EPT | PT_2M), 0);
	map(&pt, at, pa, PT_SIZE_1G, RWX);
	CHECK(maps(&pt, at, pa, PT_SIZE_2M, RWX));
	CHECK(unmapped(&pt, PT_SIZE_1G));
	pt_destroy(&pt);

	CHECK_EQ(pt_init(&pt, PT_EPT), 0);
	map(&pt, at, pa, PT_SIZE_1G, RWX);
	CHECK(maps(&pt, at, pa, PT_SIZE_4K, RWX));
	CHECK(unmapped(&pt, at - 1));
	pt_destroy(&pt);

	CHECK_EQ(pt_init(&pt, PT_EPT | PT_1G), 0);
	map(&pt, at, pa, PT_SIZE_2M, RWX);
	CHECK(maps(&pt, at, pa, PT_SIZE_4K, RWX));
	pt_destroy(&pt);
}

/* Code and data next to each other in what could be one large leaf */
static void no_exec_huge(u32 flags)
{
	u64 code = PT_SIZE_1G + 0x3000, data = code + 0x1000;
	u64 far = code + PT_SIZE_2M;
	struct pt pt;
	int i;

	CHECK_EQ(pt_init(&pt, flags | LARGE | PT_NO_EXEC_HUGE), 0);
	map_for(&pt, data, data, PT_SIZE_1G, RWX, PT_WRITE);
	CHECK(maps(&pt, data, data, PT_SIZE_1G, PT_READ | PT_WRITE));
	flushes = 0;
	map_for(&pt, code, code, PT_SIZE_1G, RWX, PT_EXEC);
	CHECK_EQ(flushes, 1);
	for (i = 0; i < 2; i++) {
		CHECK(maps(&pt, code, code, PT_SIZE_4K, RWX));
		map_for(&pt, data, data, PT_SIZE_1G, RWX, PT_WRITE);
		CHECK(maps(&pt, data, data, PT_SIZE_4K, RWX));
		map_for(&pt, far, far, PT_SIZE_1G, RWX, PT_READ);
		CHECK(maps(&pt, far, far, PT_SIZE_2M, PT_READ | PT_WRITE));
	}
	CHECK_EQ(flushes, 1);

	/* What nobody may execute is as large as it can be. */
	map_for(&pt, data, data, PT_SIZE_1G, PT_READ | PT_WRITE, PT_READ);
	CHECK(maps(&pt, code, code, PT_SIZE_1G, PT_READ | PT_WRITE));
	pt_destroy(&pt);
}

static void test_no_exec_huge(void)
{
	no_exec_huge(0);
	no_exec_huge(PT_EPT);
}

/* What a CPU that has a dead table cached finds in it before the flush */
static u64 *dead_table;

static void check_dead(u64 start, u64 last)
{
	int i;

	for (i = 0; i < 512; i++)
		CHECK(!(dead_table[i] & 0xfff));
}

/* One flush for all, and every table is freed after it (ASan, LSan) */
static void test_many_tables(void)
{
	struct pt pt;
	u64 i;

	CHECK_EQ(pt_init(&pt, PT_EPT | LARGE), 0);
	for (i = 0; i < 600; i++)
		map(&pt, i * PT_SIZE_2M, 0x1000, PT_SIZE_4K, RWX);
	for (i = 0; i < 64; i++)
		map(&pt, i << 39, 0x1000, PT_SIZE_4K, RWX);
	dead_table = (u64 *)(unsigned long)
		(raw_entry(&pt, PT_SIZE_2M, 2) & 0xffffffffff000ULL);
	CHECK(dead_table[0] & 7);
	flushes = 0;
	on_flush = check_dead;
	pt_unmap(&pt, 0, LAST_GPA);
	on_flush = NULL;
	CHECK_EQ(flushes, 1);
	CHECK_EQ(flushed_start, 0);
	CHECK_EQ(flushed_last, LAST_GPA);
	for (i = 0; i < 600; i++)
		CHECK(unmapped(&pt, i * PT_SIZE_2M));
	pt_destroy(&pt);
}

static void test_no_memory(void)
{
	struct pt pt;

	unit_allocations_left = 0;
	CHECK_EQ(pt_init(&pt, 0), (u64)-ENOMEM);
	unit_allocations_left = -1;
}

/* Pages of the random tables: windows of 4 MiB, two in each GiB */
#define PAGES		4096
#define WINDOW		1024

static u64 page_gpa(u64 page)
{
	return page / WINDOW * (PT_SIZE_1G / 2) + page % WINDOW * PAGE_SIZE;
}

/* What the guest may use, and what its TLB may still have: pa | perms */
static u64 mapped[PAGES], cached[PAGES];

static void drop_cached(u64 start, u64 last)
{
	u64 page;

	for (page = 0; page < PAGES; page++)
		if (page_gpa(page) >= start && page_gpa(page) <= last)
			cached[page] = 0;
}

static u64 lookup_page(const struct pt *pt, u64 page)
{
	u64 pa, size;
	u32 perms;

	if (!lookup(pt, page_gpa(page), &pa, &size, &perms))
		return 0;
	if ((pt->flags & PT_NO_EXEC_HUGE) && size > PT_SIZE_4K)
		CHECK(!(perms & PT_EXEC));
	return pa | perms;
}

/* Same page, and no permission that is not in @most */
static bool within(u64 have, u64 most)
{
	return (have & PAGE_MASK) == (most & PAGE_MASK) &&
	       !(have & ~most & RWX);
}

/*
 * Looks @count pages up. What is in the table must be what was mapped; it may
 * be gone with its block. What the TLB holds must be allowed by the table.
 */
static void check_pages(const struct pt *pt, u64 *seed, int count)
{
	u64 page, have;

	while (count--) {
		page = test_random(seed) % PAGES;
		have = lookup_page(pt, page);
		CHECK(!have || within(have, mapped[page]));
		CHECK(!cached[page] || within(cached[page], have));
		if (have)
			cached[page] = have;
	}
}

static void random_map(struct pt *pt, u64 *seed)
{
	static const u64 sizes[] = {
		PT_SIZE_4K, PT_SIZE_4K, PT_SIZE_4K, PT_SIZE_4K, PT_SIZE_4K,
		PT_SIZE_2M, PT_SIZE_2M, PT_SIZE_1G,
	};
	u64 size = sizes[test_random(seed) % ARRAY_SIZE(sizes)];
	u64 page = test_random(seed) % PAGES, gpa = page_gpa(page), i;
	u64 pa = ALIGN_DOWN(test_random(seed) % BIT_ULL(34), size);
	u32 perms = PT_READ | test_random(seed) % (RWX + 1);
	u32 access = test_random(seed) % (RWX + 1) & perms;

	/* Often the same as before, with other permissions */
	if (test_random(seed) % 4)
		pa = ALIGN_DOWN(gpa, size);
	map_for(pt, gpa, pa + (gpa & (size - 1)), size, perms, access);
	for (i = 0; i < PAGES; i++) {
		if (ALIGN_DOWN(page_gpa(i), size) != ALIGN_DOWN(gpa, size))
			continue;
		mapped[i] = (pa + (page_gpa(i) & (size - 1))) | perms;
	}
	CHECK(within(lookup_page(pt, page), mapped[page]));
	CHECK((lookup_page(pt, page) & access) == access);
}

static void random_unmap(struct pt *pt, u64 *seed)
{
	u64 first = test_random(seed) % PAGES;
	u64 last = first + test_random(seed) % 700, i;

	last = min_t(u64, last, PAGES - 1);
	pt_unmap(pt, page_gpa(first), page_gpa(last) + PAGE_SIZE - 1);
	for (i = first; i <= last; i++) {
		mapped[i] = 0;
		CHECK(!lookup_page(pt, i));
		CHECK(!cached[i]);
	}
}

/*
 * A smaller leaf than asked leaves around it what was there: pages that the
 * model has as mapped anew and the table has of old. The core never asks so
 * (it unmaps before memory changes), so those are dropped here.
 */
static void drop_old(struct pt *pt)
{
	u64 i;

	for (i = 0; i < PAGES; i++) {
		u64 have = lookup_page(pt, i);

		if (have && !within(have, mapped[i]))
			pt_unmap(pt, page_gpa(i), page_gpa(i) + PAGE_SIZE - 1);
	}
}

static void random_tables(u32 flags, u64 seed)
{
	struct pt pt;
	int step;

	memset(mapped, 0, sizeof(mapped));
	memset(cached, 0, sizeof(cached));
	CHECK_EQ(pt_init(&pt, flags), 0);
	on_flush = drop_cached;
	for (step = 0; step < 4000; step++) {
		if (test_random(&seed) % 8)
			random_map(&pt, &seed);
		else
			random_unmap(&pt, &seed);
		if ((flags & PT_NO_EXEC_HUGE) || (flags & LARGE) != LARGE)
			drop_old(&pt);
		check_pages(&pt, &seed, 50);
	}
	on_flush = NULL;
	pt_destroy(&pt);
}

static void test_random_tables(void)
{
	random_tables(PT_EPT | LARGE, 3);
	random_tables(LARGE, 4);
	random_tables(PT_EPT | LARGE | PT_EPT_AD | PT_NO_EXEC_HUGE, 5);
	random_tables(PT_EPT, 6);
	random_tables(PT_2M, 7);
}

static const struct test tests[] = {
	{ "pt: the bits of EPT", test_ept_bits },
	{ "pt: the bits of NPT", test_npt_bits },
	{ "pt: pages, and what is flushed", test_pages },
	{ "pt: large leaves, and pages in their place", test_large },
	{ "pt: no leaf that the CPU has not", test_sizes_of_the_cpu },
	{ "pt: no executable large leaf, and code gets on",
	  test_no_exec_huge },
	{ "pt: many tables are gathered and freed", test_many_tables },
	{ "pt: no memory", test_no_memory },
	{ "pt: random tables, and a TLB that keeps what is not flushed",
	  test_random_tables },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
