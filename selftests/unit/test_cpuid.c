// SPDX-License-Identifier: GPL-2.0
/*
 * arch/x86/cpuid.c: rows from the ABI, bits that no guest may ever see, and
 * random leaves against an evaluation that has no table.
 */
#include <string.h>

#include <linux/bits.h>
#include <linux/kernel.h>

#include "cpuid.h"
#include "test.h"

#define ANY		0xff
#define EAX		CPUID_OUT_EAX
#define EBX		CPUID_OUT_EBX
#define ECX		CPUID_OUT_ECX
#define EDX		CPUID_OUT_EDX

#define XCR0_ALL	(CPUID_XCR0_X87_SSE | CPUID_XCR0_AVX | \
			 CPUID_XCR0_AVX512 | CPUID_XCR0_PKRU)

/* The host that is looked at */
static u32 basic_max, ext_max;
static u64 noise;
static bool all_ones;

/* Sizes and offsets of the components of XCR0 as on Intel's CPUs */
static struct {
	u32 size, offset, flags;
} components[CPUID_XCR0_COMPONENTS] = {
	[2] = { 256, 576, 0 },
	[3] = { 64, 960, 0 },
	[4] = { 64, 1024, 0 },
	[5] = { 64, 1088, 0 },
	[6] = { 512, 1152, 0 },
	[7] = { 1024, 1664, 0 },
	[9] = { 8, 2688, 2 },
};

static void read_host(u32 leaf, u32 subleaf, struct zxvm_cpuid *out)
{
	u64 state = noise ^ ((u64)leaf << 32 | subleaf) ^ 0x5bd1e995;
	unsigned int i;

	CHECK(leaf <= basic_max || (leaf >= 0x80000000 && leaf <= ext_max) ||
	      leaf == 0x80000000);
	for (i = 0; i < 4; i++)
		out->reg[i] = all_ones ? ~0u : test_random(&state) >> 16;
	if (leaf == 0) {
		out->reg[EAX] = basic_max;
	} else if (leaf == 0x80000000) {
		out->reg[EAX] = ext_max;
	} else if (leaf == 0xd && subleaf >= 2) {
		memset(out, 0, sizeof(*out));
		if (subleaf < CPUID_XCR0_COMPONENTS) {
			out->reg[EAX] = components[subleaf].size;
			out->reg[EBX] = components[subleaf].offset;
			out->reg[ECX] = components[subleaf].flags | 4;
		}
	}
}

static struct cpuid_table table;
static struct cpuid_view view;
static struct cpuid_host host = { .read = read_host };

static void make(u32 basic, u32 ext, u64 xcr0, u32 has)
{
	basic_max = basic;
	ext_max = ext;
	host.xcr0 = xcr0;
	host.has = has;
	cpuid_init(&table, &host);
}

static u32 query(u32 leaf, u32 subleaf, enum cpuid_reg reg)
{
	struct zxvm_cpuid out = {};

	cpuid_query(&table, &view, leaf, subleaf, &out);
	return out.reg[reg];
}

/* What the ABI says of leaf 1, with all features there are */
static void test_features(void)
{
	u32 ecx;

	all_ones = true;
	make(0x20, 0x80000022, ~0ULL, CPUID_HAS);
	view = (struct cpuid_view){ .apic_id = 0x1fe, .xcr0 = 3 };
	CHECK_EQ(query(1, 0, EBX), 0xfe01ffff);
	ecx = query(1, 0, ECX);
	CHECK(ecx & BIT(21));
	CHECK(ecx & BIT(24));
	CHECK(ecx & BIT(31));
	CHECK_EQ(ecx & (BIT(3) | BIT(5) | BIT(8) | BIT(15) | BIT(27)), 0);
	view.cr4 = BIT(18);
	CHECK_EQ(query(1, 0, ECX), ecx | BIT(27));
	CHECK(query(1, 0, EDX) & BIT(11));
	CHECK_EQ(query(1, 0, EDX) & (BIT(22) | BIT(28) | BIT(29)), 0);
	CHECK_EQ(query(5, 0, EAX) | query(5, 0, EBX) | query(5, 0, ECX) |
		 query(5, 0, EDX), 0);
	CHECK_EQ(query(6, 0, EAX), BIT(2));
	CHECK_EQ(query(6, 0, ECX), 0);
	CHECK_EQ(query(0xa, 0, EAX), 0);
	CHECK_EQ(query(0xa, 0, EBX), 0x7f);
	CHECK_EQ(query(0xa, 0, ECX) | query(0xa, 0, EDX), 0);
	all_ones = false;
}

