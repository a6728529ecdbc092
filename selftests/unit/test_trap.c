// SPDX-License-Identifier: GPL-2.0
/* zxvm/trap.c */
#include <linux/errno.h>

#include "test.h"
#include "trap.h"

static void test_traps(void)
{
	struct zxvm_trap traps_of[3] = {
		{ .range = { .start = 0x1000, .last = 0x1fff }, .key = 1 },
		{ .range = { .start = 0x2000, .last = 0x2fff }, .key = 2 },
		{ .range = { .start = 0x1800, .last = 0x27ff }, .key = 3 },
	};
	struct zxvm_traps traps;

	zxvm_traps_init(&traps);
	CHECK(!zxvm_trap_find(&traps, 0));
	CHECK(!zxvm_trap_meets(&traps, 0, U64_MAX));
	CHECK(!zxvm_trap_remove_first(&traps));

	CHECK_EQ(zxvm_trap_insert(&traps, &traps_of[1]), 0);
	CHECK_EQ(zxvm_trap_insert(&traps, &traps_of[0]), 0);
	CHECK_EQ(zxvm_trap_insert(&traps, &traps_of[2]), (u64)-EEXIST);
	CHECK(!traps.lock.held);
	CHECK_EQ(traps.seq.sequence % 2, 0);

	CHECK(zxvm_trap_find(&traps, 0x1fff) == &traps_of[0]);
	CHECK(zxvm_trap_find(&traps, 0x2000) == &traps_of[1]);
	CHECK(!zxvm_trap_find(&traps, 0x3000));
	CHECK(zxvm_trap_meets(&traps, 0, 0x1000));
	CHECK(!zxvm_trap_meets(&traps, 0, 0xfff));
	CHECK(!zxvm_trap_meets(&traps, 0x3000, U64_MAX));

	CHECK(zxvm_trap_remove_first(&traps) == &traps_of[0]);
	CHECK(!zxvm_trap_find(&traps, 0x1000));
	CHECK(zxvm_trap_remove_first(&traps) == &traps_of[1]);
	CHECK(!zxvm_trap_remove_first(&traps));
}

/* An I/O port tree has 65536 addresses, the last of them included */
static void test_ports(void)
{
	struct zxvm_trap last = { .range = { .start = 0xffff, .last = 0xffff } };
	struct zxvm_trap all = { .range = { .start = 0, .last = 0xffff } };
	struct zxvm_traps traps;

	zxvm_traps_init(&traps);
	CHECK_EQ(zxvm_trap_insert(&traps, &last), 0);
	CHECK(zxvm_trap_find(&traps, 0xffff) == &last);
	CHECK(!zxvm_trap_find(&traps, 0xfffe));
	CHECK_EQ(zxvm_trap_insert(&traps, &all), (u64)-EEXIST);
}

static const struct test tests[] = {
	{ "trap: insert, find, meet, remove", test_traps },
	{ "trap: the last I/O port", test_ports },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
