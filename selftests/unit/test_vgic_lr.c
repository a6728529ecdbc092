// SPDX-License-Identifier: GPL-2.0
/* arch/arm64/vgic/lr.c: every way of an interrupt through a list register. */
#include <linux/bitfield.h>

#include "vgic_fixture.h"

#define P	VGIC_LR_PENDING
#define A	VGIC_LR_ACTIVE

static void test_empty(void)
{
	vgic_setup(true, 1, 4);
	fill(0);
	CHECK_EQ(vgic.cpus[0]->used_lrs, 0);
	CHECK_EQ(vgic.cpus[0]->hcr, 0);
	CHECK_EQ(fold(0), 0);
	vgic_teardown();
}

static void test_encoding(void)
{
	vgic_setup(true, 1, 4);
	open_spi(SPI(1), 0xa5, true, 0);
	open_spi(SPI(2), 0x10, false, 0);
	open_irq(0, TIMER, 0x20);
	vgic_pulse(&vgic, NULL, SPI(1));
	vgic_set_line(&vgic, NULL, SPI(2), true);
	vgic_set_line(&vgic, vgic.cpus[0], TIMER, true);
	fill(0);
	CHECK_EQ(vgic.cpus[0]->used_lrs, 3);
	CHECK_EQ(vgic.cpus[0]->hcr, VGIC_HCR_EN);
	CHECK_EQ(lr_of(0, SPI(1)), BIT_ULL(62) | BIT_ULL(60) |
		 0xa0ULL << 48 | 33);
	CHECK_EQ(lr_of(0, SPI(2)), BIT_ULL(62) | BIT_ULL(60) |
		 0x10ULL << 48 | BIT_ULL(41) | 34);
	CHECK_EQ(lr_of(0, TIMER), BIT_ULL(62) | BIT_ULL(61) | BIT_ULL(60) |
		 0x20ULL << 48 | (u64)TIMER << 32 | TIMER);
	vgic_teardown();
}

/* What happens to an edge-triggered interrupt, before and after each fold */
static void test_edge(void)
{
	struct vgic_irq *irq;

	vgic_setup(true, 1, 4);
	open_spi(SPI(0), 0x80, true, 0);
	irq = irq_of(0, SPI(0));

	/* Not taken: still pending, once */
	vgic_pulse(&vgic, NULL, SPI(0));
	fill(0);
	fold(0);
	CHECK(vgic_irq_pending(irq));

	/* Not taken, and a second edge: coalesced */
	fill(0);
	CHECK_EQ(vgic_pulse(&vgic, NULL, SPI(0)), 1);
	fold(0);
	fill(0);
	CHECK_EQ(lr_state(0, SPI(0)), P);
	guest_ack(0, SPI(0));
	fold(0);
	CHECK(irq->active && !vgic_irq_pending(irq));

	/* Active; an edge now makes it both, and one more changes nothing. */
	fill(0);
	CHECK_EQ(lr_state(0, SPI(0)), A);
	CHECK_EQ(vgic_pulse(&vgic, NULL, SPI(0)), 1);
	fold(0);
	fill(0);
	CHECK_EQ(lr_state(0, SPI(0)), P | A);
	vgic_pulse(&vgic, NULL, SPI(0));
	fold(0);
	CHECK(irq->active && vgic_irq_pending(irq));

	/* Ended, taken and ended again in one run: all used up */
	fill(0);
	guest_eoi(0, SPI(0));
	guest_ack(0, SPI(0));
	guest_eoi(0, SPI(0));
	fold(0);
	CHECK(!irq->active && !vgic_irq_pending(irq) && !vgic_irq_listed(irq));

	/* An edge after it was taken is another interrupt. */
	vgic_pulse(&vgic, NULL, SPI(0));
	fill(0);
	guest_ack(0, SPI(0));
	guest_eoi(0, SPI(0));
	CHECK_EQ(vgic_pulse(&vgic, NULL, SPI(0)), 1);
	fold(0);
	CHECK(!irq->active && vgic_irq_pending(irq));
	fill(0);
	CHECK_EQ(lr_state(0, SPI(0)), P);
	vgic_teardown();
}

