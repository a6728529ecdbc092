// SPDX-License-Identifier: GPL-2.0
/* arch/x86/lapic.c: what is pending, in service, posted, and ready. */
#include <linux/string.h>

#include "lapic_fixture.h"

static void test_power_up(void)
{
	u32 id, offset;

	lapics_setup(2, false);
	for (id = 0; id < 2; id++) {
		CHECK_EQ(lapics[id]->base, BASE_X | (id ? 0 : LAPIC_BASE_BSP));
		CHECK_EQ(rd(id, LAPIC_ID), id << 24);
		CHECK_EQ(rd(id, LAPIC_VERSION), 0x01060015);
		CHECK_EQ(rd(id, LAPIC_SVR), 0xff);
		CHECK_EQ(rd(id, LAPIC_DFR), 0xffffffff);
		CHECK_EQ(rd(id, LAPIC_LDR), 0);
		CHECK_EQ(rd(id, LAPIC_TPR), 0);
		CHECK_EQ(rd(id, LAPIC_PPR), 0);
		for (offset = LAPIC_ISR; offset < LAPIC_ESR; offset += 0x10)
			CHECK_EQ(rd(id, offset), 0);
		for (offset = LAPIC_LVT_TIMER; offset <= LAPIC_LVT_ERROR;
		     offset += 0x10)
			CHECK_EQ(rd(id, offset), 0x10000);
		CHECK_EQ(rd(id, LAPIC_LVT_CMCI), 0x10000);
		CHECK_EQ(rd(id, LAPIC_DIVIDE), 0);
		CHECK(lapic_idle(lapics[id]));
	}
	lapics_teardown();
}

static void test_post(void)
{
	lapics_setup(1, true);
	CHECK(lapic_post(lapics[0], 0x31, false));
	CHECK(!lapic_post(lapics[0], 0x31, false));
	CHECK(!lapic_post(lapics[0], 0xef, false));
	CHECK(!lapic_idle(lapics[0]));
	CHECK(!irr(0, 0x31));
	CHECK_EQ(take(0), 0);
	CHECK(irr(0, 0x31) && irr(0, 0xef));
	CHECK_EQ(lapics[0]->ready, 0xef);
	CHECK(lapic_post(lapics[0], 0x32, false));
	take(0);
	CHECK_EQ(accept(0), 0xef);
	CHECK(isr(0, 0xef) && !irr(0, 0xef));
	CHECK_EQ(rd(0, LAPIC_PPR), 0xe0);
	/* The others have to wait, and that is nothing to look at. */
	CHECK(lapic_idle(lapics[0]));
	wr(0, LAPIC_EOI, 0);
	CHECK_EQ(accept(0), 0x32);
	/* The same class does not nest. */
	CHECK_EQ(lapics[0]->ready, 0);
	wr(0, LAPIC_EOI, 0);
	CHECK_EQ(accept(0), 0x31);
	wr(0, LAPIC_EOI, 0xdead);
	CHECK_EQ(rd(0, LAPIC_PPR), 0);
	CHECK(lapic_idle(lapics[0]));
	wr(0, LAPIC_EOI, 0);
	CHECK(took_eoi(0));
	lapics_teardown();
}

static void test_nesting(void)
{
	static const u8 vectors[] = { 0x20, 0x45, 0x6f, 0x90, 0xff };
	u32 i;

	lapics_setup(1, true);
	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		lapic_post(lapics[0], vectors[i], false);
		take(0);
		CHECK_EQ(accept(0), vectors[i]);
		CHECK_EQ(lapic_svi(lapics[0]), vectors[i]);
	}
	for (i = ARRAY_SIZE(vectors); i--;) {
		CHECK_EQ(rd(0, LAPIC_PPR), vectors[i] & 0xf0);
		CHECK(isr(0, vectors[i]));
		wr(0, LAPIC_EOI, 0);
		CHECK(!isr(0, vectors[i]));
	}
	lapics_teardown();
}

static void test_tpr(void)
{
	lapics_setup(1, true);
	lapic_post(lapics[0], 0x55, false);
	take(0);
	wr(0, LAPIC_TPR, 0x4f);
	CHECK_EQ(rd(0, LAPIC_PPR), 0x4f);
	CHECK_EQ(lapics[0]->ready, 0x55);
	CHECK_EQ(lapic_tpr_threshold(lapics[0]), 0);
	wr(0, LAPIC_TPR, 0xffffff50);
	CHECK_EQ(rd(0, LAPIC_TPR), 0x50);
	CHECK_EQ(lapics[0]->ready, 0);
	CHECK_EQ(lapic_tpr_threshold(lapics[0]), 0x5);
	lapic_set_tpr(lapics[0], 4 << 4);
	CHECK_EQ(accept(0), 0x55);
	/* What is in service holds this back, whatever TPR is. */
	lapic_post(lapics[0], 0x53, false);
	take(0);
	lapic_set_tpr(lapics[0], 6 << 4);
	CHECK_EQ(lapics[0]->ready, 0);
	CHECK_EQ(lapic_tpr_threshold(lapics[0]), 0);
	/* Classes are equal: TPR's sub-class. */
	wr(0, LAPIC_TPR, 0x5a);
	CHECK_EQ(rd(0, LAPIC_PPR), 0x5a);
	wr(0, LAPIC_TPR, 0x4a);
	CHECK_EQ(rd(0, LAPIC_PPR), 0x50);
	lapics_teardown();
}

