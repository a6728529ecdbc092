// SPDX-License-Identifier: GPL-2.0
/* Control and debug registers, XSETBV */
#include "probe.h"

#define CR0_PE	(1ULL << 0)
#define CR0_MP	(1ULL << 1)
#define CR0_EM	(1ULL << 2)
#define CR0_TS	(1ULL << 3)
#define CR0_ET	(1ULL << 4)
#define CR0_NE	(1ULL << 5)
#define CR0_WP	(1ULL << 16)
#define CR0_AM	(1ULL << 18)
#define CR0_NW	(1ULL << 29)
#define CR0_CD	(1ULL << 30)
#define CR0_PG	(1ULL << 31)
#define CR0	(CR0_PE | CR0_ET | CR0_WP | CR0_PG)

#define CR4	0x2a0ULL	/* PAE, PGE, OSFXSR */
#define OSXSAVE	(1ULL << 18)

static u64 gp_unless(bool legal)
{
	return legal ? NONE : FAULT(GP, 0);
}

/* Writes rax to a register, then tells r12 and what the register has */
#define WRITE_READ(reg) \
	"1: " ASK \
	TRY("mov %rax, %" reg) TELL("%r12") \
	"mov %" reg ", %rdx\n" TELL("%rdx") \
	"jmp 1b"

SNIPPET(write_cr0, WRITE_READ("cr0"));
SNIPPET(write_cr4, WRITE_READ("cr4"));
SNIPPET(write_cr8, WRITE_READ("cr8"));

static void write_reg(u64 value, u64 *fault, u64 *after)
{
	EXPECT_ASK();
	ARG(0) = value;
	*fault = next_told();
	*after = next_told();
}

/* What the guest sees of NE may be its own or always 1 */
TEST(cr0_writes)
{
	static const struct { u64 value; bool legal; } cases[] = {
		{ CR0, true }, { CR0 | CR0_NE, true }, { CR0 | CR0_MP, true },
		{ CR0 | CR0_TS | CR0_EM, true }, { CR0 & ~CR0_WP, true },
		{ CR0 | CR0_AM, true }, { CR0 | CR0_CD, true },
		{ CR0 | CR0_CD | CR0_NW, true },
		{ CR0 | CR0_NW, false },
		{ CR0 & ~CR0_PE, false }, { CR0 & ~CR0_PG, false },
		{ CR0 | 1ULL << 32, false }, { ~0ULL, false },
		{ CR0 | 1ULL << 63, false }, { 0, false },
	};
	u64 fault, after, was = CR0;
	unsigned int i;

	PROBE(write_cr0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		/* QEMU has 32 bits of CR0 */
		if (cases[i].value >> 32 && ~cases[i].value && qemu())
			continue;
		write_reg(cases[i].value, &fault, &after);
		if (cases[i].legal)
			was = cases[i].value;
		CHECK_(0, fault == gp_unless(cases[i].legal),
		       "%llx: %llx", cases[i].value, fault);
		CHECK_(0, (after & ~CR0_NE) == (was & ~CR0_NE),
		       "%llx: reads as %llx", cases[i].value, after);
	}
	/* ET reads as 1, and reserved bits of the low half are ignored */
	write_reg(CR0 & ~CR0_ET, &fault, &after);
	EXPECT_EQ(fault, NONE);
	EXPECT_EQ(after & ~CR0_NE, CR0);
}

SNIPPET(clts_lmsw,
	"mov %cr0, %rax\n"
	"or $8, %rax\n"
	"mov %rax, %cr0\n"
	TRY("fninit") TELL("%r12")
	"clts\n"
	TRY("fninit") TELL("%r12")
	"smsw %rax\n" TELL("%rax")
	"mov $0xb, %eax\n"
	"lmsw %ax\n"
	"smsw %rax\n" TELL("%rax")
	"clts\n"
	"mov $0, %eax\n"	/* LMSW cannot clear PE */
	"lmsw %ax\n"
	"smsw %rax\n" TELL("%rax")
	ASK);

TEST(clts_and_lmsw)
{
	PROBE(clts_lmsw);
	EXPECT_TOLD(FAULT(NM, 0));
	EXPECT_TOLD(NONE);
	EXPECT_EQ(next_told() & 0xf, 1);
	EXPECT_EQ(next_told() & 0xf, 0xb);
	EXPECT_EQ(next_told() & 0xf, 1);
	EXPECT_ASK();
}

