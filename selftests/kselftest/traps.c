// SPDX-License-Identifier: GPL-2.0
/* ZXVM_GUEST_SET_TRAP: each row of its error table, and what a trap does */
#include <sched.h>
#include <sys/mman.h>

#include "zx.h"

#define LAST	(ASPACE_SIZE - PAGE)

static int port;

static void fixture(void)
{
	VM_BOOT(&vm, done);
	ASSERT_OK(zx_port_create(&port));
}

TEST_F(kinds_and_ports, fixture)
{
	unsigned int kind;

	for (kind = 3; kind < 40; kind++)
		EXPECT_ERR(zx_trap(vm.guest, kind, HOLE, PAGE, -1, 0), EINVAL);
	EXPECT_ERR(zx_trap(vm.guest, ~0u, HOLE, PAGE, -1, 0), EINVAL);
	EXPECT_ERR(zx_trap(vm.guest, 3, HOLE, PAGE, port, 0), EINVAL);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_MEM, HOLE, PAGE, port, 0),
		   EINVAL);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_BELL, HOLE, PAGE, -1, 0),
		   EINVAL);
	EXPECT_ERR(zx_ioctl(vm.guest, ZXVM_GUEST_SET_TRAP, (void *)8), EFAULT);
}

TEST_F(ranges, fixture)
{
	const struct { u64 addr, size; int err; } cases[] = {
		{ HOLE + 1, PAGE, EINVAL },
		{ HOLE + 0x800, PAGE, EINVAL },
		{ HOLE, 1, EINVAL },
		{ HOLE, PAGE + 1, EINVAL },
		{ HOLE, PAGE - 1, EINVAL },
		{ HOLE, 0, EINVAL },
		{ 0, 0, EINVAL },
		{ ASPACE_SIZE, PAGE, EINVAL },
		{ ASPACE_SIZE, 0, EINVAL },
		{ LAST, 2 * PAGE, EINVAL },
		{ PAGE, ASPACE_SIZE, EINVAL },
		{ ~0ULL << 12, PAGE, EINVAL },
		{ ~0ULL << 12, 2 * PAGE, EINVAL },
		{ PAGE, ~0ULL << 12, EINVAL },
		{ HOLE, ~0ULL << 12, EINVAL },
		{ 1ULL << 63, 1ULL << 63, EINVAL },
		{ LAST, PAGE, 0 },
		{ HOLE, PAGE, 0 },
	};
	static const u32 kinds[] = { ZXVM_TRAP_MEM, ZXVM_TRAP_BELL };
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (k = 0; k < 2; k++) {
			int want = cases[i].err;
			int fd = k ? port : -1, err;

			err = zx_trap(vm.guest, kinds[k], cases[i].addr,
				      cases[i].size, fd, 0);
			if (!want && k)	/* the first kind is there already */
				want = EEXIST;
			CHECK_(0, err == want, "case %u: got %s, not %s", i,
			       err_name(err), err_name(want));
		}
	}
}

TEST(whole_address_space)
{
	vm_create(&vm, 0);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_MEM, 0, ASPACE_SIZE, -1, 0),
		   EEXIST);
	close(vm.guest);
	ASSERT_OK(zx_guest_create(0, &vm.guest, &vm.vmar));
	EXPECT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, 0, ASPACE_SIZE, -1, 0));
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_MEM, LAST, PAGE, -1, 0),
		   EEXIST);
}