static void test_level(void)
{
	struct vgic_irq *irq;

	vgic_setup(true, 1, 4);
	open_spi(SPI(0), 0x80, false, 0);
	irq = irq_of(0, SPI(0));

	/* The line falls before it is taken: withdrawn */
	vgic_set_line(&vgic, NULL, SPI(0), true);
	fill(0);
	vgic_set_line(&vgic, NULL, SPI(0), false);
	fold(0);
	CHECK(!vgic_irq_pending(irq) && !vgic_irq_listed(irq));

	/* Still high when it ends: again; active and high is not both. */
	vgic_set_line(&vgic, NULL, SPI(0), true);
	fill(0);
	guest_ack(0, SPI(0));
	fold(0);
	fill(0);
	CHECK_EQ(lr_state(0, SPI(0)), A);
	CHECK(lr_of(0, SPI(0)) & VGIC_LR_EOI);
	guest_eoi(0, SPI(0));
	fold(0);
	fill(0);
	CHECK_EQ(lr_state(0, SPI(0)), P);

	/* Taken, and the line falls: its end needs no exit. */
	guest_ack(0, SPI(0));
	fold(0);
	vgic_set_line(&vgic, NULL, SPI(0), false);
	fill(0);
	CHECK_EQ(lr_state(0, SPI(0)), A);
	CHECK(!(lr_of(0, SPI(0)) & VGIC_LR_EOI));

	/* It rises again: the VCPU is told. */
	CHECK_EQ(vgic_set_line(&vgic, NULL, SPI(0), true), 1);
	fold(0);
	CHECK(irq->active);
	vgic_set_line(&vgic, NULL, SPI(0), false);

	/* A pulse on top of it can be both. */
	vgic_pulse(&vgic, NULL, SPI(0));
	fill(0);
	CHECK_EQ(lr_state(0, SPI(0)), P | A);
	guest_eoi(0, SPI(0));
	guest_ack(0, SPI(0));
	guest_eoi(0, SPI(0));
	fold(0);
	CHECK(!irq->active && !vgic_irq_pending(irq));
	vgic_teardown();
}

static void test_timer(void)
{
	struct vgic_cpu *cpu;
	struct vgic_irq *irq;

	vgic_setup(true, 1, 4);
	cpu = vgic.cpus[0];
	irq = irq_of(0, TIMER);
	open_irq(0, TIMER, 0x20);

	vgic_set_line(&vgic, cpu, TIMER, true);
	fill(0);
	CHECK_EQ(lr_state(0, TIMER), P);
	guest_ack(0, TIMER);
	fold(0);
	fill(0);
	CHECK_EQ(lr_state(0, TIMER), A);
	CHECK(lr_of(0, TIMER) & VGIC_LR_HW);

	/* Never both while it is linked, not even by a pulse */
	vgic_pulse(&vgic, cpu, TIMER);
	fold(0);
	fill(0);
	CHECK_EQ(lr_state(0, TIMER), A);
	CHECK(irq->latch);
	guest_eoi(0, TIMER);
	fold(0);
	CHECK(!irq->line);

	/* A pulse alone has no physical half. */
	fill(0);
	CHECK_EQ(lr_state(0, TIMER), P);
	CHECK(!(lr_of(0, TIMER) & VGIC_LR_HW));
	guest_ack(0, TIMER);
	guest_eoi(0, TIMER);
	fold(0);
	CHECK(!vgic_irq_listed(irq));
	vgic_teardown();
}