static void test_topology(void)
{
	all_ones = true;
	make(0x16, 0x80000021, 3, 0);
	view = (struct cpuid_view){ .apic_id = 300 };
	CHECK_EQ(query(0xb, 0, EAX), 0);
	CHECK_EQ(query(0xb, 0, EBX), 1);
	CHECK_EQ(query(0xb, 0, ECX), 0x100);
	CHECK_EQ(query(0xb, 0, EDX), 300);
	CHECK_EQ(query(0xb, 1, EDX), 0);
	CHECK_EQ(query(0xb, 1, EAX) | query(0xb, 1, EBX) | query(0xb, 1, ECX),
		 0);
	CHECK_EQ(query(4, 0, EAX), 0x3ff);
	CHECK_EQ(query(4, 7, EAX), 0x3ff);
	CHECK_EQ(query(4, 8, EAX), 0);
	CHECK_EQ(query(4, ~0u, EBX), 0);
	CHECK_EQ(query(0x80000008, 0, ECX), 0);
	CHECK_EQ(query(0x8000001d, 2, EAX), 0x3ff);
	CHECK_EQ(query(0x8000001e, 0, EAX), 300);
	CHECK_EQ(query(0x8000001e, 0, EBX), 300 & 0xff);
	CHECK_EQ(query(0x8000001e, 0, ECX), 0);
	all_ones = false;
}

static void test_hypervisor(void)
{
	make(0x16, 0x80000008, 7, 0);
	CHECK_EQ(query(0x40000000, 0, EAX), 0x40000001);
	CHECK_EQ(query(0x40000000, 0, EBX), 0x4b4d564b);
	CHECK_EQ(query(0x40000000, 0, ECX), 0x564b4d56);
	CHECK_EQ(query(0x40000000, 0, EDX), 0x4d);
	CHECK_EQ(query(0x40000001, 0, EAX), 0x0b);
	make(0x16, 0x80000008, 7, CPUID_HAS_STABLE_TSC);
	CHECK_EQ(query(0x40000001, 0, EAX), 0x0100000b);
}

