// SPDX-License-Identifier: GPL-2.0
/* INS and OUTS: packets for elements in guest memory */
#include "probe.h"

#define KEY_IO	0x3333
#define PORT	0x1234

#define RCX	1
#define RSI	6
#define RDI	7

static void set_trap(void)
{
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, PORT, 1, -1, KEY_IO));
}

/* String instructions, chosen by rbx; rcx, rsi, rdi as the test says */
SNIPPET(strings,
	"1:" ASK
	"mov $" STRING(PORT) ", %edx\n"
	"cld\n"
	"test $0x80, %bl\n jz 2f\n std\n"
	"2: and $0x7f, %ebx\n"
	"lea 3f(%rip), %rax\n"
	"shl $4, %ebx\n"
	"add %rbx, %rax\n"
	"mov $-1, %r12\n"
	"lea 4f(%rip), %r13\n"
	"jmp *%rax\n"
	".balign 16\n"
	"3: outsb\n jmp 4f\n .balign 16\n"
	"outsw\n jmp 4f\n .balign 16\n"
	"outsl\n jmp 4f\n .balign 16\n"
	"insb\n jmp 4f\n .balign 16\n"
	"insw\n jmp 4f\n .balign 16\n"
	"insl\n jmp 4f\n .balign 16\n"
	"rep outsb\n jmp 4f\n .balign 16\n"
	"rep outsw\n jmp 4f\n .balign 16\n"
	"rep outsl\n jmp 4f\n .balign 16\n"
	"rep insb\n jmp 4f\n .balign 16\n"
	"rep insw\n jmp 4f\n .balign 16\n"
	"rep insl\n jmp 4f\n .balign 16\n"
	"addr32 outsb\n jmp 4f\n .balign 16\n"
	"rep addr32 insb\n jmp 4f\n .balign 16\n"
	"fs outsb\n jmp 4f\n .balign 16\n"
	"repne outsb\n jmp 4f\n .balign 16\n"
	"4: mov $0, %r13d\n" TELL("%r12")
	"jmp 1b");

enum string {
	OUTSB, OUTSW, OUTSL, INSB, INSW, INSL, REP_OUTSB, REP_OUTSW, REP_OUTSL,
	REP_INSB, REP_INSW, REP_INSL, ADDR32_OUTSB, REP_ADDR32_INSB, FS_OUTSB,
	REPNE_OUTSB, DOWN = 0x80,
};

#define REG(n)	PAGE_ARG(vm.page, n)

static void strings(void)
{
	PROBE(strings);
	set_trap();
}

static void start_string(unsigned int what, u64 count, u64 source, u64 dest)
{
	EXPECT_ASK();
	REG(3) = what;
	REG(RCX) = count;
	REG(RSI) = source;
	REG(RDI) = dest;
	memset(&vm.pkt, 0xff, sizeof(vm.pkt));
}

static void expect_string(unsigned int size, bool input, u64 address,
			  u64 next, u32 count, u32 flags)
{
	struct zxvm_packet want;

	memset(&want, 0, sizeof(want));
	want.key = KEY_IO;
	want.type = ZXVM_PKT_GUEST_IO;
	want.u.io.port = PORT;
	want.u.io.access_size = size;
	want.u.io.input = input;
	want.u.io.address = address;
	want.u.io.next = next;
	want.u.io.count = count;
	want.u.io.flags = flags | ZXVM_IO_STRING;
	ASSERT_EQ(vm.pkt.type, want.type);
	EXPECT_EQ(vm.pkt.u.io.access_size, size);
	EXPECT_EQ(vm.pkt.u.io.input, input);
	EXPECT_EQ(vm.pkt.u.io.address, address);
	EXPECT_EQ(vm.pkt.u.io.next, next);
	EXPECT_EQ(vm.pkt.u.io.count, count);
	EXPECT_EQ(vm.pkt.u.io.flags, want.u.io.flags);
	EXPECT_EQ(memcmp(&vm.pkt, &want, sizeof(want)), 0);
}

TEST_F(one_element, strings)
{
	int i;

	for (i = 0; i < 3; i++) {
		start_string(OUTSB + i, 77, DATA + 8, DATA + 16);
		ASSERT_OK(vm_enter(&vm));
		expect_string(1 << i, false, DATA + 8, 0, 1, 0);
		EXPECT_EQ(REG(RSI), DATA + 8 + (1 << i));
		EXPECT_EQ(REG(RDI), DATA + 16);
		EXPECT_EQ(REG(RCX), 77);
		EXPECT_TOLD(NONE);
		start_string(INSB + i, 77, DATA + 8, DATA + 16);
		ASSERT_OK(vm_enter(&vm));
		expect_string(1 << i, true, DATA + 16, 0, 1, 0);
		EXPECT_EQ(REG(RDI), DATA + 16 + (1 << i));
		EXPECT_EQ(REG(RSI), DATA + 8);
		EXPECT_EQ(REG(RCX), 77);
		EXPECT_TOLD(NONE);
		start_string((OUTSB + i) | DOWN, 1, DATA + 8, 0);
		ASSERT_OK(vm_enter(&vm));
		expect_string(1 << i, false, DATA + 8, 0, 1, ZXVM_IO_DOWN);
		EXPECT_EQ(REG(RSI), DATA + 8 - (1 << i));
		EXPECT_TOLD(NONE);
	}
}