/* Guest writes to interrupts in a list register of a VCPU that runs */
static void test_writes(void)
{
	struct vgic_irq *irq;

	vgic_setup(true, 2, 4);
	open_spi(SPI(0), 0x80, true, 1);
	irq = irq_of(1, SPI(0));

	/* Reads show what was handed out. */
	vgic_pulse(&vgic, NULL, SPI(0));
	fill(1);
	CHECK_EQ(dist_read(0x204), 1);
	CHECK_EQ(dist_read(0x284), 1);

	/* Not pending any more: it does not come back. */
	CHECK_EQ(dist_write(0x284, 1), 2);
	CHECK_EQ(dist_read(0x204), 0);
	fold(1);
	CHECK(!vgic_irq_listed(irq));

	/* Cleared, and a new edge: it does. */
	vgic_pulse(&vgic, NULL, SPI(0));
	fill(1);
	dist_write(0x284, 1);
	vgic_pulse(&vgic, NULL, SPI(0));
	fold(1);
	CHECK(vgic_irq_pending(irq));

	/* Disabled: it is kept, pending. */
	fill(1);
	CHECK_EQ(dist_write(0x184, 1), 2);
	fold(1);
	CHECK(vgic_irq_pending(irq) && !vgic_irq_listed(irq));
	dist_write(0x104, 1);

	/* Deactivated from outside */
	fill(1);
	guest_ack(1, SPI(0));
	fold(1);
	fill(1);
	CHECK_EQ(dist_read(0x304), 1);
	CHECK_EQ(dist_write(0x384, 1), 2);
	CHECK_EQ(dist_read(0x304), 0);
	fold(1);
	CHECK(!irq->active && !vgic_irq_listed(irq));

	/* Taken after the last exit, and deactivated: the write wins. */
	vgic_pulse(&vgic, NULL, SPI(0));
	fill(1);
	guest_ack(1, SPI(0));
	CHECK_EQ(dist_write(0x384, 1), 2);
	fold(1);
	CHECK(!irq->active);

	/* Activated from outside */
	CHECK_EQ(dist_write(0x304, 1), 2);
	fill(1);
	CHECK_EQ(lr_state(1, SPI(0)), A);
	guest_eoi(1, SPI(0));
	dist_write(0x304, 1);
	fold(1);
	CHECK(irq->active);

	/* A write of the past has no effect on the next run. */
	fill(1);
	guest_eoi(1, SPI(0));
	fold(1);
	CHECK(!irq->active && !vgic_irq_listed(irq));

	/* The whole distributor off, and on */
	vgic_pulse(&vgic, NULL, SPI(0));
	fill(1);
	CHECK_EQ(dist_write(0, 0), 2);
	fold(1);
	CHECK(!vgic_irq_listed(irq) && irq->latch);
	CHECK_EQ(dist_write(0, 2), 2);
	vgic_teardown();
}

/* More interrupts than list registers: the best of them, in order */
static void test_choice(void)
{
	static const u8 priority[] = { 0x80, 0x40, 0x40, 0xc0, 0x20, 0x88 };
	u32 i;

	vgic_setup(true, 1, 3);
	for (i = 0; i < ARRAY_SIZE(priority); i++) {
		open_spi(SPI(i), priority[i], true, 0);
		vgic_pulse(&vgic, NULL, SPI(i));
	}
	fill(0);
	CHECK_EQ(vgic.cpus[0]->used_lrs, 3);
	CHECK_EQ(vgic.cpus[0]->hcr, VGIC_HCR_EN | VGIC_HCR_NPIE);
	CHECK_EQ(vgic.cpus[0]->lr[0] & VGIC_LR_VINTID, SPI(4));
	CHECK_EQ(vgic.cpus[0]->lr[1] & VGIC_LR_VINTID, SPI(1));
	CHECK_EQ(vgic.cpus[0]->lr[2] & VGIC_LR_VINTID, SPI(2));

	/* One is active: it keeps its place before those of its kind. */
	guest_ack(0, SPI(4));
	fold(0);
	fill(0);
	CHECK_EQ(lr_state(0, SPI(4)), A);
	CHECK_EQ(lr_state(0, SPI(1)), P);
	CHECK_EQ(lr_state(0, SPI(2)), P);
	guest_eoi(0, SPI(4));
	fold(0);
	fill(0);
	CHECK_EQ(lr_state(0, SPI(0)), P);
	CHECK_EQ(vgic.cpus[0]->hcr, VGIC_HCR_EN | VGIC_HCR_NPIE);
	vgic_teardown();
}

