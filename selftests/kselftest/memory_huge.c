// SPDX-License-Identifier: GPL-2.0
/* Memory in blocks of 2 MiB: transparent huge pages and hugetlb */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>

#include "access.h"
#include "newer.h"

#define SPECIFIC	ZXVM_VM_SPECIFIC
#define HUGE		(2ULL << 20)
#define WORDS(bytes)	((bytes) / 8)

static u64 *huge;	/* 2 blocks, aligned; word 0 of page n is 5000 + n */

static long huge_kib(const void *p)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	unsigned long start, end;
	bool here = false;
	char line[300];
	long kib = 0, n;

	ASSERT_TRUE(smaps);
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start <= (uintptr_t)p && (uintptr_t)p < end;
		else if (here && sscanf(line, "AnonHugePages: %ld", &n) == 1)
			kib = n;
	}
	fclose(smaps);
	return kib;
}

static void fill(void)
{
	unsigned int i;

	for (i = 0; i < 2 * HUGE / PAGE; i++)
		huge[i * 512] = 5000 + i;
}

static u64 *aligned(size_t size)
{
	uintptr_t p = (uintptr_t)vm_alloc(size + HUGE);

	return (u64 *)((p + HUGE - 1) & ~(HUGE - 1));
}

static void alloc_huge(void)
{
	huge = aligned(2 * HUGE);
	if (madvise(huge, 2 * HUGE, MADV_HUGEPAGE))
		SKIP("this kernel has no transparent huge pages");
	fill();
	if (huge_kib(huge) < 4096)
		SKIP("no huge page was to be had");
}

static void fixture(void)
{
	access_boot();
	alloc_huge();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, huge, 2 * HUGE));
}

static void expect_pages(u64 gpa, unsigned int first, unsigned int step)
{
	unsigned int i;

	for (i = first; i < 2 * HUGE / PAGE; i += step)
		EXPECT_EQ(peek(gpa + i * PAGE), 5000 + i);
}

TEST_F(huge_contents, fixture)
{
	expect_pages(HOLE, 0, 37);
	EXPECT_OK(poke(HOLE + 77 * PAGE, 1));
	EXPECT_EQ(huge[77 * 512], 1);
	EXPECT_EQ(huge_kib(huge), 4096);
}

/* Guest-physical and user address differ in the block's offset */
TEST(huge_page_at_another_offset)
{
	access_boot();
	alloc_huge();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE + 3 * PAGE, huge,
			 2 * HUGE));
	expect_pages(HOLE + 3 * PAGE, 0, 29);
	EXPECT_ERR(peek_err(HOLE + 2 * PAGE), ENOENT);
	EXPECT_ERR(peek_err(HOLE + 3 * PAGE + 2 * HUGE), ENOENT);
}

/* A mapping of a part of a huge page shows no more than that part */
TEST(huge_page_is_larger_than_the_mapping)
{
	access_boot();
	alloc_huge();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE + 16 * PAGE,
			 huge + 16 * 512, 16 * PAGE));
	EXPECT_EQ(peek(HOLE + 16 * PAGE), 5016);
	EXPECT_EQ(peek(HOLE + 31 * PAGE), 5031);
	EXPECT_ERR(peek_err(HOLE + 15 * PAGE), ENOENT);
	EXPECT_ERR(peek_err(HOLE + 32 * PAGE), ENOENT);
	EXPECT_ERR(peek_err(HOLE), ENOENT);
}

TEST_F(unmap_inside_a_block, fixture)
{
	expect_pages(HOLE, 0, 101);
	ASSERT_OK(zx_unmap(vm.vmar, HOLE + 8 * PAGE, PAGE));
	EXPECT_ERR(peek_err(HOLE + 8 * PAGE), ENOENT);
	EXPECT_EQ(peek(HOLE + 7 * PAGE), 5007);
	EXPECT_EQ(peek(HOLE + 9 * PAGE), 5009);
	EXPECT_EQ(peek(HOLE + HUGE), 5512);
}

TEST_F(protect_inside_a_block, fixture)
{
	EXPECT_OK(poke(HOLE + 9 * PAGE, 5009));
	ASSERT_OK(zx_protect(vm.vmar, ZXVM_VM_PERM_READ, HOLE + 8 * PAGE,
			     PAGE));
	EXPECT_ERR(poke(HOLE + 8 * PAGE, 1), EOPNOTSUPP);
	EXPECT_OK(poke(HOLE + 7 * PAGE, 5007));
	EXPECT_OK(poke(HOLE + 9 * PAGE, 5009));
	expect_pages(HOLE, 0, 57);
}

