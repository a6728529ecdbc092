// SPDX-License-Identifier: GPL-2.0
/* AVIC: what the CPU does without an exit, and what it exits for */
#include "irqchip.h"

#define NOACCEL		"avic-noaccel"
#define INCOMPLETE	"avic-incomplete-ipi"
#define FAULT		"nested-page-fault"

static void boot_avic(void)
{
	if (!has_avic())
		SKIP("no AVIC, or the module was loaded without avic=1");
	boot(2);
}

/* @call makes @n exits of this kind. It may make more of others. */
#define EXPECT_EXITS(name, n, call)					\
	do {								\
		unsigned long was = exits_counted(name);		\
									\
		call;							\
		EXPECT_EQ(exits_counted(name) - was, (unsigned long)(n)); \
	} while (0)

/* Asking for the next operation is a fault of its own. */
TEST_F(avic_registers, boot_avic)
{
	struct vt *c = &cpu[0];

	EXPECT_EXITS(FAULT, 1, wr(c, TPR, 0x33));
	EXPECT_EXITS(FAULT, 2, EXPECT_EQ(rd(c, TPR), 0x33));
	EXPECT_EXITS(NOACCEL, 0, EXPECT_EQ(rd(c, PPR), 0x33));
	EXPECT_EXITS(NOACCEL, 0, wr(c, EOI, 0));
	EXPECT_EXITS(NOACCEL, 0, EXPECT_EQ(rd(c, 0x200), 0));
	do_op(c, OP_OR, LAPIC + TPR, 4);
	EXPECT_EQ(rd(c, TPR), 0x37);
	/* Traps, with what the model has made of the value */
	EXPECT_EXITS(NOACCEL, 1, wr(c, ID, 0x55000000));
	EXPECT_EQ(rd(c, ID), 0);
	EXPECT_EXITS(NOACCEL, 1, wr(c, 0xc0, ~0u));
	EXPECT_EQ(rd(c, 0xc0), 0);
	EXPECT_EXITS(NOACCEL, 1, wr(c, LDR, ~0u));
	EXPECT_EQ(rd(c, LDR), 0xff000000);
	EXPECT_EXITS(NOACCEL, 1, wr(c, DFR, 0));
	EXPECT_EQ(rd(c, DFR), 0x0fffffff);
	EXPECT_EXITS(NOACCEL, 1, wr(c, SVR, ~0u));
	EXPECT_EQ(rd(c, SVR), 0x11ff);
	EXPECT_EXITS(NOACCEL, 1, wr(c, 0x350, ~0u));
	EXPECT_EQ(rd(c, 0x350), 0x1a7ff);
	EXPECT_EXITS(NOACCEL, 1, wr(c, DIVIDE, ~0u));
	EXPECT_EQ(rd(c, DIVIDE), 0xb);
	EXPECT_EXITS(NOACCEL, 1, wr(c, ESR, ~0u));
	EXPECT_EQ(rd(c, ESR), 0x80);
	/* Faults */
	EXPECT_EXITS(NOACCEL, 1, EXPECT_EQ(rd(c, CURRENT), 0));
	EXPECT_EXITS(NOACCEL, 1, wr(c, VERSION, 0));
	EXPECT_EXITS(NOACCEL, 1, wr(c, 0x200, ~0u));
	EXPECT_EQ(rd(c, 0x200), 0);
	EXPECT_EXITS(NOACCEL, 1, wr(c, 0x3f0, 0x41));
	EXPECT_EXITS(NOACCEL, 1, EXPECT_EQ(rd(c, 0x40), 0));
	EXPECT_EXITS(NOACCEL, 1, EXPECT_EQ(rd(c, 0x410), 0));
	EXPECT_EQ(rd(c, VERSION), 0x01060015);
}