TEST_F(repeated_zero_times, strings)
{
	int i;

	for (i = 0; i < 6; i++) {
		start_string(REP_OUTSB + i, 0, HOLE, HOLE);
		EXPECT_TOLD(NONE);
		EXPECT_EQ(REG(RSI), HOLE);
		EXPECT_EQ(REG(RDI), HOLE);
	}
}

TEST_F(repeated_in_a_page, strings)
{
	int i;

	for (i = 0; i < 3; i++) {
		start_string(REP_OUTSB + i, 10, DATA + 16, 0);
		ASSERT_OK(vm_enter(&vm));
		expect_string(1 << i, false, DATA + 16, 0, 10, 0);
		EXPECT_EQ(REG(RSI), DATA + 16 + (10 << i));
		EXPECT_EQ(REG(RCX), 0);
		EXPECT_TOLD(NONE);
		start_string(REP_INSB + i, 10, 0, DATA + 16);
		ASSERT_OK(vm_enter(&vm));
		expect_string(1 << i, true, DATA + 16, 0, 10, 0);
		EXPECT_EQ(REG(RDI), DATA + 16 + (10 << i));
		EXPECT_EQ(REG(RCX), 0);
		EXPECT_TOLD(NONE);
		start_string((REP_INSB + i) | DOWN, 10, 0, DATA + 0x800);
		ASSERT_OK(vm_enter(&vm));
		expect_string(1 << i, true, DATA + 0x800, 0, 10, ZXVM_IO_DOWN);
		EXPECT_EQ(REG(RDI), DATA + 0x800 - (10 << i));
		EXPECT_TOLD(NONE);
	}
	start_string(REPNE_OUTSB, 3, DATA, 0);
	ASSERT_OK(vm_enter(&vm));
	expect_string(1, false, DATA, 0, 3, 0);
	EXPECT_TOLD(NONE);
}

/* Collect what all packets of one instruction say, until it is done */
static u64 collect(u8 *bytes, unsigned int size, bool down, u64 count)
{
	u64 n = 0, packets = 0;
	u32 i;

	for (;;) {
		ASSERT_OK(vm_enter(&vm));
		if (vm.pkt.type == ZXVM_PKT_GUEST_MEM)
			break;
		ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_IO);
		ASSERT_TRUE(vm.pkt.u.io.count >= 1 &&
			    n + vm.pkt.u.io.count <= count);
		EXPECT_EQ(!!(vm.pkt.u.io.flags & ZXVM_IO_DOWN), down);
		for (i = 0; i < vm.pkt.u.io.count; i++) {
			u64 at = vm.pkt.u.io.address, left;

			at = down ? at - i * size : at + i * size;
			left = PAGE - at % PAGE;
			ASSERT_TRUE(at + size <= vm.ram_size);
			if (left >= size) {
				memcpy(bytes, vm.ram + at, size);
			} else {
				EXPECT_EQ(vm.pkt.u.io.count, 1);
				memcpy(bytes, vm.ram + at, left);
				memcpy(bytes + left,
				       vm.ram + vm.pkt.u.io.next, size - left);
			}
			bytes += size;
		}
		n += vm.pkt.u.io.count;
		EXPECT_EQ(REG(RCX), count - n);
		packets++;
	}
	EXPECT_MEM(&vm.pkt, TELL_A);
	EXPECT_EQ(TOLD(&vm), NONE);
	EXPECT_EQ(n, count);
	return packets;
}

TEST_F(repeated_over_pages, strings)
{
	static u8 got[16384];
	unsigned int i;
	u64 packets;

	for (i = 0; i < 16384; i++)
		vm.ram[DATA + i] = i * 7 + (i >> 8);
	/* Aligned: no element lies on an edge */
	start_string(REP_OUTSL, 2500, DATA + 4, 0);
	packets = collect(got, 4, false, 2500);
	EXPECT_EQ(memcmp(got, vm.ram + DATA + 4, 10000), 0);
	EXPECT_LE(packets, 4);
	/* Not aligned: three elements come alone */
	start_string(REP_OUTSL, 2500, DATA + 3, 0);
	packets = collect(got, 4, false, 2500);
	EXPECT_EQ(memcmp(got, vm.ram + DATA + 3, 10000), 0);
	EXPECT_LE(packets, 6);
	start_string(REP_OUTSW, 3000, DATA + 1, 0);
	collect(got, 2, false, 3000);
	EXPECT_EQ(memcmp(got, vm.ram + DATA + 1, 6000), 0);
	/* Down */
	start_string(REP_OUTSB | DOWN, 6000, DATA + 8000, 0);
	collect(got, 1, true, 6000);
	for (i = 0; i < 6000; i++)
		EXPECT_EQ(got[i], vm.ram[DATA + 8000 - i]);
	start_string(REP_OUTSW | DOWN, 3000, DATA + 8001, 0);
	collect(got, 2, true, 3000);
	for (i = 0; i < 3000; i++)
		EXPECT_EQ(*(u16 *)(got + 2 * i),
			  *(u16 *)(vm.ram + DATA + 8001 - 2 * i));
}

