/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the state machine share: the predicates of an interrupt,
 * and registers described by tables.
 */
#ifndef ZXVM_ARM64_VGIC_REGS_H
#define ZXVM_ARM64_VGIC_REGS_H

#include <linux/bits.h>
#include <linux/types.h>

#include "state.h"

/* GICD_IIDR and GICR_IIDR: product 'Z', revision 0, in Arm's name space */
#define VGIC_IIDR		0x5a00043bU

/**
 * struct vgic_reg - a register, or a bank of fields, one for each interrupt
 * @offset: of the first byte in its frame
 * @bits: of the field of one interrupt; 0: not a bank
 * @bytes: of a register that is not a bank
 * @sizes: access sizes that work, in bytes, ORed; others are RAZ/WI
 * @ones: bank: a field of zeroes, written, means no change
 * @value: reads as this if there is no @read
 * @read: register: its value
 * @write: register: take a value; returns the VCPUs to kick
 * @get: bank: the field of an interrupt
 * @set: bank: take a field; returns the VCPUs to kick
 */
struct vgic_reg {
	u16 offset;
	u8 bits;
	u8 bytes;
	u8 sizes;
	bool ones;
	u32 value;
	u64 (*read)(struct vgic *vgic, struct vgic_cpu *cpu);
	u64 (*write)(struct vgic *vgic, struct vgic_cpu *cpu, u64 value);
	u64 (*get)(const struct vgic_irq *irq);
	u64 (*set)(struct vgic *vgic, struct vgic_irq *irq, u64 field);
};

/* A register that reads as @_value */
#define VGIC_REG_CONST(_offset, _value) \
	{ .offset = (_offset), .bytes = 4, .sizes = 4, .value = (_value) }

/**
 * struct vgic_frame - a 64 KiB frame of registers
 * @vgic: the interrupt controller
 * @cpu: whose frame it is; NULL: the distributor's
 * @regs: registers of this kind of frame alone; NULL: there are none, and
 *	no ID registers either
 * @nr_regs: how many
 * @first: first interrupt of its banks
 * @end: one more than the last; 0: no banks but in @regs
 */
struct vgic_frame {
	struct vgic *vgic;
	struct vgic_cpu *cpu;
	const struct vgic_reg *regs;
	u16 nr_regs;
	u16 first;
	u16 end;
};

u64 vgic_frame_read(const struct vgic_frame *frame, u32 offset,
		    unsigned int size);
u64 vgic_frame_write(const struct vgic_frame *frame, u32 offset,
		     unsigned int size, u64 value);

/* Without an irqchip every vector is edge-triggered, but not the timer's */
static inline bool vgic_irq_is_level(const struct vgic_irq *irq)
{
	return !irq->edge || irq->hw;
}

/* Is it pending outside of list registers? */
static inline bool vgic_irq_pending(const struct vgic_irq *irq)
{
	return irq->latch || (vgic_irq_is_level(irq) && irq->line);
}

static inline bool vgic_irq_listed(const struct vgic_irq *irq)
{
	return !hlist_unhashed(&irq->node);
}

static inline bool vgic_irq_deliverable(const struct vgic *vgic,
					const struct vgic_irq *irq)
{
	return irq->enabled && irq->group1 && vgic->enabled &&
	       vgic_irq_pending(irq);
}

/* vgic_irq_changed(), and have it taken out of a list register as well */
static inline u64 vgic_irq_touched(struct vgic *vgic, struct vgic_irq *irq)
{
	u64 kick = vgic_irq_changed(vgic, irq);

	return irq->in_lr ? kick | BIT_ULL(irq->owner) : kick;
}

#endif /* ZXVM_ARM64_VGIC_REGS_H */