/* The timer goes by what was in the registers before they were written. */
TEST_F(avic_timer, boot_avic)
{
	struct vt *c = &cpu[0];
	u32 count;

	wr(c, DIVIDE, 0xb);
	wr(c, LVT_TIMER, 0x10041);
	wr(c, COUNT, 0x80000000);
	wr(c, DIVIDE, 0xa);
	count = rd(c, CURRENT);
	EXPECT_TRUE(count > 0x70000000 && count < 0x80000000);
	wr(c, LVT_TIMER, 0x50041);
	EXPECT_EQ(rd(c, COUNT), 0);
	wr(c, COUNT, 5);
	EXPECT_EQ(rd(c, COUNT), 0);
	EXPECT_EQ(rd(c, CURRENT), 0);
}

/* Without an exit: both run */
TEST_F(avic_ipis_need_no_exit, boot_avic)
{
	unsigned long incomplete, interrupts;

	start_ap(1);
	set_eoi(&cpu[0], EOI_COUNT_PAGE);
	set_eoi(&cpu[1], EOI_COUNT_PAGE);
	pin(cpu[1].tid, 1);
	pin(0, 0);
	start(&cpu[1], OP_LOOP, 0, 0);
	vt_go(&cpu[1]);
	wr(&cpu[0], ICR_HIGH, 1 << 24);
	do_op(&cpu[0], OP_SEND, 1, 0x4055);
	incomplete = exits_counted(INCOMPLETE);
	interrupts = exits_counted("interrupt");
	do_op(&cpu[0], OP_SEND, 1000, 0x4055);
	EXPECT_EQ(COUNT_OF(0x55), 1001);
	/* What is left are the ticks of two CPUs. */
	EXPECT_TRUE(exits_counted(INCOMPLETE) - incomplete < 100);
	EXPECT_TRUE(exits_counted("interrupt") - interrupts < 200);
	ASSERT_OK(zx_kick(cpu[1].vcpu));
	EXPECT_EQ(vt_wait(&cpu[1]), ECANCELED);
	/* To oneself, by shorthand and by number */
	EXPECT_EXITS(INCOMPLETE, 0, wr(&cpu[0], ICR, 0x44056));
	wr(&cpu[0], ICR_HIGH, 0);
	EXPECT_EXITS(INCOMPLETE, 0, wr(&cpu[0], ICR, 0x4057));
	do_op(&cpu[0], OP_WINDOW, 0, 0);
	EXPECT_EQ(COUNT_OF(0x56), 1);
	EXPECT_EQ(COUNT_OF(0x57), 1);
}

/* By logical destination, if the tables can say whom that is */
TEST_F(avic_logical_ids, boot_avic)
{
	struct vt *c = &cpu[0];

	start_ap(1);
	wr(c, LDR, 0x41 << 24);
	wr(&cpu[1], LDR, 0x12 << 24);
	set_eoi(c, EOI_COUNT_PAGE);
	EXPECT_EXITS(INCOMPLETE, 0, send(c, 0x41, 0x4856));
	EXPECT_EXITS(INCOMPLETE, 1, send(c, 0x42, 0x4857));
	EXPECT_EXITS(INCOMPLETE, 1, send(c, 0x05, 0x4858));
	/* Two of the same name */
	wr(&cpu[1], LDR, 0x03 << 24);
	EXPECT_EXITS(INCOMPLETE, 1, send(c, 0x01, 0x4859));
	/* Not all of the same mind; then all, of clusters */
	wr(c, DFR, 0);
	EXPECT_EXITS(INCOMPLETE, 1, send(c, 0x41, 0x485a));
	wr(&cpu[1], DFR, 0);
	EXPECT_EXITS(INCOMPLETE, 0, send(c, 0x41, 0x485b));
	EXPECT_EXITS(INCOMPLETE, 1, send(c, 0x03, 0x485c));
	EXPECT_EXITS(INCOMPLETE, 1, send(c, 0xff, 0x485d));
	do_op(c, OP_WINDOW, 0, 0);
	EXPECT_EQ(COUNT_OF(0x56), 1);
	EXPECT_EQ(COUNT_OF(0x57), 1);
	EXPECT_EQ(COUNT_OF(0x58), 1);
	EXPECT_EQ(COUNT_OF(0x59), 1);
	EXPECT_EQ(COUNT_OF(0x5a), 1);
	EXPECT_EQ(COUNT_OF(0x5b), 1);
	EXPECT_EQ(COUNT_OF(0x5c), 0);
	EXPECT_EQ(COUNT_OF(0x5d), 1);
	start(&cpu[1], OP_WINDOW, 0, 0);
	EXPECT_TELL(&cpu[1], TELL_C, 0x5d);
	EXPECT_TELL(&cpu[1], TELL_C, 0x5c);
	EXPECT_TELL(&cpu[1], TELL_C, 0x5a);
	EXPECT_TELL(&cpu[1], TELL_C, 0x59);
	EXPECT_TELL(&cpu[1], TELL_C, 0x57);
	next(&cpu[1], TELL_DONE);
	expect_none(&cpu[1]);
}

