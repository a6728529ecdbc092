// SPDX-License-Identifier: GPL-2.0
/* The guest-physical VMAR: map, unmap, protect, and their errors */
#include <sched.h>
#include <sys/mman.h>

#include "access.h"

#define SPECIFIC	ZXVM_VM_SPECIFIC
#define OVERWRITE	(ZXVM_VM_SPECIFIC | ZXVM_VM_SPECIFIC_OVERWRITE)
#define R		ZXVM_VM_PERM_READ
#define W		ZXVM_VM_PERM_WRITE
#define X		ZXVM_VM_PERM_EXECUTE

static u64 *pages;	/* 16 pages; the first word of each is 1000 + n */

static void fixture(void)
{
	int i;

	access_boot();
	pages = vm_alloc(16 * PAGE);
	for (i = 0; i < 16; i++)
		pages[i * 512] = 1000 + i;
}

static u64 *page(int n)
{
	return pages + n * 512;
}

TEST_F(map_errors, fixture)
{
	const u64 at = HOLE, mem = (uintptr_t)pages;
	const struct { u32 flags; u64 gpa, address, size; int err; } cases[] = {
		{ RWX | SPECIFIC, at + 1, mem, PAGE, EINVAL },
		{ RWX | SPECIFIC, at + 0x800, mem, PAGE, EINVAL },
		{ RWX | SPECIFIC, at, mem + 1, PAGE, EINVAL },
		{ RWX | SPECIFIC, at, mem + 0x800, PAGE, EINVAL },
		{ RWX | SPECIFIC, at, mem, 0, EINVAL },
		{ RWX | SPECIFIC, ASPACE_SIZE, mem, PAGE, EINVAL },
		{ RWX | SPECIFIC, ASPACE_SIZE - PAGE, mem, 2 * PAGE, EINVAL },
		{ RWX | SPECIFIC, ~0ULL << 12, mem, PAGE, EINVAL },
		{ RWX | SPECIFIC, ~0ULL << 12, mem, 2 * PAGE, EINVAL },
		{ RWX | SPECIFIC, at, mem, ASPACE_SIZE, EINVAL },
		{ RWX | SPECIFIC, at, mem, ~0ULL, EINVAL },
		{ RWX | SPECIFIC, at, mem, ~0ULL << 12, EINVAL },
		{ RWX | SPECIFIC, at, mem, 1ULL << 63, EINVAL },
		{ RWX | SPECIFIC, at, ~0ULL << 12, PAGE, EINVAL },
		{ RWX | SPECIFIC, at, 0xffff800000000000, PAGE, EINVAL },
		{ RWX | SPECIFIC, at, 1ULL << 40, 1ULL << 35, 0 },
		{ W | SPECIFIC, at, mem, PAGE, EINVAL },
		{ X | SPECIFIC, at, mem, PAGE, EINVAL },
		{ W | X | SPECIFIC, at, mem, PAGE, EINVAL },
		{ RWX, at, mem, PAGE, EINVAL },
		{ RWX | SPECIFIC, 0, mem, PAGE, EEXIST },
		{ RWX | SPECIFIC, RAM_SIZE - PAGE, mem, PAGE, EEXIST },
		{ RWX | SPECIFIC, RAM_SIZE - PAGE, mem, 2 * PAGE, EEXIST },
		{ R | SPECIFIC, at + (1ULL << 35), mem, PAGE, 0 },
		{ R | W | SPECIFIC, at + (1ULL << 35) + PAGE, mem, PAGE, 0 },
		{ R | X | SPECIFIC, at + (1ULL << 35) + 2 * PAGE, mem, 1, 0 },
		{ RWX | SPECIFIC, ASPACE_SIZE - PAGE, mem, PAGE, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int err = zx_map(vm.vmar, cases[i].flags, cases[i].gpa,
				 (void *)(uintptr_t)cases[i].address,
				 cases[i].size);

		CHECK_(0, err == cases[i].err, "case %u: got %s, not %s", i,
		       err_name(err), err_name(cases[i].err));
		if (cases[i].size == 1ULL << 35 && !err)
			EXPECT_OK(zx_unmap(vm.vmar, at, 1ULL << 35));
	}
}

TEST_F(map_words, fixture)
{
	struct zxvm_vmar_map arg = {
		.flags = RWX | SPECIFIC, .reserved = 1, .offset = HOLE,
		.address = (uintptr_t)pages, .size = PAGE,
	};
	const u32 known = RWX | OVERWRITE | ZXVM_VM_MAP_RANGE;
	int bit;

	EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_MAP, &arg), EINVAL);
	arg.reserved = 0;
	for (bit = 0; bit < 32; bit++) {
		if (known & 1u << bit)
			continue;
		arg.flags = RWX | SPECIFIC | 1u << bit;
		EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_MAP, &arg), EINVAL);
	}
	EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_MAP, (void *)8), EFAULT);
	EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_UNMAP, (void *)8), EFAULT);
	EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_PROTECT, (void *)8), EFAULT);
	EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_INFO, (void *)8), EFAULT);
}

