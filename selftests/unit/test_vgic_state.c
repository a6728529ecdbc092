// SPDX-License-Identifier: GPL-2.0
/* arch/arm64/vgic/state.c: lines, pulses, SGIs, routes, and who is told. */
#include "vgic_fixture.h"

#define SGIR(intid, aff1, list) \
	((u64)(intid) << 24 | (u64)(aff1) << 16 | (list))
#define SGIR_OTHERS	BIT_ULL(40)

static void test_numbers(void)
{
	vgic_setup(true, 2, 4);
	CHECK(irq_of(0, 0) != irq_of(1, 0));
	CHECK_EQ(irq_of(1, 31)->intid, 31);
	CHECK(irq_of(0, SPI(0)) == irq_of(1, SPI(0)));
	CHECK_EQ(irq_of(0, SPI(SPIS - 1))->intid, SPI(SPIS - 1));
	CHECK(!irq_of(0, SPI(SPIS)));
	CHECK(!irq_of(0, 1023));
	CHECK(!irq_of(0, U32_MAX));
	CHECK(!vgic_get_irq(&vgic, NULL, 31));
	CHECK(vgic_get_irq(&vgic, NULL, SPI(0)));
	CHECK_EQ(vgic_pulse(&vgic, NULL, 3), 0);
	CHECK_EQ(vgic_set_line(&vgic, NULL, SPI(SPIS), true), 0);
	vgic_teardown();

	vgic_setup(false, 1, 4);
	CHECK_EQ(irq_of(0, 255)->intid, 255);
	CHECK(!irq_of(0, 256));
	CHECK(!vgic_get_irq(&vgic, NULL, 40));
	vgic_teardown();
}

static void test_affinity(void)
{
	vgic_setup(true, 1, 4);
	CHECK_EQ(vgic.cpus[0]->mpidr, 0);
	CHECK_EQ(vgic_add_cpu(15)->mpidr, 15);
	CHECK_EQ(vgic_add_cpu(16)->mpidr, 0x100);
	CHECK_EQ(vgic_add_cpu(63)->mpidr, 0x30f);
	vgic_teardown();
}

/* Without an irqchip everything is open, as guests of Zircon expect */
static void test_vectors(void)
{
	vgic_setup(false, 2, 4);
	CHECK_EQ(vgic_pulse(&vgic, vgic.cpus[1], 255), 2);
	CHECK_EQ(vgic_pulse(&vgic, vgic.cpus[1], 255), 0);
	CHECK(vgic_cpu_pending(vgic.cpus[1]));
	CHECK(!vgic_cpu_pending(vgic.cpus[0]));
	CHECK_EQ(vgic_pulse(&vgic, vgic.cpus[0], 0), 1);
	CHECK_EQ(irq_of(0, 31)->priority, VGIC_PRIO_PRIVATE);
	CHECK_EQ(irq_of(0, 32)->priority, VGIC_PRIO_SHARED);

	/* The timer follows its line all the same. */
	CHECK(irq_of(0, TIMER)->hw);
	CHECK_EQ(vgic_set_line(&vgic, vgic.cpus[0], TIMER, true), 1);
	CHECK(vgic_irq_pending(irq_of(0, TIMER)));
	vgic_set_line(&vgic, vgic.cpus[0], TIMER, false);
	CHECK(!vgic_irq_pending(irq_of(0, TIMER)));
	vgic_teardown();
}

static void test_level(void)
{
	vgic_setup(true, 2, 4);
	open_spi(SPI(1), 0x80, false, 1);
	CHECK_EQ(vgic_set_line(&vgic, NULL, SPI(1), true), 2);
	CHECK_EQ(vgic_set_line(&vgic, NULL, SPI(1), true), 0);
	CHECK(vgic_cpu_pending(vgic.cpus[1]));
	CHECK_EQ(vgic_set_line(&vgic, NULL, SPI(1), false), 0);
	CHECK(!vgic_cpu_pending(vgic.cpus[1]));
	CHECK(hlist_empty(&vgic.cpus[1]->list));

	/* A pulse stays, whatever the line does. */
	CHECK_EQ(vgic_pulse(&vgic, NULL, SPI(1)), 2);
	vgic_set_line(&vgic, NULL, SPI(1), true);
	vgic_set_line(&vgic, NULL, SPI(1), false);
	CHECK(vgic_cpu_pending(vgic.cpus[1]));
	vgic_teardown();
}

