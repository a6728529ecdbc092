// SPDX-License-Identifier: GPL-2.0
/* arch/x86/zircon_apic.c: Zircon's local APIC, row by row. */
#include <linux/bits.h>
#include <linux/string.h>

#include "test.h"
#include "zircon_apic.h"

#define NOW		1000000ULL

/* What reads return (-1: #GP) and what writing 0 and 0xff do */
#define GP		ZIRCON_APIC_GP
#define DONE		ZIRCON_APIC_DONE
#define TIMER		ZIRCON_APIC_TIMER
#define SELF		ZIRCON_APIC_SELF
#define PACKET		ZIRCON_APIC_PACKET

static const struct row {
	u32 msr;
	s64 read;
	int write_0;
	int write_ff;
} rows[] = {
	{ 0x802, 5, GP, GP },
	{ 0x803, 0x60015, GP, GP },
	{ 0x808, 0, DONE, DONE },
	{ 0x80b, -1, DONE, GP },
	{ 0x80d, 0, GP, GP },
	{ 0x80f, 0xff, DONE, DONE },
	{ 0x828, 0, DONE, GP },
	{ 0x82f, 0x10000, DONE, DONE },
	{ 0x830, -1, PACKET, PACKET },
	{ 0x832, 0x10000, TIMER, TIMER },
	{ 0x833, 0x10000, DONE, DONE },
	{ 0x834, 0, DONE, DONE },
	{ 0x835, 0x10000, DONE, DONE },
	{ 0x836, 0x10000, DONE, DONE },
	{ 0x837, -1, DONE, DONE },
	{ 0x838, -1, TIMER, TIMER },
	{ 0x839, -1, GP, GP },
	{ 0x83e, -1, TIMER, TIMER },
	{ 0x83f, -1, SELF, SELF },
};

static struct zircon_apic apic;
static struct zxvm_packet packet;

static struct row row_of(u32 msr)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].msr == msr)
			return rows[i];
	/* ISR, TMR, IRR */
	if (msr >= 0x810 && msr <= 0x827)
		return (struct row) { msr, 0, GP, GP };
	return (struct row) { msr, -1, GP, GP };
}

static int write_msr(u32 msr, u64 value)
{
	memset(&packet, 0xee, sizeof(packet));
	return zircon_apic_write(&apic, msr, value, NOW, &packet);
}

static void test_rows(void)
{
	struct row row;
	u64 value;
	u32 msr;

	for (msr = 0x800; msr <= 0x8ff; msr++) {
		row = row_of(msr);
		zircon_apic_init(&apic, 5);
		value = 0xdead;
		CHECK_EQ(zircon_apic_read(&apic, msr, &value), row.read >= 0);
		CHECK_EQ(value, row.read >= 0 ? row.read : 0xdead);
		if (write_msr(msr, 0) != row.write_0 ||
		    write_msr(msr, 0xff) != row.write_ff) {
			CHECK(!"a row is right");
			printf("# MSR 0x%x\n", msr);
		}
		/* EDX is for ICR. */
		if (msr != 0x830)
			CHECK_EQ(write_msr(msr, BIT_ULL(32)), GP);
	}
}

static bool packet_is(u32 type, u64 first, u64 second)
{
	struct zxvm_packet want = { .type = ZXVM_PKT_GUEST_VCPU };

	want.u.vcpu.type = type;
	if (type == ZXVM_PKT_VCPU_INTERRUPT) {
		want.u.vcpu.u.interrupt.mask = first;
		want.u.vcpu.u.interrupt.vector = second;
	} else {
		want.u.vcpu.u.startup.id = first;
		want.u.vcpu.u.startup.entry = second;
	}
	return !memcmp(&want, &packet, sizeof(want));
}

static u64 icr(u64 dest, u32 shorthand, u32 mode, u8 vector)
{
	return dest << 32 | shorthand << 18 | mode << 8 | vector;
}

static bool interrupts(u64 value, u64 mask, u8 vector)
{
	return write_msr(0x830, value) == PACKET &&
	       packet_is(ZXVM_PKT_VCPU_INTERRUPT, mask, vector);
}

static void test_ipi(void)
{
	u32 mode;

	zircon_apic_init(&apic, 40);
	CHECK(interrupts(icr(3, 0, 0, 0x55), 8, 0x55));
	CHECK(interrupts(icr(63, 0, 0, 0x55), BIT_ULL(63), 0x55));
	CHECK(interrupts(icr(64, 0, 0, 0x55), 0, 0x55));
	CHECK(interrupts(icr(0xff, 0, 0, 0x55), 0, 0x55));
	CHECK(interrupts(icr(0xffffffff, 0, 0, 0x55), U64_MAX, 0x55));
	CHECK(interrupts(icr(3, 1, 0, 0x20), BIT_ULL(40), 0x20));
	CHECK(interrupts(icr(3, 2, 0, 0x20), U64_MAX, 0x20));
	CHECK(interrupts(icr(3, 3, 0, 0x20), ~BIT_ULL(40), 0x20));
	CHECK(interrupts(icr(3, 0, 4, 0x99), 8, 2));
	CHECK(interrupts(icr(40, 0, 4, 0x99), 0, 2));
	CHECK(interrupts(icr(0, 2, 4, 0x99), ~BIT_ULL(40), 2));
	CHECK_EQ(write_msr(0x830, icr(3, 0, 5, 0)), DONE);
	CHECK_EQ(write_msr(0x830, icr(3, 0, 6, 0x9a)), PACKET);
	CHECK(packet_is(ZXVM_PKT_VCPU_STARTUP, 3, 0x9a000));
	CHECK_EQ(write_msr(0x830, icr(0xffffffff, 3, 6, 1)), PACKET);
	CHECK(packet_is(ZXVM_PKT_VCPU_STARTUP, 0xffffffff, 0x1000));
	for (mode = 0; mode < 8; mode++) {
		if (mode == 1 || mode == 2 || mode == 3 || mode == 7)
			CHECK_EQ(write_msr(0x830, icr(3, 0, mode, 0x55)),
				 ZIRCON_APIC_UNSUPPORTED);
		CHECK_EQ(write_msr(0x830, 0x800 | icr(3, 0, mode, 0x55)),
			 ZIRCON_APIC_UNSUPPORTED);
	}
}

