/* SPDX-License-Identifier: GPL-2.0 */
/* VCPUs of a guest with an irqchip that all run the guest "gic" */
#ifndef GIC_H
#define GIC_H

#include "insn.h"
#include "psci.h"
#include "zx.h"

/* As in guests/gic.S */
enum op {
	OP_LDRB, OP_LDR, OP_LDRX, OP_STRB, OP_STR, OP_STRX, OP_WAIT, OP_SPIN,
	OP_SGI, OP_EOI, OP_PMR, OP_RPR, OP_HPPIR, OP_HVC, OP_SMC, OP_TIMER,
	OP_WFI, OP_LDRH,
};

#define DIST		0x800000000ULL
#define REDIST(cpu)	(0x800010000ULL + (cpu) * 0x20000ULL)
#define SGI_FRAME(cpu)	(REDIST(cpu) + 0x10000)

#define GICD_CTLR		0x0000
#define GICD_TYPER		0x0004
#define GICD_IGROUPR		0x0080
#define GICD_ISENABLER		0x0100
#define GICD_ICENABLER		0x0180
#define GICD_ISPENDR		0x0200
#define GICD_ICPENDR		0x0280
#define GICD_ISACTIVER		0x0300
#define GICD_ICACTIVER		0x0380
#define GICD_IPRIORITYR		0x0400
#define GICD_ICFGR		0x0c00
#define GICD_IROUTER		0x6000
#define GICD_PIDR2		0xffe8
#define GICR_TYPER		0x0008
#define GICR_WAKER		0x0014

#define SPURIOUS		1023
#define SPI			40	/* the one that most tests use */

/* Tell a waiting guest what to do; it must have asked */
static inline void gic_start(struct vt *cpu, enum op op, u64 x10, u64 x11)
{
	u64 *x = cpu->page->state.arm64.x;

	x[9] = op;
	x[10] = x10;
	x[11] = x11;
	vt_go(cpu);
}

/* The value of the packet, which must be a store to MMIO + offset */
static inline u64 gic_told(struct vt *cpu, u64 offset)
{
	EXPECT_MEM(&cpu->pkt, offset);
	return cpu->pkt.u.mem_arm64.data;
}

/* Back to where the guest asks */
static inline void gic_ask(struct vt *cpu)
{
	ASSERT_OK(vt_enter(cpu));
	gic_told(cpu, TELL_DONE);
}

static inline u64 gic_do(struct vt *cpu, enum op op, u64 x10, u64 x11)
{
	u64 value;

	gic_start(cpu, op, x10, x11);
	ASSERT_OK(vt_wait(cpu));
	value = gic_told(cpu, TELL_A);
	gic_ask(cpu);
	return value;
}

static inline u32 gic_read(struct vt *cpu, u64 addr)
{
	return gic_do(cpu, OP_LDR, addr, 0);
}

static inline void gic_write(struct vt *cpu, u64 addr, u32 value)
{
	gic_do(cpu, OP_STR, addr, value);
}

/* The interrupt that ends an OP_WAIT or OP_SPIN that was started */
static inline u64 gic_irq(struct vt *cpu)
{
	u64 intid;

	ASSERT_OK(vt_wait(cpu));
	intid = gic_told(cpu, VEC_IRQ);
	gic_ask(cpu);
	return intid;
}

/* Wait for an interrupt in the guest, and take it */
static inline u64 gic_take(struct vt *cpu)
{
	gic_start(cpu, OP_WAIT, 0, 0);
	return gic_irq(cpu);
}

/* No interrupt is delivered while the guest looks for one for a while */
static inline void gic_expect_none(struct vt *cpu)
{
	gic_start(cpu, OP_SPIN, 1000000, 77);
	ASSERT_OK(vt_wait(cpu));
	EXPECT_EQ(gic_told(cpu, TELL_A), 77);
	gic_ask(cpu);
}

#endif /* GIC_H */