static void expect_trap(u64 gpa, u64 key)
{
	ARG(1) = gpa;
	ARG(3) = 1;
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.key, key);
	EXPECT_EQ(mem_addr(&vm.pkt), gpa);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, TELL_DONE);
}

TEST_F(trap_inside_a_block, fixture)
{
	expect_pages(HOLE, 0, 101);
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, HOLE + 8 * PAGE, PAGE, -1,
			  123));
	expect_trap(HOLE + 8 * PAGE, 123);
	EXPECT_EQ(huge[8 * 512], 5008);
	EXPECT_EQ(peek(HOLE + 7 * PAGE), 5007);
	EXPECT_EQ(peek(HOLE + 9 * PAGE), 5009);
}

/* The trap was there first: a block faulted in beside it does not hide it */
TEST(block_does_not_cover_a_trap)
{
	access_boot();
	alloc_huge();
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, HOLE + 8 * PAGE, PAGE, -1,
			  123));
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, huge, 2 * HUGE));
	EXPECT_EQ(peek(HOLE + 7 * PAGE), 5007);
	EXPECT_OK(poke(HOLE + 9 * PAGE, 5009));
	expect_trap(HOLE + 8 * PAGE, 123);
	EXPECT_EQ(huge[8 * 512], 5008);
}

/* A VCPU hammers on one page while the rest of its block is torn apart */
static struct vt vt;

static void start_hammer(void)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, hammer);
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, huge, 2 * HUGE));
	vt_start(&vt, &vm, ENTRY);
	PAGE_ARG(vt.page, 1) = HOLE + 100 * PAGE;
	vt_go(&vt);
}

static void hammer(void)
{
	alloc_huge();
	start_hammer();
}

static void progress(void)
{
	volatile u64 *word = huge + 100 * 512;
	u64 was = *word;
	int i;

	for (i = 0; i < 5000 && *word == was; i++)
		sleep_ms(1);
	EXPECT_NE(*word, was);
	/* A store that went elsewhere would have come back as a mismatch */
	EXPECT_FALSE(vt_done(&vt, 0));
}

TEST_F(split_by_munmap_while_running, hammer)
{
	progress();
	ASSERT_SYS(munmap(huge + 50 * 512, PAGE));
	progress();
	ASSERT_SYS(munmap(huge + 200 * 512, 100 * PAGE));
	progress();
	EXPECT_EQ(huge[49 * 512], 5049);
	EXPECT_EQ(huge[51 * 512], 5051);
}

TEST_F(split_by_mprotect_while_running, hammer)
{
	int i;

	for (i = 0; i < 20; i++) {
		progress();
		ASSERT_SYS(mprotect(huge + (50 + i) * 512, PAGE, PROT_READ));
	}
	progress();
}

TEST_F(split_by_dontneed_while_running, hammer)
{
	int i;

	for (i = 101; i < 120; i++) {
		progress();
		ASSERT_SYS(madvise(huge + i * 512, PAGE, MADV_DONTNEED));
		EXPECT_EQ(huge[i * 512], 0);
	}
	progress();
}

/* Torn apart and put together again under the guest's hands */
TEST_FT(split_and_collapse_while_running, hammer, 60)
{
	int i;

	for (i = 0; i < 10; i++) {
		progress();
		ASSERT_SYS(madvise(huge + 3 * 512, PAGE, MADV_DONTNEED));
		progress();
		if (madvise(huge, HUGE, MADV_COLLAPSE) && errno == EINVAL)
			SKIP("this kernel has no MADV_COLLAPSE");
	}
	progress();
	EXPECT_EQ(huge[99 * 512], 5099);
}

/* The frame behind an address of this process */
static u64 frame(const void *p)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	u64 entry = 0;

	ASSERT_EQ(pread(fd, &entry, 8, (uintptr_t)p / PAGE * 8), 8);
	close(fd);
	return entry & ((1ULL << 55) - 1);
}

/* Somebody else may have the page in hand: then it is busy for a moment. */
static void take_out_of_service(u64 *page)
{
	int i, err = EBUSY;

	for (i = 0; i < 100 && err == EBUSY; i++) {
		err = madvise(page, PAGE, MADV_SOFT_OFFLINE) ? errno : 0;
		if (err)
			sleep_ms(10);
	}
	if (err && err != EBUSY)
		SKIP("this kernel cannot take a page out of service");
	ASSERT_OK(err);
}

