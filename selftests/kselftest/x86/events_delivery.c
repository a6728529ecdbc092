// SPDX-License-Identifier: GPL-2.0
/* Events whose delivery is interrupted by a hole, and single steps */
#include "probe.h"

/* One event of each kind, asked for in turn by rcx */
SNIPPET(kinds,
	"1:" ASK
	"lea 2f(%rip), %rax\n shl $4, %ecx\n add %rcx, %rax\n"
	"jmp *%rax\n"
	".balign 16\n"
	"2: int $0x42\n jmp 1b\n .balign 16\n"
	"int3\n jmp 1b\n .balign 16\n"
	".byte 0xf1\n jmp 1b\n .balign 16\n"		/* INT1 */
	"ud2\n jmp 1b\n .balign 16\n"
	"mov %ebx, %ds\n jmp 1b\n .balign 16\n"		/* #GP */
	"mov (%rdx), %rax\n jmp 1b\n .balign 16\n"	/* #PF */
	"sti\n nop\n nop\n nop\n cli\n jmp 1b\n .balign 16\n");

enum kind { INT_N, INT_3, INT_1, INVALID, PROTECTION, PAGE_FAULT, WINDOW };

static const struct {
	const char *name;
	enum kind kind;
	u32 vector;	/* that the guest sees */
	u32 pend;	/* that the VMM makes pending, or 0 */
	u64 error;
	int skip;	/* from the RIP that is pushed to the next instruction */
} kinds[] = {
	{ "INT n", INT_N, 0x42, 0, 0, 0 },
	{ "INT3", INT_3, BP, 0, 0, 0 },
	{ "INT1", INT_1, DB, 0, 0, 0 },
	{ "#UD", INVALID, UD, 0, 0, 2 },
	{ "#GP", PROTECTION, GP, 0, 0x1234, 2 },
	{ "#PF", PAGE_FAULT, PF, 0, 0, 3 },
	{ "interrupt", WINDOW, 0x66, 0x66, 0, 0 },
	{ "NMI", WINDOW, 2, 2, 0, 0 },
	{ "exception of the VMM", WINDOW, NP, NP, 0, 0 },
};

#define NO_PAGE	(1ULL << 39)

/* JMP, short or near */
static bool is_jmp(u64 rip)
{
	return (vm.ram[rip] & ~2) == 0xe9;
}

/* Take a page away, provoke, give it back: once, and as it should be */
static void interrupted(unsigned int i, u64 page)
{
	u64 offset, want;
	int tries;

	EXPECT_ASK();
	ARG(1) = kinds[i].kind;
	ARG(3) = 0x1234;
	ARG(2) = NO_PAGE + 0x28;
	if (kinds[i].pend)
		ASSERT_OK(zx_interrupt(vm.vcpu, kinds[i].pend));
	ASSERT_OK(zx_unmap(vm.vmar, page, PAGE));
	memset(&vm.pkt, 0xff, sizeof(vm.pkt));
	for (tries = 0; tries < 3; tries++) {
		int err = vm_enter(&vm);

		CHECK_(1, err == ENOENT, "%s without page %llx: %s",
		       kinds[i].name, page, err_name(err));
		EXPECT_EQ(vm.pkt.key, ~0ULL);
	}
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, page, vm.ram + page,
			 PAGE));
	frame()->count = 0;
	EXPECT_EVENT(kinds[i].vector, kinds[i].error);
	EXPECT_EQ(frame()->count, 1);
	if (kinds[i].kind == PAGE_FAULT)
		EXPECT_EQ(frame()->cr2, NO_PAGE + 0x28);
	if (kinds[i].kind != WINDOW) {
		offset = frame()->rip - CODE;
		want = frame()->rip + kinds[i].skip;
		CHECK_(0, is_jmp(want), "%s: RIP is CODE + %llx",
		       kinds[i].name, offset);
		/* Faults would come again */
		frame()->resume = want;
	}
	EXPECT_ASK();
	EXPECT_EQ(frame()->count, 1);
}

static void all_interrupted(u64 page)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].kind == INT_1 && qemu())
			continue;	/* it has no INT1 */
		PROBE(kinds);
		interrupted(i, page);
		vm_close(&vm);
	}
}

/* One that is injected and one that is executed are interrupted differently. */
TEST(int3_behind_a_breakpoint_of_the_vmm)
{
	PROBE(kinds);
	EXPECT_ASK();
	ARG(1) = WINDOW;
	ASSERT_OK(zx_interrupt(vm.vcpu, BP));
	EXPECT_EVENT(BP, 0);
	interrupted(1, STACK - PAGE);
}

TEST(without_the_idt)
{
	all_interrupted(IDT);
}

TEST(without_the_stack)
{
	all_interrupted(STACK - PAGE);
}

/* The fault is found with the IDT's other page in place, and at CPL 3 */
SNIPPET(user_int,
	USER
	"1:" ASK
	"int $0x42\n"
	"jmp 1b");