/* MEM and BELL share one tree: any intersection is refused, touching is not */
TEST_F(overlaps, fixture)
{
	static const struct { int first, count, err; } cases[] = {
		{ 10, 4, EEXIST }, { 10, 1, EEXIST }, { 13, 1, EEXIST },
		{ 11, 2, EEXIST }, { 9, 2, EEXIST }, { 13, 2, EEXIST },
		{ 0, 11, EEXIST }, { 9, 6, EEXIST }, { 0, 100, EEXIST },
		{ 9, 1, 0 }, { 14, 1, 0 }, { 0, 9, 0 }, { 15, 85, 0 },
	};
	unsigned int i, k;

	for (k = 0; k < 2; k++) {
		u64 base = HOLE + k * 0x1000000;

		ASSERT_OK(zx_trap(vm.guest, k, base + 10 * PAGE, 4 * PAGE,
				  k ? -1 : port, 0));
		for (i = 0; i < ARRAY_SIZE(cases); i++) {
			bool bell = i & 1;
			int fd = bell ? port : -1, err;

			err = zx_trap(vm.guest, !bell,
				      base + cases[i].first * PAGE,
				      cases[i].count * PAGE, fd, 0);
			CHECK_(0, err == cases[i].err, "case %u: %s", i,
			       err_name(err));
		}
	}
}

/* A page inside a mapping becomes a trap; its neighbours stay memory */
TEST(punched_into_a_mapping)
{
	const u64 at = DATA + PAGE;

	VM_BOOT(&vm, store_three);
	ARG(0) = 0x1111;
	ARG(1) = at - 8;
	ARG(2) = MMIO;
	ARG(3) = at + PAGE;
	EXPECT_STORE(&vm, 0, 0x1111);
	ARG(2) = at;
	ARG(0) = 0x2222;
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, at, PAGE, -1, 77));
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.key, 77);
	EXPECT_EQ(mem_addr(&vm.pkt), at);
	EXPECT_EQ(*(u64 *)(vm.ram + at - 8), 0x2222);
	EXPECT_EQ(*(u64 *)(vm.ram + at), 0);
	ARG(0) = 0x3333;
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(*(u64 *)(vm.ram + at + PAGE), 0x3333);
	/* The VMAR has a hole there, which may be filled again */
	EXPECT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, at, vm.ram + at,
			 PAGE));
}

/* Memory that the guest has used, trapped while it stands still */
TEST(punched_under_used_memory)
{
	VM_BOOT(&vm, store_tell);
	ARG(0) = 1;
	ARG(1) = DATA;
	EXPECT_STORE(&vm, TELL_A, 1);
	EXPECT_EQ(*(u64 *)(vm.ram + DATA), 1);
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, DATA, PAGE, -1, 8));
	ARG(0) = 2;
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.key, 8);
	EXPECT_EQ(*(u64 *)(vm.ram + DATA), 1);
}

/* Zircon unmaps first and fails later; here a failure changes nothing */
TEST(failure_keeps_the_mapping)
{
	VM_BOOT(&vm, load_tell);
	*(u64 *)(vm.ram + DATA) = 0x77;
	ARG(1) = DATA;
	/* RAM and the trap at MMIO in one: refused, and RAM is still there */
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_MEM, 0, MMIO + PAGE, -1, 0),
		   EEXIST);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_MEM, 0, 0, -1, 0), EINVAL);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_MEM, 0, 2 * ASPACE_SIZE, -1, 0),
		   EINVAL);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_BELL, 0, RAM_SIZE, -1, 0),
		   EINVAL);
	EXPECT_STORE(&vm, TELL_A, 0x77);
}

/* A mapping laid over a trap later does not disarm it */
TEST(mapping_over_a_trap_does_not_disarm_it)
{
	u8 *page = vm_alloc(PAGE);

	VM_BOOT(&vm, done);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, MMIO, page, PAGE));
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

/* Nor does an instruction that is fetched there; it may be refused, though */
TEST(fetch_over_a_trap_does_not_disarm_it)
{
	GUEST_LABELS(leaf);
	char *page = vm_alloc(PAGE);
	int err;

	memcpy(page, guest_leaf, guest_leaf_end - guest_leaf);
	__builtin___clear_cache(page, page + PAGE);
	VM_BOOT(&vm, call);
	ARG(1) = HOLE;
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, HOLE, PAGE, -1, 55));
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, HOLE, page, PAGE));
	EXPECT_STORE(&vm, TELL_A, 0);
	err = vm_enter(&vm);
	if (err) {
		EXPECT_ERR(err, ENOENT);
		return;
	}
	EXPECT_MEM(&vm.pkt, TELL_DONE);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.key, 55);
}

