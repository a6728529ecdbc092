// SPDX-License-Identifier: GPL-2.0
/* arch/x86/ioapic.c: pins, triggers, EOI, registers. */
#include "ioapic.h"
#include "lapic_fixture.h"

#define LEVEL		0x8000
#define MASKED		0x10000
#define REMOTE_IRR	0x4000

static struct ioapic ioapic;

static u32 io_read(u32 reg)
{
	ioapic_write(&ioapic, 0, 4, reg);
	return ioapic_read(&ioapic, 0x10, 4);
}

static void io_write(u32 reg, u32 value)
{
	ioapic_write(&ioapic, 0, 4, reg);
	CHECK_EQ(ioapic_write(&ioapic, 0x10, 4, value), 0);
}

static void route(u32 pin, u32 low, u32 dest)
{
	io_write(0x11 + pin * 2, dest << 24);
	io_write(0x10 + pin * 2, low);
}

static u32 low_of(u32 pin)
{
	return io_read(0x10 + pin * 2);
}

static void setup(void)
{
	lapics_setup(2, true);
	ioapic_power_up(&ioapic, &bus);
	raw_spin_lock(&ioapic.lock);
}

static void teardown(void)
{
	raw_spin_unlock(&ioapic.lock);
	lapics_teardown();
}

/* Did this come in, and nothing else? */
static bool came(u32 id, u8 vector)
{
	bool came;

	take(id);
	came = lapics[id]->ready == vector && irr(id, vector);
	if (came)
		lapic_accept(lapics[id], vector);
	return came && !lapics[id]->ready;
}

static bool nothing(void)
{
	take(0);
	take(1);
	return !lapics[0]->irr_words && !lapics[1]->irr_words;
}

/* The guest ends the interrupt; pins whose EOI it was */
static u32 end(u32 id, u8 vector)
{
	lapic_eoi(lapics[id]);
	return took_eoi(vector) ? ioapic_eoi(&ioapic, vector) : 0xdead;
}

static void set_line(u32 pin, bool on)
{
	ioapic_set_line(&ioapic, pin, IOAPIC_BY_LINE, on);
}

static void test_registers(void)
{
	u32 reg;

	setup();
	CHECK_EQ(io_read(0), 0);
	CHECK_EQ(io_read(1), 0x00170020);
	io_write(0, 0xffffffff);
	CHECK_EQ(io_read(0), 0x0f000000);
	CHECK_EQ(io_read(2), 0x0f000000);
	io_write(1, 0);
	CHECK_EQ(io_read(1), 0x00170020);
	for (reg = 0x10; reg < 0x40; reg += 2) {
		CHECK_EQ(io_read(reg), MASKED);
		CHECK_EQ(io_read(reg + 1), 0);
		io_write(reg, 0xffffffff);
		io_write(reg + 1, 0xffffffff);
		CHECK_EQ(io_read(reg), 0x1afff);
		CHECK_EQ(io_read(reg + 1), 0xff000000);
		io_write(reg, 0);
		CHECK_EQ(io_read(reg), 0);
		CHECK_EQ(io_read(reg + 1), 0xff000000);
	}
	for (reg = 3; reg < 0x100; reg = reg == 0xf ? 0x40 : reg + 1) {
		io_write(reg, 0xffffffff);
		CHECK_EQ(io_read(reg), 0);
	}
	/* Sizes, and what is not there */
	ioapic_write(&ioapic, 0, 1, 1);
	CHECK_EQ(ioapic_read(&ioapic, 0, 4), 1);
	CHECK_EQ(ioapic_read(&ioapic, 0x10, 1), 0x20);
	CHECK_EQ(ioapic_read(&ioapic, 0x10, 2), 0x20);
	ioapic_write(&ioapic, 0, 4, 0x10);
	ioapic_write(&ioapic, 0x10, 2, 0xff);
	CHECK_EQ(ioapic_read(&ioapic, 0x10, 4), 0);
	CHECK_EQ(ioapic_read(&ioapic, 0x14, 4), 0);
	CHECK_EQ(ioapic_read(&ioapic, 0x40, 4), 0);
	CHECK_EQ(ioapic_write(&ioapic, 0x20, 4, 0x20), 0);
	teardown();
}

