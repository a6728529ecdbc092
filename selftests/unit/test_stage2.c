// SPDX-License-Identifier: GPL-2.0
/*
 * arch/arm64/stage2.c against a plain array of what is mapped, with a model of
 * the TLB: what was looked up stays usable until it is flushed.
 */
#include <linux/errno.h>
#include <linux/mm.h>

#include "stage2.h"
#include "table_fixture.h"
#include "test.h"

#define BLOCK		STAGE2_BLOCK_SIZE
#define LAST_IPA	(BIT_ULL(STAGE2_IPA_BITS) - 1)
#define RWX		(STAGE2_READ | STAGE2_WRITE | STAGE2_EXEC)
#define MAX_TABLES	2	/* that one call may need */

static u64 flushed_stride;

void stage2_flush(struct stage2 *s2, u64 start, u64 last, u64 stride)
{
	flushed_stride = stride;
	note_flush(start, last);
}

static void map(struct stage2 *s2, u64 ipa, u64 pa, u64 size, u32 perms)
{
	struct zxvm_page_cache cache = {};

	fill_cache(&cache, MAX_TABLES);
	stage2_map(s2, &cache, ipa, pa, size, perms);
	drain_cache(&cache);
}

static bool maps(const struct stage2 *s2, u64 ipa, u64 pa, u64 size, u32 perms)
{
	u64 have_pa, have_size;
	u32 have_perms;

	return stage2_lookup(s2, ipa, &have_pa, &have_size, &have_perms) &&
	       have_pa == pa && have_size == size && have_perms == perms;
}

static bool unmapped(const struct stage2 *s2, u64 ipa)
{
	u64 pa, size;
	u32 perms;

	return !stage2_lookup(s2, ipa, &pa, &size, &perms);
}

static void test_pages(void)
{
	struct stage2 s2;

	CHECK_EQ(stage2_init(&s2), 0);
	CHECK(unmapped(&s2, 0));
	CHECK(unmapped(&s2, LAST_IPA));

	flushes = 0;
	map(&s2, 0, 0x5000, PAGE_SIZE, STAGE2_READ);
	map(&s2, ALIGN_DOWN(LAST_IPA, PAGE_SIZE), 0x7000, PAGE_SIZE, RWX);
	CHECK(maps(&s2, 0x123, 0x5123, PAGE_SIZE, STAGE2_READ));
	CHECK(unmapped(&s2, PAGE_SIZE));
	CHECK(maps(&s2, LAST_IPA, 0x7fff, PAGE_SIZE, RWX));
	CHECK_EQ(flushes, 0);

	/* The same again is no change; another is break before make. */
	map(&s2, 0, 0x5000, PAGE_SIZE, STAGE2_READ);
	CHECK_EQ(flushes, 0);
	map(&s2, 0, 0x6000, PAGE_SIZE, STAGE2_READ | STAGE2_WRITE);
	CHECK_EQ(flushes, 1);
	CHECK(maps(&s2, 0, 0x6000, PAGE_SIZE, STAGE2_READ | STAGE2_WRITE));

	stage2_unmap(&s2, 0, PAGE_SIZE - 1);
	CHECK_EQ(flushes, 2);
	CHECK_EQ(flushed_stride, PAGE_SIZE);
	CHECK(unmapped(&s2, 0));
	stage2_unmap(&s2, 0, PAGE_SIZE - 1);
	CHECK_EQ(flushes, 2);
	stage2_destroy(&s2);
	CHECK(!s2.root);
}

