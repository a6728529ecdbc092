// SPDX-License-Identifier: GPL-2.0
/*
 * The registers of the distributor and the redistributors: values, what a
 * write leaves, access sizes, and that nothing else is there.
 */
#include "vgic_fixture.h"

#define SGI_BASE	0x10000
#define IIDR		0x5a00043b

static void setup(void)
{
	vgic_setup(true, 3, 4);
	vgic_add_cpu(17);
	dist_write(0, 0);
}

/* What a 32-bit register reads before, and after all ones and all zeroes */
struct value {
	u32 offset;
	u32 reset;
	u32 ones;
	u32 zeroes;
};

static const struct value dist_values[] = {
	{ 0x0000, 0x50, 0x52, 0x50 },				/* CTLR */
	{ 0x0004, 0x03480002, 0x03480002, 0x03480002 },		/* TYPER */
	{ 0x0008, IIDR, IIDR, IIDR },
	{ 0x000c, 0, 0, 0 },					/* TYPER2 */
	{ 0x0010, 0, 0, 0 },					/* STATUSR */
	{ 0x0040, 0, 0, 0 },					/* SETSPI_NSR */
	{ 0x0080, 0, 0, 0 },					/* IGROUPR0 */
	{ 0x0084, ~0U, ~0U, 0 },
	{ 0x0088, ~0U, ~0U, 0 },
	{ 0x008c, 0, 0, 0 },					/* too high */
	{ 0x0100, 0, 0, 0 },					/* ISENABLER */
	{ 0x0104, 0, ~0U, ~0U },
	{ 0x010c, 0, 0, 0 },
	{ 0x0180, 0, 0, 0 },					/* ICENABLER */
	{ 0x0184, ~0U, 0, 0 },
	{ 0x0200, 0, 0, 0 },					/* ISPENDR */
	{ 0x0204, 0, ~0U, ~0U },
	{ 0x0280, 0, 0, 0 },					/* ICPENDR */
	{ 0x0284, ~0U, 0, 0 },
	{ 0x0300, 0, 0, 0 },					/* ISACTIVER */
	{ 0x0308, 0, ~0U, ~0U },
	{ 0x0380, 0, 0, 0 },					/* ICACTIVER */
	{ 0x0388, ~0U, 0, 0 },
	{ 0x0400, 0, 0, 0 },					/* IPRIORITYR */
	{ 0x041c, 0, 0, 0 },
	{ 0x0420, 0, 0xf8f8f8f8, 0 },
	{ 0x045c, 0, 0xf8f8f8f8, 0 },
	{ 0x0460, 0, 0, 0 },
	{ 0x0820, 0, 0, 0 },					/* ITARGETSR */
	{ 0x0c00, 0, 0, 0 },					/* ICFGR */
	{ 0x0c04, 0, 0, 0 },
	{ 0x0c08, 0, 0xaaaaaaaa, 0 },
	{ 0x0c14, 0, 0xaaaaaaaa, 0 },
	{ 0x0c18, 0, 0, 0 },
	{ 0x0d04, 0, 0, 0 },					/* IGRPMODR */
	{ 0x0e08, 0, 0, 0 },					/* NSACR */
	{ 0x0f00, 0, 0, 0 },					/* SGIR */
	{ 0x0f10, 0, 0, 0 },					/* CPENDSGIR */
	{ 0x0f20, 0, 0, 0 },					/* SPENDSGIR */
	{ 0x60f8, 0, 0, 0 },					/* IROUTER31 */
	{ 0x6100, 0, 0x00ffffff, 0 },				/* IROUTER32 */
	{ 0x6104, 0, 0x000000ff, 0 },
	{ 0x62f8, 0, 0x00ffffff, 0 },				/* IROUTER95 */
	{ 0x6300, 0, 0, 0 },
	{ 0x7ff8, 0, 0, 0 },
	{ 0x8000, 0, 0, 0 },
	{ 0xffd0, 0x44, 0x44, 0x44 },				/* PIDR4 */
	{ 0xffe0, 0, 0, 0 },					/* PIDR0 */
	{ 0xffe4, 0xb0, 0xb0, 0xb0 },
	{ 0xffe8, 0x3b, 0x3b, 0x3b },
	{ 0xfff0, 0x0d, 0x0d, 0x0d },				/* CIDR0 */
	{ 0xfff4, 0xf0, 0xf0, 0xf0 },
	{ 0xfff8, 0x05, 0x05, 0x05 },
	{ 0xfffc, 0xb1, 0xb1, 0xb1 },
};