static void test_edge(void)
{
	setup();
	route(3, 0x43, 1);
	set_line(3, true);
	CHECK_EQ(take_notified(), 2);
	CHECK(came(1, 0x43));
	CHECK(!tmr(1, 0x43));
	set_line(3, true);
	CHECK(nothing());
	CHECK_EQ(end(1, 0), 0);
	set_line(3, false);
	CHECK(nothing());
	set_line(3, true);
	CHECK(came(1, 0x43));
	end(1, 0);
	ioapic_pulse(&ioapic, 3);
	CHECK(came(1, 0x43));
	end(1, 0);
	/* Masked: lost */
	route(4, MASKED | 0x44, 0);
	set_line(4, true);
	ioapic_pulse(&ioapic, 4);
	route(4, 0x44, 0);
	CHECK(nothing());
	CHECK_EQ(low_of(4), 0x44);
	/* Two drivers are one line. */
	ioapic_set_line(&ioapic, 4, IOAPIC_BY_EVENTFD, true);
	set_line(4, false);
	set_line(4, true);
	CHECK(nothing());
	teardown();
}

static void test_level(void)
{
	setup();
	route(20, LEVEL | 0x60, 0);
	set_line(20, true);
	CHECK_EQ(low_of(20), LEVEL | REMOTE_IRR | 0x60);
	CHECK(came(0, 0x60));
	CHECK(tmr(0, 0x60));
	set_line(20, true);
	set_line(20, false);
	set_line(20, true);
	CHECK(nothing());
	/* Still asserted: again, once for each EOI */
	CHECK_EQ(end(0, 0x60), BIT(20));
	CHECK(came(0, 0x60));
	CHECK_EQ(low_of(20), LEVEL | REMOTE_IRR | 0x60);
	set_line(20, false);
	CHECK_EQ(end(0, 0x60), BIT(20));
	CHECK(nothing());
	CHECK_EQ(low_of(20), LEVEL | 0x60);
	/* An EOI of something else */
	set_line(20, true);
	CHECK(came(0, 0x60));
	CHECK_EQ(ioapic_eoi(&ioapic, 0x61), 0);
	/* The EOI register */
	CHECK_EQ(ioapic_write(&ioapic, 0x40, 4, 0x60), BIT(20));
	lapic_eoi(lapics[0]);
	CHECK(came(0, 0x60));
	/* Remote IRR is not the guest's to write, but goes with the level. */
	io_write(0x10 + 40, LEVEL | 0x60);
	CHECK_EQ(low_of(20), LEVEL | REMOTE_IRR | 0x60);
	io_write(0x10 + 40, MASKED | 0x60);
	CHECK_EQ(low_of(20), MASKED | 0x60);
	teardown();
}

static void test_mask_level(void)
{
	setup();
	route(9, MASKED | LEVEL | 0x70, 1);
	set_line(9, true);
	CHECK(nothing());
	route(9, LEVEL | 0x70, 1);
	CHECK(came(1, 0x70));
	/* Masked while it is handled */
	route(9, MASKED | LEVEL | 0x70, 1);
	CHECK_EQ(low_of(9), MASKED | LEVEL | REMOTE_IRR | 0x70);
	CHECK_EQ(end(1, 0x70), BIT(9));
	CHECK(nothing());
	route(9, LEVEL | 0x70, 1);
	CHECK(came(1, 0x70));
	end(1, 0x70);
	/* A line that fell while masked leaves nothing. */
	teardown();

	setup();
	route(9, MASKED | LEVEL | 0x70, 1);
	set_line(9, true);
	set_line(9, false);
	route(9, LEVEL | 0x70, 1);
	CHECK(nothing());
	/* But a pulse does. */
	route(9, MASKED | LEVEL | 0x70, 1);
	ioapic_pulse(&ioapic, 9);
	CHECK(nothing());
	route(9, LEVEL | 0x70, 1);
	CHECK(came(1, 0x70));
	ioapic_pulse(&ioapic, 9);
	CHECK(nothing());
	CHECK_EQ(end(1, 0x70), BIT(9));
	CHECK(came(1, 0x70));
	CHECK_EQ(end(1, 0x70), BIT(9));
	CHECK(nothing());
	teardown();
}

