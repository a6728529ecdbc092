// SPDX-License-Identifier: GPL-2.0
/* The registers of a VCPU, in the shared page and by READ_ and WRITE_STATE */
#include "probe.h"

#define X(n)	PAGE_ARG(vm.page, n)
#define RSP	4
#define R14	14

/* CF, PF, AF, ZF, SF, TF, DF, OF, NT, AC and ID: what the calls give and take */
#define FLAGS	0x244dd5ULL
/* In what is written it says that flags are given */
#define VALID	2ULL

#define EFER_SCE	(1ULL << 0)
#define EFER_LME	(1ULL << 8)
#define EFER_LMA	(1ULL << 10)
#define EFER_NXE	(1ULL << 11)
#define EFER_SVME	(1ULL << 12)

static u64 next(void)
{
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, TELL_A);
	return TOLD(&vm);
}

TEST(initial_state)
{
	struct zx_arch_state state, zero = { };
	u64 cr4, efer;
	u32 seven[4];
	int i;

	VM_BOOT(&vm, initial);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_NONE);
	memset(&state, 0xff, sizeof(state));
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(memcmp(&state, &zero, sizeof(state)), 0);
	EXPECT_EQ(next(), 0);				/* RSP */
	EXPECT_EQ(next(), 2);				/* RFLAGS */
	EXPECT_EQ(next() & ~0x20ULL, 0x80010011);	/* CR0 */
	EXPECT_EQ(next(), 0);				/* CR2 */
	EXPECT_EQ(next(), 0);				/* CR3 */
	cr4 = next();
	/* PAE, PGE, OSFXSR; OSXSAVE and FSGSBASE if the host has them */
	host_cpuid(7, 0, seven);
	EXPECT_EQ(cr4 & ~0x40000ULL, seven[1] & 1 ? 0x102a0 : 0x2a0);
	EXPECT_EQ(next(), 0);				/* CR8 */
	efer = next();
	EXPECT_EQ(efer & (EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE),
		  EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE);
	EXPECT_EQ(efer & EFER_SVME, 0);
	EXPECT_NE(next(), 0);				/* PAT */
	for (i = 0; i < 5; i++)				/* SYSENTER, bases */
		EXPECT_EQ(next(), 0);
	for (i = 0; i < 8; i++)				/* selectors */
		EXPECT_EQ(next(), 0);
	for (i = 0; i < 2; i++) {			/* GDTR, IDTR */
		EXPECT_EQ(next(), 0);
		EXPECT_EQ(next(), 0xffff);
	}
	EXPECT_EQ(next(), 0xffff0ff0);			/* DR6 */
	EXPECT_EQ(next(), 0x400);			/* DR7 */
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

/* What the call says of an address that is none to the CPU is its own affair */
TEST(entry_that_is_not_canonical)
{
	int vcpu, err;

	vm_create(&vm, 0);
	ASSERT_OK(zx_vcpu_create(vm.guest, ASPACE_SIZE - 4, &vcpu));
	err = zx_enter(vcpu, &vm.pkt);
	EXPECT_TRUE(err == EBADFD || err == EOPNOTSUPP);
}

static void set_registers(struct zxvm_vcpu_state_x86 *state)
{
	u64 *regs = (u64 *)state;
	int i;

	for (i = 0; i < 16; i++)
		regs[i] = i == R14 ? MMIO : 0x100000001 * 100 * i;
}

static void expect_registers(const struct zxvm_vcpu_state_x86 *state, int round)
{
	const u64 *regs = (const u64 *)state;
	u64 was;
	int i;

	for (i = 0; i < 16; i++) {
		was = 0x100000001 * 100 * i;
		if (i == R14)
			EXPECT_EQ(regs[i], MMIO);
		else if (i != RSP)
			EXPECT_EQ(regs[i], was + round);
		else
			EXPECT_EQ(regs[i], was + 16 * round);
	}
}

TEST(registers_by_the_page)
{
	struct zx_arch_state state;
	int round;

	VM_BOOT(&vm, registers);
	set_registers(&vm.page->state.x86);
	vm.page->dirty = ZXVM_PAGE_SP;
	for (round = 1; round < 4; round++) {
		EXPECT_STORE(&vm, TELL_DONE, 0x100000001 * 1500 + round);
		EXPECT_EQ(vm.page->dirty, 0);
		state = vm.page->state.x86;
		if (!(vm.page->valid & ZXVM_PAGE_SP))
			state.rsp = 0x100000001 * 400 + 16 * round;
		expect_registers(&state, round);
	}
}

TEST(registers_by_ioctl)
{
	struct zx_arch_state state = { };
	int round;

	VM_BOOT(&vm, registers);
	set_registers(&state);
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	for (round = 1; round < 4; round++) {
		EXPECT_STORE(&vm, TELL_DONE, 0x100000001 * 1500 + round);
		memset(&state, 0xff, sizeof(state));
		ASSERT_OK(zx_read_state(vm.vcpu, &state));
		expect_registers(&state, round);
		EXPECT_EQ(state.rflags & ~FLAGS, 0);
		ASSERT_OK(zx_write_state(vm.vcpu, &state));
	}
}

/* Registers that a load answers are those of the ioctl as well */
TEST(page_and_ioctl_are_the_same_registers)
{
	struct zx_arch_state state;

	VM_BOOT(&vm, load_tell);
	ARG(1) = MMIO;
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(mem_addr(&vm.pkt), MMIO);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.rcx, MMIO);
	state.rax = 0xfedcba9876543210;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	EXPECT_EQ(ARG(0), 0xfedcba9876543210);
	EXPECT_STORE(&vm, TELL_A, 0xfedcba9876543210);
	ASSERT_OK(vm_enter(&vm));
	ARG(0) = 5;
	EXPECT_STORE(&vm, TELL_A, 5);
}