/* A result that cannot be written: the mapping is not made either */
TEST_F(map_into_read_only_memory, fixture)
{
	struct zxvm_vmar_map *arg = vm_alloc(PAGE);

	*arg = (struct zxvm_vmar_map){
		.flags = RWX | SPECIFIC, .offset = HOLE,
		.address = (uintptr_t)pages, .size = PAGE,
	};
	ASSERT_SYS(mprotect(arg, PAGE, PROT_READ));
	EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_MAP, arg), EFAULT);
	EXPECT_ERR(peek_err(HOLE), ENOENT);
}

TEST_F(kernel_chooses_the_address, fixture)
{
	struct zxvm_vmar_map arg = { .flags = RWX, .size = 2 * PAGE };
	u64 where[8];
	int i, j;

	for (i = 0; i < 8; i++) {
		arg.address = (uintptr_t)page(2 * i);
		arg.mapped = ~0ULL;
		ASSERT_OK(zx_ioctl(vm.vmar, ZXVM_VMAR_MAP, &arg));
		where[i] = arg.mapped;
		EXPECT_EQ(where[i] % PAGE, 0);
		EXPECT_GE(where[i], RAM_SIZE);
		EXPECT_LE(where[i], ASPACE_SIZE - 2 * PAGE);
		for (j = 0; j < i; j++)
			EXPECT_GE(llabs((long long)(where[i] - where[j])),
				  2 * PAGE);
	}
	for (i = 0; i < 8; i++)
		EXPECT_EQ(peek(where[i] + PAGE), 1001 + 2 * i);
	/* Four quarters, and none of them is free */
	arg.size = ASPACE_SIZE / 4;
	arg.address = 0;
	for (i = 1; i < 4; i++)
		ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, i * arg.size, NULL,
				 arg.size));
	EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_MAP, &arg), ENOSPC);
}

TEST_F(map_without_permissions, fixture)
{
	ASSERT_OK(zx_map(vm.vmar, SPECIFIC, HOLE, pages, PAGE));
	EXPECT_ERR(peek_err(HOLE), EOPNOTSUPP);
	EXPECT_ERR(poke(HOLE, 1), EOPNOTSUPP);
	ASSERT_OK(zx_protect(vm.vmar, R, HOLE, PAGE));
	EXPECT_EQ(peek(HOLE), 1000);
}

TEST_F(size_is_rounded_up, fixture)
{
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, pages, PAGE + 1));
	EXPECT_EQ(peek(HOLE + PAGE), 1001);
	EXPECT_ERR(peek_err(HOLE + 2 * PAGE), ENOENT);
	ASSERT_OK(zx_unmap(vm.vmar, HOLE, 1));
	EXPECT_ERR(peek_err(HOLE), ENOENT);
	EXPECT_EQ(peek(HOLE + PAGE), 1001);
}

TEST_F(overwrite_replaces, fixture)
{
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, page(0), 8 * PAGE));
	EXPECT_EQ(peek(HOLE + 3 * PAGE), 1003);
	ASSERT_OK(zx_map(vm.vmar, RWX | OVERWRITE, HOLE + 2 * PAGE, page(8),
			 3 * PAGE));
	EXPECT_EQ(peek(HOLE + PAGE), 1001);
	EXPECT_EQ(peek(HOLE + 2 * PAGE), 1008);
	EXPECT_EQ(peek(HOLE + 3 * PAGE), 1009);
	EXPECT_EQ(peek(HOLE + 4 * PAGE), 1010);
	EXPECT_EQ(peek(HOLE + 5 * PAGE), 1005);
	/* Over several, and over holes */
	ASSERT_OK(zx_unmap(vm.vmar, HOLE + 6 * PAGE, PAGE));
	ASSERT_OK(zx_map(vm.vmar, RWX | OVERWRITE, HOLE + PAGE, page(0),
			 9 * PAGE));
	EXPECT_EQ(peek(HOLE), 1000);
	EXPECT_EQ(peek(HOLE + PAGE), 1000);
	EXPECT_EQ(peek(HOLE + 6 * PAGE), 1005);
	EXPECT_EQ(peek(HOLE + 9 * PAGE), 1008);
	EXPECT_ERR(peek_err(HOLE + 10 * PAGE), ENOENT);
	/* A failure leaves the old mappings */
	EXPECT_ERR(zx_map(vm.vmar, W | OVERWRITE, HOLE, page(9), PAGE), EINVAL);
	EXPECT_EQ(peek(HOLE), 1000);
}

