// SPDX-License-Identifier: GPL-2.0
/* The packet of each kind of load and store, and accesses without syndrome */
#include <sys/mman.h>

#include "insn.h"
#include "zx.h"

#define X(n)	(vm.page->state.arm64.x[n])

/* Pattern of a register: every byte differs, and the top bit is set */
static u64 pattern(unsigned int n)
{
	return 0x8123456789abcdefULL ^ n * 0x0101010101010101ULL;
}

/* A VCPU that starts in code of the test with x28 = MMIO */
static void boot_code(const u32 *words, size_t n)
{
	vm_create(&vm, 0);
	vm_code(&vm, CODE, words, n);
	vm_vcpu(&vm, CODE);
	X(28) = MMIO;
}

/* The whole packet, to the byte */
static void expect_packet(bool read, u64 addr, unsigned int size, bool sign,
			  unsigned int xt, u64 data)
{
	struct zxvm_packet want;

	memset(&want, 0, sizeof(want));
	want.key = KEY_MMIO;
	want.type = ZXVM_PKT_GUEST_MEM;
	want.u.mem_arm64.addr = addr;
	want.u.mem_arm64.access_size = size;
	want.u.mem_arm64.sign_extend = sign;
	want.u.mem_arm64.xt = xt;
	want.u.mem_arm64.read = read;
	want.u.mem_arm64.data = data;
	EXPECT_EQ(vm.pkt.type, want.type);
	EXPECT_EQ(vm.pkt.u.mem_arm64.addr, addr);
	EXPECT_EQ(vm.pkt.u.mem_arm64.access_size, size);
	EXPECT_EQ(vm.pkt.u.mem_arm64.sign_extend, sign);
	EXPECT_EQ(vm.pkt.u.mem_arm64.xt, xt);
	EXPECT_EQ(vm.pkt.u.mem_arm64.read, read);
	EXPECT_EQ(vm.pkt.u.mem_arm64.data, data);
	EXPECT_EQ(memcmp(&vm.pkt, &want, sizeof(want)), 0);
	EXPECT_EQ(memcmp(&vm.page->packet, &want, sizeof(want)), 0);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_PACKET);
	EXPECT_EQ(vm.page->error, 0);
}

TEST(store_each_size_and_register)
{
	static u32 code[4 * 32 + 1];
	unsigned int size, rt, n = 0;

	for (size = 0; size < 4; size++)
		for (rt = 0; rt < 32; rt++)
			code[n++] = I_LDST(size, OPC_STR, rt, 28, rt);
	code[n++] = I_STR(31, 28, TELL_DONE);
	boot_code(code, n);
	for (n = 0; n < 31; n++)
		X(n) = n == 28 ? MMIO : pattern(n);
	for (size = 0; size < 4; size++) {
		for (rt = 0; rt < 32; rt++) {
			u64 data = rt == 31 ? 0 : rt == 28 ? MMIO : pattern(rt);

			memset(&vm.pkt, 0xff, sizeof(vm.pkt));
			ASSERT_OK(vm_enter(&vm));
			expect_packet(false, MMIO + (rt << size), 1 << size,
				      false, rt, data);
		}
	}
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

static const struct {
	unsigned int size, opc;
	bool sign;
} loads[] = {
	{ 0, OPC_LDR, false }, { 1, OPC_LDR, false }, { 2, OPC_LDR, false },
	{ 3, OPC_LDR, false }, { 0, OPC_LDRS_X, true },
	{ 1, OPC_LDRS_X, true }, { 2, OPC_LDRS_X, true },
	{ 0, OPC_LDRS_W, true }, { 1, OPC_LDRS_W, true },
};

/* Each load, and what the VMM stored in the page is what the guest has */
TEST(load_each_kind_and_register)
{
	static u32 code[ARRAY_SIZE(loads) * 32 * 2];
	unsigned int i, rt, rn, n = 0;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		for (rt = 0; rt < 32; rt++) {
			rn = rt == 28 ? 27 : 28;
			code[n++] = I_LDST(loads[i].size, loads[i].opc, rt, rn,
					   rt);
			code[n++] = I_STR(rt, rn, TELL_A);
		}
	}
	boot_code(code, n);
	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		for (rt = 0; rt < 32; rt++) {
			u64 data = rt == 31 ? 0 : pattern(rt + i);

			X(27) = MMIO;
			X(28) = MMIO;
			memset(&vm.pkt, 0xff, sizeof(vm.pkt));
			ASSERT_OK(vm_enter(&vm));
			expect_packet(true, MMIO + (rt << loads[i].size),
				      1 << loads[i].size, loads[i].sign, rt, 0);
			if (rt != 31)
				X(rt) = data;
			EXPECT_STORE(&vm, TELL_A, data);
		}
	}
}

TEST(load_without_write_back_keeps_the_register)
{
	const u32 code[] = { I_LDR(3, 28, 0), I_STR(3, 28, TELL_A) };

	boot_code(code, ARRAY_SIZE(code));
	X(3) = 0x1234;
	ASSERT_OK(vm_enter(&vm));
	EXPECT_STORE(&vm, TELL_A, 0x1234);
}

TEST(load_write_back_by_ioctl)
{
	const u32 code[] = { I_LDR(3, 28, 0), I_STR(3, 28, TELL_A) };
	struct zx_arch_state state;

	boot_code(code, ARRAY_SIZE(code));
	ASSERT_OK(vm_enter(&vm));
	expect_packet(true, MMIO, 8, false, 3, 0);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.x[28], MMIO);
	state.x[3] = 0xfedcba9876543210;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	EXPECT_EQ(X(3), 0xfedcba9876543210);
	EXPECT_STORE(&vm, TELL_A, 0xfedcba9876543210);
}