static const struct value redist_values[] = {
	{ 0x0000, 0, 0, 0 },					/* CTLR */
	{ 0x0004, IIDR, IIDR, IIDR },
	{ 0x0008, 0x00000100, 0x00000100, 0x00000100 },		/* TYPER */
	{ 0x000c, 1, 1, 1 },
	{ 0x0010, 0, 0, 0 },					/* STATUSR */
	{ 0x0014, 6, 6, 0 },					/* WAKER */
	{ 0x0040, 0, 0, 0 },					/* SETLPIR */
	{ 0x0070, 0, 0, 0 },					/* PROPBASER */
	{ 0x0078, 0, 0, 0 },					/* PENDBASER */
	{ 0x0080, 0, 0, 0 },
	{ 0x0100, 0, 0, 0 },
	{ 0xffe8, 0x3b, 0x3b, 0x3b },				/* PIDR2 */
	{ 0xfff0, 0x0d, 0x0d, 0x0d },
	{ SGI_BASE + 0x0000, 0, 0, 0 },
	{ SGI_BASE + 0x0008, 0, 0, 0 },
	{ SGI_BASE + 0x0014, 0, 0, 0 },
	{ SGI_BASE + 0x0080, ~0U, ~0U, 0 },			/* IGROUPR0 */
	{ SGI_BASE + 0x0084, 0, 0, 0 },
	{ SGI_BASE + 0x0100, 0, ~0U, ~0U },
	{ SGI_BASE + 0x0180, ~0U, 0, 0 },
	{ SGI_BASE + 0x0104, 0, 0, 0 },
	{ SGI_BASE + 0x0200, 0, ~0U, ~0U },
	{ SGI_BASE + 0x0280, ~0U, 0, 0 },
	{ SGI_BASE + 0x0300, 0, ~0U, ~0U },
	{ SGI_BASE + 0x0380, ~0U, 0, 0 },
	{ SGI_BASE + 0x0400, 0, 0xf8f8f8f8, 0 },
	{ SGI_BASE + 0x041c, 0, 0xf8f8f8f8, 0 },
	{ SGI_BASE + 0x0420, 0, 0, 0 },
	{ SGI_BASE + 0x0c00, 0xaaaaaaaa, 0xaaaaaaaa, 0xaaaaaaaa },
	{ SGI_BASE + 0x0c04, 0, 0, 0 },				/* ICFGR1 */
	{ SGI_BASE + 0x0c08, 0, 0, 0 },
	{ SGI_BASE + 0x0d00, 0, 0, 0 },				/* IGRPMODR0 */
	{ SGI_BASE + 0x0e00, 0, 0, 0 },				/* NSACR */
	{ SGI_BASE + 0x6000, 0, 0, 0 },
	{ SGI_BASE + 0xffe8, 0, 0, 0 },
};

static void test_dist_values(void)
{
	const struct value *v;

	setup();
	for (v = dist_values; v < dist_values + ARRAY_SIZE(dist_values); v++) {
		CHECK_EQ(dist_read(v->offset), v->reset);
		dist_write(v->offset, ~0U);
		CHECK_EQ(dist_read(v->offset), v->ones);
		dist_write(v->offset, 0);
		CHECK_EQ(dist_read(v->offset), v->zeroes);
	}
	vgic_teardown();
}

static void test_redist_values(void)
{
	const struct value *v;

	setup();
	for (v = redist_values; v < redist_values + ARRAY_SIZE(redist_values);
	     v++) {
		CHECK_EQ(redist_read(1, v->offset), v->reset);
		redist_write(1, v->offset, ~0U);
		CHECK_EQ(redist_read(1, v->offset), v->ones);
		redist_write(1, v->offset, 0);
		CHECK_EQ(redist_read(1, v->offset), v->zeroes);
	}
	/* Nobody else's have changed. */
	CHECK_EQ(redist_read(0, SGI_BASE + 0x100), 0);
	CHECK_EQ(redist_read(2, SGI_BASE + 0x200), 0);
	CHECK_EQ(redist_read(2, 0x14), 6);
	vgic_teardown();
}

