// SPDX-License-Identifier: GPL-2.0
/* arch/x86/lapic_regs.c: access rules, modes, errors, ICR. */
#include "lapic_fixture.h"

/*
 * The rules again, from the SDM, tables 11-1 and 11-6: r, w: xAPIC; R, W:
 * x2APIC; and what x2APIC mode refuses.
 */
static const struct rule {
	u16 offset;
	const char *access;
	u32 reserved;
} rules[] = {
	{ 0x020, "rR", 0 },
	{ 0x030, "rR", 0 },
	{ 0x080, "rwRW", 0xffffff00 },
	{ 0x0a0, "rR", 0 },
	{ 0x0b0, "wW", 0xffffffff },
	{ 0x0d0, "rwR", 0 },
	{ 0x0e0, "rw", 0 },
	{ 0x0f0, "rwRW", 0xffffec00 },
	{ 0x100, "rR", 0 },
	{ 0x110, "rR", 0 },
	{ 0x120, "rR", 0 },
	{ 0x130, "rR", 0 },
	{ 0x140, "rR", 0 },
	{ 0x150, "rR", 0 },
	{ 0x160, "rR", 0 },
	{ 0x170, "rR", 0 },
	{ 0x180, "rR", 0 },
	{ 0x190, "rR", 0 },
	{ 0x1a0, "rR", 0 },
	{ 0x1b0, "rR", 0 },
	{ 0x1c0, "rR", 0 },
	{ 0x1d0, "rR", 0 },
	{ 0x1e0, "rR", 0 },
	{ 0x1f0, "rR", 0 },
	{ 0x200, "rR", 0 },
	{ 0x210, "rR", 0 },
	{ 0x220, "rR", 0 },
	{ 0x230, "rR", 0 },
	{ 0x240, "rR", 0 },
	{ 0x250, "rR", 0 },
	{ 0x260, "rR", 0 },
	{ 0x270, "rR", 0 },
	{ 0x280, "rwRW", 0xffffffff },
	{ 0x2f0, "rwRW", 0xfffee800 },
	{ 0x300, "rwRW", 0xfff32000 },
	{ 0x310, "rw", 0 },
	{ 0x320, "rwRW", 0xfff8ef00 },
	{ 0x330, "rwRW", 0xfffee800 },
	{ 0x340, "rwRW", 0xfffee800 },
	{ 0x350, "rwRW", 0xfffe0800 },
	{ 0x360, "rwRW", 0xfffe0800 },
	{ 0x370, "rwRW", 0xfffeef00 },
	{ 0x380, "rwRW", 0 },
	{ 0x390, "rR", 0 },
	{ 0x3e0, "rwRW", 0xfffffff4 },
	{ 0x3f0, "W", 0xffffff00 },
};

static const struct rule *rule_of(u32 offset)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].offset == offset)
			return &rules[i];
	return NULL;
}

static bool may(const struct rule *rule, char what)
{
	const char *c;

	for (c = rule ? rule->access : ""; *c; c++)
		if (*c == what)
			return true;
	return false;
}

static u32 take_errors(u32 id)
{
	wr(id, LAPIC_ESR, 0xffff);
	return rd(id, LAPIC_ESR);
}

static void test_xapic_access(void)
{
	const struct rule *rule;
	u32 offset;
	u64 value;

	lapics_setup(1, true);
	for (offset = 0; offset < 0x1000; offset += 0x10) {
		rule = rule_of(offset);
		take_errors(0);
		rd(0, offset);
		CHECK_EQ(take_errors(0),
			 may(rule, 'r') || may(rule, 'w') ? 0 :
			 LAPIC_ESR_REGISTER);
		if (!may(rule, 'r'))
			CHECK_EQ(rd(0, offset), 0);
		/* MSRs are those of x2APIC mode. */
		CHECK(!lapic_read_msr(lapics[0], MSR(offset), &value));
		CHECK(!lapic_write_msr(lapics[0], MSR(offset), 0));
	}
	take_errors(0);
	wr(0, 0x040, 1);
	CHECK_EQ(take_errors(0), LAPIC_ESR_REGISTER);
	wr(0, 0x3f0, 0x40);
	CHECK_EQ(take_errors(0), LAPIC_ESR_REGISTER);
	CHECK(!irr(0, 0x40));
	/* A register that is read-only is there all the same. */
	wr(0, LAPIC_VERSION, 0);
	wr(0, LAPIC_ID, 0x5000000);
	wr(0, LAPIC_IRR, 0xffffffff);
	CHECK_EQ(take_errors(0), 0);
	CHECK_EQ(rd(0, LAPIC_VERSION), 0x01060015);
	CHECK_EQ(rd(0, LAPIC_ID), 0);
	CHECK_EQ(rd(0, LAPIC_IRR), 0);
	lapics_teardown();
}

