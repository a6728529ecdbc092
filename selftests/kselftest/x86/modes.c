// SPDX-License-Identifier: GPL-2.0
/* System calls, compatibility mode, 16-bit code, real mode */
#include "probe.h"

#define WRMSR(msr, low, high) \
	"mov $" msr ", %ecx\n mov " low ", %eax\n mov " high ", %edx\n wrmsr\n"

/* SYSCALL from CPL 3, then SYSRET; STAR: 0x08 for us, 0x1b - 8 ... for users */
SNIPPET(syscall64,
	WRMSR("0xc0000081", "$0", "$0x001b0008")
	"lea 1f(%rip), %rbx\n"
	WRMSR("0xc0000082", "%ebx", "$0")
	WRMSR("0xc0000084", "$0x200", "$0")
	USER
	"mov $0x11, %ebx\n"
	"2: syscall\n"
	"mov %cs, %eax\n" TELL("%rax")
	"mov %ss, %eax\n" TELL("%rax")
	TELL("%rsp")
	"jmp 2b\n"
	"1: mov %cs, %eax\n" TELL("%rax")
	"mov %ss, %eax\n" TELL("%rax")
	TELL("%rcx") TELL("%r11") TELL("%rsp")
	"sysretq\n");

TEST(syscall_and_sysret)
{
	u64 rip = 0;
	int i;

	PROBE(syscall64);
	for (i = 0; i < 3; i++) {
		EXPECT_TOLD(KERNEL_CS);
		EXPECT_TOLD(KERNEL_DS);
		if (i)
			EXPECT_TOLD(rip);
		else
			rip = next_told();
		EXPECT_EQ(*(u16 *)(vm.ram + rip - 2), 0x050f);
		EXPECT_EQ(next_told() & ~0xd5ULL, 2);	/* RFLAGS */
		EXPECT_TOLD(USER_STACK);
		EXPECT_TOLD(USER_CS);
		EXPECT_TOLD(USER_DS);
		EXPECT_TOLD(USER_STACK);
	}
}

SNIPPET(syscall_off,
	"mov $0xc0000080, %ecx\n rdmsr\n and $~1, %eax\n wrmsr\n"
	TRY("syscall") TELL("%r12")
	TRY("sysretq") TELL("%r12")
	ASK);

TEST(syscall_without_sce_is_ud)
{
	PROBE(syscall_off);
	EXPECT_TOLD(FAULT(UD, 0));
	EXPECT_TOLD(FAULT(UD, 0));
	EXPECT_ASK();
}

/* KERNEL_GS_BASE is the guest's, in SWAPGS too */
SNIPPET(swapgs,
	WRMSR("0xc0000101", "$0x1000", "$0")
	WRMSR("0xc0000102", "$0x2000", "$0")
	"1: mov $0xc0000101, %ecx\n rdmsr\n" TELL("%rax")
	"swapgs\n"
	"jmp 1b");

TEST(swapgs)
{
	int i;

	PROBE(swapgs);
	for (i = 0; i < 6; i++)
		EXPECT_TOLD(i & 1 ? 0x2000 : 0x1000);
}

#define SYSENTER(target) \
	WRMSR("0x174", "$0x08", "$0") \
	WRMSR("0x175", "$" STRING(STACK), "$0") \
	"lea " target "(%rip), %rbx\n" \
	WRMSR("0x176", "%ebx", "$0")

/* From 64-bit user code, back to it by SYSEXIT: CS = 0x08 + 32 = 0x28 | 3 */
SNIPPET(sysenter64,
	SYSENTER("1f")
	USER
	"2: mov $" STRING(USER_STACK) ", %ecx\n"
	"lea 3f(%rip), %rdx\n"
	"sysenter\n"
	"3: mov %cs, %eax\n" TELL("%rax")
	"mov %ss, %eax\n" TELL("%rax")
	TELL("%rsp")
	"jmp 2b\n"
	"1: mov %cs, %eax\n" TELL("%rax")
	"mov %ss, %eax\n" TELL("%rax")
	TELL("%rsp")
	"pushfq\n pop %rax\n" TELL("%rax")
	"sysexitq\n");

