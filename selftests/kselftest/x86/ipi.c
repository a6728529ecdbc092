// SPDX-License-Identifier: GPL-2.0
/* The local APIC of a plain guest: x2APIC registers, IPIs as packets, timer */
#include "probe.h"

static struct vt vt;

/* Reads MSR rcx (rbx = 0) or writes rdx:rax to it */
SNIPPET(apic,
	"1:" ASK
	"test %rbx, %rbx\n jnz 2f\n"
	"mov $0, %eax\n mov $0, %edx\n"
	TRY("rdmsr")
	"jmp 3f\n"
	"2:" TRY("wrmsr")
	"3: shl $32, %rdx\n or %rdx, %rax\n"
	TELL("%r12") TELL("%rax")
	"jmp 1b");

static void boot(void)
{
	PROBE(apic);
	EXPECT_ASK();
}

static u64 read_apic(u32 reg, u64 *value)
{
	u64 fault;

	ARG(1) = 0x800 + reg;
	ARG(3) = 0;
	fault = next_told();
	*value = next_told();
	EXPECT_ASK();
	return fault;
}

static void start_write(u32 reg, u64 value)
{
	ARG(0) = value & 0xffffffff;
	ARG(1) = 0x800 + reg;
	ARG(2) = value >> 32;
	ARG(3) = 1;
}

static u64 write_apic(u32 reg, u64 value)
{
	u64 fault;

	start_write(reg, value);
	fault = next_told();
	next_told();
	EXPECT_ASK();
	return fault;
}

#define GPF	FAULT(GP, 0)
#define ANY	1

TEST_F(registers, boot)
{
	static const struct {
		u32 reg;
		u64 read_fault, value;
		u64 write_fault;
	} cases[] = {
		{ 0x02, NONE, 0, GPF },		/* ID */
		{ 0x03, NONE, 0x60015, GPF },	/* VERSION */
		{ 0x08, NONE, 0, NONE },	/* TPR */
		{ 0x0b, GPF, 0, NONE },		/* EOI */
		{ 0x0d, NONE, 0, GPF },		/* LDR */
		{ 0x0f, NONE, 0xff, NONE },	/* SVR */
		{ 0x10, NONE, 0, GPF }, { 0x17, NONE, 0, GPF },	/* ISR */
		{ 0x18, NONE, 0, GPF }, { 0x1f, NONE, 0, GPF },	/* TMR */
		{ 0x20, NONE, 0, GPF }, { 0x27, NONE, 0, GPF },	/* IRR */
		{ 0x28, NONE, 0, NONE },	/* ESR */
		{ 0x2f, NONE, 0x10000, NONE },	/* LVT CMCI */
		{ 0x32, NONE, 0x10000, NONE },	/* LVT timer */
		{ 0x33, NONE, 0x10000, NONE },	/* LVT thermal */
		{ 0x34, NONE, 0, NONE },	/* LVT performance */
		{ 0x35, NONE, 0x10000, NONE }, { 0x36, NONE, 0x10000, NONE },
		{ 0x3f, GPF, 0, ANY },		/* SELF_IPI: see below */
		{ 0x04, GPF, 0, GPF }, { 0x09, GPF, 0, GPF },
		{ 0x0c, GPF, 0, GPF }, { 0x0e, GPF, 0, GPF },
		{ 0x29, GPF, 0, GPF }, { 0x31, GPF, 0, GPF },
		{ 0x3a, GPF, 0, GPF }, { 0x40, GPF, 0, GPF },
		{ 0xff, GPF, 0, GPF },
	};
	u64 fault, value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fault = read_apic(cases[i].reg, &value);
		CHECK_(0, fault == cases[i].read_fault, "reading %x: %llx",
		       cases[i].reg, fault);
		if (fault == NONE)
			CHECK_(0, value == cases[i].value, "%x is %llx",
			       cases[i].reg, value);
		if (cases[i].write_fault == ANY)
			continue;
		fault = write_apic(cases[i].reg,
				   cases[i].value & 0x10000);
		CHECK_(0, fault == cases[i].write_fault, "writing %x: %llx",
		       cases[i].reg, fault);
		/* Bits 63:32 are reserved in all but the ICR */
		if (fault == NONE)
			EXPECT_EQ(write_apic(cases[i].reg, 1ULL << 32), GPF);
	}
	EXPECT_EQ(write_apic(0x0b, 1), GPF);
	EXPECT_EQ(write_apic(0x28, 1), GPF);
}