/* Leaf 0xd of a CPU with AVX-512 and PKU: SDM vol. 1, 13.4 and 13.5 */
static void test_xsave(void)
{
	make(0x16, 0x80000008, XCR0_ALL | BIT_ULL(17) | BIT_ULL(18) | 0x18, 0);
	CHECK_EQ(table.xcr0, 0x2e7);
	CHECK_EQ(query(0xd, 0, EAX), 0x2e7);
	CHECK_EQ(query(0xd, 0, EDX), 0);
	CHECK_EQ(query(0xd, 0, ECX), 2696);
	view.xcr0 = 1;
	CHECK_EQ(query(0xd, 0, EBX), 576);
	view.xcr0 = 7;
	CHECK_EQ(query(0xd, 0, EBX), 832);
	view.xcr0 = 0xe7;
	CHECK_EQ(query(0xd, 0, EBX), 2688);
	view.xcr0 = 0x2e7;
	CHECK_EQ(query(0xd, 0, EBX), 2696);
	CHECK_EQ(query(0xd, 2, EAX), 256);
	CHECK_EQ(query(0xd, 2, EBX), 576);
	CHECK_EQ(query(0xd, 3, EAX) | query(0xd, 3, EBX), 0);
	CHECK_EQ(query(0xd, 8, EAX) | query(0xd, 10, EAX), 0);
	CHECK_EQ(query(0xd, 9, EAX), 8);
	CHECK_EQ(query(0xd, 9, ECX), 2);
	CHECK_EQ(query(0xd, 1, EAX) & ~7u, 0);
	all_ones = true;
	make(0x16, 0x80000008, XCR0_ALL, 0);
	CHECK_EQ(query(0xd, 1, EAX), 7);
	/* 576 + 256 + 64 + 512 + 1024, a multiple of 64, + 8 */
	CHECK_EQ(query(0xd, 1, EBX), 2440);
	view.xcr0 = 3;
	CHECK_EQ(query(0xd, 1, EBX), 576);
	view.xcr0 = 0x207;
	CHECK_EQ(query(0xd, 1, EBX), 840);
	/* Half of AVX-512 is none of it; AVX-512 needs AVX */
	make(0x16, 0x80000008, 0x67, 0);
	CHECK_EQ(table.xcr0, 7);
	CHECK_EQ(query(7, 0, EBX) & BIT(16), 0);
	make(0x16, 0x80000008, 0xe3, 0);
	CHECK_EQ(table.xcr0, 3);
	CHECK_EQ(query(1, 0, ECX) & (BIT(28) | BIT(12)), 0);
	/* No XSAVE: nothing that needs it, and no OSXSAVE */
	make(0x16, 0x80000008, 0, 0);
	view.cr4 = ~0ULL;
	CHECK_EQ(query(1, 0, ECX) & (BIT(26) | BIT(27) | BIT(28)), 0);
	CHECK_EQ(query(7, 0, ECX) & BIT(3), 0);
	CHECK_EQ(query(0xd, 0, EAX) | query(0xd, 0, EBX) | query(0xd, 0, ECX) |
		 query(0xd, 1, EAX), 0);
	view.cr4 = 0;
	all_ones = false;
}

static void test_ranges(void)
{
	unsigned int i;

	make(0x20, 0x80000028, 7, 0);
	CHECK_EQ(query(0, 0, EAX), 0x16);
	CHECK_EQ(query(0x80000000, 0, EAX), 0x80000021);
	make(1, 0, 0, 0);
	CHECK_EQ(query(0, 0, EAX), 0xb);
	CHECK_EQ(query(0x80000000, 0, EAX), 0x80000000);
	CHECK_EQ(query(0xb, 0, EBX), 1);
	CHECK_EQ(query(7, 0, EBX), 0);
	make(0xd, 0x80000008, 7, 0);
	view.xcr0 = 7;
	/* Out of range: leaf 0xd, by the subleaf that was asked for */
	for (i = 0; i < 4; i++) {
		CHECK_EQ(query(0xe, 2, i), query(0xd, 2, i));
		CHECK_EQ(query(0x1f, 0, i), query(0xd, 0, i));
		CHECK_EQ(query(0x40000002, 1, i), query(0xd, 1, i));
		CHECK_EQ(query(0x80000009, 2, i), query(0xd, 2, i));
		CHECK_EQ(query(~0u, 0, i), query(0xd, 0, i));
	}
	CHECK_EQ(query(0xe, 2, EAX), 256);
	all_ones = true;
	make(0x16, 0x80000008, 7, 0);
	CHECK_EQ(query(0x80000008, 0, EAX), 0x3030);
	all_ones = false;
}