/* The kick comes between two packets of one instruction */
TEST_F(kick_in_a_string, strings)
{
	start_string(REP_OUTSB, 5000, DATA, 0);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.u.io.count, 4096);
	ASSERT_OK(zx_kick(vm.vcpu));
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	ASSERT_OK(vm_enter(&vm));
	expect_string(1, false, DATA + PAGE, 0, 904, 0);
	EXPECT_TOLD(NONE);
}

/* The VMM may change what is left to do */
TEST_F(registers_changed_in_a_string, strings)
{
	start_string(REP_OUTSB, 5000, DATA, 0);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(REG(RCX), 904);
	REG(RCX) = 1;
	REG(RSI) = DATA + 5;
	ASSERT_OK(vm_enter(&vm));
	expect_string(1, false, DATA + 5, 0, 1, 0);
	EXPECT_TOLD(NONE);
}

TEST_F(untrapped_string_is_ENOENT, strings)
{
	vm_close(&vm);
	PROBE(strings);
	start_string(REP_OUTSB, 10, DATA, 0);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	EXPECT_EQ(REG(RCX), 10);
	EXPECT_EQ(REG(RSI), DATA);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	set_trap();
	ASSERT_OK(vm_enter(&vm));
	expect_string(1, false, DATA, 0, 10, 0);
	EXPECT_TOLD(NONE);
}

/* Addresses of 32 bits, and a segment with a base */
TEST_F(address_size_and_segment, strings)
{
	start_string(ADDR32_OUTSB, 1, 0xabcdef0000000000 | DATA, 0);
	ASSERT_OK(vm_enter(&vm));
	expect_string(1, false, DATA, 0, 1, 0);
	EXPECT_EQ(REG(RSI), DATA + 1);
	EXPECT_TOLD(NONE);
	start_string(REP_ADDR32_INSB, 0xabcdef0000000003, 0,
		     0xabcdef0000000000 | DATA);
	ASSERT_OK(vm_enter(&vm));
	expect_string(1, true, DATA, 0, 3, 0);
	EXPECT_EQ(REG(RDI), DATA + 3);
	EXPECT_EQ(REG(RCX), 0);
	EXPECT_TOLD(NONE);
	start_string(FS_OUTSB, 1, DATA, 0);
	ASSERT_OK(vm_enter(&vm));
	expect_string(1, false, DATA, 0, 1, 0);
	EXPECT_TOLD(NONE);
}

#define NO_PAGE		(1ULL << 39)		/* not in the PML4 */
#define NO_ADDRESS	0x800000000000ULL	/* not canonical */

/* Memory that the guest's own tables have not: its fault, nobody else's */
TEST_F(faults_of_strings, strings)
{
	u64 *pml4 = (u64 *)(vm.ram + PML4);

	start_string(OUTSB, 1, NO_PAGE, 0);
	EXPECT_TOLD(FAULT(PF, 0));
	EXPECT_EQ(REG(RSI), NO_PAGE);
	start_string(REP_INSL, 5, 0, NO_PAGE + 8);
	EXPECT_TOLD(FAULT(PF, 2));
	EXPECT_EQ(REG(RDI), NO_PAGE + 8);
	EXPECT_EQ(REG(RCX), 5);
	start_string(OUTSL, 1, NO_ADDRESS, 0);
	EXPECT_TOLD(FAULT(GP, 0));
	/* Half of it is there; the fault comes when it is its turn */
	start_string(REP_OUTSB, 32, NO_PAGE - 16, 0);
	ASSERT_OK(vm_enter(&vm));
	expect_string(1, false, NO_PAGE - 16, 0, 16, 0);
	EXPECT_TOLD(FAULT(PF, 0));
	EXPECT_EQ(REG(RSI), NO_PAGE);
	EXPECT_EQ(REG(RCX), 16);
	pml4[1] = PDPT | 0x25;	/* not writable */
	start_string(INSB, 1, 0, NO_PAGE + DATA);
	EXPECT_TOLD(FAULT(PF, 3));
	start_string(OUTSB, 1, NO_PAGE + DATA, 0);
	ASSERT_OK(vm_enter(&vm));
	expect_string(1, false, DATA, 0, 1, 0);
	EXPECT_TOLD(NONE);
}

#define NO_TABLE	(1ULL << 40)	/* in the PML4, but nothing is there */

/* The guest's tables lie where no memory is: nothing that it can be told */
TEST_F(tables_that_are_not_there, strings)
{
	u64 *pml4 = (u64 *)(vm.ram + PML4);

	pml4[2] = HOLE | 0x27;
	start_string(OUTSB, 1, NO_TABLE + DATA, 0);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	EXPECT_EQ(REG(RSI), NO_TABLE + DATA);
	pml4[2] = PDPT | 0x27;
	ASSERT_OK(vm_enter(&vm));
	expect_string(1, false, DATA, 0, 1, 0);
	EXPECT_TOLD(NONE);
}
