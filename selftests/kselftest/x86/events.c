// SPDX-License-Identifier: GPL-2.0
/* Interrupts, NMIs and exceptions: all vectors, their order, their windows */
#include <sched.h>

#include "probe.h"

SNIPPET(spin_on, "sti\n 1: jmp 1b");

/* Asks with interrupts off; then on for a few instructions */
SNIPPET(window,
	"1:" ASK
	"sti\n"
	"inc %rbx\n"
	"inc %rbx\n"
	"nop\n nop\n"
	"cli\n"
	"jmp 1b");

/* STI; CLI leaves no room for an interrupt */
SNIPPET(sti_cli,
	"1:" ASK
	"sti\n cli\n"
	"jmp 1b");

TEST_T(every_interrupt_vector, 60)
{
	u32 vector;

	PROBE(spin_on);
	for (vector = 32; vector < 256; vector++) {
		ASSERT_OK(zx_interrupt(vm.vcpu, vector));
		EXPECT_EVENT(vector, 0);
		EXPECT_EQ(frame()->cs, KERNEL_CS);
		EXPECT_EQ(frame()->rflags & 0x200, 0x200);
	}
}

/* One is pending all the time that the host's timer interrupts this */
SNIPPET(long_off, "mov $2000000, %ecx\n 1: dec %ecx\n jnz 1b\n"
		  "sti\n 2: jmp 2b");

TEST_T(interrupt_behind_those_of_the_host, 60)
{
	PROBE(long_off);
	ASSERT_OK(zx_interrupt(vm.vcpu, 0x40));
	EXPECT_EVENT(0x40, 0);
}

/* Vectors below 32 are exceptions, and come whatever RFLAGS.IF is */
TEST(exceptions_as_pending_vectors)
{
	u32 vector;
	int err;

	PROBE(window);
	EXPECT_ASK();
	for (vector = 0; vector < 32; vector++) {
		err = zx_interrupt(vm.vcpu, vector);
		if (vector > 20) {
			CHECK_(0, err == ERANGE, "%u: %s", vector,
			       err_name(err));
			continue;
		}
		ASSERT_OK(err);
		EXPECT_EVENT(vector, 0);
		EXPECT_EQ(frame()->rflags & 0x200, 0);
	}
	EXPECT_ASK();
}

/* Pending with interrupts off: the NMI at once, the rest from the top */
TEST(order_of_pending_vectors)
{
	static const u32 vectors[] = { 0x40, 0xfe, 0x21, 0x20, 0x80, 2 };
	static const u32 order[] = { 2, 0xfe, 0x80, 0x40, 0x21, 0x20 };
	unsigned int i;

	PROBE(window);
	EXPECT_ASK();
	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		ASSERT_OK(zx_interrupt(vm.vcpu, vectors[i]));
	for (i = 0; i < ARRAY_SIZE(order); i++)
		EXPECT_EVENT(order[i], 0);
	EXPECT_ASK();
	EXPECT_ASK();
}

/* Tells an event of these and notes the stack that it found */
static void note_event(const u8 *vectors, unsigned int count, u64 *rsp,
		       unsigned int *turn, unsigned int now)
{
	unsigned int i;

	ASSERT_OK(vm_enter(&vm));
	for (i = 0; i < count; i++) {
		if (frame()->vector != vectors[i])
			continue;
		EXPECT_MEM(&vm.pkt, 8 * vectors[i]);
		rsp[i] = frame()->rsp;
		turn[i] = now;
		return;
	}
	CHECK_(0, 0, "vector %lld", frame()->vector);
}

/*
 * NMI, then exceptions, then an interrupt. The handler of 0x30 has interrupts
 * off. If the host interrupts a handler before it has told, the next exception
 * strikes that one, on its stack, and is told first.
 */