static void test_level(void)
{
	lapics_setup(1, true);
	lapic_post(lapics[0], 0x40, true);
	take(0);
	CHECK(tmr(0, 0x40));
	/* An edge meanwhile must not swallow the EOI, pending or in service. */
	lapic_post(lapics[0], 0x40, false);
	take(0);
	CHECK(tmr(0, 0x40));
	CHECK_EQ(accept(0), 0x40);
	lapic_post(lapics[0], 0x40, false);
	take(0);
	CHECK(tmr(0, 0x40));
	wr(0, LAPIC_EOI, 0);
	CHECK(took_eoi(0x40));
	CHECK_EQ(accept(0), 0x40);
	wr(0, LAPIC_EOI, 0);
	CHECK(took_eoi(0x40));
	/* Then an edge is an edge. */
	lapic_post(lapics[0], 0x40, false);
	take(0);
	CHECK(!tmr(0, 0x40));
	CHECK_EQ(accept(0), 0x40);
	wr(0, LAPIC_EOI, 0);
	CHECK(took_eoi(0));
	/* Both at once: the level. */
	lapic_post(lapics[0], 0x41, false);
	lapic_post(lapics[0], 0x41, true);
	take(0);
	CHECK(tmr(0, 0x41));
	/* Suppressed broadcast */
	wr(0, LAPIC_SVR, 0x11ff);
	CHECK_EQ(rd(0, LAPIC_SVR), 0x11ff);
	CHECK_EQ(accept(0), 0x41);
	wr(0, LAPIC_EOI, 0);
	CHECK(took_eoi(0));
	lapics_teardown();
}

/* Edges go right into the page, unless TMR has to change. */
static void test_shared(void)
{
	struct lapic *lapic;

	lapics_setup(1, true);
	lapic = lapics[0];
	lapic->shared = true;
	CHECK(lapic_post(lapic, 0x31, false));
	CHECK(!lapic_post(lapic, 0x31, false));
	CHECK(irr(0, 0x31));
	/* Each is news, though the owner has not looked. */
	CHECK(lapic_post(lapic, 0xff, false));
	CHECK(irr(0, 0xff));
	CHECK(lapic_idle(lapic));
	lapic_reload(lapic);
	take(0);
	CHECK_EQ(lapic->ready, 0xff);
	CHECK(lapic_post(lapic, 0x40, true));
	CHECK(!irr(0, 0x40) && !tmr(0, 0x40));
	take(0);
	CHECK(irr(0, 0x40) && tmr(0, 0x40));
	CHECK(lapic_post(lapic, 0x40, false));
	CHECK(!lapic_idle(lapic));
	take(0);
	CHECK(irr(0, 0x31) && irr(0, 0xff));
	lapics_teardown();
}

static void test_init(void)
{
	lapics_setup(1, true);
	wr(0, LAPIC_TPR, 0x20);
	wr(0, LAPIC_LDR, 0x42000000);
	wr(0, LAPIC_LVT_TIMER, 0x20050);
	wr(0, LAPIC_INITIAL_COUNT, 100);
	lapic_post(lapics[0], 0x80, false);
	take(0);
	accept(0);
	CHECK(lapic_post_init(lapics[0]));
	CHECK(!lapic_post_init(lapics[0]));
	lapic_post(lapics[0], 0x90, false);
	lapic_post_event(lapics[0], LAPIC_EVENT_NMI);
	CHECK_EQ(take(0), LAPIC_EVENT_INIT);
	CHECK(lapic_idle(lapics[0]));
	CHECK_EQ(rd(0, LAPIC_TPR), 0);
	CHECK_EQ(rd(0, LAPIC_LDR), 0);
	CHECK_EQ(rd(0, LAPIC_SVR), 0xff);
	CHECK_EQ(rd(0, LAPIC_PPR), 0);
	CHECK_EQ(rd(0, LAPIC_LVT_TIMER), 0x10000);
	CHECK_EQ(rd(0, LAPIC_CURRENT_COUNT), 0);
	CHECK(!irr(0, 0x90) && !isr(0, 0x80));
	CHECK_EQ(host_timers[0], 0);

	/* x2APIC mode survives, with its ID and LDR. */
	lapics_x2apic(0);
	wrmsr(0, LAPIC_SVR, 0x1ff);
	lapic_post_init(lapics[0]);
	take(0);
	CHECK(lapic_is_x2apic(lapics[0]));
	CHECK_EQ(rdmsr(0, LAPIC_SVR), 0xff);
	CHECK_EQ(rdmsr(0, LAPIC_LDR), 1);
	lapics_teardown();
}

