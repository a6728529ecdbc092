// SPDX-License-Identifier: GPL-2.0
/* I/O ports: packets of IN and OUT, answers, and who may use them */
#include "probe.h"

#define KEY_IO	0x3333
#define PORT	0x1234
#define COUNT	0x40	/* ports of the trap */

static void set_trap(void)
{
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, PORT, COUNT, -1, KEY_IO));
}

/* The whole packet, to the byte */
static void expect_io(u16 port, unsigned int size, bool input, u32 data)
{
	struct zxvm_packet want;

	memset(&want, 0, sizeof(want));
	want.key = KEY_IO;
	want.type = ZXVM_PKT_GUEST_IO;
	want.u.io.port = port;
	want.u.io.access_size = size;
	want.u.io.input = input;
	want.u.io.data = data;
	ASSERT_EQ(vm.pkt.type, want.type);
	EXPECT_EQ(vm.pkt.u.io.port, port);
	EXPECT_EQ(vm.pkt.u.io.access_size, size);
	EXPECT_EQ(vm.pkt.u.io.input, input);
	EXPECT_EQ(vm.pkt.u.io.data, data);
	EXPECT_EQ(memcmp(&vm.pkt, &want, sizeof(want)), 0);
	EXPECT_EQ(memcmp(&vm.page->packet, &want, sizeof(want)), 0);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_PACKET);
}

SNIPPET(out_each_size,
	"mov $" STRING(PORT) ", %edx\n"
	"1: out %al, %dx\n"
	"inc %edx\n out %ax, %dx\n"
	"inc %edx\n out %eax, %dx\n"
	"sub $2, %edx\n"
	"out %al, $0x60\n out %ax, $0x60\n out %eax, $0x60\n"
	"jmp 1b");

TEST(out_of_each_size)
{
	static const u32 data[] = { 0xef, 0xcdef, 0x89abcdef };
	int i, round;

	PROBE(out_each_size);
	set_trap();
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, 0x60, 1, -1, KEY_IO));
	ARG(0) = 0x0123456789abcdef;
	for (round = 0; round < 2; round++) {
		for (i = 0; i < 3; i++) {
			memset(&vm.pkt, 0xff, sizeof(vm.pkt));
			ASSERT_OK(vm_enter(&vm));
			expect_io(PORT + i, 1 << i, false, data[i]);
		}
		/* The first port decides whose trap it is */
		for (i = 0; i < 3; i++) {
			ASSERT_OK(vm_enter(&vm));
			expect_io(0x60, 1 << i, false, data[i]);
		}
		EXPECT_EQ(ARG(0), 0x0123456789abcdef);
	}
}

SNIPPET(in_each_size,
	"mov $" STRING(PORT) ", %edx\n"
	"1: mov $-1, %rax\n in %dx, %al\n" TELL("%rax")
	"mov $-1, %rax\n in %dx, %ax\n" TELL("%rax")
	"mov $-1, %rax\n in %dx, %eax\n" TELL("%rax")
	"jmp 1b");

static void answer(unsigned int size, u32 data)
{
	struct zxvm_vcpu_io io = { .access_size = size };
	struct zxvm_vcpu_rw_state arg = {
		ZXVM_VCPU_IO, sizeof(io), (uintptr_t)&io,
	};

	memcpy(io.data, &data, 4);
	ASSERT_OK(zx_ioctl(vm.vcpu, ZXVM_VCPU_WRITE_STATE, &arg));
}

TEST(in_of_each_size)
{
	static const u64 want[] = {
		0xffffffffffffff78, 0xffffffffffff5678, 0x12345678,
	};
	int i;

	PROBE(in_each_size);
	set_trap();
	for (i = 0; i < 3; i++) {
		ASSERT_OK(vm_enter(&vm));
		expect_io(PORT, 1 << i, true, 0);
		answer(1 << i, 0x12345678);
		EXPECT_TOLD(want[i]);
	}
	/* By the page: RAX as the VMM puts it together */
	ASSERT_OK(vm_enter(&vm));
	expect_io(PORT, 1, true, 0);
	ARG(0) = 0x77;
	EXPECT_TOLD(0x77);
	/* Without an answer only a 4-byte IN has changed RAX: to 0 */
	ASSERT_OK(vm_enter(&vm));
	EXPECT_TOLD(~0ULL);
	ASSERT_OK(vm_enter(&vm));
	expect_io(PORT, 4, true, 0);
	EXPECT_TOLD(0);
}

SNIPPET(out_dx, "1: out %al, %dx\n" TELL("%rax") "jmp 1b");
SNIPPET(in_dx, "1: in %dx, %al\n" TELL("%rax") "jmp 1b");