/* As in Zircon: who may overwrite a place has chosen it */
TEST_F(overwrite_implies_specific, fixture)
{
	const u32 flags = RWX | ZXVM_VM_SPECIFIC_OVERWRITE;

	ASSERT_OK(zx_map(vm.vmar, flags, HOLE, page(3), PAGE));
	EXPECT_EQ(peek(HOLE), 1003);
	ASSERT_OK(zx_map(vm.vmar, flags, HOLE, page(4), PAGE));
	EXPECT_EQ(peek(HOLE), 1004);
}

TEST_F(unmap_splits, fixture)
{
	int i;

	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, pages, 16 * PAGE));
	for (i = 0; i < 16; i++)
		EXPECT_EQ(peek(HOLE + i * PAGE), 1000 + i);
	ASSERT_OK(zx_unmap(vm.vmar, HOLE + 5 * PAGE, 2 * PAGE));
	ASSERT_OK(zx_unmap(vm.vmar, HOLE, PAGE));
	ASSERT_OK(zx_unmap(vm.vmar, HOLE + 15 * PAGE, PAGE));
	for (i = 0; i < 16; i++) {
		u64 gpa = HOLE + i * PAGE;

		if (i == 0 || i == 5 || i == 6 || i == 15) {
			EXPECT_ERR(peek_err(gpa), ENOENT);
			EXPECT_ERR(poke(gpa, 1), ENOENT);
		} else {
			EXPECT_EQ(peek(gpa), 1000 + i);
		}
		EXPECT_EQ(*page(i), 1000 + i);
	}
	/* Everything and more, and once again nothing */
	ASSERT_OK(zx_unmap(vm.vmar, HOLE - PAGE, 20 * PAGE));
	EXPECT_ERR(peek_err(HOLE + 3 * PAGE), ENOENT);
	EXPECT_OK(zx_unmap(vm.vmar, HOLE - PAGE, 20 * PAGE));
}

TEST_F(unmap_and_protect_errors, fixture)
{
	const struct { u64 gpa, size; } bad[] = {
		{ HOLE + 1, PAGE }, { HOLE, 0 }, { ASPACE_SIZE, PAGE },
		{ ASPACE_SIZE - PAGE, 2 * PAGE }, { PAGE, ASPACE_SIZE },
		{ ~0ULL << 12, PAGE }, { ~0ULL << 12, 2 * PAGE }, { 0, ~0ULL },
		{ HOLE, ~0ULL << 12 },
	};
	struct zxvm_vmar_range arg = { .address = 0, .size = PAGE };
	unsigned int i, bit;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_ERR(zx_unmap(vm.vmar, bad[i].gpa, bad[i].size), EINVAL);
		EXPECT_ERR(zx_protect(vm.vmar, R, bad[i].gpa, bad[i].size),
			   EINVAL);
	}
	for (bit = 0; bit < 32; bit++) {
		arg.flags = 1u << bit;
		EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_UNMAP, &arg), EINVAL);
		if (arg.flags != R)
			EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_PROTECT, &arg),
				   EINVAL);
	}
	EXPECT_ERR(zx_protect(vm.vmar, W | X, 0, PAGE), EINVAL);
	arg.flags = 0;
	arg.reserved = 1;
	EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_UNMAP, &arg), EINVAL);
	EXPECT_ERR(zx_ioctl(vm.vmar, ZXVM_VMAR_PROTECT, &arg), EINVAL);
	/* RAM is still what it was */
	EXPECT_OK(poke(DATA, 5));
}

