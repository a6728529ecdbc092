// SPDX-License-Identifier: GPL-2.0
/* Exits for instructions: waits, calls, and what no guest may execute */
#include <sched.h>

#include "probe.h"

static struct vt vt;

static void hlt_thread(void)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, wfi);
	vt_start(&vt, &vm, ENTRY);
	vt_go(&vt);
	vt_asleep(&vt);
}

/* RIP is behind the HLT then: the guest sees one spurious wake-up */
TEST_F(hlt_is_broken_by_a_kick, hlt_thread)
{
	EXPECT_FALSE(vt_done(&vt, 100));
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
	EXPECT_EQ(vt.page->exit, ZXVM_EXIT_KICK);
	ASSERT_OK(vt_enter(&vt));
	EXPECT_MEM(&vt.pkt, TELL_A);
	EXPECT_EQ(TOLD(&vt), 1);
}

/* Masked, an interrupt ends the wait; it stays pending, so no wait lasts */
TEST_F(hlt_is_broken_by_an_interrupt, hlt_thread)
{
	EXPECT_FALSE(vt_done(&vt, 100));
	ASSERT_OK(zx_interrupt(vt.vcpu, 33));
	ASSERT_OK(vt_wait(&vt));
	EXPECT_MEM(&vt.pkt, TELL_A);
	EXPECT_EQ(TOLD(&vt), 1);
	ASSERT_OK(vt_enter(&vt));
	EXPECT_EQ(TOLD(&vt), 2);
}

TEST(hlt_with_an_interrupt_pending_does_not_wait)
{
	VM_BOOT(&vm, wfi);
	ASSERT_OK(zx_interrupt(vm.vcpu, 100));
	EXPECT_STORE(&vm, TELL_A, 1);
	EXPECT_STORE(&vm, TELL_A, 2);
}

SNIPPET(sti_hlt,
	"1: sti\n hlt\n cli\n"
	"inc %rax\n"
	TELL("%rax")
	"jmp 1b");

/* STI; HLT: no interrupt is lost between the two, a thousand times */
TEST_T(hlt_after_sti, 60)
{
	int i;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, probe);
	vm_load(&vm, CODE, snippet_sti_hlt, snippet_sti_hlt_end);
	vt_start(&vt, &vm, ENTRY);
	for (i = 1; i <= 1000; i++) {
		if (i & 1)
			ASSERT_OK(zx_interrupt(vt.vcpu, 0x40));
		vt_go(&vt);
		if (!(i & 1))
			ASSERT_OK(zx_interrupt(vt.vcpu, 0x40));
		ASSERT_OK(vt_wait(&vt));
		EXPECT_MEM(&vt.pkt, 8 * 0x40);
		ASSERT_OK(vt_enter(&vt));
		EXPECT_MEM(&vt.pkt, TELL_A);
		EXPECT_EQ(TOLD(&vt), i);
	}
}

SNIPPET(hlt_user, USER TRY("hlt") TELL("%r12"));

TEST(hlt_at_cpl_3_is_gp)
{
	PROBE(hlt_user);
	EXPECT_TOLD(FAULT(GP, 0));
}

SNIPPET(pause,
	"1: mov $100000, %ecx\n"
	"2: pause\n loop 2b\n"
	"inc %rax\n"
	TELL("%rax")
	"jmp 1b");

/* PAUSE is an exit now and then, which nobody sees */
TEST(pause_in_a_loop)
{
	PROBE(pause);
	EXPECT_TOLD(1);
	EXPECT_TOLD(2);
}

/* Instructions whose fault, or success, is the same on every host */
#define TRY_TELL(insn)	TRY(insn) TELL("%r12")