TEST(whole_page_traps)
{
	const u32 code[] = {
		I_LDST(0, OPC_STR, 0, 28, 0), I_LDST(0, OPC_STR, 0, 28, 0xfff),
		I_LDST(3, OPC_STR, 0, 28, 0x1ff),
		I_LDST(0, OPC_STR, 0, 1, 0),
	};

	boot_code(code, ARRAY_SIZE(code));
	X(1) = MMIO - 1;
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, 0);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, 0xfff);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, 0xff8);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	X(1) = MMIO + PAGE;
	EXPECT_ERR(vm_enter(&vm), ENOENT);
}

TEST(no_syndrome_is_EBADMSG_and_advances)
{
	unsigned int i;

	VM_BOOT(&vm, isv0);
	for (i = 1; i <= 9; i++) {
		memset(&vm.pkt, 0xff, sizeof(vm.pkt));
		EXPECT_ERR(vm_enter(&vm), EBADMSG);
		EXPECT_EQ(vm.pkt.key, ~0ULL);
		EXPECT_EQ(vm.page->exit, ZXVM_EXIT_ERROR);
		EXPECT_EQ(vm.page->error, EBADMSG);
		EXPECT_STORE(&vm, TELL_A, i);
	}
	/* No register was written back */
	EXPECT_STORE(&vm, TELL_B, MMIO);
}

TEST(straddling_the_edge_of_a_trap)
{
	VM_BOOT(&vm, straddle);
	X(2) = pattern(2);
	ASSERT_OK(vm_enter(&vm));
	expect_packet(false, MMIO + 0xffc, 8, false, 2, pattern(2));
	ASSERT_OK(vm_enter(&vm));
	expect_packet(true, MMIO + 0xffc, 8, false, 3, 0);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

TEST(straddling_from_memory_into_a_trap)
{
	u8 *page = vm_alloc(PAGE);

	VM_BOOT(&vm, straddle_in);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, MMIO - PAGE, page,
			 PAGE));
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.u.mem_arm64.addr & ~(PAGE - 1), MMIO);
	EXPECT_EQ(vm.pkt.u.mem_arm64.access_size, 8);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

TEST(straddling_into_a_hole_and_back)
{
	u8 *page = vm_alloc(2 * PAGE);

	VM_BOOT(&vm, straddle_hole);
	X(2) = pattern(2);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, HOLE - PAGE, page,
			 PAGE));
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, HOLE, page + PAGE,
			 PAGE));
	EXPECT_STORE(&vm, TELL_A, pattern(2));
	EXPECT_EQ(memcmp(page + PAGE - 4, &(u64){ pattern(2) }, 8), 0);
}

TEST(bell_addr_is_exact)
{
	const u32 code[] = {
		I_LDST(0, OPC_STR, 31, 1, 0x123), I_LDST(1, OPC_STR, 1, 1, 0x7f),
		I_LDST(2, OPC_STR, 31, 1, 0), I_STR(0, 28, 0),
	};
	static const u64 offsets[] = { 0x123, 0x7f * 2, 0 };
	struct zxvm_packet pkt;
	unsigned int i;

	boot_code(code, ARRAY_SIZE(code));
	vm_bell(&vm);
	X(1) = BELL;
	ASSERT_OK(vm_enter(&vm));
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		ASSERT_OK(zx_wait(vm.port, 0, &pkt));
		EXPECT_EQ(pkt.u.bell.addr, BELL + offsets[i]);
		EXPECT_EQ(pkt.key, KEY_BELL);
	}
}

TEST(bell_needs_no_syndrome)
{
	struct zxvm_packet pkt;

	VM_BOOT(&vm, isv0_bell);
	vm_bell(&vm);
	EXPECT_STORE(&vm, TELL_A, 1);
	ASSERT_OK(zx_wait(vm.port, 0, &pkt));
	EXPECT_EQ(pkt.u.bell.addr, BELL);
	EXPECT_STORE(&vm, TELL_A, 2);
	ASSERT_OK(zx_wait(vm.port, 0, &pkt));
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	EXPECT_STORE(&vm, TELL_A, 3);
	EXPECT_ERR(zx_wait(vm.port, 0, &pkt), ETIMEDOUT);
}

TEST(instruction_abort_does_not_ask_traps)
{
	struct zxvm_packet pkt;

	vm_create(&vm, 0);
	vm_bell(&vm);
	vm_vcpu(&vm, MMIO);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	munmap(vm.page, ZXVM_VCPU_PAGE_SIZE);
	close(vm.vcpu);
	vm_vcpu(&vm, BELL);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	EXPECT_ERR(zx_wait(vm.port, 0, &pkt), ETIMEDOUT);
}

/* The MMU is off: what stage 1 lets through, stage 2 has no table for */
TEST(address_beyond_the_guest_is_ENOENT)
{
	const u32 code[] = { I_STR(0, 1, 0), I_STR(31, 28, TELL_DONE) };

	boot_code(code, ARRAY_SIZE(code));
	X(1) = ASPACE_SIZE;
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	X(1) = ASPACE_SIZE - 8;
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	X(1) = DATA;
	EXPECT_STORE(&vm, TELL_DONE, 0);
}