/* What the CPU cannot send */
TEST_F(avic_incomplete_ipis, boot_avic)
{
	struct vt *c = &cpu[0];

	start_ap(1);
	/* Not running, whether it sleeps or not */
	start(&cpu[1], OP_HALT, 0, 0);
	vt_go(&cpu[1]);
	vt_asleep(&cpu[1]);
	wr(c, ICR_HIGH, 1 << 24);
	EXPECT_EXITS(INCOMPLETE, 1, wr(c, ICR, 0x4061));
	ASSERT_OK(vt_wait(&cpu[1]));
	EXPECT_EQ(TOLD(&cpu[1]), 0x61);
	next(&cpu[1], TELL_DONE);
	EXPECT_EXITS(INCOMPLETE, 1, wr(c, ICR, 0x4062));
	EXPECT_EXITS(INCOMPLETE, 1, wr(c, ICR, 0xc4063));
	start(&cpu[1], OP_WINDOW, 0, 0);
	EXPECT_TELL(&cpu[1], TELL_C, 0x63);
	EXPECT_TELL(&cpu[1], TELL_C, 0x62);
	next(&cpu[1], TELL_DONE);
	expect_none(&cpu[1]);
	/* Another kind: an NMI, lowest priority, a level */
	EXPECT_EXITS(INCOMPLETE, 1, wr(c, ICR, 0x4400));
	expect_irq(&cpu[1], OP_WINDOW, 2);
	EXPECT_EXITS(INCOMPLETE, 1, wr(c, ICR, 0x4164));
	expect_irq(&cpu[1], OP_WINDOW, 0x64);
	EXPECT_EXITS(INCOMPLETE, 1, wr(c, ICR, 0xc065));
	expect_irq(&cpu[1], OP_WINDOW, 0x65);
	/* No such vector, and no such target */
	EXPECT_EXITS(INCOMPLETE, 1, wr(c, ICR, 0x4007));
	EXPECT_EXITS(INCOMPLETE, 1, send(c, 9, 0x4066));
	EXPECT_EXITS(INCOMPLETE, 1, send(c, 200, 0x4066));
	wr(c, ESR, 0);
	EXPECT_EQ(rd(c, ESR), 0x20);
	/* Logical, also of clusters */
	wr(&cpu[1], LDR, 0x12 << 24);
	send(c, 2, 0x4867);
	expect_irq(&cpu[1], OP_WINDOW, 0x67);
	wr(c, DFR, 0);
	wr(&cpu[1], DFR, 0);
	send(c, 0x12, 0x4868);
	expect_irq(&cpu[1], OP_WINDOW, 0x68);
	send(c, 2, 0x4869);
	expect_none(&cpu[1]);
	/* Disabled by software: it accepts nothing. */
	wr(&cpu[1], SVR, 0xff);
	EXPECT_EXITS(INCOMPLETE, 1, send(c, 1, 0x406a));
	wr(&cpu[1], SVR, 0x1ff);
	expect_none(&cpu[1]);
	expect_none(c);
}

