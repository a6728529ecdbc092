// SPDX-License-Identifier: GPL-2.0
/* CPUID as the guest sees it, against what this process sees */
#include "probe.h"

#define EAX	0
#define EBX	1
#define ECX	2
#define EDX	3

#define SIGNATURE_KVM	0x4b4d564b

/* CPUID of what the test put into RAX and RCX, for ever */
SNIPPET(cpuid,
	"1:" ASK
	"cpuid\n"
	"mov %rbx, %r8\n mov %rcx, %r9\n mov %rdx, %r10\n"
	TELL("%rax") TELL("%r8") TELL("%r9") TELL("%r10")
	"jmp 1b");

/* As cpuid, at CPL 3 */
SNIPPET(cpuid_user,
	USER
	"1:" ASK
	"cpuid\n"
	TELL("%rax") TELL("%rbx") TELL("%rcx") TELL("%rdx")
	"jmp 1b");

static void boot(void)
{
	PROBE(cpuid);
	EXPECT_ASK();
}

/* All halves of the four registers are the instruction's */
static void guest_cpuid(u32 leaf, u32 subleaf, u32 regs[4])
{
	u64 value;
	int i;

	ARG(0) = 0xffffffff00000000 | leaf;
	ARG(1) = 0xffffffff00000000 | subleaf;
	ARG(2) = ~0ULL;
	ARG(3) = ~0ULL;
	for (i = 0; i < 4; i++) {
		value = next_told();
		CHECK_(0, value >> 32 == 0, "%x.%x: register %d is %llx", leaf,
		       subleaf, i, (unsigned long long)value);
		regs[i] = value;
	}
	EXPECT_ASK();
}

/* Nothing that the host has not but @own */
static void expect_subset(u32 leaf, u32 subleaf, int reg, u32 own)
{
	u32 guest[4], host[4];

	guest_cpuid(leaf, subleaf, guest);
	host_cpuid(leaf, subleaf, host);
	CHECK_(0, !(guest[reg] & ~(host[reg] | own)),
	       "%x.%x register %d: %08x, the host has %08x", leaf, subleaf,
	       reg, guest[reg], host[reg]);
}

static void expect_bits(u32 leaf, u32 subleaf, int reg, u32 clear, u32 set)
{
	u32 guest[4];

	guest_cpuid(leaf, subleaf, guest);
	CHECK_(0, (guest[reg] & clear) == 0, "%x.%x register %d: %08x has %08x",
	       leaf, subleaf, reg, guest[reg], guest[reg] & clear);
	CHECK_(0, (guest[reg] & set) == set, "%x.%x register %d: %08x lacks %08x",
	       leaf, subleaf, reg, guest[reg], set & ~guest[reg]);
}

TEST_F(cpuid_vendor_and_limits, boot)
{
	u32 guest[4], host[4];

	guest_cpuid(0, 0, guest);
	host_cpuid(0, 0, host);
	EXPECT_EQ(guest[EBX], host[EBX]);
	EXPECT_EQ(guest[ECX], host[ECX]);
	EXPECT_EQ(guest[EDX], host[EDX]);
	EXPECT_TRUE(guest[EAX] >= 0xb && guest[EAX] <= 0x20);
	guest_cpuid(0x80000000, 0, guest);
	host_cpuid(0x80000000, 0, host);
	EXPECT_GE(guest[EAX], 0x80000004);
	EXPECT_LE(guest[EAX], host[EAX]);
}

TEST_F(cpuid_features, boot)
{
	u32 guest[4], host[4];

	guest_cpuid(1, 0, guest);
	host_cpuid(1, 0, host);
	EXPECT_EQ(guest[EAX], host[EAX]);
	EXPECT_EQ(guest[EBX] >> 24, 0);
	/* x2APIC, TSC deadline, hypervisor; no MONITOR, VMX, TM2, PDCM */
	expect_bits(1, 0, ECX, 0x8128, 0x81200000);
	expect_subset(1, 0, ECX, 0x81200000);
	/* APIC, SEP; no ACPI, TM */
	expect_bits(1, 0, EDX, 0x20400000, 0x00000a00);
	expect_subset(1, 0, EDX, 0x00000a00);
	/* FPU, TSC, MSR, PAE, CX8, PGE, CMOV, PAT, FXSR, SSE, SSE2 */
	expect_bits(1, 0, EDX, 0, 0x0701a171);
	/* No TSC_ADJUST, SGX, PQM, MPX, PQE, PT */
	expect_bits(7, 0, EBX, 0x0200d006, 0);
	expect_subset(7, 0, EBX, 0);
	/* No WAITPKG, CET, LA57, ENQCMD, PKS; OSPKE is the guest's */
	expect_bits(7, 0, ECX, 0xa00100b0, 0);
	expect_subset(7, 0, ECX, 0);
	/* No PMU LBR, UINTR, IBT, AMX, ARCH_CAPABILITIES */
	expect_bits(7, 0, EDX, 0x23580020, 0);
	expect_subset(7, 0, EDX, 0);
	/* No SVM, SKINIT, MWAITX, PERFCTR_CORE, IBS */
	expect_bits(0x80000001, 0, ECX, 0x20801404, 0);
	expect_subset(0x80000001, 0, ECX, 0);
	/* SYSCALL, NX, LM */
	expect_bits(0x80000001, 0, EDX, 0, 0x20100800);
	expect_subset(0x80000001, 0, EDX, 0x800);
}