TEST(sysenter_and_sysexit)
{
	int i;

	PROBE(sysenter64);
	for (i = 0; i < 3; i++) {
		EXPECT_TOLD(0x08);
		EXPECT_TOLD(0x10);
		EXPECT_TOLD(STACK);
		EXPECT_EQ(next_told() & 0x20200, 0);
		EXPECT_TOLD(0x2b);
		EXPECT_TOLD(0x33);
		EXPECT_TOLD(USER_STACK);
	}
}

/* To 32-bit code at CPL 3; what it tells is in ebx, which outlives the way */
#define USER32 \
	"push $" STRING(USER_DS) "\n" \
	"push $" STRING(USER_STACK) "\n" \
	"pushfq\n" \
	"push $" STRING(USER_CS32) "\n" \
	"lea 92f(%rip), %r12\n" \
	"push %r12\n" \
	"iretq\n" \
	".code32\n" \
	"92:\n"

/* SYSENTER from compatibility mode, and SYSEXIT to it: CS = 0x08 + 16 | 3 */
SNIPPET(sysenter32,
	SYSENTER("1f")
	USER32
	"2: mov $" STRING(USER_STACK) ", %ecx\n"
	"call 4f\n 4: pop %edx\n add $(3f - 4b), %edx\n"
	"sysenter\n"
	"3: mov %cs, %ebx\n"
	"mov %ss, %edi\n"
	"int $0x44\n"
	"jmp 2b\n"
	".code64\n"
	"1: mov $" STRING(MMIO) ", %r14d\n xor %r13d, %r13d\n"
	"mov %cs, %eax\n" TELL("%rax")
	TELL("%rsp")
	"sysexitl\n");

TEST(sysenter_from_compatibility_mode)
{
	int i;

	if (qemu())
		SKIP("SYSENTER of QEMU makes a CS that is no segment");
	PROBE(sysenter32);
	for (i = 0; i < 3; i++) {
		EXPECT_TOLD(0x08);
		EXPECT_TOLD(STACK);
		EXPECT_EVENT(0x44, 0);
		EXPECT_EQ(ARG(3) & 0xffffffff, 0x1b);
		EXPECT_EQ(PAGE_ARG(vm.page, 7) & 0xffffffff, 0x23);
		EXPECT_EQ(frame()->cs, 0x1b);
	}
}

SNIPPET(sysenter_nothing,
	WRMSR("0x174", "$0", "$0")
	USER
	TRY("sysenter") TELL("%r12")
	TRY("sysexitl") TELL("%r12")
	ASK);

TEST(sysenter_without_a_segment_is_gp)
{
	PROBE(sysenter_nothing);
	EXPECT_TOLD(FAULT(GP, 0));
	EXPECT_TOLD(FAULT(GP, 0));
	EXPECT_ASK();
}

/* Compatibility mode at CPL 0: traps, with the operand size of its segment */
SNIPPET(compat32,
	"push $" STRING(KERNEL_CS32) "\n"
	"lea 1f(%rip), %rax\n"
	"push %rax\n"
	"lretq\n"
	".code32\n"
	"1: mov $" STRING(MMIO) ", %ebx\n"
	"2: mov %eax, (%ebx)\n"
	"mov %ax, 4(%ebx)\n"
	"mov $0x80, %edx\n"
	"out %eax, %dx\n"
	"xor %ecx, %ecx\n"
	"into\n"			/* nothing: OF is clear */
	"mov $0x7fffffff, %eax\n add $1, %eax\n"	/* OF */
	"into\n"
	"mov $5, %ecx\n"
	"bound %ecx, (%edx)\n"
	"jmp 2b\n"
	".code64\n");

