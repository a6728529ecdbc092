// SPDX-License-Identifier: GPL-2.0
/* What a fault brings in beside the page that was touched */
#include <sys/mman.h>

#include "access.h"

#define SPECIFIC	ZXVM_VM_SPECIFIC
#define AROUND		16
#define AT		(HOLE + 7 * AROUND * PAGE)

static u64 *mem;	/* 3 * AROUND pages at AT; word 0 of page n is 700 + n */

static void fixture(void)
{
	unsigned int i;

	access_boot();
	mem = vm_alloc(3 * AROUND * PAGE);
	madvise(mem, 3 * AROUND * PAGE, MADV_NOHUGEPAGE);
	for (i = 0; i < 3 * AROUND; i++)
		mem[i * 512] = 700 + i;
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, AT, mem,
			 3 * AROUND * PAGE));
	/* Neighbours come with the second fault in a region. */
	EXPECT_EQ(peek(AT + 2 * AROUND * PAGE), 700 + 2 * AROUND);
}

/* Exits for accesses to memory that the second-stage table does not satisfy */
static unsigned long accesses(void)
{
	return exits_counted("ept-violation") +
	       exits_counted("nested-page-fault") +
	       exits_counted("data-abort");
}

/* How many of them a load makes beside those that the guest's report makes */
static unsigned long faults(unsigned int page)
{
	u64 gpa = AT + page * PAGE;
	unsigned long before = accesses(), first, second;

	EXPECT_EQ(peek(gpa), mem[page * 512]);
	first = accesses() - before;
	before = accesses();
	EXPECT_EQ(peek(gpa), mem[page * 512]);
	second = accesses() - before;
	return first - second;
}

TEST_F(neighbours_come_along, fixture)
{
	unsigned int i;

	EXPECT_EQ(faults(5), 1);
	for (i = 0; i < AROUND; i++)
		EXPECT_EQ(faults(i), 0);
	EXPECT_EQ(faults(AROUND), 1);
	EXPECT_EQ(faults(2 * AROUND - 1), 0);
}

/* Only what the process has, and as it may have it */
TEST_F(neighbours_are_not_faulted_in, fixture)
{
	ASSERT_SYS(madvise(mem + 4 * 512, PAGE, MADV_DONTNEED));
	ASSERT_SYS(mprotect(mem + 6 * 512, PAGE, PROT_READ));
	EXPECT_EQ(faults(5), 1);
	EXPECT_EQ(faults(4), 1);
	EXPECT_EQ(faults(6), 0);
	EXPECT_ERR(poke(AT + 6 * PAGE, 1), ENOENT);
	EXPECT_EQ(mem[6 * 512], 706);
	/* They leave with the process's pages as the others do. */
	ASSERT_SYS(munmap(mem + 7 * 512, PAGE));
	EXPECT_ERR(peek_err(AT + 7 * PAGE), ENOENT);
	EXPECT_EQ(faults(8), 0);
}

/* A trap takes its pages out of the mapping: there are two then. */
TEST_F(neighbours_end_with_the_mapping, fixture)
{
	ASSERT_OK(zx_unmap(vm.vmar, AT + 8 * PAGE, 8 * PAGE));
	EXPECT_EQ(faults(5), 1);
	EXPECT_EQ(faults(7), 0);
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, AT + (AROUND + 3) * PAGE,
			  PAGE, -1, 77));
	EXPECT_EQ(faults(AROUND + 5), 1);
	EXPECT_EQ(faults(AROUND + 6), 0);
	EXPECT_EQ(faults(AROUND + 2), 1);
	EXPECT_EQ(faults(AROUND + 1), 0);
	EXPECT_ERR(peek_err(AT + 8 * PAGE), ENOENT);
}

/* A mapping does not hide a trap that was there. */
TEST_F(no_neighbours_of_a_trap, fixture)
{
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, AT + 3 * PAGE, PAGE, -1,
			  77));
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC | ZXVM_VM_SPECIFIC_OVERWRITE,
			 AT, mem, AROUND * PAGE));
	EXPECT_EQ(faults(5), 1);
	EXPECT_EQ(faults(6), 1);
	EXPECT_EQ(faults(5), 0);
	ARG(1) = AT + 3 * PAGE;
	ARG(3) = 0;
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.key, 77);
}