static void test_xapic_sizes(void)
{
	struct lapic *lapic;

	lapics_setup(1, true);
	lapic = lapics[0];
	CHECK_EQ(lapic_read_mmio(lapic, 0x030, 1), 0x15);
	CHECK_EQ(lapic_read_mmio(lapic, 0x032, 2), 0x0106);
	CHECK_EQ(lapic_read_mmio(lapic, 0x033, 1), 0x01);
	CHECK_EQ(lapic_read_mmio(lapic, 0x033, 2), 0);
	CHECK_EQ(lapic_read_mmio(lapic, 0x030, 8), 0);
	CHECK_EQ(lapic_read_mmio(lapic, 0x034, 4), 0);
	lapic_write_mmio(lapic, LAPIC_TPR, 1, 0x20);
	lapic_write_mmio(lapic, LAPIC_TPR, 8, 0x20);
	lapic_write_mmio(lapic, LAPIC_TPR + 1, 4, 0x20);
	CHECK_EQ(rd(0, LAPIC_TPR), 0);
	lapic_write_mmio(lapic, LAPIC_TPR, 4, 0x20);
	CHECK_EQ(rd(0, LAPIC_TPR), 0x20);
	/* Bits that do not exist are dropped. */
	wr(0, LAPIC_LDR, 0xffffffff);
	CHECK_EQ(rd(0, LAPIC_LDR), 0xff000000);
	wr(0, LAPIC_DFR, 0);
	CHECK_EQ(rd(0, LAPIC_DFR), 0x0fffffff);
	wr(0, LAPIC_ICR_HIGH, 0xffffffff);
	CHECK_EQ(rd(0, LAPIC_ICR_HIGH), 0xff000000);
	wr(0, LAPIC_LVT_LINT0, 0xffffffff);
	CHECK_EQ(rd(0, LAPIC_LVT_LINT0), 0x1a7ff);
	wr(0, LAPIC_LVT_TIMER, 0xffffffff);
	CHECK_EQ(rd(0, LAPIC_LVT_TIMER), 0x700ff);
	wr(0, LAPIC_LVT_ERROR, 0xffffffff);
	CHECK_EQ(rd(0, LAPIC_LVT_ERROR), 0x100ff);
	wr(0, LAPIC_LVT_PERF, 0xffffffff);
	CHECK_EQ(rd(0, LAPIC_LVT_PERF), 0x107ff);
	wr(0, LAPIC_SVR, 0xffffffff);
	CHECK_EQ(rd(0, LAPIC_SVR), 0x11ff);
	wr(0, LAPIC_DIVIDE, 0xffffffff);
	CHECK_EQ(rd(0, LAPIC_DIVIDE), 0xb);
	lapics_teardown();
}