static void test_edge(void)
{
	vgic_setup(true, 1, 4);
	open_spi(SPI(2), 0x80, true, 0);
	CHECK_EQ(vgic_set_line(&vgic, NULL, SPI(2), true), 1);
	CHECK_EQ(vgic_set_line(&vgic, NULL, SPI(2), false), 1);
	CHECK(vgic_irq_pending(irq_of(0, SPI(2))));
	fill(0);
	guest_ack(0, SPI(2));
	guest_eoi(0, SPI(2));
	fold(0);
	CHECK(!vgic_irq_pending(irq_of(0, SPI(2))));
	vgic_teardown();
}

/* Each thing that must be right for an interrupt to be listed, in turn */
static void test_gates(void)
{
	struct vgic_irq *irq;

	vgic_setup(true, 1, 4);
	irq = irq_of(0, SPI(0));
	vgic_pulse(&vgic, NULL, SPI(0));
	CHECK(!vgic_irq_listed(irq));
	CHECK_EQ(dist_write(0x104, 1), 1);
	CHECK(vgic_irq_listed(irq));
	CHECK_EQ(dist_write(0x84, 0), 0);
	CHECK(!vgic_irq_listed(irq));
	CHECK_EQ(dist_write(0x84, 1), 1);
	CHECK(vgic_irq_listed(irq));
	CHECK_EQ(dist_write(0, 0), 0);
	CHECK(!vgic_irq_listed(irq));
	CHECK_EQ(dist_write(0, 2), 1);
	CHECK(vgic_irq_listed(irq));
	CHECK_EQ(dist_write(0x284, 1), 0);
	CHECK(!vgic_irq_listed(irq));
	CHECK_EQ(dist_write(0x204, 1), 1);
	CHECK(vgic_irq_listed(irq));
	CHECK_EQ(dist_write(0x184, 1), 0);
	CHECK(!vgic_irq_listed(irq));
	vgic_teardown();
}

static void test_sgi(void)
{
	unsigned int i;

	vgic_setup(true, 3, 4);
	vgic_add_cpu(17);
	for (i = 0; i < 3; i++)
		open_irq(i, 5, 0x40);
	open_irq(17, 5, 0x40);

	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[0], SGIR(5, 0, 6)), 6);
	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[0], SGIR(5, 0, 7)), 1);
	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[0], SGIR(5, 1, 2)),
		 BIT_ULL(17));

	/* Nobody there: other affinities, other ranges, no such VCPU */
	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[0], SGIR(6, 4, 1)), 0);
	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[0], SGIR(6, 255, 1)), 0);
	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[0],
			       SGIR(6, 0, 1) | BIT_ULL(32)), 0);
	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[0],
			       SGIR(6, 0, 1) | BIT_ULL(48)), 0);
	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[0],
			       SGIR(6, 0, 1) | BIT_ULL(44)), 0);
	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[0], SGIR(6, 0, 0xfff8)), 0);
	CHECK_EQ(redist_read(0, 0x10200), 1 << 5);

	/* All but self: the rest of the value does not matter. */
	for (i = 0; i < 3; i++)
		redist_write(i, 0x10280, U32_MAX);
	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[1],
			       SGIR_OTHERS | SGIR(5, 9, 2)), 5);
	CHECK(!vgic_cpu_pending(vgic.cpus[1]));

	/* Not enabled: pending, but nobody is told. */
	CHECK_EQ(vgic_send_sgi(&vgic, vgic.cpus[0], SGIR(15, 0, 2)), 0);
	CHECK(redist_read(1, 0x10200) & BIT(15));
	vgic_teardown();
}

static void test_route(void)
{
	struct vgic_irq *irq;

	vgic_setup(true, 2, 4);
	open_spi(SPI(3), 0x80, true, 0);
	irq = irq_of(0, SPI(3));
	CHECK_EQ(vgic_pulse(&vgic, NULL, SPI(3)), 1);
	CHECK_EQ(vgic_dist_write(&vgic, 0x6000 + SPI(3) * 8, 8, 1), 2);
	CHECK_EQ(irq->owner, 1);
	CHECK(hlist_empty(&vgic.cpus[0]->list));

	/* To nobody, and to one that comes later */
	CHECK_EQ(vgic_dist_write(&vgic, 0x6000 + SPI(3) * 8, 8, 0x10000), 0);
	CHECK(!vgic_irq_listed(irq));
	CHECK_EQ(irq->cpu, VGIC_MAX_CPUS);
	CHECK_EQ(vgic_dist_write(&vgic, 0x6000 + SPI(3) * 8, 8, 5), 0);
	CHECK(!vgic_irq_listed(irq));
	vgic_add_cpu(5);
	CHECK(vgic_irq_listed(irq));
	CHECK_EQ(irq->owner, 5);

	/* Active: it stays until the guest is done, then the other is told. */
	fill(5);
	guest_ack(5, SPI(3));
	fold(5);
	CHECK_EQ(vgic_dist_write(&vgic, 0x6000 + SPI(3) * 8, 8, 0), 0);
	CHECK_EQ(irq->owner, 5);
	vgic_pulse(&vgic, NULL, SPI(3));
	CHECK_EQ(irq->owner, 5);
	fill(5);
	guest_eoi(5, SPI(3));
	CHECK_EQ(fold(5), 1);
	CHECK_EQ(irq->owner, 0);
	CHECK(vgic_cpu_pending(vgic.cpus[0]));
	vgic_teardown();
}