TEST(cr4_writes)
{
	const u64 fixed = CR4;
	u64 fault, after, was;
	u32 host[4];
	struct { u64 value; bool legal; } cases[] = {
		{ fixed, true }, { fixed | 1 << 3 /* DE */, true },
		{ fixed | 3 << 1 /* PVI, TSD */, true },
		{ fixed & ~(1ULL << 7), true }, { fixed | 1 << 10, true },
		{ fixed | 1 << 6 /* MCE */, true },
		/* PAE cannot go in 64-bit mode */
		{ fixed & ~(1ULL << 5), false },
		/* VMXE, SMXE, LA57, CET, PKS: not in CPUID */
		{ fixed | 1 << 13, false }, { fixed | 1 << 14, false },
		{ fixed | 1 << 12, false }, { fixed | 1 << 23, false },
		{ fixed | 1 << 24, false },
		{ fixed | 1 << 15, false }, { fixed | 1 << 19, false },
		{ fixed | 1ULL << 31, false }, { fixed | 1ULL << 32, false },
		{ fixed | 1ULL << 63, false }, { ~0ULL, false },
		{ fixed, true },
	};
	unsigned int i;

	PROBE(write_cr4);
	write_reg(fixed, &fault, &was);
	EXPECT_EQ(fault, NONE);
	EXPECT_EQ(was, fixed);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		write_reg(cases[i].value, &fault, &after);
		if (cases[i].legal)
			was = cases[i].value;
		CHECK_(0, fault == gp_unless(cases[i].legal),
		       "%llx: %llx", cases[i].value, fault);
		CHECK_(0, after == was, "%llx: reads as %llx", cases[i].value,
		       after);
	}
	/* As CPUID says */
	host_cpuid(1, 0, host);
	write_reg(fixed | OSXSAVE, &fault, &after);
	if (!(host[2] & 1 << 26))
		EXPECT_EQ(fault, FAULT(GP, 0));
	write_reg(fixed | 1 << 17, &fault, &after);
	EXPECT_EQ(fault, host[2] & 1 << 17 ? NONE : FAULT(GP, 0));
}

TEST(cr8_writes)
{
	u64 fault, after, i;

	PROBE(write_cr8);
	for (i = 0; i < 16; i++) {
		write_reg(i, &fault, &after);
		EXPECT_EQ(fault, NONE);
		EXPECT_EQ(after, i);
	}
	if (qemu())
		return;		/* it cuts off what is too large */
	write_reg(16, &fault, &after);
	EXPECT_EQ(fault, FAULT(GP, 0));
	EXPECT_EQ(after, 15);
	write_reg(1ULL << 63, &fault, &after);
	EXPECT_EQ(fault, FAULT(GP, 0));
}

SNIPPET(cr3,
	"mov %cr3, %rax\n"
	TELL("%rax")
	"mov $0x18, %eax\n mov %rax, %cr3\n"	/* PWT, PCD */
	"mov %cr3, %rax\n"
	TELL("%rax")
	TRY("mov $1, %eax\n shl $63, %rax\n mov %rax, %cr3") TELL("%r12")
	TRY("mov $1, %eax\n shl $52, %rax\n mov %rax, %cr3") TELL("%r12")
	ASK);

TEST(cr3_writes)
{
	PROBE(cr3);
	EXPECT_TOLD(0);
	EXPECT_TOLD(0x18);
	if (qemu())
		return;		/* it knows no reserved bits here */
	EXPECT_TOLD(FAULT(GP, 0));
	EXPECT_TOLD(FAULT(GP, 0));
	EXPECT_ASK();
}

#define DR(n) \
	"mov $0x1000" #n ", %eax\n mov %rax, %dr" #n "\n"
#define READ_DR(n) \
	"mov %dr" #n ", %rax\n" TELL("%rax")

SNIPPET(debug_registers,
	DR(0) DR(1) DR(2) DR(3)
	"1:" READ_DR(0) READ_DR(1) READ_DR(2) READ_DR(3)
	"mov $0x400, %eax\n mov %rax, %dr7\n"
	TRY("mov %rax, %dr4") TELL("%r12")
	"mov %cr4, %rcx\n or $8, %rcx\n mov %rcx, %cr4\n"
	TRY("mov %rax, %dr4") TELL("%r12")
	TRY("mov %dr5, %rax") TELL("%r12")
	TRY("mov $1, %eax\n shl $32, %rax\n mov %rax, %dr6") TELL("%r12")
	TRY("mov $1, %eax\n shl $32, %rax\n mov %rax, %dr7") TELL("%r12")
	"and $~8, %rcx\n mov %rcx, %cr4\n"
	"jmp 1b");

TEST(debug_registers)
{
	int i, round;

	PROBE(debug_registers);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 4; i++)
			EXPECT_TOLD(0x10000 + i);
		EXPECT_TOLD(NONE);
		EXPECT_TOLD(FAULT(UD, 0));
		EXPECT_TOLD(FAULT(UD, 0));
		EXPECT_TOLD(FAULT(GP, 0));
		EXPECT_TOLD(FAULT(GP, 0));
	}
}

SNIPPET(breakpoint,
	"1:" ASK
	"mov $" STRING(DATA) ", %eax\n mov %rax, %dr0\n"
	"mov %rcx, %dr7\n"
	"mov $0, %eax\n mov %rax, %dr6\n"
	"mov %rbx, " STRING(DATA) "\n"
	"2: mov $0x400, %ecx\n mov %rcx, %dr7\n"
	TELL("%rbx")
	"jmp 1b");