static void test_sipi(void)
{
	struct lapic *lapic;
	u32 events;

	lapics_setup(1, true);
	lapic = lapics[0];
	CHECK(lapic_post_sipi(lapic, 0x9a));
	CHECK(!lapic_post_sipi(lapic, 0x55));
	events = take(0);
	CHECK_EQ(events, LAPIC_EVENT_SIPI | 0x9a000000);

	/* INIT, SIPI: both, in this order; SIPI, INIT: the INIT alone. */
	lapic_post_init(lapic);
	CHECK(lapic_post_sipi(lapic, 0xff));
	CHECK_EQ(take(0), LAPIC_EVENT_INIT | LAPIC_EVENT_SIPI | 0xff000000);
	lapic_post_sipi(lapic, 0x12);
	CHECK(lapic_post_init(lapic));
	CHECK_EQ(take(0), LAPIC_EVENT_INIT);
	CHECK(lapic_idle(lapic));
	CHECK(lapic_post_event(lapic, LAPIC_EVENT_NMI));
	CHECK(!lapic_post_event(lapic, LAPIC_EVENT_NMI));
	CHECK_EQ(take(0), LAPIC_EVENT_NMI);
	lapics_teardown();
}

/* What came through before software disabled the APIC stays; 11.4.7.2 */
static void test_software_disable(void)
{
	lapics_setup(1, true);
	wr(0, LAPIC_LVT_TIMER, 0x50);
	wr(0, LAPIC_LVT_LINT0, 0x60);
	lapic_post(lapics[0], 0x70, false);
	take(0);
	wr(0, LAPIC_SVR, 0xff);
	CHECK_EQ(lapics[0]->ready, 0x70);
	CHECK_EQ(rd(0, LAPIC_LVT_TIMER), 0x10050);
	CHECK_EQ(rd(0, LAPIC_LVT_LINT0), 0x10060);
	wr(0, LAPIC_LVT_TIMER, 0x51);
	CHECK_EQ(rd(0, LAPIC_LVT_TIMER), 0x10051);
	CHECK_EQ(accept(0), 0x70);
	wr(0, LAPIC_SVR, 0x1ff);
	CHECK_EQ(rd(0, LAPIC_LVT_TIMER), 0x10051);
	wr(0, LAPIC_LVT_TIMER, 0x51);
	CHECK_EQ(rd(0, LAPIC_LVT_TIMER), 0x51);
	lapics_teardown();
}

/* A post overtakes the guest that disables its APIC by IA32_APIC_BASE */
static void test_post_when_disabled(void)
{
	lapics_setup(1, true);
	lapic_post(lapics[0], 0x70, false);
	CHECK(lapic_set_base(lapics[0], LAPIC_BASE_ADDR));
	CHECK_EQ(take(0), 0);
	CHECK(lapic_idle(lapics[0]));
	CHECK(lapic_set_base(lapics[0], BASE_X));
	CHECK(!irr(0, 0x70));
	lapics_teardown();
}

/* Hardware moves vectors by itself */
static void test_reload(void)
{
	u64 bitmap[4];
	struct lapic *lapic;

	lapics_setup(1, true);
	lapic = lapics[0];
	lapic_post(lapic, 0x99, true);
	lapic_post(lapic, 0x23, false);
	take(0);
	CHECK_EQ(lapic_rvi(lapic), 0x99);
	CHECK_EQ(lapic_svi(lapic), 0);
	lapic_post(lapic, 0x7e, true);
	take(0);
	lapic_eoi_exits(lapic, bitmap);
	CHECK_EQ(bitmap[0] | bitmap[3], 0);
	CHECK_EQ(bitmap[1], BIT_ULL(0x7e - 64));
	CHECK_EQ(bitmap[2], BIT_ULL(0x99 - 128));
	lapic->regs[(LAPIC_IRR + 0x30) / 4] = 0;
	lapic->regs[(LAPIC_IRR + 0x40) / 4] = 0;
	lapic->regs[(LAPIC_ISR + 0x40) / 4] = BIT(0x99 % 32);
	lapic->regs[LAPIC_TPR / 4] = 0x10;
	lapic_reload(lapic);
	take(0);
	CHECK_EQ(lapic_rvi(lapic), 0x23);
	CHECK_EQ(lapic_svi(lapic), 0x99);
	CHECK_EQ(rd(0, LAPIC_PPR), 0x90);
	CHECK_EQ(lapic_tpr_threshold(lapic), 0);
	lapic->regs[(LAPIC_ISR + 0x40) / 4] = 0;
	lapic_reload(lapic);
	take(0);
	lapic_eoi_done(lapic, 0x99);
	CHECK(took_eoi(0x99));
	CHECK_EQ(lapic->ready, 0x23);
	CHECK_EQ(lapic_tpr_threshold(lapic), 0);
	lapic_set_tpr(lapic, 0x20);
	CHECK_EQ(lapic_tpr_threshold(lapic), 0x2);
	lapic_eoi_done(lapic, 0x23);
	CHECK(took_eoi(0));
	lapics_teardown();
}