#define FIXED		0x000
#define LOWEST		0x100
#define SMI		0x200
#define DELIVER_NMI	0x400
#define INIT		0x500
#define STARTUP		0x600
#define LOGICAL		0x800
#define ASSERT		0x4000
#define SELF		0x40000
#define ALL		0x80000
#define OTHERS		0xc0000

static void expect_interrupt(u64 icr, u64 mask, u32 vector)
{
	struct zxvm_packet want;

	start_write(0x30, icr);
	memset(&vm.pkt, 0xff, sizeof(vm.pkt));
	memset(&want, 0, sizeof(want));
	want.type = ZXVM_PKT_GUEST_VCPU;
	want.u.vcpu.type = ZXVM_PKT_VCPU_INTERRUPT;
	want.u.vcpu.u.interrupt.mask = mask;
	want.u.vcpu.u.interrupt.vector = vector;
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(vm.pkt.type, want.type);
	EXPECT_EQ(vm.pkt.u.vcpu.u.interrupt.mask, mask);
	EXPECT_EQ(vm.pkt.u.vcpu.u.interrupt.vector, vector);
	CHECK_(0, !memcmp(&vm.pkt, &want, sizeof(want)), "ICR %llx", icr);
	EXPECT_TOLD(NONE);
	next_told();
	EXPECT_ASK();
}

TEST_F(ipis_are_packets, boot)
{
	static const u32 ids[] = { 0, 1, 5, 31, 32, 63 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		expect_interrupt((u64)ids[i] << 32 | ASSERT | 0x40 | FIXED,
				 1ULL << ids[i], 0x40);
	expect_interrupt(0x100000041ULL, 2, 0x41);
	expect_interrupt(ASSERT | SELF | 0x42, 1, 0x42);
	expect_interrupt(ASSERT | ALL | 0x43, ~0ULL, 0x43);
	expect_interrupt(ASSERT | OTHERS | 0x44, ~1ULL, 0x44);
	expect_interrupt(0xffffffff00004045ULL, ~0ULL, 0x45);
	/* Nobody has this number: a packet all the same */
	expect_interrupt(0x4000004046ULL, 0, 0x46);
	/* NMIs, but not to itself */
	expect_interrupt(0x300000000ULL | ASSERT | DELIVER_NMI, 8, 2);
	expect_interrupt(ASSERT | OTHERS | DELIVER_NMI, ~1ULL, 2);
	expect_interrupt(ASSERT | ALL | DELIVER_NMI, ~1ULL, 2);
}

TEST_F(startup_ipi, boot)
{
	struct zxvm_packet want;

	/* INIT is swallowed */
	EXPECT_EQ(write_apic(0x30, 0x100000000ULL | ASSERT | INIT), NONE);
	start_write(0x30, 0x500000000ULL | ASSERT | STARTUP | 0x9a);
	memset(&want, 0, sizeof(want));
	want.type = ZXVM_PKT_GUEST_VCPU;
	want.u.vcpu.type = ZXVM_PKT_VCPU_STARTUP;
	want.u.vcpu.u.startup.id = 5;
	want.u.vcpu.u.startup.entry = 0x9a000;
	ASSERT_OK(vm_enter(&vm));
	EXPECT_EQ(memcmp(&vm.pkt, &want, sizeof(want)), 0);
	EXPECT_EQ(vm.pkt.u.vcpu.u.startup.id, 5);
	EXPECT_EQ(vm.pkt.u.vcpu.u.startup.entry, 0x9a000);
	EXPECT_TOLD(NONE);
}

/* Modes that packets cannot say: EOPNOTSUPP, and RIP stays */
TEST_F(ipis_of_other_modes_are_EOPNOTSUPP, boot)
{
	static const u64 icrs[] = {
		LOGICAL | ASSERT | 0x40, LOWEST | ASSERT | 0x40,
		SMI | ASSERT, 0x300, 0x700,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(icrs); i++) {
		start_write(0x30, icrs[i]);
		EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
		EXPECT_ERR(vm_enter(&vm), EOPNOTSUPP);
		/* Instead, something that can be done */
		start_write(0x0b, 0);
		EXPECT_TOLD(NONE);
		next_told();
		EXPECT_ASK();
	}
}

SNIPPET(self_ipi,
	"mov $0x83f, %ecx\n xor %edx, %edx\n"
	"1:" ASK
	"mov %ebx, %eax\n wrmsr\n"
	"sti\n nop\n nop\n cli\n"
	"jmp 1b");

TEST(self_ipi_stays_in_the_kernel)
{
	u32 vector;

	PROBE(self_ipi);
	for (vector = 32; vector < 256; vector += 13) {
		EXPECT_ASK();
		ARG(3) = vector;
		EXPECT_EVENT(vector, 0);
	}
	EXPECT_ASK();
}

/* An x2APIC timer; rax: LVT, rbx: initial count, rdx: DCR */
SNIPPET(timer,
	ASK
	"mov %edx, %esi\n xor %edx, %edx\n"
	"mov $0x832, %ecx\n wrmsr\n"
	"mov $0x83e, %ecx\n mov %esi, %eax\n wrmsr\n"
	"mov $0x838, %ecx\n mov %ebx, %eax\n wrmsr\n"
	"sti\n"
	"1: jmp 1b");

static void start_timer(u32 lvt, u32 count, u32 dcr)
{
	PROBE(timer);
	EXPECT_ASK();
	ARG(0) = lvt;
	ARG(3) = count;
	ARG(2) = dcr;
}

TEST(timer_one_shot)
{
	start_timer(0x50, 100000, 0xb);
	EXPECT_EVENT(0x50, 0);
	vm_close(&vm);
	start_timer(0x51, 1000, 0x3);	/* divided by 16 */
	EXPECT_EVENT(0x51, 0);
}

TEST(timer_periodic)
{
	int i;

	start_timer(0x20052, 100000, 0xb);
	for (i = 0; i < 10; i++)
		EXPECT_EVENT(0x52, 0);
}

SNIPPET(deadline,
	ASK
	"mov $0x832, %ecx\n mov $0x40053, %eax\n xor %edx, %edx\n wrmsr\n"
	"1: cli\n"
	"rdtsc\n shl $32, %rdx\n or %rdx, %rax\n"
	"add %rbx, %rax\n"
	"mov %rax, %rdx\n shr $32, %rdx\n"
	"mov $0x6e0, %ecx\n wrmsr\n"
	"sti\n hlt\n"
	"jmp 1b");

TEST(timer_deadline)
{
	int i;

	PROBE(deadline);
	EXPECT_ASK();
	/* Far enough away that a busy machine does not let it be past */
	ARG(3) = 20000000;
	for (i = 0; i < 5; i++)
		EXPECT_EVENT(0x53, 0);
}

/* In the past: never */
TEST(timer_deadline_in_the_past)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, probe);
	vm_load(&vm, CODE, snippet_deadline, snippet_deadline_end);
	vt_start(&vt, &vm, ENTRY);
	ASSERT_OK(vt_enter(&vt));
	EXPECT_MEM(&vt.pkt, TELL_DONE);
	PAGE_ARG(vt.page, 3) = -1000ULL;
	vt_go(&vt);
	EXPECT_FALSE(vt_done(&vt, 200));
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}

