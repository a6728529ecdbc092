// SPDX-License-Identifier: GPL-2.0
/* arch/x86/apic_msg.c: whom a message is for, and MSIs. */
#include "lapic_fixture.h"

static u64 sent(u32 dest, bool logical, u32 mode)
{
	struct apic_msg msg = {
		.dest = dest,
		.vector = 0x80,
		.mode = mode,
		.logical = logical,
	};
	unsigned int accepted = apic_send(&bus, NULL, &msg);
	u64 targets = take_notified();
	u32 id;

	CHECK_EQ(accepted, __builtin_popcountll(targets));
	for (id = 0; id < LAPIC_MAX_CPUS; id++) {
		if (!lapics[id])
			continue;
		take(id);
		CHECK_EQ(irr(id, 0x80), targets >> id & 1);
		while (accept(id))
			lapic_eoi(lapics[id]);
	}
	return targets;
}

static void test_physical(void)
{
	lapics_setup(4, true);
	lapics_add(63, true);
	CHECK_EQ(sent(0, false, APIC_FIXED), 1);
	CHECK_EQ(sent(3, false, APIC_FIXED), 8);
	CHECK_EQ(sent(63, false, APIC_FIXED), BIT_ULL(63));
	CHECK_EQ(sent(4, false, APIC_FIXED), 0);
	CHECK_EQ(sent(64, false, APIC_FIXED), 0);
	CHECK_EQ(sent(0xff, false, APIC_FIXED), 0);
	CHECK_EQ(sent(0x100, false, APIC_FIXED), 0);
	CHECK_EQ(sent(0xfffffffe, false, APIC_FIXED), 0);
	CHECK_EQ(sent(APIC_BROADCAST, false, APIC_FIXED), BIT_ULL(63) | 15);
	wr(2, LAPIC_SVR, 0xff);
	CHECK_EQ(sent(APIC_BROADCAST, false, APIC_FIXED), BIT_ULL(63) | 11);
	CHECK_EQ(sent(2, false, APIC_FIXED), 0);
	CHECK_EQ(sent(1, false, APIC_SMI), 0);
	CHECK_EQ(sent(1, false, APIC_EXTINT), 0);
	CHECK_EQ(sent(1, false, 3), 0);
	/* 0xff in the 8 bits of xAPIC is a broadcast. */
	wr(0, LAPIC_ICR_HIGH, 0xff000000);
	wr(0, LAPIC_ICR, 0x4090);
	CHECK_EQ(take_notified(), BIT_ULL(63) | 11);
	/* And none in the 32 bits of x2APIC. */
	take(1);
	lapics_x2apic(1);
	CHECK(wrmsr(1, LAPIC_ICR, 0xff00004091));
	CHECK_EQ(take_notified(), 0);
	CHECK(wrmsr(1, LAPIC_ICR, 0xffffffff00004091));
	CHECK_EQ(take_notified(), 2);
	CHECK_EQ(take(1), 0);
	CHECK(irr(1, 0x91));
	lapics_teardown();
}

static void test_flat(void)
{
	u32 id;

	lapics_setup(4, true);
	for (id = 0; id < 4; id++)
		wr(id, LAPIC_LDR, BIT(24 + id));
	CHECK_EQ(sent(0x01, true, APIC_FIXED), 1);
	CHECK_EQ(sent(0x0a, true, APIC_FIXED), 10);
	CHECK_EQ(sent(0xf0, true, APIC_FIXED), 0);
	CHECK_EQ(sent(0, true, APIC_FIXED), 0);
	CHECK_EQ(sent(0xff, true, APIC_FIXED), 15);
	CHECK_EQ(sent(APIC_BROADCAST, true, APIC_FIXED), 15);
	CHECK_EQ(sent(0x10001, true, APIC_FIXED), 0);
	wr(2, LAPIC_LDR, 0);
	CHECK_EQ(sent(0xff, true, APIC_FIXED), 11);
	lapics_teardown();
}

static void test_cluster(void)
{
	u32 id;

	lapics_setup(6, true);
	for (id = 0; id < 6; id++) {
		wr(id, LAPIC_DFR, 0);
		wr(id, LAPIC_LDR, (id / 3 * 2) << 28 | BIT(24 + id % 3));
	}
	CHECK_EQ(sent(0x01, true, APIC_FIXED), 1);
	CHECK_EQ(sent(0x07, true, APIC_FIXED), 7);
	CHECK_EQ(sent(0x25, true, APIC_FIXED), 0x28);
	CHECK_EQ(sent(0x28, true, APIC_FIXED), 0);
	CHECK_EQ(sent(0x17, true, APIC_FIXED), 0);
	CHECK_EQ(sent(APIC_BROADCAST, true, APIC_FIXED), 0x3f);
	lapics_teardown();
}

static void test_x2apic_logical(void)
{
	static const u8 ids[] = { 0, 1, 15, 16, 31, 63 };
	u32 i;

	lapics_setup(0, true);
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		lapics_add(ids[i], true);
		lapics_x2apic(ids[i]);
	}
	CHECK_EQ(sent(0x00008003, true, APIC_FIXED), 0x8003);
	CHECK_EQ(sent(0x00018001, true, APIC_FIXED), BIT(16) | BIT(31));
	CHECK_EQ(sent(0x0003ffff, true, APIC_FIXED), BIT_ULL(63));
	CHECK_EQ(sent(0x0002ffff, true, APIC_FIXED), 0);
	CHECK_EQ(sent(0x00030000, true, APIC_FIXED), 0);
	CHECK_EQ(sent(0xffff0001, true, APIC_FIXED), 0);
	CHECK_EQ(sent(APIC_BROADCAST, true, APIC_FIXED),
		 0x8003 | BIT(16) | BIT(31) | BIT_ULL(63));
	lapics_teardown();
}

