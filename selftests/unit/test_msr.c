// SPDX-License-Identifier: GPL-2.0
/*
 * arch/x86/msr.c: the MSRs of the ABI, and the bitmaps bit for bit against
 * an evaluation of the rules without a table.
 */
#include <string.h>

#include <linux/bits.h>
#include <linux/kernel.h>

#include "field.h"
#include "msr.h"
#include "test.h"

#define INTEL	(MSR_WHEN_INTEL | MSR_WHEN_NO_SPEC_CTRL)
#define AMD	(MSR_WHEN_AMD | MSR_WHEN_NO_SPEC_CTRL)

static const u32 hosts[] = {
	INTEL, AMD, INTEL | MSR_WHEN_RDTSCP, AMD | MSR_WHEN_RDTSCP,
	MSR_WHEN_INTEL | MSR_WHEN_RDTSCP | MSR_WHEN_SPEC_CTRL,
	MSR_WHEN_AMD | MSR_WHEN_RDTSCP | MSR_WHEN_SPEC_CTRL,
};

/* The four ranges, and what is around them */
static const struct {
	u32 first, count;
} ranges[] = {
	{ 0, 0x2100 },
	{ 0x4b564c00, 0x200 },
	{ 0xbfffff00, 0x2200 },
	{ 0xc000ff00, 0x2200 },
	{ 0xffffff00, 0x100 },
};

static struct msr_table table;

static bool is(u32 msr, enum msr_way read, enum msr_way write)
{
	const struct msr_row *row = msr_lookup(&table, msr);

	return row->read == read && row->write == write;
}

static bool reads_as(u32 msr, u32 value)
{
	const struct msr_row *row = msr_lookup(&table, msr);

	return row->read == MSR_WAY_VALUE && row->value == value;
}

static bool ignores(u32 msr)
{
	return msr_lookup(&table, msr)->write == MSR_WAY_IGNORE;
}

static bool keeps(u32 msr, enum zxvm_field field)
{
	const struct msr_row *row = msr_lookup(&table, msr);

	return row->read == MSR_WAY_FIELD && row->write == MSR_WAY_FIELD &&
	       msr_field(row, msr) == field;
}

/* facts 5.1.2, on both vendors */
static void check_abi(void)
{
	static const u32 zero[] = {
		0x17, 0x8b, 0xfe, 0x179, 0x17a, 0x1a2, 0x2ff, 0x200, 0x213,
		0x250, 0x258, 0x259, 0x268, 0x26f, 0x606, 0x610, 0x611, 0x614,
		0x618, 0x619, 0x638, 0x639, 0x640, 0x641, 0x64d, 0x64e, 0x65c,
		0x34,
	};
	static const u32 ignored[] = {
		0xfe, 0x2ff, 0x200, 0x213, 0x250, 0x258, 0x259, 0x268, 0x26f,
		0x8b, 0x618, 0x638, 0x640, 0x65c,
	};
	static const u32 faults[] = {
		0, 1, 0x16, 0x18, 0x3b, 0x4e, 0xc1, 0xe7, 0xe8, 0x10a, 0x122,
		0x123, 0x140, 0x186, 0x199, 0x1c9, 0x1db, 0x214, 0x251, 0x270,
		0x309, 0x38f, 0x400, 0x480, 0x491, 0x570, 0x6a0, 0x6e1, 0x7ff,
		0x900, 0xd90, 0xda0, 0xdd0, 0x10b, 0x1fff, 0x2000, 0x40000000,
		0x4b564cff, 0x4b564d02, 0xbfffffff, 0xc000007f, 0xc0000085,
		0xc00000ff, 0xc0000104, 0xc0002000, 0xc000ffff, 0xc0010000,
		0xc0010015 + 1, 0xc0010117, 0xc0010131, 0xc0011022,
		0xc0012000, ~0u,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(zero); i++)
		CHECK(reads_as(zero[i], 0));
	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		CHECK(ignores(ignored[i]));
	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!is(faults[i], MSR_WAY_GP, MSR_WAY_GP)) {
			CHECK(0);
			printf("# MSR 0x%x\n", faults[i]);
		}
	}
	CHECK(is(0x1b, MSR_WAY_APIC_BASE, MSR_WAY_APIC_BASE));
	CHECK(is(0x6e0, MSR_WAY_TSC_DEADLINE, MSR_WAY_TSC_DEADLINE));
	CHECK(is(0x11, MSR_WAY_WALL_CLOCK, MSR_WAY_WALL_CLOCK));
	CHECK(is(0x4b564d00, MSR_WAY_WALL_CLOCK, MSR_WAY_WALL_CLOCK));
	CHECK(is(0x12, MSR_WAY_SYSTEM_TIME, MSR_WAY_SYSTEM_TIME));
	CHECK(is(0x4b564d01, MSR_WAY_SYSTEM_TIME, MSR_WAY_SYSTEM_TIME));
	for (i = 0x800; i <= 0x8ff; i++)
		CHECK(is(i, MSR_WAY_X2APIC, MSR_WAY_X2APIC));
	CHECK(is(0x10, MSR_WAY_PASS, MSR_WAY_GP));
	CHECK(is(0x277, MSR_WAY_PASS, MSR_WAY_PASS));
	for (i = 0xc0000100; i <= 0xc0000102; i++)
		CHECK(is(i, MSR_WAY_PASS, MSR_WAY_PASS));
	CHECK(ignores(0xc0000083) ||
	      is(0xc0000083, MSR_WAY_PASS, MSR_WAY_PASS));
}