/* While hardware has the page only what is new counts */
static void test_hand_over(void)
{
	struct lapic *lapic;

	lapics_setup(1, true);
	lapic = lapics[0];
	lapic_post(lapic, 0x61, false);
	take(0);
	CHECK_EQ(lapic_rvi(lapic), 0x61);
	lapic_hand_over(lapic);
	CHECK(lapic_idle(lapic));
	CHECK_EQ(lapic_rvi(lapic), 0);
	/* It delivers 0x61 */
	lapic->regs[(LAPIC_IRR + 0x30) / 4] = 0;
	lapic->regs[(LAPIC_ISR + 0x30) / 4] = BIT(0x61 % 32);
	lapic->regs[LAPIC_PPR / 4] = 0x60;
	lapic_post(lapic, 0x35, false);
	take(0);
	CHECK_EQ(lapic_rvi(lapic), 0x35);
	lapic_local(lapic, 0x82);
	CHECK_EQ(lapic_rvi(lapic), 0x82);
	CHECK(lapic_idle(lapic));
	CHECK_EQ(rd(0, LAPIC_PPR), 0x60);
	lapic_reload(lapic);
	take(0);
	CHECK_EQ(lapic->ready, 0x82);
	CHECK_EQ(lapic_svi(lapic), 0x61);
	CHECK(irr(0, 0x35));
	/* INIT takes it back */
	lapic_hand_over(lapic);
	lapic_post_init(lapic);
	take(0);
	CHECK_EQ(lapic_rvi(lapic), 0);
	CHECK_EQ(lapic_svi(lapic), 0);
	wr(0, LAPIC_SVR, LAPIC_SVR_ENABLE | 0xff);
	lapic_local(lapic, 0x44);
	CHECK_EQ(lapic->ready, 0x44);
	lapics_teardown();
}

static void test_raise(void)
{
	struct lapic *lapic;

	lapics_setup(1, true);
	lapic = lapics[0];
	/* Nothing is posted, and the next look finds what is ready. */
	lapic_raise(lapic, 0x51);
	CHECK(irr(0, 0x51));
	CHECK(lapic_idle(lapic));
	take(0);
	CHECK_EQ(accept(0), 0x51);
	/* An edge, but not where the EOI of a level is still to come */
	lapic_post(lapic, 0x71, true);
	take(0);
	lapic_raise(lapic, 0x71);
	CHECK(tmr(0, 0x71));
	CHECK_EQ(accept(0), 0x71);
	wr(0, LAPIC_EOI, 0);
	lapic_raise(lapic, 0x71);
	CHECK(!tmr(0, 0x71));
	take(0);
	CHECK_EQ(accept(0), 0x71);
	/* Hardware that has the page is told of it. */
	lapic_reload(lapic);
	lapic_hand_over(lapic);
	lapic_raise(lapic, 0x82);
	take(0);
	CHECK_EQ(lapic_rvi(lapic), 0x82);
	/* Nobody accepts it. */
	lapic_reset(lapic);
	lapic_raise(lapic, 0x51);
	CHECK(!irr(0, 0x51));
	wr(0, LAPIC_SVR, LAPIC_SVR_ENABLE | 0xff);
	CHECK(lapic_set_base(lapic, LAPIC_BASE_ADDR));
	lapic_raise(lapic, 0x51);
	CHECK(!irr(0, 0x51));
	lapics_teardown();
}

static const struct test tests[] = {
	{ "lapic: power-up", test_power_up },
	{ "lapic: vectors are posted, taken and ended", test_post },
	{ "lapic: nesting", test_nesting },
	{ "lapic: TPR and PPR", test_tpr },
	{ "lapic: trigger mode and EOI broadcast", test_level },
	{ "lapic: shared with hardware", test_shared },
	{ "lapic: INIT", test_init },
	{ "lapic: SIPI and NMI", test_sipi },
	{ "lapic: software disable", test_software_disable },
	{ "lapic: a post to a disabled APIC", test_post_when_disabled },
	{ "lapic: hardware works on the page", test_reload },
	{ "lapic: hardware has the page", test_hand_over },
	{ "lapic: an interrupt from the owner", test_raise },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