TEST(exception_after_interrupts)
{
	static const u8 order[] = { 2, UD, GP };
	unsigned int turn[ARRAY_SIZE(order)] = { }, i;
	u64 rsp[ARRAY_SIZE(order)] = { };

	PROBE(spin_on);
	ASSERT_OK(zx_interrupt(vm.vcpu, 0x30));
	EXPECT_EVENT(0x30, 0);
	ASSERT_OK(zx_interrupt(vm.vcpu, GP));
	ASSERT_OK(zx_interrupt(vm.vcpu, 0x50));
	ASSERT_OK(zx_interrupt(vm.vcpu, 2));
	ASSERT_OK(zx_interrupt(vm.vcpu, UD));
	for (i = 0; i < ARRAY_SIZE(order); i++)
		note_event(order, ARRAY_SIZE(order), rsp, turn, i + 1);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		EXPECT_GT(turn[i], 0);
	for (i = 1; i < ARRAY_SIZE(order); i++)
		CHECK_(0, turn[i - 1] < turn[i] || rsp[i] < rsp[i - 1],
		       "%u comes before %u", order[i], order[i - 1]);
	EXPECT_EVENT(0x50, 0);
}

/* The same vector twice is once */
TEST(vectors_coalesce)
{
	PROBE(window);
	EXPECT_ASK();
	ASSERT_OK(zx_interrupt(vm.vcpu, 0x55));
	ASSERT_OK(zx_interrupt(vm.vcpu, 0x55));
	EXPECT_EVENT(0x55, 0);
	EXPECT_ASK();
	EXPECT_ASK();
}

TEST(sti_shadow)
{
	u64 sti, i;

	PROBE(window);
	EXPECT_ASK();
	for (i = 0; i < 5; i++) {
		u64 rbx = ARG(3);

		ASSERT_OK(zx_interrupt(vm.vcpu, 0x60));
		EXPECT_EVENT(0x60, 0);
		/* One instruction behind STI, and one only, was executed */
		EXPECT_EQ(ARG(3), rbx + 1);
		if (!i)
			sti = frame()->rip;
		EXPECT_EQ(frame()->rip, sti);
		EXPECT_ASK();
	}
	vm_close(&vm);
	PROBE(sti_cli);
	EXPECT_ASK();
	ASSERT_OK(zx_interrupt(vm.vcpu, 0x60));
	for (i = 0; i < 10; i++)
		EXPECT_ASK();
}

/* While an NMI is handled the next one waits, for IRET; one, not more */
TEST(nmi_is_blocked_until_iret)
{
	u64 main_rip;
	int i;

	PROBE(window);
	EXPECT_ASK();
	ASSERT_OK(zx_interrupt(vm.vcpu, 2));
	EXPECT_EVENT(2, 0);
	main_rip = frame()->rip;
	/* In the handler, before IRET */
	for (i = 0; i < 3; i++)
		ASSERT_OK(zx_interrupt(vm.vcpu, 2));
	EXPECT_EVENT(2, 0);
	EXPECT_EQ(frame()->rip, main_rip);
	EXPECT_EQ(frame()->count, 2);
	EXPECT_ASK();
	EXPECT_ASK();
}

/* An NMI while interrupts are off, and an interrupt that waits meanwhile */
TEST(nmi_with_interrupts_off)
{
	PROBE(window);
	EXPECT_ASK();
	ASSERT_OK(zx_interrupt(vm.vcpu, 0x70));
	ASSERT_OK(zx_interrupt(vm.vcpu, 2));
	EXPECT_EVENT(2, 0);
	EXPECT_EQ(frame()->rflags & 0x200, 0);
	EXPECT_EVENT(0x70, 0);
	EXPECT_EQ(frame()->rflags & 0x200, 0x200);
	EXPECT_ASK();
}

SNIPPET(native,
	TRY("xor %edx, %edx\n xor %ecx, %ecx\n div %ecx") TELL("%r12")
	TRY("int3") TELL("%r12")
	TRY("ud2") TELL("%r12")
	TRY("mov $0x1234, %eax\n mov %eax, %ds") TELL("%r12")
	TRY("mov $1, %eax\n shl $39, %rax\n mov (%rax), %rax") TELL("%r12")
	TRY("mov $1, %eax\n shl $39, %rax\n mov %rax, (%rax)") TELL("%r12")
	TRY("mov $1, %eax\n shl $47, %rax\n mov (%rax), %rax") TELL("%r12")
	TRY("mov $1, %eax\n shl $47, %rax\n mov %rax, %rbp\n"
	    "mov (%rbp), %rax") TELL("%r12")
	TRY("int $0x80") TELL("%r12")
	TRY(".byte 0xf1") TELL("%r12")		/* INT1 */
	TRY("mov $0x30, %eax\n mov %eax, %ss") TELL("%r12")
	TRY("int $0x20") TELL("%r12")
	ASK);