/* The vector chooses among those that accept, and stays with its choice */
static void test_lowest(void)
{
	struct apic_msg msg = { .dest = 0xff, .logical = true,
				.mode = APIC_LOWEST };
	u64 all = 0, one;
	u32 id;

	lapics_setup(4, true);
	for (id = 0; id < 4; id++)
		wr(id, LAPIC_LDR, BIT(24 + id));
	wr(1, LAPIC_SVR, 0xff);
	for (msg.vector = 0x30; msg.vector < 0x39; msg.vector++) {
		CHECK_EQ(apic_send(&bus, NULL, &msg), 1);
		one = take_notified();
		CHECK(one && !(one & (one - 1)));
		for (id = 0; id < 4; id++)
			take(id);
		CHECK_EQ(apic_send(&bus, NULL, &msg), 1);
		CHECK_EQ(take_notified(), one);
		for (id = 0; id < 4; id++)
			take(id);
		all |= one;
	}
	CHECK_EQ(all, 13);
	msg.dest = 2;
	CHECK_EQ(apic_send(&bus, NULL, &msg), 0);
	msg.mode = APIC_FIXED;
	msg.dest = 8;
	msg.vector = 15;
	CHECK_EQ(apic_send(&bus, NULL, &msg), 1);
	CHECK_EQ(take_notified(), 8);
	lapics_teardown();
}

/* Who is notified once is not notified again before it has looked */
static void test_notify(void)
{
	struct apic_msg msg = { .dest = 1, .vector = 0x50 };

	lapics_setup(2, true);
	CHECK_EQ(apic_send(&bus, NULL, &msg), 1);
	CHECK_EQ(take_notified(), 2);
	CHECK_EQ(apic_send(&bus, NULL, &msg), 1);
	msg.vector = 0x51;
	CHECK_EQ(apic_send(&bus, NULL, &msg), 1);
	CHECK_EQ(take_notified(), 0);
	take(1);
	CHECK_EQ(apic_send(&bus, NULL, &msg), 1);
	CHECK_EQ(take_notified(), 2);
	lapics_teardown();
}

/* Hardware has sent what is in ICR. */
static void test_last_ipi(void)
{
	struct apic_msg msg;

	lapics_setup(3, true);
	lapic_set_reg(lapics[0], LAPIC_ICR_HIGH, 0x02ffffff);
	lapic_set_reg(lapics[0], LAPIC_ICR, 0x5041);
	lapic_last_ipi(lapics[0], &msg);
	CHECK_EQ(msg.dest, 2);
	CHECK_EQ(msg.vector, 0x41);
	CHECK(!msg.logical && !msg.level);
	notified = 0;
	apic_notify(&bus, lapics[0], &msg);
	CHECK_EQ(notified, BIT(2));
	lapic_set_reg(lapics[0], LAPIC_ICR, 0xc0041);
	lapic_last_ipi(lapics[0], &msg);
	notified = 0;
	apic_notify(&bus, lapics[0], &msg);
	CHECK_EQ(notified, BIT(1) | BIT(2));
	lapic_set_reg(lapics[0], LAPIC_ICR_HIGH, 0xff000000);
	lapic_set_reg(lapics[0], LAPIC_ICR, 0x41);
	lapic_last_ipi(lapics[0], &msg);
	CHECK_EQ(msg.dest, APIC_BROADCAST);
	lapic_set_reg(lapics[0], LAPIC_ICR_HIGH, 63 << 24);
	lapic_last_ipi(lapics[0], &msg);
	notified = 0;
	apic_notify(&bus, lapics[0], &msg);
	CHECK_EQ(notified, 0);
	CHECK(lapic_idle(lapics[1]) && lapic_idle(lapics[2]));
	lapics_teardown();
}

static void test_msi(void)
{
	struct apic_msg msg;

	CHECK(apic_parse_msi(&msg, 0xfee12000, 0x4f2));
	CHECK_EQ(msg.dest, 0x12);
	CHECK_EQ(msg.vector, 0xf2);
	CHECK_EQ(msg.mode, APIC_NMI);
	CHECK_EQ(msg.shorthand, APIC_TO_DEST);
	CHECK(!msg.logical && !msg.level);
	CHECK(apic_parse_msi(&msg, 0xfeeff004, 0xc031));
	CHECK_EQ(msg.dest, APIC_BROADCAST);
	CHECK(msg.logical && msg.level);
	CHECK_EQ(msg.mode, APIC_FIXED);
	/* The redirection hint */
	CHECK(apic_parse_msi(&msg, 0xfee0300c, 0x31));
	CHECK_EQ(msg.mode, APIC_LOWEST);
	CHECK(apic_parse_msi(&msg, 0xfee03008, 0x31));
	CHECK_EQ(msg.mode, APIC_FIXED);
	CHECK(!apic_parse_msi(&msg, 0xfee0300c, 0x8031));
	CHECK(!apic_parse_msi(&msg, 0xfed00000, 0x31));
	CHECK(!apic_parse_msi(&msg, 0xfef00000, 0x31));
	CHECK(!apic_parse_msi(&msg, 0x1fee00000, 0x31));
	CHECK(!apic_parse_msi(&msg, 0, 0));
}

static const struct test tests[] = {
	{ "apic msg: physical", test_physical },
	{ "apic msg: logical, flat", test_flat },
	{ "apic msg: logical, cluster", test_cluster },
	{ "apic msg: logical, x2APIC", test_x2apic_logical },
	{ "apic msg: lowest priority", test_lowest },
	{ "apic msg: who is notified", test_notify },
	{ "apic msg: sent by hardware", test_last_ipi },
	{ "apic msg: MSI", test_msi },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
