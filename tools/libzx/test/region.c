// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Bookkeeping of mappings against a plain array of pages, at random. */
#include <stdlib.h>
#include <string.h>

#include "../src/space.h"
#include "tap.h"

#define PAGES 256
#define PAGE 4096ull

static int dropped;

static void drop(const struct aspace *space, const struct mapping *mapping)
{
	(void)space;
	dropped += (int)(mapping->size / PAGE);
}

static const struct space_ops ops = { .drop = drop };
static char memory[PAGES * PAGE];

static void compare(const struct aspace *space, char *const *model)
{
	size_t i, page;

	for (page = 0; page < PAGES; page++) {
		i = maps_first(space, page * PAGE);
		if (i < space->count && space->maps[i].start <= page * PAGE)
			CHECK(space->maps[i].host + page * PAGE -
			      space->maps[i].start == model[page]);
		else
			CHECK(!model[page]);
	}
	for (i = 1; i < space->count; i++)
		CHECK(space->maps[i - 1].start + space->maps[i - 1].size <=
		      space->maps[i].start);
}

static void random_changes(void)
{
	struct aspace space = {
		.ops = &ops,
		.root = { .size = PAGES * PAGE },
	};
	char *model[PAGES] = { 0 };
	int round, held = 0, removed = 0, page;
	unsigned int seed = 1;

	for (round = 0; round < 20000 && !tap_failures; round++) {
		int first = rand_r(&seed) % PAGES;
		int count = 1 + rand_r(&seed) % (PAGES - first);
		uint64_t gap = 0;

		if (count > 16 && round % 64)
			count = 1 + count % 16;
		CHECK(maps_reserve(&space));
		for (page = first; page < first + count; page++)
			removed += !!model[page];
		switch (rand_r(&seed) % 3) {
		case 0:
			removed = 0;
			maps_split(&space, first * PAGE);
			break;
		case 1:
			maps_cut(&space, first * PAGE, count * PAGE);
			memset(&model[first], 0, count * sizeof(char *));
			break;
		default:
			maps_cut(&space, first * PAGE, count * PAGE);
			maps_insert(&space, &(struct mapping){
				.start = first * PAGE,
				.size = count * PAGE,
				.host = memory + first * PAGE,
			});
			for (page = first; page < first + count; page++)
				model[page] = memory + page * PAGE;
		}
		CHECK_EQ(dropped, removed);
		dropped = 0;
		removed = 0;
		compare(&space, model);

		/* The lowest gap is a gap, and nothing below it fits */
		count = 1 + count % 8;
		held = 0;
		for (page = 0; page < PAGES && held < count; page++)
			held = model[page] ? 0 : held + 1;
		if (region_gap(&space, &space.root, count * PAGE, PAGE,
			       PAGES * PAGE, &gap))
			CHECK_EQ(gap / PAGE, page - count);
		else
			CHECK(held < count);
	}
	free(space.maps);
}

static void gaps_beside_regions(void)
{
	struct aspace space = {
		.ops = &ops,
		.root = { .size = PAGES * PAGE },
	};
	struct region *a = calloc(1, sizeof(*a)), *b = calloc(1, sizeof(*b));
	uint64_t at;

	a->base = 8 * PAGE;
	a->size = 4 * PAGE;
	b->base = 0;
	b->size = 4 * PAGE;
	region_link(&space.root, a);
	region_link(&space.root, b);
	CHECK(space.root.children == b && b->next == a);
	CHECK(region_gap(&space, &space.root, 4 * PAGE, PAGE, PAGES * PAGE,
			 &at) && at == 4 * PAGE);
	CHECK(region_gap(&space, &space.root, 5 * PAGE, PAGE, PAGES * PAGE,
			 &at) && at == 12 * PAGE);
	CHECK(region_gap(&space, &space.root, PAGE, 64 * PAGE, PAGES * PAGE,
			 &at) && at == 64 * PAGE);
	CHECK(!region_gap(&space, &space.root, 5 * PAGE, PAGE, 16 * PAGE,
			  &at));
	CHECK(!region_gap(&space, &space.root, UINT64_MAX - PAGE, PAGE,
			  PAGES * PAGE, &at));
	CHECK(region_cuts_child(&space.root, 0, 2 * PAGE));
	CHECK(!region_cuts_child(&space.root, 0, 4 * PAGE));
	CHECK(region_meets_child(&space.root, 11 * PAGE, 4 * PAGE));
	CHECK(!region_meets_child(&space.root, 12 * PAGE, 4 * PAGE));
	CHECK(!region_contains(&space.root, PAGE, PAGES * PAGE));
	CHECK(!region_contains(&space.root, PAGE, UINT64_MAX));
	region_kill_children(&space.root, 0, PAGES * PAGE);
	CHECK(!space.root.children);
}

static const struct tap_test tests[] = {
	{ "random changes", random_changes },
	{ "gaps beside sub-regions", gaps_beside_regions },
};

TAP_MAIN("region", tests)