/* A data breakpoint of the guest is the guest's; without one, nothing is */
TEST(breakpoints_of_the_guest)
{
	PROBE(breakpoint);
	EXPECT_ASK();
	ARG(1) = 0x400;
	EXPECT_TOLD(0);
	EXPECT_ASK();
	ARG(1) = 0x400 | 0xd0001 | 2;	/* L0, G0, 8.. 4 bytes written */
	EXPECT_EVENT(DB, 0);
	EXPECT_EQ(frame()->dr6 & 0xf, 1);
	EXPECT_TOLD(0);
	EXPECT_ASK();
	ARG(1) = 0x400;
	EXPECT_TOLD(0);
}

SNIPPET(gd,
	"mov $0x2400, %eax\n"	/* GD */
	"mov %rax, %dr7\n"
	TRY("mov %dr0, %rax") TELL("%r12")
	"mov %dr6, %rax\n" TELL("%rax")
	"mov %dr7, %rax\n" TELL("%rax")
	ASK);

/* General detect: #DB before the access, and DR7.GD is clear in its handler */
TEST(general_detect)
{
	if (qemu())
		SKIP("QEMU has no general detect");
	PROBE(gd);
	EXPECT_TOLD(FAULT(DB, 0));
	EXPECT_EQ(next_told() & 0x2000, 0x2000);
	EXPECT_TOLD(0x400);
	EXPECT_ASK();
}

SNIPPET(xsetbv,
	"1:" ASK
	TRY("xsetbv") TELL("%r12")
	"xor %ecx, %ecx\n xgetbv\n"
	"shl $32, %rdx\n or %rdx, %rax\n" TELL("%rax")
	"jmp 1b");

SNIPPET(xsetbv_without_osxsave,
	"mov %cr4, %r8\n"
	"and $~0x40000, %r8\n mov %r8, %cr4\n"
	"mov $1, %eax\n xor %ecx, %ecx\n xor %edx, %edx\n"
	TRY("xsetbv") TELL("%r12")
	TRY("xgetbv") TELL("%r12")
	ASK);

SNIPPET(xsetbv_user,
	"mov $1, %eax\n xor %ecx, %ecx\n xor %edx, %edx\n"
	USER
	TRY("xsetbv") TELL("%r12")
	TRY("xgetbv") TELL("%r12")
	ASK);

static u64 host_xcr0(void)
{
	u32 regs[4];

	host_cpuid(1, 0, regs);
	if (!(regs[2] & 1 << 27))
		SKIP("the host does not use XSAVE");
	if (qemu())
		SKIP("XSETBV is no exit in QEMU");
	asm volatile("xgetbv" : "=a"(regs[0]), "=d"(regs[3]) : "c"(0));
	return regs[0] | (u64)regs[3] << 32;
}

TEST(xsetbv_values)
{
	const u64 host = host_xcr0();
	const struct { u64 value; u32 reg; bool legal; } cases[] = {
		{ 3, 0, true }, { 1, 0, true },
		{ 7, 0, host & 4 },
		{ 0, 0, false }, { 2, 0, false }, { 6, 0, false },
		{ 4, 0, false }, { 5, 0, false },
		{ 3, 1, false }, { 3, ~0u, false },
		{ 3 | 1 << 3, 0, false }, { 3 | 1 << 4, 0, false },
		{ 7 | 1 << 5, 0, false }, { 7 | 1 << 6, 0, false },
		{ 7 | 1 << 7, 0, false }, { 7 | 3 << 6, 0, false },
		{ 3 | 7 << 5, 0, false },
		{ 7 | 7 << 5, 0, (host & 0xe4) == 0xe4 },
		{ 3 | 1 << 9, 0, host & 1 << 9 },
		{ 3 | 1 << 8, 0, false }, { 3 | 1 << 10, 0, false },
		{ 3 | 3 << 17, 0, false },
		{ 3 | 1ULL << 62, 0, false }, { 3 | 1ULL << 63, 0, false },
		{ ~0ULL, 0, false }, { 3, 0, true },
	};
	u64 was = host & 7, value;
	unsigned int i;

	PROBE(xsetbv);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_ASK();
		ARG(0) = cases[i].value & 0xffffffff;
		ARG(1) = cases[i].reg;
		ARG(2) = cases[i].value >> 32;
		value = next_told();
		CHECK_(0, value == gp_unless(cases[i].legal),
		       "%llx: %llx", cases[i].value, value);
		if (cases[i].legal)
			was = cases[i].value;
		EXPECT_TOLD(was);
		/* The host's own is what it was */
		EXPECT_EQ(host_xcr0(), host);
	}
}

TEST(xsetbv_faults)
{
	PROBE(xsetbv_without_osxsave);
	EXPECT_TOLD(FAULT(UD, 0));
	EXPECT_TOLD(FAULT(UD, 0));
	EXPECT_ASK();
	vm_close(&vm);
	host_xcr0();
	PROBE(xsetbv_user);
	EXPECT_TOLD(FAULT(GP, 0));
	EXPECT_TOLD(NONE);
	EXPECT_ASK();
}