TEST_F(protect_splits, fixture)
{
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, pages, 8 * PAGE));
	EXPECT_OK(poke(HOLE + 3 * PAGE, 1));
	ASSERT_OK(zx_protect(vm.vmar, R, HOLE + 2 * PAGE, 3 * PAGE));
	EXPECT_OK(poke(HOLE + PAGE, 2));
	EXPECT_ERR(poke(HOLE + 2 * PAGE, 2), EOPNOTSUPP);
	EXPECT_ERR(poke(HOLE + 3 * PAGE, 2), EOPNOTSUPP);
	EXPECT_ERR(poke(HOLE + 4 * PAGE, 2), EOPNOTSUPP);
	EXPECT_OK(poke(HOLE + 5 * PAGE, 2));
	EXPECT_EQ(peek(HOLE + 3 * PAGE), 1);
	EXPECT_EQ(*page(2), 1002);
	/* No permission at all, and back */
	ASSERT_OK(zx_protect(vm.vmar, 0, HOLE, 8 * PAGE));
	EXPECT_ERR(peek_err(HOLE + 3 * PAGE), EOPNOTSUPP);
	ASSERT_OK(zx_protect(vm.vmar, R | W, HOLE, 8 * PAGE));
	EXPECT_OK(poke(HOLE + 3 * PAGE, 7));
	EXPECT_EQ(*page(3), 7);
}

/* A hole anywhere in the range: ENOENT, and nothing was changed */
TEST_F(protect_of_a_hole, fixture)
{
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, pages, 8 * PAGE));
	ASSERT_OK(zx_unmap(vm.vmar, HOLE + 4 * PAGE, PAGE));
	EXPECT_ERR(zx_protect(vm.vmar, R, HOLE, 8 * PAGE), ENOENT);
	EXPECT_ERR(zx_protect(vm.vmar, R, HOLE + 4 * PAGE, PAGE), ENOENT);
	EXPECT_ERR(zx_protect(vm.vmar, R, HOLE - PAGE, 2 * PAGE), ENOENT);
	EXPECT_ERR(zx_protect(vm.vmar, R, HOLE + 7 * PAGE, 2 * PAGE), ENOENT);
	EXPECT_OK(poke(HOLE, 1));
	EXPECT_OK(poke(HOLE + 7 * PAGE, 1));
	/* Two mappings side by side are one range */
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE + 4 * PAGE, pages,
			 PAGE));
	EXPECT_OK(zx_protect(vm.vmar, R, HOLE, 8 * PAGE));
	EXPECT_ERR(poke(HOLE + 4 * PAGE, 1), EOPNOTSUPP);
}

/* Pages that are there are entered, those that are not are not missed */
TEST_F(map_range_prefaults, fixture)
{
	u64 *fresh = vm_alloc(16 * PAGE);

	fresh[3 * 512] = 33;
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC | ZXVM_VM_MAP_RANGE, HOLE,
			 fresh, 16 * PAGE));
	EXPECT_EQ(peek(HOLE + 3 * PAGE), 33);
	EXPECT_EQ(peek(HOLE + 4 * PAGE), 0);
	EXPECT_OK(poke(HOLE + 5 * PAGE, 55));
	EXPECT_EQ(fresh[5 * 512], 55);
	/* Memory of which nothing is there at all */
	ASSERT_SYS(munmap(fresh, 16 * PAGE));
	EXPECT_OK(zx_map(vm.vmar, RWX | OVERWRITE | ZXVM_VM_MAP_RANGE, HOLE,
			 fresh, 16 * PAGE));
	EXPECT_ERR(peek_err(HOLE + 3 * PAGE), ENOENT);
}

/* Next to nothing is there, and the way to the end of it is long */
TEST_T(map_range_of_a_quarter_of_all, 30)
{
	u64 size = ASPACE_SIZE / 4;
	u64 *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ASSERT_TRUE(mem != MAP_FAILED);
	mem[512] = 22;
	access_boot();
	EXPECT_OK(zx_map(vm.vmar, RWX | SPECIFIC | ZXVM_VM_MAP_RANGE, 1ULL << 32,
			 mem, size));
	EXPECT_EQ(peek((1ULL << 32) + PAGE), 22);
	mem[size / 8 - 1] = 33;
	EXPECT_OK(zx_map(vm.vmar, RWX | OVERWRITE | ZXVM_VM_MAP_RANGE,
			 1ULL << 32, mem, size));
	EXPECT_EQ(peek((1ULL << 32) + PAGE), 22);
}