static void expect_mem(u64 addr, unsigned int length, unsigned int operand_size)
{
	ASSERT_OK(vm_enter(&vm));
	ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_MEM);
	EXPECT_EQ(vm.pkt.u.mem_x86.addr, addr);
	EXPECT_EQ(vm.pkt.u.mem_x86.instruction_size, length);
	EXPECT_EQ(vm.pkt.u.mem_x86.default_operand_size, operand_size);
}

TEST(compatibility_mode)
{
	int i;

	PROBE(compat32);
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, 0x80, 1, -1, 1));
	for (i = 0; i < 2; i++) {
		expect_mem(MMIO, 2, 4);
		expect_mem(MMIO + 4, 4, 4);
		ASSERT_OK(vm_enter(&vm));
		EXPECT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_IO);
		EXPECT_EQ(vm.pkt.u.io.access_size, 4);
		ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, 8 * OF);
		EXPECT_EQ(frame()->cs, KERNEL_CS32);
		ASSERT_OK(vm_enter(&vm));
		/* The bounds at 0x80, in the PML4, are 0 and 0 */
		EXPECT_MEM(&vm.pkt, 8 * BR);
		frame()->resume = frame()->rip + 2;	/* a fault */
	}
}

/* 16-bit code in a segment of its own */
SNIPPET(compat16,
	"push $" STRING(KERNEL_CS16) "\n"
	"lea 1f(%rip), %rax\n"
	"sub $" STRING(CODE) ", %rax\n"
	"sub $16, %rsp\n sgdt (%rsp)\n mov 2(%rsp), %rcx\n add $16, %rsp\n"
	"movw $" STRING(CODE) " & 0xffff, " STRING(KERNEL_CS16) " + 2(%rcx)\n"
	"movb $" STRING(CODE) " >> 16, " STRING(KERNEL_CS16) " + 4(%rcx)\n"
	"push %rax\n"
	"lretq\n"
	".code16\n"
	"1: mov $" STRING(MMIO) ", %ebx\n"
	"2: mov %ax, (%ebx)\n"
	"mov %eax, (%ebx)\n"
	"movl $0x12345678, 0x11223344(%ecx)\n"
	"jmp 2b\n"
	".code64\n");

TEST(code_of_16_bits)
{
	int i;

	PROBE(compat16);
	for (i = 0; i < 2; i++) {
		ARG(1) = (u32)(MMIO - 0x11223344);
		expect_mem(MMIO, 3, 2);
		ARG(1) = (u32)(MMIO - 0x11223344);
		expect_mem(MMIO, 4, 2);
		ARG(1) = (u32)(MMIO - 0x11223344);
		expect_mem(MMIO, 12, 2);
	}
}

/*
 * Out of long mode, LTR, which takes a TSS of 16 bits there alone, and in again:
 * with CR0.PG, then with CD, too, which exits everywhere. eax tells of a #GP.
 */
SNIPPET(tss_of_16_bits,
	"91: push $" STRING(KERNEL_CS32) "\n"
	"lea 92f(%rip), %rax\n"
	"push %rax\n"
	"lretq\n"
	".code32\n"
	"92: mov %cr0, %ecx\n mov %ecx, %eax\n btr $31, %eax\n"
	"mov %eax, %cr0\n"
	"lgdt " STRING(CODE) " + 95f - 91b\n"
	"lidt " STRING(CODE) " + 96f - 91b\n"
	"mov $8, %eax\n ltr %ax\n"
	"mov $0x10, %eax\n mov %eax, %ss\n"
	"mov $" STRING(MMIO) ", %ebx\n"
	"2: xor %eax, %eax\n"
	"mov %ecx, %cr0\n"
	"93: mov %eax, (%ebx)\n"
	"mov %cr0, %eax\n btr $31, %eax\n mov %eax, %cr0\n"
	"bts $30, %ecx\n jmp 2b\n"
	"94: mov $13, %eax\n jmp 93b\n"
	".balign 8\n"
	"97: .quad 0, 0x0000810000000067, 0x00cf93000000ffff\n"
	".quad 0x00cf9b000000ffff\n"
	"95: .word 95b - 97b - 1\n .long " STRING(CODE) " + 97b - 91b\n"
	".balign 8\n"
	"98: .skip 13 * 8\n"
	".word 94b - 91b, 0x18, 0x8e00, " STRING(CODE) " >> 16\n"
	"96: .word 96b - 98b - 1\n .long " STRING(CODE) " + 98b - 91b\n"
	".code64\n");