/* What a timer cannot do is for the VMM, and RIP stays */
TEST_F(timer_modes, boot)
{
	start_write(0x32, 0x60050);	/* a mode that there is not */
	EXPECT_ERR(vm_enter(&vm), EINVAL);
	EXPECT_ERR(vm_enter(&vm), EINVAL);
	/* TSC_DEADLINE in another mode */
	ARG(0) = 1;
	ARG(1) = 0x6e0;
	EXPECT_ERR(vm_enter(&vm), EINVAL);
	ARG(0) = 0x20050;
	ARG(1) = 0x832;
	EXPECT_TOLD(NONE);
	EXPECT_TOLD(0x20050);
	EXPECT_ASK();
}

/* Masked, a timer is silent */
TEST(timer_masked)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, probe);
	vm_load(&vm, CODE, snippet_timer, snippet_timer_end);
	vt_start(&vt, &vm, ENTRY);
	ASSERT_OK(vt_enter(&vt));
	EXPECT_MEM(&vt.pkt, TELL_DONE);
	PAGE_ARG(vt.page, 0) = 0x10050;
	PAGE_ARG(vt.page, 3) = 10000;
	PAGE_ARG(vt.page, 2) = 0xb;
	vt_go(&vt);
	EXPECT_FALSE(vt_done(&vt, 200));
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
}

/* The xAPIC's page is not there: a hole like any other */
TEST(no_xapic_page)
{
	VM_BOOT(&vm, store);
	ARG(1) = 0xfee00000;
	EXPECT_ERR(vm_enter(&vm), ENOENT);
}