static void test_x2apic_access(void)
{
	const struct rule *rule;
	u32 offset, bit;
	u64 value;

	lapics_setup(1, true);
	lapics_x2apic(0);
	CHECK_EQ(rd(0, LAPIC_VERSION), 0xffffffff);
	wr(0, LAPIC_TPR, 0x20);
	CHECK_EQ(rdmsr(0, LAPIC_TPR), 0);
	for (offset = 0; offset < 0x1000; offset += 0x10) {
		rule = rule_of(offset);
		CHECK_EQ(lapic_read_msr(lapics[0], MSR(offset), &value),
			 may(rule, 'R'));
		CHECK_EQ(lapic_reads_page(MSR(offset)),
			 may(rule, 'R') && offset != 0x390);
		if (offset == LAPIC_SELF_IPI || offset == LAPIC_ICR)
			continue;
		CHECK_EQ(wrmsr(0, offset, 0), may(rule, 'W'));
		for (bit = 0; bit < 64; bit++) {
			bool reserved = bit > 31 ||
					(rule && rule->reserved >> bit & 1);

			if (wrmsr(0, offset, BIT_ULL(bit)) !=
			    (may(rule, 'W') && !reserved)) {
				CHECK(!"rule is kept");
				printf("# offset 0x%x, bit %u\n", offset, bit);
			}
		}
	}
	for (bit = 0; bit < 32; bit++)
		CHECK_EQ(wrmsr(0, LAPIC_ICR, BIT_ULL(bit)),
			 !(0xfff32000 >> bit & 1));
	CHECK(wrmsr(0, LAPIC_SVR, 0x1ff));
	CHECK(wrmsr(0, LAPIC_ICR, 0xfedcba980000c0f0));
	CHECK_EQ(rdmsr(0, LAPIC_ICR), 0xfedcba980000c0f0);
	CHECK(wrmsr(0, LAPIC_ICR, 0x10f0));
	CHECK_EQ(rdmsr(0, LAPIC_ICR), 0xf0);
	CHECK(!wrmsr(0, LAPIC_SELF_IPI, 0x140));
	CHECK(!wrmsr(0, LAPIC_SELF_IPI, BIT_ULL(40) | 0x40));
	CHECK(!irr(0, 0x40));
	CHECK(wrmsr(0, LAPIC_SELF_IPI, 0x40));
	CHECK(irr(0, 0x40));
	CHECK(!wrmsr(0, LAPIC_LVT_TIMER, 0x60040));
	CHECK(!lapic_read_msr(lapics[0], 0x840, &value));
	CHECK(!lapic_read_msr(lapics[0], 0x8ff, &value));
	CHECK(!lapic_read_msr(lapics[0], 0x7ff, &value));
	lapics_teardown();
}

/* 11.12.5, figure 11-27; modes by EN and EXTD */
static void test_modes(void)
{
	static const u64 modes[] = { 0, LAPIC_BASE_EXTD, LAPIC_BASE_EN,
				     LAPIC_BASE_MODE };
	static const bool allowed[4][4] = {
		[0] = { [0] = true, [2] = true },
		[2] = { [0] = true, [2] = true, [3] = true },
		[3] = { [0] = true, [3] = true },
	};
	u32 from, to;

	for (from = 0; from < 4; from++) {
		for (to = 0; to < 4 && from != 1; to++) {
			lapics_setup(1, true);
			if (from == 3)
				lapics_x2apic(0);
			else
				CHECK(lapic_set_base(lapics[0],
						     LAPIC_BASE_ADDR |
						     modes[from]));
			CHECK_EQ(lapic_set_base(lapics[0], LAPIC_BASE_ADDR |
						modes[to]),
				 allowed[from][to]);
			CHECK_EQ(lapics[0]->base & LAPIC_BASE_MODE,
				 modes[allowed[from][to] ? to : from]);
			lapics_teardown();
		}
	}

	lapics_setup(1, true);
	CHECK(!lapic_set_base(lapics[0], BASE_X + 0x1000));
	CHECK(!lapic_set_base(lapics[0], BASE_X | BIT_ULL(9)));
	CHECK(!lapic_set_base(lapics[0], BASE_X | 1));
	CHECK(!lapic_set_base(lapics[0], BASE_X | BIT_ULL(40)));
	CHECK_EQ(lapics[0]->base, BASE_X | LAPIC_BASE_BSP);
	CHECK(lapic_set_base(lapics[0], BASE_X));
	CHECK_EQ(lapics[0]->base, BASE_X);
	lapics_teardown();
}

