// SPDX-License-Identifier: GPL-2.0
/* What enter says about accesses of guest memory: traps, holes, permissions */
#include <sys/mman.h>

#include "zx.h"

#define VALUE	0x8123456789abcdefULL

TEST(key_of_each_trap)
{
	unsigned int i;

	VM_BOOT(&vm, store);
	for (i = 0; i < 3; i++) {
		u64 addr = HOLE + i * 2 * PAGE;

		ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, addr, PAGE, -1,
				  ~0ULL - i));
		ARG(1) = addr;
		ASSERT_OK(vm_enter(&vm));
		EXPECT_EQ(vm.pkt.key, ~0ULL - i);
		EXPECT_EQ(mem_addr(&vm.pkt), addr);
	}
}

TEST(bell_store_rings_and_the_guest_goes_on)
{
	struct zxvm_packet pkt, want;

	VM_BOOT(&vm, ring);
	vm_bell(&vm);
	ARG(0) = 3;
	EXPECT_STORE(&vm, TELL_A, 0);
	memset(&want, 0, sizeof(want));
	want.key = KEY_BELL;
	want.type = ZXVM_PKT_GUEST_BELL;
	want.u.bell.addr = BELL;
	ASSERT_OK(zx_wait(vm.port, 0, &pkt));
	EXPECT_EQ(memcmp(&pkt, &want, sizeof(pkt)), 0);
	ASSERT_OK(zx_wait(vm.port, 0, &pkt));
	ASSERT_OK(zx_wait(vm.port, 0, &pkt));
	EXPECT_ERR(zx_wait(vm.port, 0, &pkt), ETIMEDOUT);
}

TEST(bell_load_is_EOPNOTSUPP_and_advances)
{
	struct zxvm_packet pkt;

	VM_BOOT(&vm, load_tell);
	vm_bell(&vm);
	ARG(0) = 0x77;
	ARG(1) = BELL;
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	EXPECT_STORE(&vm, TELL_A, 0x77);
	EXPECT_ERR(zx_wait(vm.port, 0, &pkt), ETIMEDOUT);
}

/* A page with the guest done, which tells itself */
static void *done_page(void)
{
	GUEST_LABELS(done);
	char *page = vm_alloc(PAGE);

	memcpy(page, guest_done, guest_done_end - guest_done);
	__builtin___clear_cache(page, page + PAGE);
	return page;
}

/* A hole is ENOENT as often as it is tried; a mapping mends it */
TEST(data_abort_on_a_hole_is_ENOENT_and_can_be_mended)
{
	u64 *page = vm_alloc(PAGE);

	VM_BOOT(&vm, store_load);
	ARG(0) = VALUE;
	ARG(1) = HOLE;
	memset(&vm.pkt, 0xff, sizeof(vm.pkt));
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	EXPECT_EQ(vm.pkt.key, ~0ULL);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_ERROR);
	EXPECT_EQ(vm.page->error, ENOENT);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, HOLE, page, PAGE));
	EXPECT_STORE(&vm, TELL_A, VALUE);
	EXPECT_EQ(*page, VALUE);
}

TEST(instruction_abort_on_a_hole_is_ENOENT_and_can_be_mended)
{
	void *page = done_page();

	vm_create(&vm, 0);
	vm_vcpu(&vm, HOLE);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, HOLE, page, PAGE));
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

TEST(store_to_read_only_is_EOPNOTSUPP_and_can_be_mended)
{
	u64 *page = vm_alloc(PAGE);

	*page = VALUE;
	VM_BOOT(&vm, load_store);
	ASSERT_OK(zx_map(vm.vmar, ZXVM_VM_PERM_READ | ZXVM_VM_SPECIFIC, HOLE,
			 page, PAGE));
	ARG(0) = ~VALUE;
	ARG(1) = HOLE;
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	EXPECT_EQ(*page, VALUE);
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	ASSERT_OK(zx_protect(vm.vmar, ZXVM_VM_PERM_READ | ZXVM_VM_PERM_WRITE,
			     HOLE, PAGE));
	EXPECT_STORE(&vm, TELL_A, VALUE);
	EXPECT_EQ(*page, ~VALUE);
}

/* The first touch is the store: no load has made the page present before */
TEST(first_store_to_read_only_is_EOPNOTSUPP)
{
	u64 *page = vm_alloc(PAGE);

	VM_BOOT(&vm, store);
	ASSERT_OK(zx_map(vm.vmar, ZXVM_VM_PERM_READ | ZXVM_VM_SPECIFIC, HOLE,
			 page, PAGE));
	ARG(0) = 1;
	ARG(1) = HOLE;
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	EXPECT_EQ(*page, 0);
}

TEST(fetch_from_no_execute_is_EOPNOTSUPP_and_can_be_mended)
{
	void *page = done_page();

	vm_create(&vm, 0);
	ASSERT_OK(zx_map(vm.vmar, ZXVM_VM_PERM_READ | ZXVM_VM_PERM_WRITE |
			 ZXVM_VM_SPECIFIC, HOLE, page, PAGE));
	vm_vcpu(&vm, HOLE);
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	ASSERT_OK(zx_protect(vm.vmar, RWX, HOLE, PAGE));
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

TEST(packet_only_in_the_page)
{
	VM_BOOT(&vm, done);
	ASSERT_OK(zx_enter(vm.vcpu, NULL));
	EXPECT_MEM(&vm.page->packet, TELL_DONE);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_PACKET);
}

/* The packet is not lost: it comes with the next enter, once */
TEST(bad_packet_pointer_is_EFAULT)
{
	void *ro = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	VM_BOOT(&vm, counter);
	EXPECT_ERR(zx_enter(vm.vcpu, (void *)8), EFAULT);
	EXPECT_ERR(zx_enter(vm.vcpu, ro), EFAULT);
	EXPECT_EQ(vm.page->error, EFAULT);
	EXPECT_STORE(&vm, TELL_A, 1);
	EXPECT_STORE(&vm, TELL_A, 2);
	EXPECT_ERR(zx_enter(vm.vcpu, ro), EFAULT);
	ASSERT_OK(zx_enter(vm.vcpu, NULL));
	EXPECT_EQ(told(&vm.page->packet, vm.page), 3);
	EXPECT_STORE(&vm, TELL_A, 4);
}