/* That is #GP on Intel's CPUs alone. */
TEST(long_mode_with_a_tss_of_16_bits)
{
	u64 fault = backend() == ZXVM_BACKEND_VMX ? GP : 0;
	int i;

	PROBE(tss_of_16_bits);
	for (i = 0; i < 2; i++) {
		expect_mem(MMIO, 2, 4);
		EXPECT_EQ(ARG(0), fault);
	}
}

#define REAL	0x40000		/* where real-mode code is */

/*
 * Real mode as a VCPU starts in it: CS.base = REAL. An interrupt through the
 * table at 0 would need memory that has page tables: it is made at 0x3000.
 */
SNIPPET(real,
	".code16\n"
	"91: mov %cs, %ax\n"
	"out %ax, $0x80\n"
	"mov %ss, %ax\n"
	"out %ax, $0x80\n"
	"smsw %ax\n"
	"out %ax, $0x80\n"
	"lidt %cs:(92f - 91b)\n"
	"mov $0x3000, %sp\n"
	"sti\n"
	"3: mov $1, %eax\n"
	"cpuid\n"
	"shr $24, %ebx\n"
	"mov %bl, %al\n"
	"out %al, $0x80\n"
	"mov $0x10, %bx\n mov %bx, %ds\n"
	"mov $0x1234, %ax\n mov %ax, 0x10\n"	/* DS:0x10 = 0x110 */
	"int $0x55\n"
	"nop\n"
	"jmp 3b\n"
	/* The handlers: INT 0x55, and vector 0x66 */
	"4: mov $0x55, %al\n out %al, $0x80\n iret\n"
	"5: mov $0x66, %al\n out %al, $0x80\n iret\n"
	".balign 4\n"
	"92: .word 0x3ff\n .long 0x3800\n"
	".balign 4\n"
	".word 4b - 91b\n .word 5b - 91b\n"
	".code64\n");

static u32 next_out(int vcpu)
{
	ASSERT_OK(zx_enter(vcpu, &vm.pkt));
	ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_IO);
	return vm.pkt.u.io.data;
}

static struct vt first;

TEST(real_mode)
{
	const char *end = snippet_real_end;
	u16 *handlers, *table;
	int vcpu, i;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, idle);
	vm_load(&vm, REAL, snippet_real, end);
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, 0x80, 1, -1, 1));
	vt_start(&first, &vm, ENTRY);
	ASSERT_OK(zx_vcpu_create(vm.guest, REAL, &vcpu));
	handlers = (u16 *)(vm.ram + REAL + (end - snippet_real)) - 2;
	table = (u16 *)(vm.ram + 0x3800);
	table[2 * 0x55] = handlers[0];
	table[2 * 0x55 + 1] = REAL >> 4;
	table[2 * 0x66] = handlers[1];
	table[2 * 0x66 + 1] = REAL >> 4;
	EXPECT_EQ(next_out(vcpu), REAL >> 4);
	EXPECT_EQ(next_out(vcpu), 0);
	EXPECT_EQ(next_out(vcpu) & 1, 0);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(next_out(vcpu), 1);	/* its APIC ID */
		EXPECT_EQ(next_out(vcpu), 0x55);
		EXPECT_EQ(*(u16 *)(vm.ram + 0x110), 0x1234);
		ASSERT_OK(zx_interrupt(vcpu, 0x66));
		EXPECT_EQ(next_out(vcpu), 0x66);
	}
}