static void test_abi(void)
{
	msr_init(&table, INTEL);
	check_abi();
	CHECK(is(0x1a0, MSR_WAY_MISC_ENABLE, MSR_WAY_IGNORE));
	CHECK(is(0xc0000080, MSR_WAY_PASS, MSR_WAY_PASS));
	CHECK(keeps(0xc0000081, ZXVM_STAR) && keeps(0xc0000082, ZXVM_LSTAR));
	CHECK(keeps(0xc0000084, ZXVM_FMASK));
	CHECK(is(0x174, MSR_WAY_PASS, MSR_WAY_PASS));
	CHECK(is(0x176, MSR_WAY_PASS, MSR_WAY_PASS));
	CHECK(is(0xc0000103, MSR_WAY_GP, MSR_WAY_GP));
	CHECK(is(0x48, MSR_WAY_GP, MSR_WAY_IGNORE));
	CHECK(is(0x49, MSR_WAY_GP, MSR_WAY_IGNORE));
	CHECK(reads_as(0x3a, 1));
	CHECK(reads_as(0xce, 0));
	CHECK(is(0xc0010015, MSR_WAY_GP, MSR_WAY_GP));
	msr_init(&table, INTEL | MSR_WHEN_RDTSCP);
	check_abi();
	CHECK(keeps(0xc0000103, ZXVM_TSC_AUX));
}

static void test_amd(void)
{
	msr_init(&table, AMD);
	check_abi();
	CHECK(is(0x1a0, MSR_WAY_GP, MSR_WAY_GP));
	CHECK(is(0x3a, MSR_WAY_GP, MSR_WAY_GP));
	CHECK(is(0xc0000080, MSR_WAY_EFER, MSR_WAY_EFER));
	CHECK(keeps(0x174, ZXVM_SYSENTER_CS));
	CHECK(keeps(0x175, ZXVM_SYSENTER_ESP));
	CHECK(keeps(0x176, ZXVM_SYSENTER_EIP));
	CHECK(is(0xc0000081, MSR_WAY_PASS, MSR_WAY_PASS));
	CHECK(is(0xc0000082, MSR_WAY_PASS, MSR_WAY_PASS));
	CHECK(is(0xc0000084, MSR_WAY_PASS, MSR_WAY_PASS));
	CHECK(is(0xc0000083, MSR_WAY_PASS, MSR_WAY_PASS));
	CHECK(reads_as(0xc0010010, 0) && ignores(0xc0010010));
	CHECK(reads_as(0xc0010015, 1 << 24) && ignores(0xc0010015));
	CHECK(reads_as(0xc0010055, 0) && ignores(0xc0010055));
	CHECK(reads_as(0xc0010058, 0));
	CHECK(reads_as(0xc001001f, 0));
	CHECK(reads_as(0xc0011029, 2) && ignores(0xc0011029));
	CHECK(reads_as(0xc0010114, 0x18));
	CHECK_EQ(msr_lookup(&table, 0xc0010114)->write, MSR_WAY_GP);
}

static void test_spec_ctrl(void)
{
	msr_init(&table, MSR_WHEN_AMD | MSR_WHEN_SPEC_CTRL);
	CHECK(is(0x48, MSR_WAY_SPEC_CTRL, MSR_WAY_SPEC_CTRL));
	CHECK(is(0x49, MSR_WAY_GP, MSR_WAY_PRED_CMD));
}

/* Ascending and apart, so that a binary search finds them */
static void test_order(void)
{
	unsigned int h, i;

	for (h = 0; h < ARRAY_SIZE(hosts); h++) {
		msr_init(&table, hosts[h]);
		CHECK(table.count > 40);
		for (i = 0; i < table.count; i++) {
			CHECK(table.rows[i].first <= table.rows[i].last);
			CHECK(!i || table.rows[i].first >
			      table.rows[i - 1].last);
		}
	}
}