static void user_interrupted(u64 page)
{
	int tries;

	PROBE(user_int);
	EXPECT_ASK();
	ASSERT_OK(zx_unmap(vm.vmar, page, PAGE));
	for (tries = 0; tries < 3; tries++)
		EXPECT_ERR(vm_enter(&vm), ENOENT);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, page, vm.ram + page,
			 PAGE));
	EXPECT_EVENT(0x42, 0);
	EXPECT_EQ(frame()->cs, USER_CS);
	EXPECT_TRUE(is_jmp(frame()->rip));
	EXPECT_EQ(frame()->rsp, USER_STACK);
	EXPECT_ASK();
	vm_close(&vm);
}

TEST(without_tables_at_cpl_3)
{
	user_interrupted(IDT);
	user_interrupted(TSS);
	user_interrupted(STACK - PAGE);
}

/* A stack in a trap: what the VMM is told is not sensible, but harmless */
SNIPPET(stack_in_mmio,
	"1:" ASK
	"mov $" STRING(MMIO) " + 0x800, %esp\n"
	"int $0x42\n"
	"jmp 1b");

TEST(stack_that_is_a_trap)
{
	int i, err;

	PROBE(stack_in_mmio);
	EXPECT_ASK();
	for (i = 0; i < 3; i++) {
		err = vm_enter(&vm);
		EXPECT_TRUE(!err || err == EOPNOTSUPP || err == ENOENT ||
			    err == EBADMSG);
	}
	ASSERT_OK(zx_kick(vm.vcpu));
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
}

/* Kicked and read while an event waits to be delivered: it is not lost */
TEST(kick_while_delivery_is_interrupted)
{
	PROBE(kinds);
	EXPECT_ASK();
	ARG(1) = INT_N;
	ASSERT_OK(zx_unmap(vm.vmar, IDT, PAGE));
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	ASSERT_OK(zx_kick(vm.vcpu));
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	ASSERT_OK(zx_interrupt(vm.vcpu, 0x66));
	EXPECT_ERR(vm_enter(&vm), ENOENT);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, IDT, vm.ram + IDT,
			 PAGE));
	EXPECT_EVENT(0x42, 0);
	EXPECT_ASK();
	ARG(1) = WINDOW;
	EXPECT_EVENT(0x66, 0);
	EXPECT_ASK();
}

/*
 * TF over instructions that trap and some that do not. No MOV DR: when that is
 * an exit and is started again, Bochs takes the step for done.
 */
SNIPPET(single_step,
	ASK
	"pushfq\n orq $0x100, (%rsp)\n popfq\n"
	"nop\n"
	"5: cpuid\n"
	"6: nop\n"
	"7: mov $0xc0000080, %ecx\n"
	"8: rdmsr\n"
	"9: mov $0x80, %edx\n"
	"10: out %al, %dx\n"
	"11: in %dx, %al\n"
	"12: mov %rax, (%r14)\n"
	"13: wbinvd\n"
	"14: nop\n"
	"15: mov %cr0, %rax\n"
	"16: mov %rax, %cr0\n"
	"17: pause\n"
	"18: vmcall\n"
	"19: pushfq\n"
	"20: andq $~0x100, (%rsp)\n"
	"21: popfq\n"
	"22: nop\n"
	ASK
	".pushsection .rodata.steps, \"a\"\n"
	"steps:\n"
	".irp n, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21\n"
	".long \\n\\()b - snippet_single_step\n"
	".endr\n"
	"steps_end:\n"
	".popsection\n");

extern const u32 steps[], steps_end[];

TEST(single_steps)
{
	const u32 *step;

	PROBE(single_step);
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, 0x80, 1, -1, 1));
	EXPECT_ASK();
	for (step = steps; step < steps_end; step++) {
		/* QEMU's PAUSE is not traced */
		if (step == steps + 13 && qemu())
			continue;
		ASSERT_OK(vm_enter(&vm));
		/* The packets of OUT, IN and the store come in between */
		while (vm.pkt.type == ZXVM_PKT_GUEST_IO ||
		       (vm.pkt.type == ZXVM_PKT_GUEST_MEM &&
			mem_addr(&vm.pkt) == MMIO))
			ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, 8 * DB);
		CHECK_(0, frame()->rip == CODE + *step,
		       "step %d ended at %llx, not %llx", (int)(step - steps),
		       frame()->rip, (u64)CODE + *step);
		EXPECT_EQ(frame()->dr6 & 0x4000, 0x4000);
		EXPECT_EQ(frame()->rflags & 0x100, 0x100);
		if (harness_failed())
			return;
	}
	/* The one behind POPF that cleared TF is none any more */
	ASSERT_OK(vm_enter(&vm));
	if (vm.pkt.type == ZXVM_PKT_GUEST_MEM &&
	    mem_addr(&vm.pkt) == MMIO + 8 * DB)
		ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, TELL_DONE);
}

/* TF set by the VMM */
SNIPPET(step_by_vmm,
	"1:" ASK
	"nop\n"
	"nop\n"
	"jmp 1b");

TEST(single_step_by_the_vmm)
{
	struct zx_arch_state state;
	u64 last = 0;
	int i;

	PROBE(step_by_vmm);
	EXPECT_ASK();
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	state.rflags |= 0x102;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	for (i = 0; i < 2; i++) {
		EXPECT_EVENT(DB, 0);
		EXPECT_NE(frame()->rip, last);
		last = frame()->rip;
	}
	EXPECT_GE(last, CODE);
}