static void test_typer(void)
{
	setup();
	CHECK_EQ(vgic_redist_read(vgic.cpus[0], 8, 8), 0);
	CHECK_EQ(vgic_redist_read(vgic.cpus[1], 8, 8), 0x0000000100000100);
	CHECK_EQ(vgic_redist_read(vgic.cpus[2], 8, 8), 0x0000000200000210);
	CHECK_EQ(vgic_redist_read(vgic.cpus[17], 8, 8), 0x0000010100001110);
	CHECK_EQ(redist_read(17, 8), 0x1110);
	CHECK_EQ(redist_read(17, 12), 0x101);
	vgic_add_cpu(3);
	CHECK_EQ(redist_read(2, 8), 0x200);
	vgic_add_cpu(63);
	CHECK_EQ(redist_read(63, 8), 0x3f10);
	vgic_remove_cpu(2);
	CHECK_EQ(redist_read(1, 8), 0x110);
	vgic_teardown();

	vgic_setup(true, 1, 4);
	vgic.nr_spis = 32;
	CHECK_EQ(dist_read(4) & 0x1f, 1);
	vgic.nr_spis = 0;
	CHECK_EQ(dist_read(4) & 0x1f, 0);
	vgic.nr_spis = 960;
	CHECK_EQ(dist_read(4) & 0x1f, 30);
	vgic.nr_spis = SPIS;
	vgic_teardown();
}

/* A write of one bit touches one interrupt */
static void test_single_bits(void)
{
	u32 i, n;

	setup();
	for (i = 0; i < SPIS; i++) {
		n = 4 + i / 32 * 4;
		dist_write(0x100 + n, 1U << i % 32);
		CHECK_EQ(irq_of(0, SPI(i))->enabled, true);
		CHECK_EQ(dist_read(0x180 + n), 1U << i % 32);
		dist_write(0x180 + n, ~(1U << i % 32));
		CHECK_EQ(dist_read(0x100 + n), 1U << i % 32);
		dist_write(0x180 + n, 1U << i % 32);
		CHECK_EQ(dist_read(0x100 + n), 0);
	}
	dist_write(0xc08, 2U << 6);
	CHECK(irq_of(0, SPI(3))->edge);
	CHECK(!irq_of(0, SPI(2))->edge && !irq_of(0, SPI(4))->edge);
	dist_write(0x424, 0x40302010);
	for (i = 4; i < 8; i++)
		CHECK_EQ(irq_of(0, SPI(i))->priority, (i - 3) << 4);
	CHECK_EQ(irq_of(0, SPI(3))->priority, 0);
	CHECK_EQ(irq_of(0, SPI(8))->priority, 0);
	redist_write(1, SGI_BASE + 0x100, BIT(7));
	CHECK(irq_of(1, 7)->enabled);
	CHECK(!irq_of(0, 7)->enabled && !irq_of(1, 6)->enabled);
	vgic_teardown();
}

static void test_bytes(void)
{
	u32 i;

	setup();
	for (i = 0; i < 8; i++)
		vgic_dist_write(&vgic, 0x420 + i, 1, 0xf00 | (i + 1) << 4);
	CHECK_EQ(dist_read(0x420), 0x40302010);
	CHECK_EQ(dist_read(0x424), 0x80706050);
	CHECK_EQ(vgic_dist_read(&vgic, 0x422, 1), 0x30);
	vgic_redist_write(vgic.cpus[0], SGI_BASE + 0x41f, 1, 0xff);
	CHECK_EQ(redist_read(0, SGI_BASE + 0x41c), 0xf8000000);
	vgic_teardown();
}

static void test_router(void)
{
	struct vgic_irq *irq;

	setup();
	irq = irq_of(0, SPI(8));
	vgic_dist_write(&vgic, 0x6140, 8, 0x0000000000000101);
	CHECK_EQ(irq->cpu, 17);
	CHECK_EQ(vgic_dist_read(&vgic, 0x6140, 8), 0x101);

	/* By halves; the other one stays */
	dist_write(0x6144, 0xffffff01);
	CHECK_EQ(vgic_dist_read(&vgic, 0x6140, 8), 0x100000101);
	CHECK_EQ(irq->cpu, VGIC_MAX_CPUS);
	dist_write(0x6140, 2);
	CHECK_EQ(vgic_dist_read(&vgic, 0x6140, 8), 0x100000002);
	dist_write(0x6144, 0);
	CHECK_EQ(irq->cpu, 2);

	/* One out of many is not offered: the bit does not stick. */
	dist_write(0x6140, BIT(31) | 1);
	CHECK_EQ(dist_read(0x6140), 1);
	CHECK_EQ(irq->cpu, 1);

	dist_write(0x6140, 0x10);
	CHECK_EQ(irq->cpu, VGIC_MAX_CPUS);
	dist_write(0x6140, 0x400);
	CHECK_EQ(irq->cpu, VGIC_MAX_CPUS);
	dist_write(0x6140, 0x30f);
	CHECK_EQ(irq->cpu, 63);
	vgic_teardown();
}