#define VIRTUALIZATION \
	TRY_TELL("vmxon (%rsp)") \
	TRY_TELL("vmxoff") \
	TRY_TELL("vmclear (%rsp)") \
	TRY_TELL("vmptrld (%rsp)") \
	TRY_TELL("vmptrst (%rsp)") \
	TRY_TELL("vmread %rax, %rcx") \
	TRY_TELL("vmwrite %rax, %rcx") \
	TRY_TELL("vmlaunch") \
	TRY_TELL("vmresume") \
	TRY_TELL("vmfunc") \
	TRY_TELL("invept (%rsp), %rax") \
	TRY_TELL("invvpid (%rsp), %rax") \
	TRY_TELL("vmload") \
	TRY_TELL("vmsave") \
	TRY_TELL("stgi") \
	TRY_TELL("clgi") \
	TRY_TELL("skinit") \
	TRY_TELL("invlpga") \
	TRY_TELL("vmrun")
#define VIRTUALIZATION_COUNT	19

static const char *const virtualization[VIRTUALIZATION_COUNT] = {
	"vmxon", "vmxoff", "vmclear", "vmptrld", "vmptrst", "vmread",
	"vmwrite", "vmlaunch", "vmresume", "vmfunc", "invept", "invvpid",
	"vmload", "vmsave", "stgi", "clgi", "skinit", "invlpga", "vmrun",
};

SNIPPET(virtualization, VIRTUALIZATION ASK);
SNIPPET(virtualization_user, USER VIRTUALIZATION ASK);

static void expect_ud(bool user)
{
	unsigned int i;
	u64 value;

	for (i = 0; i < VIRTUALIZATION_COUNT; i++) {
		value = next_told();
		/*
		 * SVM of QEMU and Bochs: the guest runs with EFER.SVME set, and
		 * an instruction of SVM at CPL 3 is #GP before it is an exit
		 */
		if (user && i >= 12 && value == FAULT(GP, 0) &&
		    backend() == ZXVM_BACKEND_SVM)
			continue;
		CHECK_(0, value == FAULT(UD, 0), "%s: %llx, not #UD",
		       virtualization[i], (unsigned long long)value);
	}
	EXPECT_ASK();
}

TEST(virtualization_instructions_are_ud)
{
	PROBE(virtualization);
	expect_ud(false);
}

TEST(virtualization_instructions_at_cpl_3_are_faults)
{
	PROBE(virtualization_user);
	expect_ud(true);
}

SNIPPET(system_user,
	USER
	TRY_TELL("invd") TRY_TELL("wbinvd") TRY_TELL("mov %rax, %cr0")
	TRY_TELL("mov %cr0, %rax") TRY_TELL("mov %rax, %cr3")
	TRY_TELL("mov %rax, %cr4") TRY_TELL("mov %rax, %cr8")
	TRY_TELL("mov %rax, %dr7") TRY_TELL("mov %dr7, %rax")
	TRY_TELL("clts") TRY_TELL("lmsw %ax") TRY_TELL("lgdt (%rsp)")
	TRY_TELL("lidt (%rsp)") TRY_TELL("ltr %ax") TRY_TELL("lldt %ax")
	TRY_TELL("invlpg (%rsp)") TRY_TELL("rdmsr") TRY_TELL("wrmsr")
	TRY_TELL("swapgs") TRY_TELL("sysretq") TRY_TELL("cli")
	TRY_TELL("mov $0x20, %edx; in %dx, %al")
	ASK);

TEST(privileged_instructions_at_cpl_3_are_gp)
{
	int i;

	PROBE(system_user);
	for (i = 0; i < 22; i++) {
		u64 value = next_told();

		CHECK_(0, value == FAULT(GP, 0), "instruction %d: %llx", i,
		       (unsigned long long)value);
	}
	EXPECT_ASK();
}

SNIPPET(system_kernel,
	TRY_TELL("invd") TRY_TELL("wbinvd") TRY_TELL("invlpg (%rsp)")
	TRY_TELL("clts") TRY_TELL("rsm") TRY_TELL("getsec")
	TRY_TELL(".byte 0x0f, 0x01, 0xcf")	/* ENCLS */
	TRY_TELL(".byte 0x0f, 0x01, 0xd7")	/* ENCLU */
	TRY_TELL("monitor") TRY_TELL("mwait")
	TRY_TELL("ud2")
	ASK);

