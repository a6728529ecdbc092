// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include <linux/string.h>

#include "vgic_fixture.h"

struct vgic vgic;

struct vgic_cpu *vgic_add_cpu(unsigned int index)
{
	struct vgic_cpu *cpu = kzalloc(sizeof(*cpu), GFP_KERNEL);

	cpu->vgic = &vgic;
	cpu->index = index;
	cpu->nr_private = vgic.irqchip ? VGIC_NR_PRIVATE : VGIC_NR_VECTORS;
	cpu->private = kcalloc(cpu->nr_private, sizeof(*cpu->private),
			       GFP_KERNEL);
	cpu->private[TIMER].hw = true;
	vgic_cpu_init_state(cpu);
	return cpu;
}

u64 vgic_remove_cpu(unsigned int index)
{
	struct vgic_cpu *cpu = vgic.cpus[index];
	u64 kick = vgic_cpu_exit_state(cpu);

	kfree(cpu->private);
	kfree(cpu);
	return kick;
}

void vgic_setup(bool irqchip, unsigned int cpus, unsigned int lrs)
{
	unsigned int i;

	memset(&vgic, 0, sizeof(vgic));
	vgic.irqchip = irqchip;
	vgic.nr_lrs = lrs;
	if (irqchip) {
		vgic.nr_spis = SPIS;
		vgic.spis = kcalloc(SPIS, sizeof(*vgic.spis), GFP_KERNEL);
	}
	vgic_init_state(&vgic);
	raw_spin_lock(&vgic.lock);
	for (i = 0; i < cpus; i++)
		vgic_add_cpu(i);
	if (!irqchip)
		return;
	dist_write(0, 2);
	for (i = 0; i < cpus; i++)
		open_cpu(i);
}

void vgic_teardown(void)
{
	unsigned int i;

	for (i = 0; i < VGIC_MAX_CPUS; i++)
		if (vgic.cpus[i])
			vgic_remove_cpu(i);
	raw_spin_unlock(&vgic.lock);
	kfree(vgic.spis);
}

void open_cpu(unsigned int cpu)
{
	vgic.cpus[cpu]->vmcr |= VGIC_VMCR_VPMR | VGIC_VMCR_VENG1;
}

void open_irq(unsigned int cpu, u32 intid, u8 priority)
{
	vgic_redist_write(vgic.cpus[cpu], 0x10400 + intid, 1, priority);
	redist_write(cpu, 0x10100, 1U << intid);
}

void open_spi(u32 intid, u8 priority, bool edge, u64 route)
{
	u32 at = 0xc00 + intid / 16 * 4, bit = 2U << intid % 16 * 2;
	u32 config = dist_read(at);

	vgic_dist_write(&vgic, 0x400 + intid, 1, priority);
	dist_write(at, edge ? config | bit : config & ~bit);
	vgic_dist_write(&vgic, 0x6000 + intid * 8, 8, route);
	dist_write(0x100 + intid / 32 * 4, 1U << intid % 32);
}

u32 dist_read(u32 offset)
{
	return vgic_dist_read(&vgic, offset, 4);
}

u64 dist_write(u32 offset, u32 value)
{
	return vgic_dist_write(&vgic, offset, 4, value);
}

u32 redist_read(unsigned int cpu, u32 offset)
{
	return vgic_redist_read(vgic.cpus[cpu], offset, 4);
}

u64 redist_write(unsigned int cpu, u32 offset, u32 value)
{
	return vgic_redist_write(vgic.cpus[cpu], offset, 4, value);
}

static u64 *find_lr(unsigned int index, u32 intid)
{
	struct vgic_cpu *cpu = vgic.cpus[index];
	u64 *found = NULL;
	unsigned int i;

	for (i = 0; i < cpu->used_lrs; i++) {
		if ((cpu->lr[i] & VGIC_LR_VINTID) != intid)
			continue;
		CHECK(!found);
		found = &cpu->lr[i];
	}
	return found;
}

u64 lr_of(unsigned int cpu, u32 intid)
{
	u64 *lr = find_lr(cpu, intid);

	return lr ? *lr : NO_LR;
}

u64 lr_state(unsigned int cpu, u32 intid)
{
	u64 *lr = find_lr(cpu, intid);

	return lr ? *lr & VGIC_LR_STATE : NO_LR;
}

void guest_ack(unsigned int cpu, u32 intid)
{
	u64 *lr = find_lr(cpu, intid);

	CHECK(lr && (*lr & VGIC_LR_STATE) == VGIC_LR_PENDING);
	if (lr)
		*lr ^= VGIC_LR_STATE;
}

void guest_eoi(unsigned int cpu, u32 intid)
{
	u64 *lr = find_lr(cpu, intid);

	CHECK(lr && *lr & VGIC_LR_ACTIVE);
	if (lr)
		*lr &= ~VGIC_LR_ACTIVE;
}

void fill(unsigned int cpu)
{
	vgic_fill_lrs(vgic.cpus[cpu]);
}

u64 fold(unsigned int cpu)
{
	return vgic_fold_lrs(vgic.cpus[cpu]);
}

struct vgic_irq *irq_of(unsigned int cpu, u32 intid)
{
	return vgic_get_irq(&vgic, vgic.cpus[cpu], intid);
}