/* Whatever the host has, these are never there */
static const struct {
	u32 leaf, subleaf, reg, mask;
} hidden[] = {
	/* DTES64, MONITOR, DS-CPL, VMX, SMX, EIST, TM2, xTPR, PDCM, DCA */
	{ 1, 0, ECX, 0x0004c1fc },
	/* PSN, DS, ACPI, HTT, TM, PBE */
	{ 1, 0, EDX, 0xb0640000 },
	/* TSC_ADJUST, SGX, RDT-M, MPX, RDT-A, PT */
	{ 7, 0, EBX, 0x0200d006 },
	/* WAITPKG, CET_SS, LA57, MAWAU, KL, ENQCMD, SGX_LC, PKS */
	{ 7, 0, ECX, 0xe0bf00a0 },
	/* 4VNNIW, 4FMAPS, UINTR, PCONFIG, LBR, IBT, AMX, L1D, ARCH_CAP */
	{ 7, 0, EDX, 0x735f002c },
	/* ARCHPERFMONEXT, FRED, LKGS, WRMSRNS, AMX_FP16, HRESET, LAM */
	{ 7, 1, EAX, 0x046e0100 },
	{ 7, 2, EDX, 0x0000001f },
	{ 0xd, 0, EAX, 0xfffffd18 },
	{ 0xd, 1, EAX, 0xfffffff8 },
	{ 0xf, 0, EAX, ~0u },
	{ 0x10, 0, EBX, ~0u },
	{ 0x12, 0, EAX, ~0u },
	{ 0x14, 0, EBX, ~0u },
	/* CMP_LEGACY, SVM, EXTAPIC, OSVW, IBS, SKINIT, WDT, LWP, ... */
	{ 0x80000001, 0, ECX, 0x7d8ab60e },
	{ 0x8000000a, 0, EAX, ~0u },
	{ 0x8000000a, 0, EDX, ~0u },
	{ 0x8000001b, 0, EAX, ~0u },
	{ 0x8000001c, 0, EAX, ~0u },
	{ 0x8000001f, 0, EAX, ~0u },
	{ 0x80000020, 0, EBX, ~0u },
	/* AutoIBRS, UAI */
	{ 0x80000021, 0, EAX, 0x00000180 },
};

static void test_hidden(void)
{
	unsigned int i;

	all_ones = true;
	make(0x16, 0x80000021, ~0ULL, CPUID_HAS);
	view = (struct cpuid_view){ .cr4 = ~0ULL, .xcr0 = 7 };
	for (i = 0; i < ARRAY_SIZE(hidden); i++)
		CHECK_EQ(query(hidden[i].leaf, hidden[i].subleaf,
			       hidden[i].reg) & hidden[i].mask, 0);
	/* And what a condition guards goes with it */
	make(0x16, 0x80000021, 3, 0);
	CHECK_EQ(query(7, 0, EBX) & 0xdc230420, 0);
	CHECK_EQ(query(7, 0, ECX) & 0x00405e4a, 0);
	CHECK_EQ(query(7, 0, EDX) & 0x8c800100, 0);
	CHECK_EQ(query(0x80000001, 0, EDX) & BIT(27), 0);
	CHECK_EQ(query(0x80000007, 0, EDX), 0);
	CHECK_EQ(query(0x80000008, 0, EBX) & 0x510fd000, 0);
	all_ones = false;
}

/* AVX-512 and the like are there as the host has them */
static void test_shown(void)
{
	all_ones = true;
	make(0x16, 0x80000021, ~0ULL, CPUID_HAS);
	view = (struct cpuid_view){ .cr4 = ~0ULL, .xcr0 = 7 };
	CHECK_EQ(query(7, 0, EBX) & 0xdc230420, 0xdc230420);
	CHECK_EQ(query(7, 0, ECX) & 0x00405e5a, 0x00405e5a);
	CHECK_EQ(query(7, 0, EAX), 2);
	CHECK_EQ(query(0x80000001, 0, EDX) & 0x2c100800, 0x2c100800 & ~BIT(25));
	CHECK_EQ(query(0x80000007, 0, EDX), BIT(8));
	view.cr4 = 0;
	CHECK_EQ(query(7, 0, ECX) & BIT(4), 0);
	all_ones = false;
}