/* The guest's own exceptions: no exit, and the right error codes */
TEST(exceptions_of_the_guest)
{
	static const u64 want[] = {
		FAULT(DE, 0), FAULT(BP, 0), FAULT(UD, 0), FAULT(GP, 0x1234),
		FAULT(PF, 0), FAULT(PF, 2), FAULT(GP, 0), FAULT(SS, 0),
		FAULT(0x80, 0), FAULT(DB, 0), FAULT(GP, 0x30), FAULT(0x20, 0),
	};
	unsigned int i;
	u64 got;

	PROBE(native);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		got = next_told();
		/* QEMU: #GP for #SS, and no INT1 */
		if ((i == 7 || i == 9) && qemu())
			continue;
		CHECK_(0, got == want[i], "exception %u: %llx, not %llx", i,
		       got, want[i]);
	}
	EXPECT_ASK();
}

/* An event for a guest at CPL 3: the stack of the TSS, and back */
SNIPPET(user_spin,
	"push $" STRING(USER_DS) "\n"
	"push $" STRING(USER_STACK) "\n"
	"push $0x202\n"
	"push $" STRING(USER_CS) "\n"
	"lea 1f(%rip), %rax\n"
	"push %rax\n"
	"iretq\n"
	"1:" ASK
	"2: inc %rbx\n jmp 2b");

TEST(events_at_cpl_3)
{
	static const u32 vectors[] = { 0x40, 2, NP, 0x41, 0xff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		PROBE(user_spin);
		EXPECT_ASK();
		ASSERT_OK(zx_interrupt(vm.vcpu, vectors[i]));
		EXPECT_EVENT(vectors[i], 0);
		EXPECT_EQ(frame()->cs, USER_CS);
		EXPECT_EQ(frame()->ss, USER_DS);
		EXPECT_EQ(frame()->rsp, USER_STACK);
		/* And back, for the next one */
		ASSERT_OK(zx_interrupt(vm.vcpu, 0x80));
		EXPECT_EVENT(0x80, 0);
		EXPECT_EQ(frame()->cs, USER_CS);
		vm_close(&vm);
	}
}

/* A storm of vectors by another thread: each comes, and none is made up */
static struct vt vt;

TEST_T(interrupts_by_another_thread, 60)
{
	int i, seen;
	u32 vector;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, irqs);
	vt_start(&vt, &vm, ENTRY);
	vt_go(&vt);
	for (i = 0; i < 200; i++) {
		for (vector = 0x30; vector < 0x38; vector++)
			ASSERT_OK(zx_interrupt(vt.vcpu, vector));
		for (seen = 0; seen != 0xff;) {
			ASSERT_OK(vt_wait(&vt));
			EXPECT_MEM(&vt.pkt, TELL_A);
			ASSERT_TRUE(TOLD(&vt) >= 0x30 && TOLD(&vt) < 0x38);
			ASSERT_EQ(seen & 1 << (TOLD(&vt) - 0x30), 0);
			seen |= 1 << (TOLD(&vt) - 0x30);
			vt_go(&vt);
		}
	}
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}

/* A guest that spins with interrupts off is left for the host's, too */
SNIPPET(spin_off, "cli\n 1: inc %rax\n jmp 1b");

TEST(kick_with_interrupts_off)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, probe);
	vm_load(&vm, CODE, snippet_spin_off, snippet_spin_off_end);
	vt_start(&vt, &vm, ENTRY);
	vt_go(&vt);
	EXPECT_FALSE(vt_done(&vt, 50));
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}