/* RSP and RFLAGS reach the guest by the page only with their dirty bit */
TEST(dirty_bits_of_the_page)
{
	struct zx_arch_state state;

	VM_BOOT(&vm, registers);
	X(R14) = MMIO;
	vm.page->state.x86.rsp = 0x5000;
	vm.page->dirty = ZXVM_PAGE_SP;
	EXPECT_STORE(&vm, TELL_DONE, 1);
	EXPECT_EQ(vm.page->dirty, 0);
	vm.page->state.x86.rsp = 0x7000;
	EXPECT_STORE(&vm, TELL_DONE, 2);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.rsp, 0x5020);
	vm_close(&vm);

	VM_BOOT(&vm, flags);
	EXPECT_STORE(&vm, TELL_A, 2);
	vm.page->state.x86.rflags = VALID | 1;
	EXPECT_STORE(&vm, TELL_A, 2);
	vm.page->state.x86.rflags = VALID | 1;
	vm.page->dirty = ZXVM_PAGE_FLAGS | ~7u;
	EXPECT_STORE(&vm, TELL_A, 3);
	EXPECT_EQ(vm.page->dirty, 0);
	/* Neither IF nor anything else that is not FLAGS */
	vm.page->state.x86.rflags = (~FLAGS & ~(1ULL << 17)) | VALID;
	vm.page->dirty = ZXVM_PAGE_FLAGS;
	EXPECT_STORE(&vm, TELL_A, 2);
}

/* What @valid promises is what READ_STATE says */
TEST(valid_bits_of_the_page)
{
	struct zx_arch_state state;

	VM_BOOT(&vm, registers);
	X(R14) = MMIO;
	EXPECT_STORE(&vm, TELL_DONE, 1);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.rsp, 16);
	if (vm.page->valid & ZXVM_PAGE_SP)
		EXPECT_EQ(vm.page->state.x86.rsp, state.rsp);
	if (vm.page->valid & ZXVM_PAGE_FLAGS)
		EXPECT_EQ(vm.page->state.x86.rflags & FLAGS, state.rflags);
	EXPECT_EQ(vm.page->valid & ~3u, 0);
}

/* TF would trap each instruction: it is left to the tests of events */
TEST(flags_can_be_set_and_cleared)
{
	const u64 set = FLAGS & ~0x100ULL;
	const u64 values[] = { set, 0, 1, 0x10, 0x40, 0x400, 0x800, 0x4000,
			       0x40000, 0x200000, set, 0 };
	struct zx_arch_state state;
	unsigned int i;

	VM_BOOT(&vm, flags);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		ASSERT_OK(zx_read_state(vm.vcpu, &state));
		state.rflags = values[i] | VALID;
		ASSERT_OK(zx_write_state(vm.vcpu, &state));
		EXPECT_STORE(&vm, TELL_A, values[i] | 2);
		ASSERT_OK(zx_read_state(vm.vcpu, &state));
		EXPECT_EQ(state.rflags, values[i]);
	}
}

/* Without VALID flags are not taken, and never those that are not FLAGS */
TEST(flags_that_are_not_taken)
{
	struct zx_arch_state state;

	VM_BOOT(&vm, flags);
	EXPECT_STORE(&vm, TELL_A, 2);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	state.rflags = ~VALID;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	EXPECT_STORE(&vm, TELL_A, 2);
	state.rflags = ~FLAGS | VALID;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	EXPECT_STORE(&vm, TELL_A, 2);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.rflags, 0);
}

static int io_state(unsigned long call, u32 kind, u8 access_size, u32 size)
{
	struct zxvm_vcpu_io io = {
		.access_size = access_size, .data = { 0x12, 0x34, 0x56, 0x78 },
	};
	struct zxvm_vcpu_rw_state arg = { kind, size, (uintptr_t)&io };

	return zx_ioctl(vm.vcpu, call, &arg);
}

/* ZXVM_VCPU_IO writes 1, 2 or 4 bytes of RAX; nothing reads it */
TEST(io_kind)
{
	const u32 size = sizeof(struct zxvm_vcpu_io);
	static const struct { u8 access_size; int err; u64 rax; } cases[] = {
		{ 1, 0, 0x1122334455667712 }, { 2, 0, 0x1122334455663412 },
		{ 4, 0, 0x1122334478563412 }, { 0, EINVAL, 0 },
		{ 3, EINVAL, 0 }, { 5, EINVAL, 0 }, { 8, EINVAL, 0 },
		{ 255, EINVAL, 0 },
	};
	unsigned int i;

	VM_BOOT(&vm, done);
	EXPECT_ERR(io_state(ZXVM_VCPU_READ_STATE, ZXVM_VCPU_IO, 1, size),
		   EINVAL);
	EXPECT_ERR(io_state(ZXVM_VCPU_WRITE_STATE, ZXVM_VCPU_IO, 1, size + 1),
		   EINVAL);
	EXPECT_ERR(io_state(ZXVM_VCPU_WRITE_STATE, ZXVM_VCPU_IO, 1, size - 1),
		   EINVAL);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ARG(0) = 0x1122334455667788;
		EXPECT_ERR(io_state(ZXVM_VCPU_WRITE_STATE, ZXVM_VCPU_IO,
				    cases[i].access_size, size), cases[i].err);
		if (cases[i].err)
			EXPECT_EQ(ARG(0), 0x1122334455667788);
		else
			EXPECT_EQ(ARG(0), cases[i].rax);
	}
}