/* Sizes that work are few; all others read zero and write nothing */
static bool size_works(bool dist, u32 offset, unsigned int size)
{
	u32 at = offset % SGI_BASE;
	bool banks = dist || offset >= SGI_BASE;

	if (offset % size)
		return false;
	if (banks && at >= 0x400 && at < 0x800)
		return size == 1 || size == 4;
	if (dist && at >= 0x6000 && at < 0x8000)
		return size == 4 || size == 8;
	if (!dist && offset >= 8 && offset < 16)
		return size == 4 || size == 8;
	return size == 4;
}

static void check_size(bool dist, u32 offset, unsigned int size)
{
	u64 value = dist ? vgic_dist_read(&vgic, offset, size) :
		vgic_redist_read(vgic.cpus[1], offset, size);

	if (!size_works(dist, offset, size))
		CHECK_EQ(value, 0);
	if (size < 8)
		CHECK_EQ(value >> (size * 8), 0);
}

static u64 sum_of_state(void)
{
	u64 sum = vgic.enabled, i;

	for (i = 0; i < SPIS; i++) {
		const struct vgic_irq *irq = &vgic.spis[i];

		sum = sum * 31 + irq->priority + irq->route;
		sum = sum * 31 + (irq->enabled | irq->group1 << 1 |
				  irq->edge << 2 | irq->latch << 3 |
				  irq->active << 4);
	}
	for (i = 0; i < VGIC_NR_PRIVATE; i++) {
		const struct vgic_irq *irq = &vgic.cpus[1]->private[i];

		sum = sum * 31 + irq->priority;
		sum = sum * 31 + (irq->enabled | irq->group1 << 1 |
				  irq->edge << 2 | irq->latch << 3 |
				  irq->active << 4);
	}
	return sum * 31 + vgic.cpus[1]->waker_sleep;
}

static void test_sizes(void)
{
	static const u32 size[] = { 1, 2, 4, 8 };
	u32 offset, i;
	u64 sum;

	setup();
	for (i = 0; i < ARRAY_SIZE(size); i++) {
		for (offset = 0; offset < VGIC_DIST_SIZE; offset++)
			check_size(true, offset, size[i]);
		for (offset = 0; offset < VGIC_REDIST_STRIDE; offset++)
			check_size(false, offset, size[i]);
	}

	sum = sum_of_state();
	for (i = 0; i < ARRAY_SIZE(size); i++) {
		for (offset = 0; offset < VGIC_DIST_SIZE; offset++)
			if (!size_works(true, offset, size[i]))
				vgic_dist_write(&vgic, offset, size[i],
						0x5555555555555555);
		for (offset = 0; offset < VGIC_REDIST_STRIDE; offset++)
			if (!size_works(false, offset, size[i]))
				vgic_redist_write(vgic.cpus[1], offset,
						  size[i], 0xaaaaaaaaaaaaaaaa);
	}
	CHECK_EQ(sum_of_state(), sum);
	vgic_teardown();
}

/* Pending by the line shows, and cannot be cleared */
static void test_pending_line(void)
{
	setup();
	vgic_set_line(&vgic, NULL, SPI(33), true);
	CHECK_EQ(dist_read(0x208), 2);
	dist_write(0x288, ~0U);
	CHECK_EQ(dist_read(0x208), 2);
	dist_write(0x208, 2);
	vgic_set_line(&vgic, NULL, SPI(33), false);
	CHECK_EQ(dist_read(0x208), 2);
	dist_write(0x288, 2);
	CHECK_EQ(dist_read(0x208), 0);

	/* An edge-triggered one does not show its line. */
	dist_write(0xc10, 2U << 2);
	vgic_set_line(&vgic, NULL, SPI(33), true);
	CHECK_EQ(dist_read(0x208), 2);
	dist_write(0x288, 2);
	CHECK_EQ(dist_read(0x208), 0);
	dist_write(0xc10, 0);
	CHECK_EQ(dist_read(0x208), 2);

	vgic_set_line(&vgic, vgic.cpus[1], 20, true);
	CHECK_EQ(redist_read(1, SGI_BASE + 0x200), BIT(20));
	vgic_teardown();
}

static const struct test tests[] = {
	{ "vgic regs: values of the distributor", test_dist_values },
	{ "vgic regs: values of a redistributor", test_redist_values },
	{ "vgic regs: GICD_TYPER and GICR_TYPER", test_typer },
	{ "vgic regs: single bits and fields", test_single_bits },
	{ "vgic regs: IPRIORITYR by bytes", test_bytes },
	{ "vgic regs: IROUTER", test_router },
	{ "vgic regs: every offset with every size", test_sizes },
	{ "vgic regs: ISPENDR and lines", test_pending_line },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