static void test_rows(void)
{
	const unsigned int rows = 1
#define CPUID_LEAF(leaf, subleaves, fixup, text) + ((subleaves) ?: 1)
#define CPUID_RULE(leaf, subleaf, reg, when, keep, set, text)
#define CPUID_HIDE(leaf, subleaf, reg, text)
#include "cpuid_rules.h"
#undef CPUID_LEAF
#undef CPUID_RULE
#undef CPUID_HIDE
		;

	CHECK_EQ(CPUID_ROWS, rows);
}

/* The same without a table: all rules for each question */
static void naive_rules(u32 leaf, u32 subleaf, u32 when,
			struct zxvm_cpuid *out)
{
	struct zxvm_cpuid regs = {};

	if (leaf <= basic_max || (leaf >= 0x80000000 && leaf <= ext_max))
		read_host(leaf, subleaf, &regs);
#define CPUID_LEAF(l, subleaves, fixup, text)
#define CPUID_HIDE(l, s, r, text)
#define CPUID_RULE(l, s, r, w, keep, set, text)				\
	if (leaf == (l) && ((s) == ANY || subleaf == (s)) &&		\
	    !((w) & ~when))						\
		out->reg[r] |= (regs.reg[r] & (keep)) | (set);
#include "cpuid_rules.h"
#undef CPUID_LEAF
#undef CPUID_RULE
}

static u32 naive_subleaves(u32 leaf)
{
	switch (leaf) {
	case 4:
	case 0x8000001d:
		return 8;
	case 7:
		return 3;
	case 0xb:
		return 1;
	case 0xd:
		return 10;
	default:
		return ~0u;
	}
}

static void naive(u32 leaf, u32 subleaf, struct zxvm_cpuid *out)
{
	u32 max_basic = max(min(basic_max, 0x16u), 0xbu);
	u32 max_ext = max(min(ext_max, 0x80000021u), 0x80000000u);
	u64 xcr0 = 0, bit;
	u32 when = host.has, size = 576, compact = 576, i;

	memset(out, 0, sizeof(*out));
	if ((leaf & 0xc0000000) == 0x80000000 ? leaf > max_ext :
	    (leaf & 0xc0000000) == 0x40000000 ? leaf > 0x40000001 :
	    leaf > max_basic)
		leaf = max_basic;
	if (subleaf >= naive_subleaves(leaf))
		return;
	if (naive_subleaves(leaf) == ~0u)
		subleaf = 0;
	if ((host.xcr0 & 3) == 3 && basic_max >= 0xd) {
		xcr0 = host.xcr0 & 0x207;
		if ((host.xcr0 & 0xe4) == 0xe4)
			xcr0 |= 0xe0;
		when |= CPUID_WHEN_XSAVE;
	}
	when |= xcr0 & 4 ? CPUID_WHEN_AVX : 0;
	when |= xcr0 & 0xe0 ? CPUID_WHEN_AVX512 : 0;
	when |= xcr0 & 0x200 ? CPUID_WHEN_PKU : 0;
	naive_rules(leaf, subleaf, when, out);
	for (i = 2; i < CPUID_XCR0_COMPONENTS; i++) {
		bit = 1ULL << i;
		if (view.xcr0 & xcr0 & bit) {
			size = max(size, components[i].offset +
				   components[i].size);
			if (components[i].flags & 2)
				compact = (compact + 63) / 64 * 64;
			compact += components[i].size;
		}
	}
	if (leaf == 0) {
		out->reg[EAX] = max_basic;
	} else if (leaf == 1) {
		out->reg[EBX] |= view.apic_id << 24;
		if (xcr0 && (view.cr4 & 1 << 18))
			out->reg[ECX] |= 1 << 27;
	} else if (leaf == 7 && subleaf == 0) {
		struct zxvm_cpuid regs = {};

		if (basic_max >= 7)
			read_host(7, 0, &regs);
		out->reg[EAX] = min(regs.reg[EAX], 2u);
		if (view.cr4 & 1 << 22)
			out->reg[ECX] |= 1 << 4;
	} else if (leaf == 0xb) {
		out->reg[EDX] = view.apic_id;
	} else if (leaf == 0xd && subleaf == 0 && xcr0) {
		out->reg[EAX] = xcr0;
		out->reg[EBX] = size;
		for (i = 2, size = 576; i < CPUID_XCR0_COMPONENTS; i++)
			if (xcr0 & 1ULL << i)
				size = max(size, components[i].offset +
					   components[i].size);
		out->reg[ECX] = size;
	} else if (leaf == 0xd && subleaf == 1) {
		if (out->reg[EAX] & 2)
			out->reg[EBX] = compact;
	} else if (leaf == 0xd && subleaf > 1 && (xcr0 & 1ULL << subleaf)) {
		out->reg[EAX] = components[subleaf].size;
		out->reg[EBX] = components[subleaf].offset;
		out->reg[ECX] = components[subleaf].flags;
	} else if (leaf == 0x80000000) {
		out->reg[EAX] = max_ext;
	} else if (leaf == 0x80000008) {
		struct zxvm_cpuid regs;

		read_host(leaf, 0, &regs);
		out->reg[EAX] = min(regs.reg[EAX] & 0xff, 48u) |
				min(regs.reg[EAX] >> 8 & 0xff, 48u) << 8;
	} else if (leaf == 0x8000001e) {
		out->reg[EAX] = view.apic_id;
		out->reg[EBX] = view.apic_id & 0xff;
	}
}