/* In a list register it stays, too, and that VCPU is told to give it back */
static void test_route_in_lr(void)
{
	vgic_setup(true, 2, 4);
	open_spi(SPI(3), 0x80, true, 0);
	vgic_pulse(&vgic, NULL, SPI(3));
	fill(0);
	CHECK(vgic_dist_write(&vgic, 0x6000 + SPI(3) * 8, 8, 1) & 1);
	CHECK_EQ(irq_of(0, SPI(3))->owner, 0);
	fill(1);
	CHECK_EQ(vgic.cpus[1]->used_lrs, 0);
	CHECK_EQ(fold(0), 2);
	CHECK(vgic_cpu_pending(vgic.cpus[1]));
	vgic_teardown();
}

static void test_cpu_goes(void)
{
	vgic_setup(true, 2, 4);
	open_spi(SPI(0), 0x80, true, 1);
	open_spi(SPI(1), 0x80, true, 1);
	open_spi(SPI(2), 0x80, true, 1);
	vgic_pulse(&vgic, NULL, SPI(0));
	vgic_pulse(&vgic, NULL, SPI(1));
	vgic_pulse(&vgic, NULL, SPI(2));
	fill(1);
	guest_ack(1, SPI(0));
	vgic_dist_write(&vgic, 0x6000 + SPI(1) * 8, 8, 0);

	CHECK_EQ(vgic_remove_cpu(1), 1);
	CHECK_EQ(irq_of(0, SPI(1))->owner, 0);
	CHECK(vgic_irq_listed(irq_of(0, SPI(1))));
	CHECK(!irq_of(0, SPI(0))->active);
	CHECK(!vgic_irq_listed(irq_of(0, SPI(0))));
	CHECK(irq_of(0, SPI(2))->latch);
	CHECK(!vgic_irq_listed(irq_of(0, SPI(2))));

	vgic_add_cpu(1);
	CHECK(vgic_irq_listed(irq_of(0, SPI(2))));
	CHECK(!vgic_irq_listed(irq_of(0, SPI(0))));
	vgic_teardown();
}

static void test_wfi(void)
{
	struct vgic_cpu *cpu;

	vgic_setup(true, 1, 4);
	cpu = vgic.cpus[0];
	open_irq(0, 20, 0x80);
	vgic_set_line(&vgic, cpu, 20, true);
	CHECK(vgic_cpu_pending(cpu));

	cpu->vmcr &= ~VGIC_VMCR_VENG1;
	CHECK(!vgic_cpu_pending(cpu));
	cpu->vmcr |= VGIC_VMCR_VENG1;
	cpu->vmcr = (cpu->vmcr & ~VGIC_VMCR_VPMR) | 0x80ULL << 24;
	CHECK(!vgic_cpu_pending(cpu));
	cpu->vmcr = (cpu->vmcr & ~VGIC_VMCR_VPMR) | 0x88ULL << 24;
	CHECK(vgic_cpu_pending(cpu));

	/* The lowest priority never passes 0xf8, which is what 0xff reads. */
	open_irq(0, 20, 0xff);
	cpu->vmcr = (cpu->vmcr & ~VGIC_VMCR_VPMR) | 0xf8ULL << 24;
	CHECK(!vgic_cpu_pending(cpu));
	open_irq(0, 20, 0xf0);
	CHECK(vgic_cpu_pending(cpu));

	/* What is active is not signalled again. */
	fill(0);
	guest_ack(0, 20);
	fold(0);
	CHECK(!vgic_cpu_pending(cpu));
	vgic_teardown();
}

static const struct test tests[] = {
	{ "vgic: interrupts by number", test_numbers },
	{ "vgic: affinities", test_affinity },
	{ "vgic: vectors without an irqchip", test_vectors },
	{ "vgic: level-triggered", test_level },
	{ "vgic: edge-triggered", test_edge },
	{ "vgic: enable, group and distributor", test_gates },
	{ "vgic: SGIs", test_sgi },
	{ "vgic: rerouting", test_route },
	{ "vgic: rerouting out of a list register", test_route_in_lr },
	{ "vgic: a VCPU goes and comes back", test_cpu_goes },
	{ "vgic: what ends a WFI", test_wfi },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