static void test_blocks(void)
{
	struct stage2 s2;

	CHECK_EQ(stage2_init(&s2), 0);
	map(&s2, BLOCK, 8 * BLOCK, BLOCK, RWX);
	CHECK(maps(&s2, BLOCK + 0x1234, 8 * BLOCK + 0x1234, BLOCK, RWX));
	CHECK(unmapped(&s2, BLOCK - 1));
	CHECK(unmapped(&s2, 2 * BLOCK));

	/* One page of it goes: all of it goes, and all of it is flushed. */
	flushes = 0;
	stage2_unmap(&s2, BLOCK + 0x3000, BLOCK + 0x3fff);
	CHECK_EQ(flushes, 1);
	CHECK(flushed_start <= BLOCK && flushed_last >= 2 * BLOCK - 1);
	CHECK_EQ(flushed_stride, BLOCK);
	CHECK(unmapped(&s2, BLOCK));

	/* A page in place of a block, and a block in place of pages */
	map(&s2, BLOCK, 8 * BLOCK, BLOCK, RWX);
	flushes = 0;
	map(&s2, BLOCK + 0x5000, 0x9000, PAGE_SIZE, STAGE2_READ);
	CHECK(flushes >= 1);
	CHECK(flushed_start <= BLOCK && flushed_last >= 2 * BLOCK - 1);
	CHECK(maps(&s2, BLOCK + 0x5000, 0x9000, PAGE_SIZE, STAGE2_READ));
	CHECK(unmapped(&s2, BLOCK));
	flushes = 0;
	map(&s2, BLOCK, 4 * BLOCK, BLOCK, STAGE2_READ);
	CHECK(flushes >= 1);
	CHECK(maps(&s2, BLOCK + 0x5000, 4 * BLOCK + 0x5000, BLOCK,
		   STAGE2_READ));
	stage2_destroy(&s2);
}

static u64 leaves, leaf_bytes;

static void count_leaf(u64 pa, u64 size)
{
	leaves++;
	leaf_bytes += size;
}

static void test_leaves(void)
{
	struct stage2 s2;

	CHECK_EQ(stage2_init(&s2), 0);
	map(&s2, 0, 0x1000, PAGE_SIZE, RWX);
	map(&s2, 0x2000, 0x1000, PAGE_SIZE, RWX);
	map(&s2, BLOCK, BLOCK, BLOCK, RWX);
	map(&s2, BIT_ULL(35), BLOCK, BLOCK, RWX);

	leaves = 0;
	leaf_bytes = 0;
	stage2_for_each_leaf(&s2, 0, LAST_IPA, count_leaf);
	CHECK_EQ(leaves, 4);
	CHECK_EQ(leaf_bytes, 2 * PAGE_SIZE + 2 * BLOCK);

	leaves = 0;
	stage2_for_each_leaf(&s2, 0x1000, BLOCK + 0xfff, count_leaf);
	CHECK_EQ(leaves, 2);
	leaves = 0;
	stage2_for_each_leaf(&s2, 2 * BLOCK, BIT_ULL(35) - 1, count_leaf);
	CHECK_EQ(leaves, 0);
	stage2_destroy(&s2);
}

/* More tables than one gathering holds; every one is freed (LeakSanitizer) */
static void test_many_tables(void)
{
	struct stage2 s2;
	u64 i;

	CHECK_EQ(stage2_init(&s2), 0);
	for (i = 0; i < 100; i++)
		map(&s2, i * BLOCK, 0x1000, PAGE_SIZE, RWX);
	for (i = 0; i < 64; i++)
		map(&s2, i << 30, 0x1000, PAGE_SIZE, RWX);
	flushes = 0;
	stage2_unmap(&s2, 0, LAST_IPA);
	CHECK(flushes > 1);
	for (i = 0; i < 100; i++)
		CHECK(unmapped(&s2, i * BLOCK));
	stage2_destroy(&s2);
}

static void test_no_memory(void)
{
	struct stage2 s2;

	unit_allocations_left = 0;
	CHECK_EQ(stage2_init(&s2), (u64)-ENOMEM);
	unit_allocations_left = -1;
}

#define PAGES	(4 * 512)

/* What the guest may use, and what its TLB may still have: pa | perms */
static u64 mapped[PAGES], cached[PAGES];

