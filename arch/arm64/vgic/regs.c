// SPDX-License-Identifier: GPL-2.0
/*
 * Registers by table, and the banks that the distributor and the SGI_base
 * frames of the redistributors have in common: the same fields at the same
 * offsets, for SPIs in the one and for private interrupts in the others.
 *
 * What a running VCPU has done with its list registers is not known before it
 * exits. Until then ISPENDR shows what was handed out as pending and ISACTIVER
 * what was active at its last exit. Writes are explained in lr.c.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>

#include "state.h"
#include "regs.h"

static u64 get_group(const struct vgic_irq *irq)
{
	return irq->group1;
}

static u64 set_group(struct vgic *vgic, struct vgic_irq *irq, u64 field)
{
	if (irq->group1 == (bool)field)
		return 0;
	irq->group1 = field;
	return vgic_irq_touched(vgic, irq);
}

static u64 get_enabled(const struct vgic_irq *irq)
{
	return irq->enabled;
}

static u64 change_enabled(struct vgic *vgic, struct vgic_irq *irq, bool enabled)
{
	if (irq->enabled == enabled)
		return 0;
	irq->enabled = enabled;
	return vgic_irq_touched(vgic, irq);
}

static u64 set_enabled(struct vgic *vgic, struct vgic_irq *irq, u64 field)
{
	return change_enabled(vgic, irq, true);
}

static u64 clear_enabled(struct vgic *vgic, struct vgic_irq *irq, u64 field)
{
	return change_enabled(vgic, irq, false);
}

static u64 get_pending(const struct vgic_irq *irq)
{
	return vgic_irq_pending(irq) || irq->lr_latch;
}

static u64 set_pending(struct vgic *vgic, struct vgic_irq *irq, u64 field)
{
	if (irq->latch)
		return 0;
	irq->latch = true;
	return vgic_irq_touched(vgic, irq);
}

/* A level-triggered interrupt whose line is high stays pending */
static u64 clear_pending(struct vgic *vgic, struct vgic_irq *irq, u64 field)
{
	if (!irq->latch && !irq->lr_latch)
		return 0;
	irq->latch = false;
	irq->lr_latch = false;
	return vgic_irq_touched(vgic, irq);
}

static u64 get_active(const struct vgic_irq *irq)
{
	return irq->active;
}

/* In a list register the true state is unknown: the write wins at fold */
static u64 change_active(struct vgic *vgic, struct vgic_irq *irq, bool active)
{
	u64 kick;

	if (irq->active == active && !irq->in_lr)
		return 0;
	irq->active = active;
	irq->active_set = irq->in_lr;
	kick = vgic_irq_touched(vgic, irq);
	return vgic_irq_listed(irq) ? kick | BIT_ULL(irq->owner) : kick;
}

static u64 set_active(struct vgic *vgic, struct vgic_irq *irq, u64 field)
{
	return change_active(vgic, irq, true);
}

static u64 clear_active(struct vgic *vgic, struct vgic_irq *irq, u64 field)
{
	return change_active(vgic, irq, false);
}

static u64 get_priority(const struct vgic_irq *irq)
{
	return irq->priority;
}

static u64 set_priority(struct vgic *vgic, struct vgic_irq *irq, u64 field)
{
	field &= VGIC_PRIO_MASK;
	if (irq->priority == field)
		return 0;
	irq->priority = field;
	return vgic_irq_touched(vgic, irq);
}

static u64 get_config(const struct vgic_irq *irq)
{
	return irq->edge ? 2 : 0;
}

/* Private interrupts are what they are, as GICR_ICFGR<0,1> may say */
static u64 set_config(struct vgic *vgic, struct vgic_irq *irq, u64 field)
{
	bool edge = field & 2;

	if (irq->intid < VGIC_NR_PRIVATE || irq->edge == edge)
		return 0;
	irq->edge = edge;
	return vgic_irq_touched(vgic, irq);
}

/* With one security state GICD_IGRPMODR and GICD_NSACR are RAZ/WI: not here */
static const struct vgic_reg banks[] = {
	{ .offset = 0x0180, .bits = 1, .sizes = 4, .ones = true,
	  .get = get_enabled, .set = clear_enabled },
	{ .offset = 0x0100, .bits = 1, .sizes = 4, .ones = true,
	  .get = get_enabled, .set = set_enabled },
	{ .offset = 0x0280, .bits = 1, .sizes = 4, .ones = true,
	  .get = get_pending, .set = clear_pending },
	{ .offset = 0x0200, .bits = 1, .sizes = 4, .ones = true,
	  .get = get_pending, .set = set_pending },
	{ .offset = 0x0380, .bits = 1, .sizes = 4, .ones = true,
	  .get = get_active, .set = clear_active },
	{ .offset = 0x0300, .bits = 1, .sizes = 4, .ones = true,
	  .get = get_active, .set = set_active },
	{ .offset = 0x0400, .bits = 8, .sizes = 1 | 4,
	  .get = get_priority, .set = set_priority },
	{ .offset = 0x0c00, .bits = 2, .sizes = 4,
	  .get = get_config, .set = set_config },
	{ .offset = 0x0080, .bits = 1, .sizes = 4,
	  .get = get_group, .set = set_group },
};

/* PIDR4, PIDR1, PIDR2 and the CIDRs: GICv3 in a frame of 64 KiB */
static const struct vgic_reg ids[] = {
	VGIC_REG_CONST(0xffd0, 0x44),
	VGIC_REG_CONST(0xffe4, 0xb0),
	VGIC_REG_CONST(0xffe8, 0x3b),
	VGIC_REG_CONST(0xfff0, 0x0d),
	VGIC_REG_CONST(0xfff4, 0xf0),
	VGIC_REG_CONST(0xfff8, 0x05),
	VGIC_REG_CONST(0xfffc, 0xb1),
};

