// SPDX-License-Identifier: GPL-2.0
/* arch/x86/lapic_timer.c: the three modes, the divider, the count. */
#include "lapic_fixture.h"

#define ONE_SHOT	0x00000
#define PERIODIC	0x20000
#define DEADLINE	0x40000
#define MASKED		0x10000
#define VECTOR		0x61

static void start(u32 mode, u32 divide, u32 count)
{
	lapics_setup(1, true);
	wr(0, LAPIC_LVT_TIMER, mode | VECTOR);
	wr(0, LAPIC_DIVIDE, divide);
	wr(0, LAPIC_INITIAL_COUNT, count);
}

static bool fired(void)
{
	if (lapics[0]->ready != VECTOR)
		return false;
	CHECK_EQ(accept(0), VECTOR);
	wr(0, LAPIC_EOI, 0);
	return true;
}

static void test_one_shot(void)
{
	start(ONE_SHOT, 0xb, 100);
	CHECK_EQ(host_timers[0], 1100);
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 100);
	pass(99);
	CHECK(!fired());
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 1);
	pass(1);
	CHECK(fired());
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 0);
	CHECK_EQ(rd(0, LAPIC_INITIAL_COUNT), 100);
	CHECK_EQ(host_timers[0], 0);
	pass(1000);
	CHECK(!fired());
	/* A timer of the host that is early, or stale, is no expiry. */
	wr(0, LAPIC_INITIAL_COUNT, 50);
	host_timers[0] = 0;
	lapic_post_event(lapics[0], LAPIC_EVENT_TIMER);
	take(0);
	CHECK(!fired());
	CHECK_EQ(host_timers[0], guest_tsc + 50);
	wr(0, LAPIC_INITIAL_COUNT, 0);
	CHECK_EQ(host_timers[0], 0);
	pass(1000);
	CHECK(!fired());
	lapics_teardown();
}

static void test_divide(void)
{
	static const u8 codes[] = { 0xb, 0, 1, 2, 3, 8, 9, 0xa };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		start(ONE_SHOT, codes[i], 0xffffffff);
		CHECK_EQ(host_timers[0], 1000 + (0xffffffffULL << i));
		pass(BIT(i));
		CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 0xfffffffe);
		lapics_teardown();
	}
	/* A change keeps the current count. */
	start(ONE_SHOT, 0xb, 1000);
	pass(400);
	wr(0, LAPIC_DIVIDE, 1);
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 600);
	CHECK_EQ(host_timers[0], 1400 + 2400);
	pass(2399);
	CHECK(!fired());
	pass(1);
	CHECK(fired());
	lapics_teardown();
}

static void test_periodic(void)
{
	start(PERIODIC, 0xb, 100);
	pass(100);
	CHECK(fired());
	CHECK_EQ(host_timers[0], 1200);
	pass(30);
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 70);
	/* Late by several periods: once, and then in step again. */
	pass(1000);
	CHECK(fired());
	CHECK(!fired());
	CHECK_EQ(host_timers[0], 2200);
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 70);
	pass(70);
	CHECK(fired());
	wr(0, LAPIC_INITIAL_COUNT, 0);
	CHECK_EQ(host_timers[0], 0);
	lapics_teardown();

	/* The shortest period there is costs one interrupt for each look. */
	start(PERIODIC, 0xb, 1);
	pass(1000000000000ULL);
	CHECK(fired());
	CHECK(!fired());
	CHECK_EQ(host_timers[0], guest_tsc + 1);
	lapics_teardown();
}

