// SPDX-License-Identifier: GPL-2.0
/*
 * The distributor, GICD: one security state, affinity routing only, no LPIs,
 * no message-based SPIs, no 1-of-N routing (IHI 0069, 12.9).
 *
 * Of private interrupts it shows nothing, and of the registers that affinity
 * routing replaces (ITARGETSR, SGIR, SPENDSGIR, CPENDSGIR) neither.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/nospec.h>

#include "state.h"
#include "regs.h"

#define CTLR_ENABLE_GRP1	BIT(1)
#define CTLR_ARE		BIT(4)
#define CTLR_DS			BIT(6)

#define TYPER_IT_LINES		GENMASK(4, 0)
#define TYPER_ID_BITS		GENMASK(23, 19)
#define TYPER_A3V		BIT(24)
#define TYPER_NO_1N		BIT(25)

#define ROUTE_AFF0		GENMASK_ULL(7, 0)
#define ROUTE_AFF1		GENMASK_ULL(15, 8)
#define ROUTE_AFF2		GENMASK_ULL(23, 16)
#define ROUTE_AFF3		GENMASK_ULL(39, 32)
#define ROUTE_MASK \
	(ROUTE_AFF3 | ROUTE_AFF2 | ROUTE_AFF1 | ROUTE_AFF0)

static u64 read_ctlr(struct vgic *vgic, struct vgic_cpu *cpu)
{
	return CTLR_DS | CTLR_ARE | (vgic->enabled ? CTLR_ENABLE_GRP1 : 0);
}

static u64 write_ctlr(struct vgic *vgic, struct vgic_cpu *cpu, u64 value)
{
	bool enabled = value & CTLR_ENABLE_GRP1;
	u64 kick = 0;
	u32 i, n;

	if (vgic->enabled == enabled)
		return 0;
	vgic->enabled = enabled;

	for (i = 0; i < VGIC_MAX_CPUS; i++) {
		cpu = vgic->cpus[i];
		for (n = 0; cpu && n < cpu->nr_private; n++)
			kick |= vgic_irq_touched(vgic, &cpu->private[n]);
	}
	for (i = 0; i < vgic->nr_spis; i++)
		kick |= vgic_irq_touched(vgic, &vgic->spis[i]);
	return kick;
}

/* INTIDs have 10 bits: 0 to 1023 */
static u64 read_typer(struct vgic *vgic, struct vgic_cpu *cpu)
{
	return FIELD_PREP(TYPER_IT_LINES, vgic->nr_spis / 32) |
	       FIELD_PREP(TYPER_ID_BITS, 9) | TYPER_A3V | TYPER_NO_1N;
}

static u64 get_route(const struct vgic_irq *irq)
{
	return irq->route;
}

/*
 * Interrupt_Routing_Mode is RES0, as TYPER.No1N says. A route to a VCPU that
 * is yet to be created is kept for it.
 */
static u64 set_route(struct vgic *vgic, struct vgic_irq *irq, u64 field)
{
	u32 aff0 = FIELD_GET(ROUTE_AFF0, field);
	u32 aff1 = FIELD_GET(ROUTE_AFF1, field);

	field &= ROUTE_MASK;
	if (irq->route == field)
		return 0;
	irq->route = field;
	if (field & (ROUTE_AFF3 | ROUTE_AFF2) || aff0 >= 16 ||
	    aff1 >= VGIC_MAX_CPUS / 16)
		irq->cpu = VGIC_MAX_CPUS;
	else
		irq->cpu = array_index_nospec(aff1 * 16 + aff0,
					      VGIC_MAX_CPUS);
	return vgic_irq_touched(vgic, irq);
}

/* TYPER2 and STATUSR are RAZ/WI, like everything that is not here */
static const struct vgic_reg dist_regs[] = {
	{ .offset = 0x0000, .bytes = 4, .sizes = 4,
	  .read = read_ctlr, .write = write_ctlr },
	{ .offset = 0x0004, .bytes = 4, .sizes = 4, .read = read_typer },
	VGIC_REG_CONST(0x0008, VGIC_IIDR),
	{ .offset = 0x6000, .bits = 64, .sizes = 4 | 8,
	  .get = get_route, .set = set_route },
};

static struct vgic_frame dist_frame(struct vgic *vgic)
{
	return (struct vgic_frame) {
		.vgic = vgic,
		.regs = dist_regs,
		.nr_regs = ARRAY_SIZE(dist_regs),
		.first = VGIC_NR_PRIVATE,
		.end = 1024,
	};
}

/**
 * vgic_dist_read() - the guest reads from the distributor
 * @vgic: the interrupt controller
 * @offset: from @vgic->dist_base
 * @size: of the access: 1, 2, 4 or 8
 *
 * Context: Needs vgic->lock.
 * Return: The value, zero-extended.
 */
u64 vgic_dist_read(struct vgic *vgic, u32 offset, unsigned int size)
{
	struct vgic_frame frame = dist_frame(vgic);

	return vgic_frame_read(&frame, offset, size);
}

/**
 * vgic_dist_write() - the guest writes to the distributor
 * @vgic: the interrupt controller
 * @offset: from @vgic->dist_base
 * @size: of the access: 1, 2, 4 or 8
 * @value: the low @size bytes count
 *
 * Context: Needs vgic->lock.
 * Return: Mask of the VCPUs to kick.
 */
u64 vgic_dist_write(struct vgic *vgic, u32 offset, unsigned int size,
		    u64 value)
{
	struct vgic_frame frame = dist_frame(vgic);

	return vgic_frame_write(&frame, offset, size, value);
}