TEST(same_memory_at_two_addresses)
{
	u64 *mem = vm_alloc(PAGE);

	access_boot();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, mem, PAGE));
	ASSERT_OK(zx_map(vm.vmar, R | SPECIFIC, HOLE + 7 * PAGE, mem, PAGE));
	EXPECT_OK(poke(HOLE, 123));
	EXPECT_EQ(peek(HOLE + 7 * PAGE), 123);
	EXPECT_EQ(*mem, 123);
	EXPECT_ERR(poke(HOLE + 7 * PAGE, 1), EOPNOTSUPP);
	ASSERT_OK(zx_unmap(vm.vmar, HOLE, PAGE));
	EXPECT_EQ(peek(HOLE + 7 * PAGE), 123);
}

/* A VCPU that hammers on a page whose mapping goes and comes */
static struct vt vt;

static void hammer(void)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, hammer);
	pages = vm_alloc(16 * PAGE);
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, pages, 16 * PAGE));
	vt_start(&vt, &vm, ENTRY);
	PAGE_ARG(vt.page, 1) = HOLE;
	vt_go(&vt);
}

static void wait_for_progress(volatile u64 *word)
{
	u64 was = *word;

	while (*word == was)
		sched_yield();
}

TEST_F(unmap_under_a_running_vcpu, hammer)
{
	int i;

	for (i = 0; i < 50; i++) {
		u64 was;

		wait_for_progress(pages);
		ASSERT_OK(zx_unmap(vm.vmar, HOLE, PAGE));
		was = *pages;
		EXPECT_ERR(vt_wait(&vt), ENOENT);
		/* Not one store came through after unmap had returned */
		EXPECT_EQ(*pages, was);
		ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, pages, PAGE));
		vt_go(&vt);
	}
}

TEST_F(protect_under_a_running_vcpu, hammer)
{
	int i;

	for (i = 0; i < 50; i++) {
		u64 was;

		wait_for_progress(pages);
		ASSERT_OK(zx_protect(vm.vmar, R, HOLE, PAGE));
		was = *pages;
		EXPECT_ERR(vt_wait(&vt), EOPNOTSUPP);
		EXPECT_EQ(*pages, was);
		ASSERT_OK(zx_protect(vm.vmar, RWX, HOLE, PAGE));
		vt_go(&vt);
	}
}

/* The guest may well see that its word has changed */
static void go_on_if_changed(void)
{
	if (!vt_done(&vt, 0))
		return;
	ASSERT_OK(vt.err);
	EXPECT_MEM(&vt.pkt, TELL_A);
	vt_go(&vt);
}

/* The guest sees the old page or the new one, never a hole */
TEST_FT(overwrite_is_atomic, hammer, 60)
{
	u64 was;
	int i;

	for (i = 0; i < 500; i++) {
		u64 *new = pages + (i + 1) % 16 * 512;

		ASSERT_OK(zx_map(vm.vmar, RWX | OVERWRITE, HOLE, new, PAGE));
		go_on_if_changed();
		was = *new;
		while (i % 50 == 0 && *(volatile u64 *)new == was)
			go_on_if_changed();
	}
}

TEST_T(ten_thousand_mappings, 120)
{
	const u64 n = 10000;
	u64 *mem = vm_alloc(n * PAGE), i, seed = 3;

	access_boot();
	for (i = 0; i < n; i++) {
		u64 slot = i * 7919 % n;

		ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC,
				 HOLE + slot * 2 * PAGE, mem + slot * 512,
				 PAGE));
	}
	for (i = 0; i < n; i += 11)
		EXPECT_ERR(zx_map(vm.vmar, RWX | SPECIFIC, HOLE + i * 2 * PAGE,
				  mem, PAGE), EEXIST);
	for (i = 0; i < 500; i++) {
		u64 slot = random64(&seed) % n;

		mem[slot * 512] = slot;
		EXPECT_EQ(peek(HOLE + slot * 2 * PAGE), slot);
		EXPECT_ERR(peek_err(HOLE + slot * 2 * PAGE + PAGE), ENOENT);
	}
	/* Half of them in one call, one of them atomically replaced by one */
	ASSERT_OK(zx_unmap(vm.vmar, HOLE, n * PAGE));
	EXPECT_ERR(peek_err(HOLE), ENOENT);
	mem[(n - 1) * 512] = 9;
	EXPECT_EQ(peek(HOLE + (n - 1) * 2 * PAGE), 9);
	ASSERT_OK(zx_map(vm.vmar, RWX | OVERWRITE, HOLE + n * PAGE, mem,
			 n * PAGE));
	EXPECT_EQ(peek(HOLE + n * PAGE), mem[0]);
}