TEST_F(cpuid_without_a_pmu_or_monitor, boot)
{
	u32 guest[4];
	int i;

	guest_cpuid(5, 0, guest);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(guest[i], 0);
	guest_cpuid(0xa, 0, guest);
	EXPECT_EQ(guest[EAX], 0);
	EXPECT_EQ(guest[EBX], 0x7f);
	EXPECT_EQ(guest[ECX], 0);
	EXPECT_EQ(guest[EDX], 0);
	/* DTS, turbo, PLN, PTM, HWP of the host; APERF and MPERF, EPB */
	expect_bits(6, 0, EAX, 0xfff3, 0);
	expect_bits(6, 0, ECX, 0x9, 0);
}

TEST_F(cpuid_topology, boot)
{
	u32 guest[4], sub;

	guest_cpuid(0xb, 0, guest);
	EXPECT_EQ(guest[EAX], 0);
	EXPECT_EQ(guest[EBX], 1);
	EXPECT_EQ(guest[ECX], 0x100);
	EXPECT_EQ(guest[EDX], 0);
	for (sub = 1; sub < 5; sub++) {
		guest_cpuid(0xb, sub, guest);
		EXPECT_EQ(guest[EAX], 0);
		EXPECT_EQ(guest[EBX], 0);
		EXPECT_EQ(guest[ECX] & ~0xffu, 0);
	}
}

TEST_F(cpuid_hypervisor, boot)
{
	u32 guest[4];

	guest_cpuid(0x40000000, 0, guest);
	EXPECT_EQ(guest[EAX], 0x40000001);
	EXPECT_EQ(guest[EBX], SIGNATURE_KVM);
	EXPECT_EQ(guest[ECX], 0x564b4d56);
	EXPECT_EQ(guest[EDX], 0x4d);
	guest_cpuid(0x40000001, 0, guest);
	EXPECT_EQ(guest[EAX] & ~(1u << 24), 0xb);
	EXPECT_EQ(guest[EBX] | guest[ECX] | guest[EDX], 0);
}

TEST_F(cpuid_address_sizes, boot)
{
	u32 guest[4], host[4];

	guest_cpuid(0x80000008, 0, guest);
	host_cpuid(0x80000008, 0, host);
	EXPECT_LE(guest[EAX] & 0xff, host[EAX] & 0xff);
	EXPECT_LE(guest[EAX] & 0xff, 48);
	EXPECT_GE(guest[EAX] & 0xff, 36);
	EXPECT_EQ(guest[EAX] >> 8 & 0xff, 48);
}

TEST_F(cpuid_xsave, boot)
{
	struct zxvm_features f = { };
	u32 one[4], guest[4], host[4];

	ASSERT_OK(zx_ioctl(zx_device(), ZXVM_GET_FEATURES, &f));
	guest_cpuid(1, 0, one);
	guest_cpuid(0xd, 0, guest);
	host_cpuid(0xd, 0, host);
	if (!(one[ECX] & 1 << 26)) {
		EXPECT_FALSE(f.features & ZXVM_FEATURE_XSAVE);
		EXPECT_EQ(guest[EAX], 0);
		return;
	}
	EXPECT_TRUE(f.features & ZXVM_FEATURE_XSAVE);
	/* OSXSAVE is set in CR4 from the start */
	EXPECT_TRUE(one[ECX] & 1 << 27);
	EXPECT_EQ(guest[EAX] & 3, 3);
	EXPECT_EQ(guest[EAX] & ~host[EAX], 0);
	/* x87, SSE and AVX are on: 832 bytes; all of EAX fits into ECX */
	EXPECT_EQ(guest[EBX], guest[EAX] & 4 ? 832 : 576);
	EXPECT_GE(guest[ECX], guest[EBX]);
	EXPECT_LE(guest[ECX], host[ECX]);
	/* No XSAVES, XFD, and no supervisor state */
	expect_bits(0xd, 1, EAX, 0x18, 0);
	expect_bits(0xd, 1, ECX, ~0u, 0);
	expect_subset(0xd, 1, EAX, 0);
}

/* Leaves beyond the last: those of the highest basic leaf, and no crash */
TEST_F(cpuid_out_of_range, boot)
{
	static const u32 leaves[] = {
		0x21, 0x100, 0x3fffffff, 0x40000002, 0x40000100, 0x7fffffff,
		0x80000100, 0x8fffffff, 0xc0000000, 0xffffffff,
	};
	u32 zero[4], last[4], guest[4];
	unsigned int i;

	guest_cpuid(0, 0, zero);
	guest_cpuid(zero[EAX], 7, last);
	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		guest_cpuid(leaves[i], 7, guest);
		CHECK_(0, !memcmp(guest, last, sizeof(last)),
		       "%x: %x %x %x %x", leaves[i], guest[0], guest[1],
		       guest[2], guest[3]);
	}
}

TEST(cpuid_at_cpl_3)
{
	u32 host[4];

	PROBE(cpuid_user);
	EXPECT_ASK();
	host_cpuid(0, 0, host);
	ARG(0) = 0;
	ARG(1) = 0;
	next_told();
	EXPECT_TOLD(host[EBX]);
	EXPECT_TOLD(host[ECX]);
	EXPECT_TOLD(host[EDX]);
}

SNIPPET(cpuid_osxsave,
	"mov %cr4, %r8\n"
	"mov %r8, %r9\n"
	"and $~0x40000, %r9\n"
	"1: mov %r9, %cr4\n"
	"mov $1, %eax\n cpuid\n"
	TELL("%rcx")
	"mov %r8, %cr4\n"
	"mov $1, %eax\n cpuid\n"
	TELL("%rcx")
	"jmp 1b");

/* OSXSAVE in CPUID follows CR4 */
TEST(cpuid_follows_cr4)
{
	u64 without, with;

	PROBE(cpuid_osxsave);
	without = next_told();
	with = next_told();
	EXPECT_EQ(without & 1 << 27, 0);
	EXPECT_EQ(with & 1 << 27, with << 1 & 1 << 27);
}