/* The page that a VCPU hammers on becomes a trap: a packet, never a hole */
TEST_T(punched_under_a_running_vcpu, 60)
{
	static struct vt vt;
	volatile u64 *word;
	int i;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, hammer);
	vt_start(&vt, &vm, ENTRY);
	for (i = 0; i < 100; i++) {
		u64 at = HOLE + i * 2 * PAGE;

		word = vm_alloc(PAGE);
		ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, at,
				 (void *)word, PAGE));
		PAGE_ARG(vt.page, 1) = at;
		vt_go(&vt);
		while (!*word) {	/* the new page differs: it may tell */
			sched_yield();
			if (vt_done(&vt, 0)) {
				EXPECT_MEM(&vt.pkt, TELL_A);
				vt_go(&vt);
			}
		}
		ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, at, PAGE, -1, i));
		ASSERT_OK(vt_wait(&vt));
		EXPECT_EQ(vt.pkt.key, i);
		EXPECT_EQ(mem_addr(&vt.pkt), at);
		/* If it was the load: answered with what was stored */
		PAGE_ARG(vt.page, 2) = PAGE_ARG(vt.page, 0);
	}
}

TEST(trap_from_another_process)
{
	pid_t pid;

	VM_BOOT(&vm, counter);
	EXPECT_STORE(&vm, TELL_A, 1);
	pid = fork();
	if (!pid) {
		ASSERT_OK(zx_port_create(&port));
		EXPECT_OK(zx_trap(vm.guest, ZXVM_TRAP_BELL, BELL, PAGE, port,
				  1));
		EXPECT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, DATA, PAGE, -1, 2));
		EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_MEM, MMIO, PAGE, -1, 2),
			   EEXIST);
		_exit(0);
	}
	wait_child(pid);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_MEM, BELL, PAGE, -1, 2),
		   EEXIST);
	EXPECT_STORE(&vm, TELL_A, 2);
}

static void *add_traps(void *arg)
{
	u64 i;

	(void)arg;
	for (i = 0; i < 1000; i++)
		ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, HOLE + i * PAGE,
				  PAGE, -1, i));
	return NULL;
}

/* Lookups while another thread adds: the trap at MMIO is never missed */
TEST_T(traps_added_while_running, 60)
{
	pthread_t thread;
	int i;

	VM_BOOT(&vm, counter);
	pthread_create(&thread, NULL, add_traps, NULL);
	for (i = 1; i <= 1000; i++)
		EXPECT_STORE(&vm, TELL_A, i);
	pthread_join(thread, NULL);
	EXPECT_STORE(&vm, TELL_A, i);
}

TEST_T(ten_thousand_traps, 90)
{
	u64 seed = 1, i;

	VM_BOOT(&vm, store);
	for (i = 0; i < 10000; i++) {
		u64 slot = i * 7919 % 10000;	/* not in order */

		ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM,
				  HOLE + slot * 2 * PAGE, PAGE, -1, slot));
	}
	for (i = 0; i < 10000; i += 13)
		EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_MEM,
				   HOLE + i * 2 * PAGE, PAGE, -1, 0), EEXIST);
	for (i = 0; i < 1000; i++) {
		u64 slot = random64(&seed) % 10000;

		ARG(1) = HOLE + slot * 2 * PAGE;
		ASSERT_OK(vm_enter(&vm));
		EXPECT_EQ(vm.pkt.key, slot);
		ARG(1) = HOLE + slot * 2 * PAGE + PAGE;
		EXPECT_ERR(vm_enter(&vm), ENOENT);
	}
}