TEST(system_instructions_at_cpl_0)
{
	int i;

	PROBE(system_kernel);
	for (i = 0; i < 4; i++)
		EXPECT_TOLD(NONE);
	/* What CPUID does not have is #UD, RSM outside of SMM, too */
	for (i = 0; i < 7; i++)
		EXPECT_TOLD(FAULT(UD, 0));
	EXPECT_ASK();
}

SNIPPET(optional,
	TRY("mov $1, %eax\n xor %ecx, %ecx\n rdpmc") TELL("%r12")
	TRY("rdrand %rax") TELL("%r12")
	TRY("rdseed %rax") TELL("%r12")
	TRY("movq $0, -8(%rsp)\n movq $0, -16(%rsp)\n mov $2, %eax\n"
	    ".byte 0x66, 0x0f, 0x38, 0x82, 0x44, 0x24, 0xf0") /* INVPCID */
	TELL("%r12")
	TRY("rdtsc") TELL("%r12")
	TRY("rdtscp") TELL("%r12")
	TRY("xgetbv") TELL("%r12")
	ASK);

/* What CPUID says is what the CPU does */
TEST(optional_instructions_as_cpuid_says)
{
	static const struct { u32 leaf; int reg, bit; } features[] = {
		{ 1, 2, 30 }, { 7, 1, 18 }, { 7, 1, 10 }, { 0, 0, -1 },
		{ 0x80000001, 3, 27 }, { 1, 2, 27 },
	};
	unsigned int i;
	u32 host[4];
	u64 value;

	PROBE(optional);
	/* There is no PMU: no counter 0 either */
	EXPECT_TOLD(FAULT(GP, 0));
	for (i = 0; i < ARRAY_SIZE(features); i++) {
		value = next_told();
		host_cpuid(features[i].leaf, 0, host);
		if (features[i].bit < 0 ||
		    !(host[features[i].reg] >> features[i].bit & 1))
			EXPECT_TRUE(value == NONE || value == FAULT(UD, 0));
		else
			CHECK_(0, value == NONE, "instruction %u: %llx", i,
			       (unsigned long long)value);
	}
	EXPECT_ASK();
}

SNIPPET(triple_fault,
	"push $0\n push $0\n lidt (%rsp)\n ud2");

/* Nothing is left to run: as often as it is entered */
TEST(triple_fault_is_EOPNOTSUPP)
{
	PROBE(triple_fault);
	memset(&vm.pkt, 0xff, sizeof(vm.pkt));
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	EXPECT_EQ(vm.pkt.key, ~0ULL);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_SYSTEM_RESET);
	EXPECT_EQ(vm.page->error, EOPNOTSUPP);
	EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
	/* The VCPU is as good as any other object */
	EXPECT_OK(zx_kick(vm.vcpu));
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
}

/* A TSS descriptor in the GDT, and a far jump in compatibility mode to it */
SNIPPET(task_switch,
	"push $0x40\n"		/* KERNEL_CS32 */
	"lea 1f(%rip), %rax\n"
	"push %rax\n"
	"lretq\n"
	".code32\n"
	"1: ljmp $0x30, $0\n"
	".code64\n");

TEST(task_switch_is_a_fault_or_EOPNOTSUPP)
{
	int err;

	PROBE(task_switch);
	/* In IA-32e mode no task gate and no TSS can be jumped to: #GP */
	err = vm_enter(&vm);
	if (err) {
		EXPECT_ERR(err, EOPNOTSUPP);
		return;
	}
	EXPECT_MEM(&vm.pkt, 8 * GP);
	EXPECT_EQ(TOLD(&vm), 0x30);
}