/*
 * Pages are migrated under the guest's hands, as NUMA balancing and
 * compaction do it: each store finds the new one.
 */
TEST_T(migration_while_running, 60)
{
	u64 was, *page;
	int i;

	huge = aligned(2 * HUGE);
	madvise(huge, 2 * HUGE, MADV_NOHUGEPAGE);
	fill();
	page = huge + 100 * 512;
	start_hammer();
	for (i = 0; i < 20; i++) {
		progress();
		was = frame(page);
		take_out_of_service(page);
		EXPECT_NE(frame(page), was);
	}
	progress();
	EXPECT_EQ(huge[99 * 512], 5099);
	EXPECT_EQ(huge[101 * 512], 5101);
}

static void on_bus_error(int sig)
{
	(void)sig;
}

/* Broken memory: told to the VMM, and nothing else happens to it */
TEST(broken_memory_is_EIO)
{
	struct sigaction sa = { .sa_handler = on_bus_error };

	/* Newer kernels tell whoever breaks memory at once, by a signal */
	sigaction(SIGBUS, &sa, NULL);
	access_boot();
	huge = aligned(2 * HUGE);
	madvise(huge, 2 * HUGE, MADV_NOHUGEPAGE);
	fill();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, huge, 2 * HUGE));
	EXPECT_EQ(peek(HOLE + PAGE), 5001);
	if (madvise(huge + 512, PAGE, MADV_HWPOISON))
		SKIP("this kernel cannot break memory");
	sa.sa_handler = SIG_DFL;
	sigaction(SIGBUS, &sa, NULL);
	EXPECT_ERR(peek_err(HOLE + PAGE), EIO);
	EXPECT_ERR(poke(HOLE + PAGE, 1), EIO);
	EXPECT_EQ(peek(HOLE), 5000);
	/* New memory in its place */
	ASSERT_SYS(madvise(huge + 512, PAGE, MADV_DONTNEED));
	EXPECT_EQ(peek(HOLE + PAGE), 0);
}

TEST_F(fork_of_a_huge_page, fixture)
{
	pid_t pid;

	EXPECT_OK(poke(HOLE + 5 * PAGE, 1));
	pid = fork();
	if (!pid) {
		sleep_ms(100);
		EXPECT_EQ(huge[5 * 512], 1);
		EXPECT_EQ(huge[6 * 512], 5006);
		huge[6 * 512] = 9;
		_exit(0);
	}
	EXPECT_OK(poke(HOLE + 5 * PAGE, 2));
	wait_child(pid);
	EXPECT_EQ(huge[5 * 512], 2);
	EXPECT_EQ(peek(HOLE + 6 * PAGE), 5006);
}

/* One hugetlb page at a fixed address */
static bool map_hugetlb(void *at)
{
	return mmap(at, HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED |
		    MAP_ANONYMOUS | MAP_HUGETLB, -1, 0) == at;
}

/*
 * Two mappings of a page each: Linux 6.1 warns, with lockdep, when a private
 * hugetlb mapping is split.
 */
TEST(hugetlb)
{
	int fd = open("/proc/sys/vm/nr_hugepages", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "4", 1) != 1)
		SKIP("this kernel has no hugetlb");
	huge = aligned(2 * HUGE);
	if (!map_hugetlb(huge) || !map_hugetlb(huge + WORDS(HUGE)))
		SKIP("no hugetlb page was to be had");
	access_boot();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, huge, 2 * HUGE));
	/* The guest is the first to touch it */
	EXPECT_EQ(peek(HOLE), 0);
	EXPECT_OK(poke(HOLE + HUGE + PAGE, 7));
	EXPECT_EQ(huge[WORDS(HUGE + PAGE)], 7);
	fill();
	expect_pages(HOLE, 0, 37);
	ASSERT_SYS(munmap(huge + WORDS(HUGE), HUGE));
	EXPECT_ERR(peek_err(HOLE + HUGE), ENOENT);
	EXPECT_EQ(peek(HOLE + HUGE - PAGE), 5511);
	ASSERT_SYS(munmap(huge, HUGE));
	EXPECT_ERR(peek_err(HOLE), ENOENT);
	ASSERT_EQ(pwrite(fd, "0", 1, 0), 1);
}