/* The page is there while all are in xAPIC mode; interrupts are in any case. */
TEST_F(avic_and_other_modes, boot_avic)
{
	start_ap(1);
	EXPECT_EXITS(FAULT, 1, wr(&cpu[1], TPR, 0x10));
	to_x2apic(&cpu[0]);
	EXPECT_EQ(rd(&cpu[0], VERSION), 0xffffffff);
	EXPECT_EXITS(FAULT, 2, wr(&cpu[1], TPR, 0x20));
	EXPECT_EXITS(FAULT, 3, EXPECT_EQ(rd(&cpu[1], TPR), 0x20));
	EXPECT_EQ(rd(&cpu[1], PPR), 0x20);
	EXPECT_EQ(told_by(&cpu[1], OP_GET_CR8, 0), 2);
	wrmsr(&cpu[0], 0x830, 1ULL << 32 | 0x4071);
	expect_irq(&cpu[1], OP_WINDOW, 0x71);
	send(&cpu[1], 0, 0x4072);
	expect_irq(&cpu[0], OP_WINDOW, 0x72);
	wrmsr(&cpu[0], 0x808, 0x80);
	wrmsr(&cpu[0], 0x83f, 0x81);
	expect_none(&cpu[0]);
	wrmsr(&cpu[0], 0x808, 0);
	expect_irq(&cpu[0], OP_WINDOW, 0x81);
	/* Nothing is left of a local APIC that was off. */
	wrmsr(&cpu[0], APIC_BASE, LAPIC | 0x100);
	EXPECT_EQ(rd(&cpu[0], VERSION), 0xffffffff);
	send(&cpu[1], 0, 0x4073);
	wrmsr(&cpu[0], APIC_BASE, LAPIC | 0x900);
	wr(&cpu[0], SVR, 0x1ff);
	set_eoi(&cpu[0], EOI_PAGE);
	expect_none(&cpu[0]);
	wr(&cpu[1], TPR, 0);
	EXPECT_EXITS(FAULT, 1, wr(&cpu[1], TPR, 0x30));
	EXPECT_EXITS(FAULT, 1, wr(&cpu[0], TPR, 0x30));
	send(&cpu[1], 0, 0x4074);
	expect_irq(&cpu[0], OP_WINDOW, 0x74);
	/* A VCPU that goes takes its mode with it. */
	to_x2apic(&cpu[1]);
	EXPECT_EXITS(FAULT, 2, wr(&cpu[0], TPR, 0x20));
	vt_stop(&cpu[1]);
	wr(&cpu[0], TPR, 0x10);
	EXPECT_EXITS(FAULT, 1, wr(&cpu[0], TPR, 0x20));
	EXPECT_EXITS(INCOMPLETE, 1, send(&cpu[0], 1, 0x4075));
}

/* The end of a level is for the I/O APIC, of an edge it is not. */
TEST_F(avic_eoi, boot_avic)
{
	struct vt *c = &cpu[0];

	route(5, LEVEL | 0x51, 0);
	ASSERT_OK(set_line(5, 1));
	set_eoi(c, NO_EOI);
	expect_irq(c, OP_WINDOW, 0x51);
	EXPECT_EQ(io_read(0x10 + 2 * 5), 0xc051);
	ASSERT_OK(set_line(5, 0));
	EXPECT_EXITS(NOACCEL, 1, wr(c, EOI, 0));
	EXPECT_EQ(io_read(0x10 + 2 * 5), 0x8051);
	EXPECT_EQ(rd(c, 0x120), 0);
	/* An edge with the same vector: TMR changes first. */
	ASSERT_OK(zx_interrupt(c->vcpu, 0x51));
	expect_irq(c, OP_WINDOW, 0x51);
	EXPECT_EXITS(NOACCEL, 0, wr(c, EOI, 0));
	expect_none(c);
}