static const struct vgic_reg *find_in(const struct vgic_reg *regs,
				      unsigned int nr, u32 end, u32 offset)
{
	unsigned int i;
	u32 bytes;

	for (i = 0; i < nr; i++) {
		bytes = regs[i].bits ? end * regs[i].bits / 8 : regs[i].bytes;
		if (offset >= regs[i].offset &&
		    offset - regs[i].offset < bytes)
			return &regs[i];
	}
	return NULL;
}

/*
 * The register at @offset, if it can be accessed with @size bytes there. Guests
 * use the banks most, to mask and unmask.
 */
static const struct vgic_reg *find_reg(const struct vgic_frame *frame,
				       u32 offset, unsigned int size)
{
	const struct vgic_reg *reg = NULL;

	if (frame->end)
		reg = find_in(banks, ARRAY_SIZE(banks), frame->end, offset);
	if (!reg)
		reg = find_in(frame->regs, frame->nr_regs, frame->end, offset);
	if (!reg && frame->regs)
		reg = find_in(ids, ARRAY_SIZE(ids), 0, offset);
	if (!reg || !(reg->sizes & size) || offset & (size - 1))
		return NULL;
	return reg;
}

/* Bits of an access or of a field; @bits is 1 to 64 */
static u64 low_bits(unsigned int bits)
{
	return GENMASK_ULL(bits - 1, 0);
}

static struct vgic_irq *frame_irq(const struct vgic_frame *frame, u32 intid)
{
	if (intid < frame->first || intid >= frame->end)
		return NULL;
	return vgic_get_irq(frame->vgic, frame->cpu, intid);
}

static u64 read_bank(const struct vgic_frame *frame,
		     const struct vgic_reg *reg, u32 first_bit,
		     unsigned int width)
{
	u32 intid = first_bit / reg->bits;
	unsigned int at;
	struct vgic_irq *irq;
	u64 value = 0;

	if (reg->bits > width) {
		irq = frame_irq(frame, intid);
		return irq ? reg->get(irq) >> (first_bit % reg->bits) : 0;
	}

	for (at = 0; at < width; at += reg->bits, intid++) {
		irq = frame_irq(frame, intid);
		if (irq)
			value |= reg->get(irq) << at;
	}
	return value;
}

/* One bit for each interrupt, of which the ones alone count */
static u64 write_ones(const struct vgic_frame *frame,
		      const struct vgic_reg *reg, u32 intid, u64 ones)
{
	struct vgic_irq *irq;
	u64 kick = 0;

	for (; ones; ones &= ones - 1) {
		irq = frame_irq(frame, intid + __ffs64(ones));
		if (irq)
			kick |= reg->set(frame->vgic, irq, 1);
	}
	return kick;
}

static u64 write_bank(const struct vgic_frame *frame,
		      const struct vgic_reg *reg, u32 first_bit,
		      unsigned int width, u64 value)
{
	u32 intid = first_bit / reg->bits;
	unsigned int at = first_bit % reg->bits;
	u64 field, mask, kick = 0;
	struct vgic_irq *irq;

	if (reg->ones)
		return write_ones(frame, reg, intid, value);
	if (reg->bits > width) {
		irq = frame_irq(frame, intid);
		if (!irq)
			return 0;
		mask = low_bits(width) << at;
		field = (reg->get(irq) & ~mask) | (value << at & mask);
		return reg->set(frame->vgic, irq, field);
	}

	for (at = 0; at < width; at += reg->bits, intid++) {
		field = value >> at & low_bits(reg->bits);
		irq = frame_irq(frame, intid);
		if (irq)
			kick |= reg->set(frame->vgic, irq, field);
	}
	return kick;
}

/**
 * vgic_frame_read() - read from a frame of registers
 * @frame: which
 * @offset: of the access in the frame, as the guest chose it
 * @size: of the access, in bytes
 *
 * What does not exist, and what is accessed with a size it does not support,
 * reads as zero (IHI 0069, 12.1.3 leaves the latter to the implementation).
 *
 * Context: Needs vgic->lock.
 * Return: The value, zero-extended.
 */
u64 vgic_frame_read(const struct vgic_frame *frame, u32 offset,
		    unsigned int size)
{
	const struct vgic_reg *reg = find_reg(frame, offset, size);
	u32 bit;
	u64 value;

	lockdep_assert_held(&frame->vgic->lock);

	if (!reg)
		return 0;
	bit = (offset - reg->offset) * 8;
	if (reg->bits)
		value = read_bank(frame, reg, bit, size * 8);
	else if (reg->read)
		value = reg->read(frame->vgic, frame->cpu) >> bit;
	else
		value = reg->value;
	return value & low_bits(size * 8);
}

/**
 * vgic_frame_write() - write to a frame of registers
 * @frame: which
 * @offset: of the access in the frame, as the guest chose it
 * @size: of the access, in bytes
 * @value: low bits count
 *
 * Writes to what does not exist, is read-only, or does not support the size,
 * are ignored.
 *
 * Context: Needs vgic->lock.
 * Return: Mask of the VCPUs to kick.
 */
u64 vgic_frame_write(const struct vgic_frame *frame, u32 offset,
		     unsigned int size, u64 value)
{
	const struct vgic_reg *reg = find_reg(frame, offset, size);

	lockdep_assert_held(&frame->vgic->lock);

	if (!reg)
		return 0;
	value &= low_bits(size * 8);
	if (reg->bits)
		return write_bank(frame, reg, (offset - reg->offset) * 8,
				  size * 8, value);
	if (reg->write)
		return reg->write(frame->vgic, frame->cpu, value);
	return 0;
}
