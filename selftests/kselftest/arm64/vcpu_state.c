// SPDX-License-Identifier: GPL-2.0
/* The registers of a VCPU, in the shared page and by READ_ and WRITE_STATE */
#include "zx.h"

#define X(n)	(vm.page->state.arm64.x[n])
#define NZCV	0xf0000000u

TEST(initial_state)
{
	struct zx_arch_state state, zero = { };

	VM_BOOT(&vm, whoami);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_NONE);
	memset(&state, 0xff, sizeof(state));
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(memcmp(&state, &zero, sizeof(state)), 0);
	EXPECT_STORE(&vm, TELL_A, 0x80000000);
	EXPECT_STORE(&vm, TELL_B, 1 << 2);
	EXPECT_STORE(&vm, TELL_C, 0x3c0);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, TELL_D);
	/* MMU, alignment check, data and instruction cache are off */
	EXPECT_EQ(vm.pkt.u.mem_arm64.data & 0x1007, 0);
}

TEST(registers_by_the_page)
{
	int i, round;

	VM_BOOT(&vm, registers);
	for (i = 0; i < 31; i++)
		X(i) = i == 28 ? MMIO : 100 * i;
	vm.page->state.arm64.sp = 0x1000;
	vm.page->dirty = ZXVM_PAGE_SP;
	for (round = 1; round < 4; round++) {
		EXPECT_STORE(&vm, TELL_DONE, 0);
		for (i = 0; i < 31; i++)
			EXPECT_EQ(X(i), i == 28 ? MMIO : 100 * i + round);
		EXPECT_EQ(vm.page->dirty, 0);
	}
}

TEST(registers_by_ioctl)
{
	struct zx_arch_state state;
	int i, round;

	VM_BOOT(&vm, registers);
	for (i = 0; i < 31; i++)
		state.x[i] = i == 28 ? MMIO : 100 * i;
	state.sp = 0x1000;
	state.cpsr = 0;
	state.pad = ~0u;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	for (round = 1; round < 4; round++) {
		EXPECT_STORE(&vm, TELL_DONE, 0);
		memset(&state, 0xff, sizeof(state));
		ASSERT_OK(zx_read_state(vm.vcpu, &state));
		for (i = 0; i < 31; i++)
			EXPECT_EQ(state.x[i], i == 28 ? MMIO : 100 * i + round);
		EXPECT_EQ(state.sp, 0x1000 + 16 * round);
		EXPECT_EQ(state.pad, 0);
		EXPECT_EQ(state.cpsr & ~NZCV, 0);
		ASSERT_OK(zx_write_state(vm.vcpu, &state));
	}
}

/* SP and NZCV reach the guest by the page only when their dirty bit is set */
TEST(dirty_bits_of_the_page)
{
	struct zx_arch_state state;

	VM_BOOT(&vm, flags);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	state.sp = 0x5000;
	state.cpsr = 1u << 31;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	EXPECT_STORE(&vm, TELL_A, 1u << 31);

	vm.page->state.arm64.sp = 0x7000;
	vm.page->state.arm64.cpsr = 1u << 30;
	vm.page->dirty = 0;
	EXPECT_STORE(&vm, TELL_A, 1u << 31);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.sp, 0x5000);

	vm.page->state.arm64.sp = 0x7000;
	vm.page->state.arm64.cpsr = 1u << 30;
	vm.page->dirty = ZXVM_PAGE_SP;
	EXPECT_STORE(&vm, TELL_A, 1u << 31);
	EXPECT_EQ(vm.page->dirty, 0);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.sp, 0x7000);

	vm.page->state.arm64.cpsr = 1u << 30 | 0x0fffffff;
	vm.page->dirty = ZXVM_PAGE_FLAGS | ~7u;
	EXPECT_STORE(&vm, TELL_A, 1u << 30);
	EXPECT_EQ(vm.page->dirty, 0);
}

/* What @valid promises is what READ_STATE says */
TEST(valid_bits_of_the_page)
{
	struct zx_arch_state state;

	VM_BOOT(&vm, registers);
	X(28) = MMIO;
	EXPECT_STORE(&vm, TELL_DONE, 0);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.sp, 16);
	if (vm.page->valid & ZXVM_PAGE_SP)
		EXPECT_EQ(vm.page->state.arm64.sp, state.sp);
	if (vm.page->valid & ZXVM_PAGE_FLAGS)
		EXPECT_EQ(vm.page->state.arm64.cpsr, state.cpsr);
	EXPECT_EQ(vm.page->valid & ~3u, 0);
}

/* Zircon ORs the flags in; here they can be cleared too */
TEST(flags_can_be_set_and_cleared)
{
	static const u32 values[] = { NZCV, 0, 1u << 29, 1u << 28, 0 };
	struct zx_arch_state state;
	unsigned int i;

	VM_BOOT(&vm, flags);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		ASSERT_OK(zx_read_state(vm.vcpu, &state));
		state.cpsr = values[i];
		ASSERT_OK(zx_write_state(vm.vcpu, &state));
		EXPECT_STORE(&vm, TELL_A, values[i]);
		ASSERT_OK(zx_read_state(vm.vcpu, &state));
		EXPECT_EQ(state.cpsr, values[i]);
	}
}

/* Nothing but NZCV: no mode, no mask bit */
TEST(cpsr_bits_beside_the_flags_are_ignored)
{
	struct zx_arch_state state;

	VM_BOOT(&vm, whoami);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	state.cpsr = 0x0fffffff;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	EXPECT_STORE(&vm, TELL_A, 0x80000000);
	EXPECT_STORE(&vm, TELL_B, 1 << 2);
	EXPECT_STORE(&vm, TELL_C, 0x3c0);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.cpsr, 0);
}

/* The result of an IN instruction is x86's */
TEST(io_kind)
{
	struct zxvm_vcpu_io io = { .access_size = 1 };
	struct zxvm_vcpu_rw_state arg = {
		ZXVM_VCPU_IO, sizeof(io), (uintptr_t)&io,
	};

	VM_BOOT(&vm, done);
	EXPECT_ERR(zx_ioctl(vm.vcpu, ZXVM_VCPU_READ_STATE, &arg), EINVAL);
	EXPECT_ERR(zx_ioctl(vm.vcpu, ZXVM_VCPU_WRITE_STATE, &arg), EINVAL);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

/* The last instruction that there may be is a hole, and an abort */
TEST(last_entry)
{
	int vcpu;

	vm_create(&vm, 0);
	ASSERT_OK(zx_vcpu_create(vm.guest, ASPACE_SIZE - 4, &vcpu));
	EXPECT_ERR(zx_enter(vcpu, &vm.pkt), ENOENT);
}