static void test_count(void)
{
	zircon_apic_init(&apic, 0);
	CHECK_EQ(write_msr(0x838, 100), TIMER);
	CHECK_EQ(apic.deadline, 0);
	CHECK_EQ(write_msr(0x83e, 0xb), TIMER);
	CHECK_EQ(write_msr(0x832, 0x40), TIMER);
	CHECK_EQ(apic.deadline, NOW + 100);
	CHECK_EQ(zircon_apic_expire(&apic, NOW + 99), (u64)-1);
	CHECK_EQ(zircon_apic_expire(&apic, NOW + 100), 0x40);
	CHECK_EQ(apic.deadline, 0);
	CHECK_EQ(zircon_apic_expire(&apic, NOW + 200), (u64)-1);

	/* Zircon's product is of 32 bits. */
	write_msr(0x83e, 0xa);
	write_msr(0x838, 0xffffffff);
	CHECK_EQ(apic.deadline, NOW + (0xffffffffULL << 7));
	write_msr(0x83e, 0);
	CHECK_EQ(apic.deadline, NOW + (0xffffffffULL << 1));
	write_msr(0x832, 0x10040);
	CHECK_EQ(apic.deadline, 0);
	write_msr(0x832, 0x40);
	write_msr(0x838, 0);
	CHECK_EQ(apic.deadline, 0);
}

static void test_periodic(void)
{
	zircon_apic_init(&apic, 0);
	write_msr(0x83e, 0xb);
	write_msr(0x838, 100);
	write_msr(0x832, 0x200ff);
	CHECK_EQ(zircon_apic_expire(&apic, NOW + 100), 0xff);
	CHECK_EQ(apic.deadline, NOW + 200);
	CHECK_EQ(zircon_apic_expire(&apic, NOW + 1234), 0xff);
	CHECK_EQ(apic.deadline, NOW + 1300);
	CHECK_EQ(zircon_apic_expire(&apic, NOW + 1234), (u64)-1);
}

static void test_deadline(void)
{
	u64 value;

	zircon_apic_init(&apic, 0);
	CHECK_EQ(zircon_apic_set_deadline(&apic, NOW + 5, NOW),
		 ZIRCON_APIC_INVALID);
	CHECK_EQ(write_msr(0x832, 0x60040), ZIRCON_APIC_INVALID);
	CHECK(zircon_apic_read(&apic, 0x832, &value));
	CHECK_EQ(value, 0x10000);
	CHECK_EQ(write_msr(0x832, 0x40030), TIMER);
	CHECK(zircon_apic_read(&apic, 0x832, &value));
	CHECK_EQ(value, 0x40030);
	write_msr(0x838, 100);
	CHECK_EQ(apic.deadline, 0);
	CHECK_EQ(zircon_apic_set_deadline(&apic, NOW + 5, NOW), TIMER);
	CHECK_EQ(apic.deadline, NOW + 5);
	CHECK_EQ(zircon_apic_expire(&apic, NOW + 5), 0x30);
	CHECK_EQ(apic.deadline, 0);
	/* Not in the future: cancelled */
	zircon_apic_set_deadline(&apic, NOW + 5, NOW);
	CHECK_EQ(zircon_apic_set_deadline(&apic, NOW, NOW), TIMER);
	CHECK_EQ(apic.deadline, 0);
	zircon_apic_set_deadline(&apic, NOW + 5, NOW);
	zircon_apic_set_deadline(&apic, 0, NOW);
	CHECK_EQ(apic.deadline, 0);
	/* Masked when it is over */
	write_msr(0x832, 0x50030);
	zircon_apic_set_deadline(&apic, NOW + 5, NOW);
	CHECK_EQ(zircon_apic_expire(&apic, NOW + 5), (u64)-1);
	CHECK_EQ(apic.deadline, 0);
}

static const struct test tests[] = {
	{ "zircon apic: every register", test_rows },
	{ "zircon apic: IPIs are packets", test_ipi },
	{ "zircon apic: the timer counts", test_count },
	{ "zircon apic: the timer is periodic", test_periodic },
	{ "zircon apic: TSC deadline", test_deadline },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