/* One after another, as they are written down; the last that fits */
static void naive(u32 msr, u32 when, struct msr_row *row)
{
	memset(row, 0, sizeof(*row));
#define MSR_RULE(from, to, w, r, wr, v, name, text)			\
	if (msr >= (from) && msr <= (to) && !((w) & ~when))		\
		*row = (struct msr_row){ from, to, MSR_WAY_##r,		\
					 MSR_WAY_##wr, v };
#include "msr_rules.h"
#undef MSR_RULE
}

static const struct msr_row *recent;

static void compare(u32 msr, u32 when)
{
	const struct msr_row *have = msr_recall(&table, &recent, msr);
	struct msr_row want;

	naive(msr, when, &want);
	if (have->read != want.read || have->write != want.write ||
	    have->value != want.value) {
		test_failed(__FILE__, __LINE__, "differs from naive");
		printf("# MSR 0x%x of host 0x%x\n", msr, when);
	}
}

static void test_sweep(void)
{
	u64 state = 0x13198a2e03707344;
	unsigned int h, r, i;

	for (h = 0; h < ARRAY_SIZE(hosts); h++) {
		msr_init(&table, hosts[h]);
		recent = NULL;
		for (r = 0; r < ARRAY_SIZE(ranges); r++)
			for (i = 0; i < ranges[r].count; i++)
				compare(ranges[r].first + i, hosts[h]);
		for (i = 0; i < 100000; i++)
			compare(test_random(&state) >> 20, hosts[h]);
	}
}

static bool bit(const u8 *bitmap, size_t n)
{
	return bitmap[n / 8] >> n % 8 & 1;
}

/* What hardware does, as the manuals tell it */
static bool vmx_exits(const u8 *bitmap, u32 msr, bool write)
{
	size_t part = write ? 2048 : 0;

	if (msr <= 0x1fff)
		return bit(bitmap + part, msr);
	if (msr >= 0xc0000000 && msr <= 0xc0001fff)
		return bit(bitmap + part + 1024, msr & 0x1fff);
	return true;
}

static bool svm_exits(const u8 *bitmap, u32 msr, bool write)
{
	size_t part;

	if (msr <= 0x1fff)
		part = 0;
	else if (msr >= 0xc0000000 && msr <= 0xc0001fff)
		part = 0x800;
	else if (msr >= 0xc0010000 && msr <= 0xc0011fff)
		part = 0x1000;
	else
		return true;
	return bit(bitmap + part, 2 * (msr & 0x1fff) + write);
}

static void test_bitmaps(void)
{
	static u8 vmx[MSR_VMX_BITMAP_SIZE + 1], svm[MSR_SVM_BITMAP_SIZE + 1];
	unsigned int h, r, i, clear = 0;
	struct msr_row want;
	u32 msr;

	for (h = 0; h < ARRAY_SIZE(hosts); h++) {
		memset(vmx, 0x5a, sizeof(vmx));
		memset(svm, 0x5a, sizeof(svm));
		msr_init(&table, hosts[h]);
		msr_build_vmx_bitmap(&table, vmx);
		msr_build_svm_bitmap(&table, svm);
		CHECK_EQ(vmx[MSR_VMX_BITMAP_SIZE], 0x5a);
		CHECK_EQ(svm[MSR_SVM_BITMAP_SIZE], 0x5a);
		for (i = 0x1800; i < MSR_SVM_BITMAP_SIZE; i++)
			CHECK_EQ(svm[i], 0xff);
		for (r = 0; r < ARRAY_SIZE(ranges); r++) {
			for (i = 0; i < ranges[r].count; i++) {
				msr = ranges[r].first + i;
				naive(msr, hosts[h], &want);
				CHECK_EQ(vmx_exits(vmx, msr, false),
					 want.read != MSR_WAY_PASS);
				CHECK_EQ(vmx_exits(vmx, msr, true),
					 want.write != MSR_WAY_PASS);
				CHECK_EQ(svm_exits(svm, msr, false),
					 want.read != MSR_WAY_PASS);
				CHECK_EQ(svm_exits(svm, msr, true),
					 want.write != MSR_WAY_PASS);
			}
		}
	}
	/* The last host of AMD: TSC (read), PAT, STAR, LSTAR, CSTAR, ... */
	for (i = 0; i < MSR_SVM_BITMAP_SIZE * 8; i++)
		clear += !bit(svm, i);
	CHECK_EQ(clear, 1 + 2 * (1 + 4 + 3));
}

static const struct test tests[] = {
	{ "abi", test_abi },
	{ "amd", test_amd },
	{ "spec_ctrl", test_spec_ctrl },
	{ "order", test_order },
	{ "sweep", test_sweep },
	{ "bitmaps", test_bitmaps },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