static void test_mode_state(void)
{
	lapics_setup(0, true);
	lapics_add(35, true);
	wr(35, LAPIC_LDR, 0x12000000);
	wr(35, LAPIC_ICR_HIGH, 0x77000000);
	wr(35, LAPIC_TPR, 0x33);
	CHECK_EQ(rd(35, LAPIC_ID), 35 << 24);
	lapics_x2apic(35);
	CHECK_EQ(rdmsr(35, LAPIC_ID), 35);
	CHECK_EQ(rdmsr(35, LAPIC_LDR), 0x20008);
	CHECK_EQ(rdmsr(35, LAPIC_TPR), 0x33);
	CHECK_EQ(rdmsr(35, LAPIC_SVR), 0x1ff);
	CHECK_EQ(rdmsr(35, LAPIC_ICR), 0);
	CHECK(lapic_set_base(lapics[35], LAPIC_BASE_ADDR));
	CHECK_EQ(rd(35, LAPIC_ID), 0xffffffff);
	CHECK(lapic_set_base(lapics[35], BASE_X));
	CHECK_EQ(rd(35, LAPIC_ID), 35 << 24);
	CHECK_EQ(rd(35, LAPIC_LDR), 0);
	CHECK_EQ(rd(35, LAPIC_SVR), 0xff);
	CHECK_EQ(rd(35, LAPIC_TPR), 0);
	lapics_teardown();
}

static void test_errors(void)
{
	lapics_setup(2, true);
	wr(0, LAPIC_LVT_ERROR, 0xfe);
	wr(0, LAPIC_ICR, 0x4000 | 0xf);
	CHECK_EQ(rd(0, LAPIC_ESR), 0);
	CHECK_EQ(accept(0), 0xfe);
	wr(0, LAPIC_EOI, 0);
	/* Armed again by a write of ESR, not by more errors. */
	rd(0, 0x040);
	CHECK_EQ(accept(0), 0);
	CHECK_EQ(take_errors(0), LAPIC_ESR_SEND_VECTOR | LAPIC_ESR_REGISTER);
	CHECK_EQ(take_errors(0), 0);
	rd(0, 0x040);
	CHECK_EQ(accept(0), 0xfe);
	wr(0, LAPIC_EOI, 0);
	take_errors(0);

	/* A vector that nobody may send, from elsewhere */
	apic_send(&bus, NULL, &(struct apic_msg) { .dest = 0, .vector = 3 });
	CHECK_EQ(take_notified(), 1);
	take(0);
	CHECK_EQ(accept(0), 0xfe);
	wr(0, LAPIC_EOI, 0);
	CHECK_EQ(take_errors(0), LAPIC_ESR_RECV_VECTOR);

	/* An illegal vector of the timer, and of the error entry itself */
	wr(0, LAPIC_LVT_ERROR, 0xb);
	wr(0, LAPIC_LVT_TIMER, 0x5);
	wr(0, LAPIC_INITIAL_COUNT, 1);
	pass(10);
	CHECK_EQ(accept(0), 0);
	CHECK_EQ(take_errors(0), LAPIC_ESR_RECV_VECTOR);
	rd(0, 0x040);
	CHECK_EQ(take_errors(0), LAPIC_ESR_RECV_VECTOR | LAPIC_ESR_REGISTER);

	lapics_x2apic(1);
	CHECK(wrmsr(1, LAPIC_SELF_IPI, 0xf));
	CHECK(!wrmsr(1, LAPIC_ESR, 1));
	CHECK(wrmsr(1, LAPIC_ESR, 0));
	CHECK_EQ(rdmsr(1, LAPIC_ESR),
		 LAPIC_ESR_SEND_VECTOR | LAPIC_ESR_RECV_VECTOR);
	CHECK(wrmsr(1, LAPIC_SELF_IPI, 0x10));
	CHECK(wrmsr(1, LAPIC_ESR, 0));
	CHECK_EQ(rdmsr(1, LAPIC_ESR), 0);
	CHECK(irr(1, 0x10));
	lapics_teardown();
}

static u32 icr(u32 shorthand, u32 mode, u32 vector)
{
	return shorthand << 18 | 0x4000 | mode << 8 | vector;
}

