// SPDX-License-Identifier: GPL-2.0
/*
 * The redistributors, GICR: for each VCPU the frame RD_base, and SGI_base with
 * the registers of its private interrupts. No LPIs (IHI 0069, 12.10).
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/nospec.h>

#include "state.h"
#include "regs.h"

#define SGI_BASE		0x10000

#define TYPER_LAST		BIT_ULL(4)
#define TYPER_NUMBER		GENMASK_ULL(23, 8)
#define TYPER_AFFINITY		GENMASK_ULL(63, 32)

#define WAKER_SLEEP		BIT(1)
#define WAKER_ASLEEP		BIT(2)

/* Frames follow each other up to the first index without a VCPU */
static bool is_last(const struct vgic *vgic, const struct vgic_cpu *cpu)
{
	u32 next = cpu->index + 1;

	return next >= VGIC_MAX_CPUS ||
	       !vgic->cpus[array_index_nospec(next, VGIC_MAX_CPUS)];
}

static u64 read_typer(struct vgic *vgic, struct vgic_cpu *cpu)
{
	return FIELD_PREP(TYPER_AFFINITY, cpu->mpidr) |
	       FIELD_PREP(TYPER_NUMBER, cpu->index) |
	       (is_last(vgic, cpu) ? TYPER_LAST : 0);
}

static u64 read_waker(struct vgic *vgic, struct vgic_cpu *cpu)
{
	return cpu->waker_sleep ? WAKER_SLEEP | WAKER_ASLEEP : 0;
}

/*
 * The CPU interface is awake whenever the VCPU runs, so nothing is held back
 * by ProcessorSleep: only the handshake is there.
 */
static u64 write_waker(struct vgic *vgic, struct vgic_cpu *cpu, u64 value)
{
	cpu->waker_sleep = value & WAKER_SLEEP;
	return 0;
}

/* CTLR and STATUSR are RAZ/WI, like everything that is not here */
static const struct vgic_reg rd_regs[] = {
	VGIC_REG_CONST(0x0004, VGIC_IIDR),
	{ .offset = 0x0008, .bytes = 8, .sizes = 4 | 8, .read = read_typer },
	{ .offset = 0x0014, .bytes = 4, .sizes = 4,
	  .read = read_waker, .write = write_waker },
};

static struct vgic_frame redist_frame(struct vgic_cpu *cpu, u32 offset)
{
	struct vgic_frame frame = { .vgic = cpu->vgic, .cpu = cpu };

	if (offset < SGI_BASE) {
		frame.regs = rd_regs;
		frame.nr_regs = ARRAY_SIZE(rd_regs);
	} else {
		frame.end = VGIC_NR_PRIVATE;
	}
	return frame;
}

/**
 * vgic_redist_read() - a guest reads from a redistributor
 * @cpu: whose it is
 * @offset: from its RD_base, up to %VGIC_REDIST_STRIDE
 * @size: of the access: 1, 2, 4 or 8
 *
 * Context: Needs vgic->lock.
 * Return: The value, zero-extended.
 */
u64 vgic_redist_read(struct vgic_cpu *cpu, u32 offset, unsigned int size)
{
	struct vgic_frame frame = redist_frame(cpu, offset);

	return vgic_frame_read(&frame, offset & (SGI_BASE - 1), size);
}

/**
 * vgic_redist_write() - a guest writes to a redistributor
 * @cpu: whose it is
 * @offset: from its RD_base, up to %VGIC_REDIST_STRIDE
 * @size: of the access: 1, 2, 4 or 8
 * @value: the low @size bytes count
 *
 * Context: Needs vgic->lock.
 * Return: Mask of the VCPUs to kick.
 */
u64 vgic_redist_write(struct vgic_cpu *cpu, u32 offset, unsigned int size,
		      u64 value)
{
	struct vgic_frame frame = redist_frame(cpu, offset);

	return vgic_frame_write(&frame, offset & (SGI_BASE - 1), size, value);
}