/* A message that nobody takes stays with the line, and asks nobody again */
static void test_unaccepted(void)
{
	setup();
	route(5, LEVEL | 0x55, 7);
	set_line(5, true);
	CHECK_EQ(low_of(5), LEVEL | 0x55);
	CHECK(nothing());
	CHECK_EQ(ioapic_eoi(&ioapic, 0x55), 0);
	route(5, LEVEL | 0x55, 1);
	CHECK(came(1, 0x55));
	/* An illegal vector: an error there, and no EOI to wait for */
	route(6, LEVEL | 0x05, 0);
	set_line(6, true);
	CHECK_EQ(low_of(6), LEVEL | 0x05);
	take(0);
	wr(0, LAPIC_ESR, 0);
	CHECK_EQ(rd(0, LAPIC_ESR), LAPIC_ESR_RECV_VECTOR);
	teardown();
}

static void test_modes(void)
{
	static const u32 events[8] = {
		[APIC_NMI] = LAPIC_EVENT_NMI,
		[APIC_INIT] = LAPIC_EVENT_INIT,
		[APIC_SIPI] = LAPIC_EVENT_SIPI | 0x77000000,
	};
	u32 mode;

	for (mode = 0; mode < 8; mode++) {
		setup();
		route(2, LEVEL | mode << 8 | 0x77, 1);
		set_line(2, true);
		CHECK_EQ(take(1), events[mode]);
		CHECK_EQ(lapics[1]->ready, mode <= APIC_LOWEST ? 0x77 : 0);
		CHECK_EQ(!!(low_of(2) & REMOTE_IRR), mode <= APIC_LOWEST);
		teardown();
	}
}

static void test_destinations(void)
{
	setup();
	wr(0, LAPIC_LDR, 0x01000000);
	wr(1, LAPIC_LDR, 0x02000000);
	route(1, 0x31, 0xff);
	set_line(1, true);
	CHECK_EQ(take_notified(), 3);
	route(2, 0x800 | 0x32, 0x02);
	set_line(2, true);
	take(0);
	take(1);
	CHECK(!irr(0, 0x32) && irr(1, 0x32));
	route(3, 0x900 | 0x33, 0x03);
	set_line(3, true);
	take(0);
	take(1);
	CHECK_EQ(irr(0, 0x33) + irr(1, 0x33), 1);
	teardown();
}

/* An eventfd's line is held until the EOI; several pins share a vector */
static void test_resample(void)
{
	setup();
	route(10, LEVEL | 0x50, 0);
	route(11, LEVEL | 0x50, 0);
	ioapic_set_line(&ioapic, 10, IOAPIC_BY_EVENTFD, true);
	set_line(11, true);
	CHECK(came(0, 0x50));
	CHECK_EQ(end(0, 0x50), BIT(10) | BIT(11));
	/* Pin 10 was released, pin 11 is still asserted. */
	CHECK(came(0, 0x50));
	CHECK_EQ(low_of(10), LEVEL | 0x50);
	set_line(11, false);
	CHECK_EQ(end(0, 0x50), BIT(11));
	CHECK(nothing());
	/* The device asserts again when it is told: once more. */
	ioapic_set_line(&ioapic, 10, IOAPIC_BY_EVENTFD, true);
	CHECK(came(0, 0x50));
	/* The line that the VMM holds is not the eventfd's to release. */
	set_line(10, true);
	CHECK_EQ(end(0, 0x50), BIT(10));
	CHECK(came(0, 0x50));
	teardown();
}

/* A line that is stuck costs one message for each EOI, however often */
static void test_stuck(void)
{
	u32 i;

	setup();
	route(16, LEVEL | 0x66, 0);
	set_line(16, true);
	for (i = 0; i < 100000; i++) {
		CHECK(came(0, 0x66));
		CHECK(nothing());
		take_notified();
		if (end(0, 0x66) != BIT(16) || take_notified() != 1)
			break;
	}
	CHECK_EQ(i, 100000);
	teardown();
}

static const struct test tests[] = {
	{ "ioapic: registers", test_registers },
	{ "ioapic: edges", test_edge },
	{ "ioapic: levels", test_level },
	{ "ioapic: levels and the mask", test_mask_level },
	{ "ioapic: nobody accepts", test_unaccepted },
	{ "ioapic: delivery modes", test_modes },
	{ "ioapic: destinations", test_destinations },
	{ "ioapic: eventfds and resampling", test_resample },
	{ "ioapic: a stuck line", test_stuck },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