/* Table 11-3: which combinations of shorthand and mode send at all */
static void test_icr_combinations(void)
{
	static const u8 fixed[] = { 4, 2, 7, 5 };
	static const u8 others[] = { 4, 0, 0, 5 };
	u32 shorthand, mode, id;

	for (shorthand = 0; shorthand < 4; shorthand++) {
		for (mode = 0; mode < 8; mode++) {
			u64 want = 0;

			lapics_setup(3, true);
			wr(1, LAPIC_ICR_HIGH, 2 << 24);
			wr(1, LAPIC_ICR, icr(shorthand, mode, 0x81));
			if (mode == APIC_FIXED)
				want = fixed[shorthand];
			else if (mode == APIC_LOWEST || mode == APIC_NMI ||
				 mode == APIC_INIT || mode == APIC_SIPI)
				want = others[shorthand];
			/* 0x81 is odd: the second of two */
			if (mode == APIC_LOWEST && shorthand == APIC_TO_OTHERS)
				want = 4;
			for (id = 0; id < 3; id++) {
				CHECK_EQ(!lapic_idle(lapics[id]),
					 want >> id & 1);
				take(id);
				CHECK_EQ(irr(id, 0x81), mode <= APIC_LOWEST &&
					 want >> id & 1);
				CHECK(!tmr(id, 0x81));
			}
			CHECK_EQ(take_notified(),
				 shorthand == APIC_TO_SELF ? 0 : want);
			lapics_teardown();
		}
	}
}

static void test_icr_init(void)
{
	lapics_setup(2, true);
	wr(0, LAPIC_ICR_HIGH, 1 << 24);
	/* INIT level de-assert */
	wr(0, LAPIC_ICR, 0x8500);
	CHECK(lapic_idle(lapics[1]));
	wr(0, LAPIC_ICR, 0xc500);
	CHECK_EQ(take(1), LAPIC_EVENT_INIT);
	wr(0, LAPIC_ICR, 0x0500);
	CHECK_EQ(take(1), LAPIC_EVENT_INIT);
	/* APICs that software has disabled take it, and SIPI and NMI. */
	CHECK_EQ(rd(1, LAPIC_SVR), 0xff);
	wr(0, LAPIC_ICR, 0x4699);
	CHECK_EQ(take(1), LAPIC_EVENT_SIPI | 0x99000000);
	wr(0, LAPIC_ICR, 0x4400);
	CHECK_EQ(take(1), LAPIC_EVENT_NMI);
	wr(0, LAPIC_ICR, 0x40f0);
	CHECK(lapic_idle(lapics[1]));
	/* One that is disabled altogether takes nothing. */
	CHECK(lapic_set_base(lapics[1], LAPIC_BASE_ADDR));
	wr(0, LAPIC_ICR, 0xc500);
	wr(0, LAPIC_ICR, 0x4400);
	CHECK(lapic_idle(lapics[1]));
	CHECK_EQ(rd(0, LAPIC_ICR), 0x4400);
	/* Nor does it send. */
	wr(1, LAPIC_ICR, 0x400f0);
	CHECK(lapic_idle(lapics[0]));

	/* The sender may be disabled by software; it does not reach itself. */
	wr(0, LAPIC_SVR, 0xff);
	wr(0, LAPIC_ICR, icr(APIC_TO_SELF, APIC_FIXED, 0x44));
	CHECK(!irr(0, 0x44));
	lapics_teardown();
}

static const struct test tests[] = {
	{ "lapic regs: who may do what, xAPIC", test_xapic_access },
	{ "lapic regs: sizes and bits, xAPIC", test_xapic_sizes },
	{ "lapic regs: who may do what, x2APIC", test_x2apic_access },
	{ "lapic regs: changes of mode", test_modes },
	{ "lapic regs: state over changes of mode", test_mode_state },
	{ "lapic regs: errors", test_errors },
	{ "lapic regs: ICR, shorthands and modes", test_icr_combinations },
	{ "lapic regs: ICR, INIT and disabled APICs", test_icr_init },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