/* The size of the entry that a page of the TLB is of */
static u64 cached_size[PAGES];

/* One address of each stride is flushed, and with it the entry that it is in. */
static bool is_flushed(u64 page, u64 start, u64 last)
{
	u64 first = ALIGN_DOWN(page * PAGE_SIZE, cached_size[page]);
	u64 hit = start;

	if (hit < first)
		hit += (first - hit + flushed_stride - 1) / flushed_stride *
		       flushed_stride;
	return hit <= last && hit < first + cached_size[page];
}

static void drop_cached(u64 start, u64 last)
{
	u64 page;

	for (page = 0; page < PAGES; page++)
		if (cached[page] && is_flushed(page, start, last))
			cached[page] = 0;
}

static u64 lookup_page(const struct stage2 *s2, u64 page, u64 *size)
{
	u32 perms;
	u64 pa;

	if (!stage2_lookup(s2, page * PAGE_SIZE, &pa, size, &perms))
		return 0;
	return pa | perms;
}

/*
 * Looks @count pages up. What is in the table must be what was mapped; it may
 * be gone with its block. What the TLB holds must be in the table unchanged.
 */
static void check_pages(const struct stage2 *s2, u64 *seed, int count)
{
	u64 page, have, size;

	while (count--) {
		page = test_random(seed) % PAGES;
		have = lookup_page(s2, page, &size);
		CHECK(!have || have == mapped[page]);
		CHECK(!cached[page] || cached[page] == have);
		if (!have)
			continue;
		cached[page] = have;
		cached_size[page] = size;
	}
}

static void random_map(struct stage2 *s2, u64 *seed)
{
	bool block = test_random(seed) % 4 == 0;
	u64 size = block ? BLOCK : PAGE_SIZE;
	u64 ipa = ALIGN_DOWN(test_random(seed) % (PAGES * PAGE_SIZE), size);
	u64 pa = ALIGN_DOWN(test_random(seed) % BIT_ULL(40), size);
	u32 perms = 1 + test_random(seed) % RWX;
	u64 first = ipa / PAGE_SIZE, n = size / PAGE_SIZE, i, found;

	map(s2, ipa, pa, size, perms);
	for (i = 0; i < n; i++) {
		mapped[first + i] = (pa + i * PAGE_SIZE) | perms;
		CHECK_EQ(lookup_page(s2, first + i, &found), mapped[first + i]);
		CHECK(!cached[first + i] ||
		      cached[first + i] == mapped[first + i]);
	}
}

static void random_unmap(struct stage2 *s2, u64 *seed)
{
	u64 first = test_random(seed) % PAGES;
	u64 last = first + test_random(seed) % 700, i, size;

	last = min_t(u64, last, PAGES - 1);
	stage2_unmap(s2, first * PAGE_SIZE, (last + 1) * PAGE_SIZE - 1);
	for (i = first; i <= last; i++) {
		mapped[i] = 0;
		CHECK(!lookup_page(s2, i, &size));
		CHECK(!cached[i]);
	}
}

static void test_random_tables(void)
{
	struct stage2 s2;
	u64 seed = 3;
	int step;

	CHECK_EQ(stage2_init(&s2), 0);
	on_flush = drop_cached;
	for (step = 0; step < 20000; step++) {
		if (test_random(&seed) % 8)
			random_map(&s2, &seed);
		else
			random_unmap(&s2, &seed);
		check_pages(&s2, &seed, 50);
	}
	on_flush = NULL;
	stage2_destroy(&s2);
}

static const struct test tests[] = {
	{ "stage2: pages", test_pages },
	{ "stage2: blocks, and pages in their place", test_blocks },
	{ "stage2: every leaf once", test_leaves },
	{ "stage2: many tables are gathered and freed", test_many_tables },
	{ "stage2: no memory", test_no_memory },
	{ "stage2: random tables, and a TLB that keeps what is not flushed",
	  test_random_tables },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
