// SPDX-License-Identifier: GPL-2.0
/* Memory in a page of 1 GiB, and what tears its block apart */
#include <fcntl.h>
#include <sys/mman.h>

#include "access.h"

#define GIB	(1ULL << 30)
#define HUGE_1G	(30 << 26)	/* of mmap: log2 of the size */
#define COUNT	"/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"

TEST_T(gigantic_page, 60)
{
	int fd = open(COUNT, O_RDWR | O_CLOEXEC);
	u64 *mem, i;

	if (fd < 0 || write(fd, "1", 1) != 1)
		SKIP("this host has no pages of 1 GiB");
	mem = mmap(NULL, GIB, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		   MAP_ANONYMOUS | MAP_HUGETLB | HUGE_1G, -1, 0);
	if (mem == MAP_FAILED)
		SKIP("no page of 1 GiB was to be had");
	access_boot();
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, GIB, mem, GIB));
	for (i = 0; i < GIB / PAGE; i += 4099) {
		EXPECT_OK(poke(GIB + i * PAGE, i));
		EXPECT_EQ(mem[i * 512], i);
	}
	/* A trap and a hole in the middle: all the rest is what it was */
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, GIB + 8 * PAGE, PAGE, -1,
			  9));
	ASSERT_OK(zx_unmap(vm.vmar, GIB + 600 * PAGE, PAGE));
	EXPECT_ERR(peek_err(GIB + 600 * PAGE), ENOENT);
	for (i = 0; i < GIB / PAGE; i += 4099)
		EXPECT_EQ(peek(GIB + i * PAGE), i);
	ASSERT_OK(zx_protect(vm.vmar, ZXVM_VM_PERM_READ, GIB + GIB / 2, PAGE));
	EXPECT_ERR(poke(GIB + GIB / 2, 1), EOPNOTSUPP);
	EXPECT_OK(poke(GIB + GIB / 2 + PAGE, 1));
	ASSERT_SYS(munmap(mem, GIB));
	EXPECT_ERR(peek_err(GIB), ENOENT);
	ASSERT_EQ(pwrite(fd, "0", 1, 0), 1);
}