static void test_mask(void)
{
	start(PERIODIC | MASKED, 0xb, 100);
	CHECK_EQ(host_timers[0], 0);
	pass(250);
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 50);
	CHECK(!fired());
	wr(0, LAPIC_LVT_TIMER, PERIODIC | VECTOR);
	CHECK(!fired());
	CHECK_EQ(host_timers[0], 1300);
	pass(50);
	CHECK(fired());
	wr(0, LAPIC_LVT_TIMER, PERIODIC | MASKED | VECTOR);
	CHECK_EQ(host_timers[0], 0);
	lapics_teardown();

	start(ONE_SHOT | MASKED, 0xb, 100);
	pass(100);
	wr(0, LAPIC_LVT_TIMER, ONE_SHOT | VECTOR);
	CHECK(!fired());
	CHECK_EQ(host_timers[0], 0);
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 0);
	lapics_teardown();

	/* It expired before it was masked: the interrupt came. */
	start(ONE_SHOT, 0xb, 100);
	guest_tsc += 100;
	wr(0, LAPIC_LVT_TIMER, MASKED | VECTOR);
	CHECK(fired());
	lapics_teardown();
}

static void test_deadline(void)
{
	start(DEADLINE, 0xb, 100);
	CHECK_EQ(rd(0, LAPIC_INITIAL_COUNT), 0);
	CHECK_EQ(host_timers[0], 0);
	lapic_set_tsc_deadline(lapics[0], 1500);
	CHECK_EQ(lapic_tsc_deadline(lapics[0]), 1500);
	CHECK_EQ(host_timers[0], 1500);
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 0);
	pass(499);
	CHECK(!fired());
	pass(1);
	CHECK(fired());
	CHECK_EQ(lapic_tsc_deadline(lapics[0]), 0);
	/* The past, at once */
	lapic_set_tsc_deadline(lapics[0], 1);
	CHECK(fired());
	CHECK_EQ(lapic_tsc_deadline(lapics[0]), 0);
	lapic_set_tsc_deadline(lapics[0], ~0ULL);
	CHECK_EQ(host_timers[0], ~0ULL);
	lapic_set_tsc_deadline(lapics[0], 0);
	CHECK_EQ(host_timers[0], 0);
	CHECK(!fired());
	/* Masked */
	wr(0, LAPIC_LVT_TIMER, DEADLINE | MASKED | VECTOR);
	lapic_set_tsc_deadline(lapics[0], guest_tsc + 10);
	CHECK_EQ(host_timers[0], 0);
	pass(10);
	CHECK_EQ(lapic_tsc_deadline(lapics[0]), 0);
	CHECK(!fired());
	lapics_teardown();
}

/* Between counting and TSC-deadline nothing keeps running; 11.5.4.1 */
static void test_mode_change(void)
{
	start(ONE_SHOT, 0xb, 100);
	pass(40);
	wr(0, LAPIC_LVT_TIMER, PERIODIC | VECTOR);
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 60);
	pass(60);
	CHECK(fired());
	pass(100);
	CHECK(fired());
	wr(0, LAPIC_LVT_TIMER, DEADLINE | VECTOR);
	CHECK_EQ(host_timers[0], 0);
	CHECK_EQ(rd(0, LAPIC_INITIAL_COUNT), 0);
	lapic_set_tsc_deadline(lapics[0], guest_tsc + 50);
	wr(0, LAPIC_LVT_TIMER, ONE_SHOT | VECTOR);
	CHECK_EQ(host_timers[0], 0);
	pass(1000);
	CHECK(!fired());
	lapic_set_tsc_deadline(lapics[0], guest_tsc + 50);
	CHECK_EQ(host_timers[0], 0);
	CHECK_EQ(lapic_tsc_deadline(lapics[0]), 0);
	/* The reserved mode runs nothing. */
	wr(0, LAPIC_LVT_TIMER, 0x60000 | VECTOR);
	wr(0, LAPIC_INITIAL_COUNT, 5);
	lapic_set_tsc_deadline(lapics[0], 1);
	CHECK_EQ(host_timers[0], 0);
	CHECK(!fired());
	lapics_teardown();
}

static const struct test tests[] = {
	{ "lapic timer: one-shot", test_one_shot },
	{ "lapic timer: divider", test_divide },
	{ "lapic timer: periodic", test_periodic },
	{ "lapic timer: mask", test_mask },
	{ "lapic timer: TSC deadline", test_deadline },
	{ "lapic timer: changes of mode", test_mode_change },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