static void take(u32 intid)
{
	vgic_pulse(&vgic, NULL, intid);
	fill(0);
	guest_ack(0, intid);
	fold(0);
}

/* More active interrupts than list registers: their ends are counted */
static void test_many_active(void)
{
	struct vgic_cpu *cpu;
	u32 i;

	vgic_setup(true, 1, 2);
	cpu = vgic.cpus[0];
	for (i = 0; i < 5; i++)
		open_spi(SPI(i), 0x80 - i * 8, true, 0);
	for (i = 0; i < 4; i++)
		take(SPI(i));
	fill(0);
	CHECK_EQ(cpu->hcr, VGIC_HCR_EN | VGIC_HCR_LRENPIE);
	CHECK_EQ(lr_state(0, SPI(3)), A);
	CHECK_EQ(lr_state(0, SPI(2)), A);

	/* The first of those that are pending has a place. */
	fold(0);
	vgic_pulse(&vgic, NULL, SPI(4));
	fill(0);
	CHECK_EQ(lr_state(0, SPI(3)), A);
	CHECK_EQ(lr_state(0, SPI(4)), P);
	CHECK_EQ(cpu->hcr, VGIC_HCR_EN | VGIC_HCR_LRENPIE);

	/* 3 ends in its list register, 2 and 1 outside. */
	guest_eoi(0, SPI(3));
	cpu->hcr |= FIELD_PREP(VGIC_HCR_EOICOUNT, 2);
	fold(0);
	CHECK(!irq_of(0, SPI(3))->active);
	CHECK(!irq_of(0, SPI(2))->active);
	CHECK(!irq_of(0, SPI(1))->active);
	CHECK(irq_of(0, SPI(0))->active);
	CHECK(irq_of(0, SPI(4))->latch);

	/* A count that is not ours does nothing. */
	fill(0);
	CHECK_EQ(cpu->hcr, VGIC_HCR_EN);
	cpu->hcr |= FIELD_PREP(VGIC_HCR_EOICOUNT, 31);
	fold(0);
	CHECK(irq_of(0, SPI(0))->active);
	vgic_teardown();
}

/* The linked one is never left out, not even with one list register */
static void test_timer_first(void)
{
	u32 i;

	for (i = 1; i <= 2; i++) {
		vgic_setup(true, 1, i);
		open_irq(0, TIMER, 0xf0);
		open_spi(SPI(0), 0x80, true, 0);
		open_spi(SPI(1), 0x40, true, 0);
		vgic_set_line(&vgic, vgic.cpus[0], TIMER, true);
		fill(0);
		guest_ack(0, TIMER);
		fold(0);
		vgic_pulse(&vgic, NULL, SPI(0));
		vgic_pulse(&vgic, NULL, SPI(1));
		fill(0);
		CHECK_EQ(vgic.cpus[0]->used_lrs, i);
		CHECK_EQ(lr_state(0, TIMER), A);
		CHECK_EQ(lr_state(0, SPI(0)), NO_LR);
		CHECK_EQ(lr_state(0, SPI(1)), i == 2 ? P : NO_LR);
		CHECK_EQ(vgic.cpus[0]->hcr, i == 2 ?
			 VGIC_HCR_EN | VGIC_HCR_NPIE : VGIC_HCR_EN);
		vgic_teardown();
	}
}

static const struct test tests[] = {
	{ "vgic lr: nothing", test_empty },
	{ "vgic lr: encodings", test_encoding },
	{ "vgic lr: edge-triggered", test_edge },
	{ "vgic lr: level-triggered", test_level },
	{ "vgic lr: the timer", test_timer },
	{ "vgic lr: guest writes meanwhile", test_writes },
	{ "vgic lr: more pending than list registers", test_choice },
	{ "vgic lr: more active than list registers", test_many_active },
	{ "vgic lr: the linked interrupt first", test_timer_first },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