static void compare(u32 leaf, u32 subleaf)
{
	struct zxvm_cpuid have, want;

	cpuid_query(&table, &view, leaf, subleaf, &have);
	naive(leaf, subleaf, &want);
	if (memcmp(&have, &want, sizeof(have))) {
		test_failed(__FILE__, __LINE__, "differs from naive");
		printf("# leaf 0x%x.%u: %08x %08x %08x %08x, want %08x %08x %08x %08x\n",
		       leaf, subleaf, have.reg[0], have.reg[1], have.reg[2],
		       have.reg[3], want.reg[0], want.reg[1], want.reg[2],
		       want.reg[3]);
	}
}

static void test_random_leaves(void)
{
	static const u32 bases[] = { 0, 0x40000000, 0x80000000, 0xc0000000 };
	u64 state = 0x243f6a8885a308d3;
	unsigned int round, i, leaf, sub;

	for (round = 0; round < 300 && !test_failures; round++) {
		noise = test_random(&state);
		/* In every other round one that has to be aligned */
		components[5].size = round & 1 ? 24 : 64;
		components[6].flags = round & 1 ? 2 : 0;
		make(test_random(&state) >> 16 & 0x1f,
		     0x80000000 + (test_random(&state) >> 16 & 0x2f),
		     test_random(&state) >> 8 |
		     (test_random(&state) >> 16 & 1 ? 0xe7 : 0),
		     test_random(&state) >> 16 & CPUID_HAS);
		view.apic_id = test_random(&state) >> 16 & 0x1ff;
		view.cr4 = test_random(&state);
		view.xcr0 = (test_random(&state) >> 16 & table.xcr0) | 1;
		for (i = 0; i < ARRAY_SIZE(bases); i++)
			for (leaf = 0; leaf < 0x30; leaf++)
				for (sub = 0; sub < 12; sub++)
					compare(bases[i] + leaf, sub);
		for (i = 0; i < 2000; i++)
			compare(test_random(&state) >> 16,
				test_random(&state) >> 16);
	}
}

static const struct test tests[] = {
	{ "features", test_features },
	{ "topology", test_topology },
	{ "hypervisor", test_hypervisor },
	{ "xsave", test_xsave },
	{ "ranges", test_ranges },
	{ "hidden", test_hidden },
	{ "shown", test_shown },
	{ "rows", test_rows },
	{ "random leaves", test_random_leaves },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
