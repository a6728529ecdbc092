// SPDX-License-Identifier: GPL-2.0
/* zxvm/range.c against an array with a flag for each address. */
#include <linux/bits.h>
#include <linux/errno.h>

#include "range.h"
#include "test.h"

#define SPACE	128

static struct zxvm_range *find(const struct rb_root *tree, u64 addr)
{
	return zxvm_range_first(tree, addr, addr);
}

static bool add(struct rb_root *tree, struct zxvm_range *range, u64 start,
		u64 last)
{
	range->start = start;
	range->last = last;
	return !zxvm_range_insert(tree, range);
}

static void test_edges(void)
{
	struct zxvm_range low, mid, top, other;
	struct rb_root tree = RB_ROOT;

	CHECK(!find(&tree, 0));
	CHECK(!zxvm_range_first(&tree, 0, U64_MAX));

	CHECK(add(&tree, &mid, 0x1000, 0x1fff));
	CHECK(add(&tree, &low, 0, 0));
	CHECK(add(&tree, &top, U64_MAX, U64_MAX));
	CHECK(!add(&tree, &other, 0x1fff, 0x2000));
	CHECK(!add(&tree, &other, 0xfff, 0x1000));
	CHECK(!add(&tree, &other, 0, U64_MAX));
	CHECK(!add(&tree, &other, 0x1800, 0x1801));
	CHECK_EQ(zxvm_range_insert(&tree, &other), (u64)-EEXIST);

	CHECK(find(&tree, 0) == &low);
	CHECK(!find(&tree, 1));
	CHECK(!find(&tree, 0xfff));
	CHECK(find(&tree, 0x1000) == &mid);
	CHECK(find(&tree, 0x1fff) == &mid);
	CHECK(!find(&tree, 0x2000));
	CHECK(find(&tree, U64_MAX) == &top);

	CHECK(zxvm_range_first(&tree, 0, U64_MAX) == &low);
	CHECK(zxvm_range_first(&tree, 1, U64_MAX) == &mid);
	CHECK(zxvm_range_first(&tree, 0x2000, U64_MAX) == &top);
	CHECK(!zxvm_range_first(&tree, 0x2000, U64_MAX - 1));
	CHECK(zxvm_range_next(&low, U64_MAX) == &mid);
	CHECK(!zxvm_range_next(&low, 0xfff));
	CHECK(zxvm_range_next(&low, 0x1000) == &mid);
	CHECK(!zxvm_range_next(&top, U64_MAX));

	rb_erase(&mid.node, &tree);
	CHECK(zxvm_range_next(&low, U64_MAX) == &top);
	CHECK(add(&tree, &other, 1, U64_MAX - 1));
}

static void test_gap(void)
{
	struct zxvm_range a, b;
	struct rb_root tree = RB_ROOT;
	u64 start;

	CHECK_EQ(zxvm_range_gap(&tree, 0xffff, 0x10000, 0x1000, &start), 0);
	CHECK_EQ(start, 0);
	CHECK_EQ(zxvm_range_gap(&tree, 0xffff, 0x10001, 1, &start),
		 (u64)-ENOSPC);

	CHECK(add(&tree, &a, 0x1000, 0x1fff));
	CHECK(add(&tree, &b, 0x3000, 0x37ff));
	CHECK_EQ(zxvm_range_gap(&tree, 0xffff, 0x1000, 0x1000, &start), 0);
	CHECK_EQ(start, 0);
	CHECK_EQ(zxvm_range_gap(&tree, 0xffff, 0x1001, 0x1000, &start), 0);
	CHECK_EQ(start, 0x4000);
	CHECK_EQ(zxvm_range_gap(&tree, 0xffff, 0x1001, 0x800, &start), 0);
	CHECK_EQ(start, 0x3800);
	CHECK_EQ(zxvm_range_gap(&tree, 0xffff, 0xc000, 0x4000, &start), 0);
	CHECK_EQ(start, 0x4000);
	CHECK_EQ(zxvm_range_gap(&tree, 0xffff, 0xc001, 0x4000, &start),
		 (u64)-ENOSPC);

	/* The last address may be the last of a range, or of a gap. */
	b.last = BIT_ULL(63) - 1;
	CHECK_EQ(zxvm_range_gap(&tree, BIT_ULL(63) - 1, 0x1001, 1, &start),
		 (u64)-ENOSPC);
	b.last = BIT_ULL(63) - 0x1001;
	CHECK_EQ(zxvm_range_gap(&tree, BIT_ULL(63) - 1, 0x1001, 1, &start),
		 (u64)-ENOSPC);
	CHECK_EQ(zxvm_range_gap(&tree, BIT_ULL(63), 0x1001, 0x1000, &start), 0);
	CHECK_EQ(start, BIT_ULL(63) - 0x1000);
	b.last = U64_MAX;
	CHECK_EQ(zxvm_range_gap(&tree, U64_MAX, 0x1001, 1, &start),
		 (u64)-ENOSPC);
}

/* The lowest aligned address with room, by looking at every one */
static int slow_gap(const bool *used, u64 size, u64 align)
{
	u64 at, i;

	for (at = 0; at + size <= SPACE; at += align) {
		for (i = 0; i < size && !used[at + i]; i++)
			;
		if (i == size)
			return at;
	}
	return -1;
}

static bool any_used(const bool *used, u64 start, u64 last)
{
	for (; start <= last; start++)
		if (used[start])
			return true;
	return false;
}

static void check_lookup(const struct rb_root *tree, const bool *used,
			 u64 start, u64 last)
{
	struct zxvm_range *range = zxvm_range_first(tree, start, last);
	u64 at;

	CHECK_EQ(!!range, any_used(used, start, last));
	for (; range; range = zxvm_range_next(range, last)) {
		CHECK(range->last >= start && range->start <= last);
		for (at = start; at <= range->last && at <= last; at++)
			CHECK_EQ(used[at], at >= range->start);
		start = at;
	}
	for (; start <= last; start++)
		CHECK(!used[start]);
}

static void test_random_ranges(void)
{
	static struct zxvm_range ranges[SPACE];
	struct rb_root tree = RB_ROOT;
	bool used[SPACE] = {};
	u64 seed = 2, start, last, at, size, align;
	struct zxvm_range *range;
	int step, gap;

	for (step = 0; step < 50000; step++) {
		start = test_random(&seed) % SPACE;
		last = start + test_random(&seed) % 16;
		if (last >= SPACE)
			last = SPACE - 1;

		check_lookup(&tree, used, start, last);
		range = find(&tree, start);
		CHECK_EQ(!!range, used[start]);
		if (range && test_random(&seed) % 2) {
			for (at = range->start; at <= range->last; at++)
				used[at] = false;
			rb_erase(&range->node, &tree);
		} else if (!any_used(used, start, last)) {
			CHECK(add(&tree, &ranges[start], start, last));
			for (at = start; at <= last; at++)
				used[at] = true;
		} else if (!range) {
			CHECK(!add(&tree, &ranges[start], start, last));
		}

		size = 1 + test_random(&seed) % 12;
		align = 1 << test_random(&seed) % 4;
		gap = slow_gap(used, size, align);
		if (zxvm_range_gap(&tree, SPACE - 1, size, align, &start))
			CHECK(gap < 0);
		else
			CHECK_EQ(start, gap);
	}
}

static const struct test tests[] = {
	{ "range: first, last and neighbouring addresses", test_edges },
	{ "range: gaps, aligned, up to the last address", test_gap },
	{ "range: random ranges as in an array", test_random_ranges },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