/* No trap: ENOENT as often as it is tried; a trap mends it */
TEST(untrapped_port_is_ENOENT_and_can_be_mended)
{
	PROBE(out_dx);
	ARG(0) = 0x99;
	ARG(2) = PORT;
	memset(&vm.pkt, 0xff, sizeof(vm.pkt));
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	EXPECT_EQ(vm.pkt.key, ~0ULL);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_ERROR);
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	set_trap();
	ASSERT_OK(vm_enter(&vm));
	expect_io(PORT, 1, false, 0x99);
	EXPECT_TOLD(0x99);
	/* Beside the trap */
	ARG(2) = PORT - 1;
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	ARG(2) = PORT + COUNT;
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	ARG(2) = PORT + COUNT - 1;
	ASSERT_OK(vm_enter(&vm));
	expect_io(PORT + COUNT - 1, 1, false, 0x99);
	vm_close(&vm);
	PROBE(in_dx);
	ARG(2) = 0xffff;
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, 0xffff, 1, -1, KEY_IO));
	ASSERT_OK(vm_enter(&vm));
	expect_io(0xffff, 1, true, 0);
}

/* Every port is trapped; the key tells which trap */
TEST(key_of_each_trap)
{
	u32 ports[] = { 0, 1, 0x60, 0x80, 0xcf8, 0x7fff, 0x8000, 0xfffe,
			0xffff };
	unsigned int i;

	PROBE(out_dx);
	for (i = 0; i < ARRAY_SIZE(ports); i++)
		ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, ports[i], 1, -1,
				  ~0ULL - i));
	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		ARG(2) = ports[i] | 0xabcd0000;
		ASSERT_OK(vm_enter(&vm));
		EXPECT_EQ(vm.pkt.key, ~0ULL - i);
		EXPECT_EQ(vm.pkt.u.io.port, ports[i]);
		EXPECT_TOLD(0);
	}
}

#define USER_IO(text)	USER "mov $" STRING(PORT) ", %edx\n" text

SNIPPET(user_no_iopl, USER_IO(TRY("out %al, %dx") TELL("%r12")
	TRY("in %dx, %eax") TELL("%r12")
	TRY("outsb") TELL("%r12") TRY("insl") TELL("%r12") ASK));
SNIPPET(user_iopl,
	"pushfq\n orq $0x3000, (%rsp)\n popfq\n"
	USER_IO("mov $5, %eax\n out %al, %dx\n" TELL("%rax") ASK));
/* A bitmap behind the TSS: PORT alone is free */
SNIPPET(user_bitmap,
	"mov $" STRING(TSS) ", %edi\n"
	"mov $-1, %rax\n"
	"lea 104(%rdi), %rbx\n"
	"mov $1024, %ecx\n"
	"2: mov %rax, (%rbx)\n add $8, %rbx\n dec %ecx\n jnz 2b\n"
	"movb $0xff, (%rbx)\n"
	"mov $" STRING(PORT) ", %ecx\n"
	"btr %rcx, 104(%rdi)\n"
	/* The limit of the TSS descriptor grows */
	"sub $16, %rsp\n sgdt (%rsp)\n mov 2(%rsp), %rbx\n"
	"movw $(104 + 8192), " STRING(TSS_SEL) "(%rbx)\n"
	"andb $~2, " STRING(TSS_SEL) " + 5(%rbx)\n"
	"mov $" STRING(TSS_SEL) ", %eax\n ltr %ax\n"
	USER_IO("mov $6, %eax\n out %al, %dx\n" TELL("%rax")
		TRY("out %ax, %dx") TELL("%r12")
		"inc %edx\n"
		TRY("out %al, %dx") TELL("%r12") ASK));

TEST(ports_at_cpl_3)
{
	int i;

	PROBE(user_no_iopl);
	set_trap();
	for (i = 0; i < 4; i++)
		EXPECT_TOLD(FAULT(GP, 0));
	EXPECT_ASK();
	vm_close(&vm);
	PROBE(user_iopl);
	set_trap();
	ASSERT_OK(vm_enter(&vm));
	expect_io(PORT, 1, false, 5);
	EXPECT_TOLD(5);
	EXPECT_ASK();
	vm_close(&vm);
	PROBE(user_bitmap);
	set_trap();
	ASSERT_OK(vm_enter(&vm));
	expect_io(PORT, 1, false, 6);
	EXPECT_TOLD(6);
	EXPECT_TOLD(FAULT(GP, 0));
	EXPECT_TOLD(FAULT(GP, 0));
	EXPECT_ASK();
}
