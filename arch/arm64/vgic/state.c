// SPDX-License-Identifier: GPL-2.0
/*
 * The state of interrupts: what is pending, for whom, and in whose list.
 *
 * The one invariant, which vgic_irq_changed() restores after every change:
 * an interrupt is in a list if and only if it is active, or in a list
 * register, or pending, enabled, in group 1 and let through by the
 * distributor, and there is a VCPU for it. That VCPU is the one it is routed
 * to, except that an interrupt which is active or in a list register stays
 * where it is until it is neither (IHI 0069, 4.4: rerouting has no effect on
 * an interrupt that is active).
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "state.h"
#include "regs.h"

/* ICC_SGI1R_EL1, IHI 0069, 12.2 */
#define SGIR_TARGETS		GENMASK_ULL(15, 0)
#define SGIR_AFF1		GENMASK_ULL(23, 16)
#define SGIR_INTID		GENMASK_ULL(27, 24)
#define SGIR_AFF2		GENMASK_ULL(39, 32)
#define SGIR_IRM		BIT_ULL(40)
#define SGIR_RS			GENMASK_ULL(47, 44)
#define SGIR_AFF3		GENMASK_ULL(55, 48)

static void init_irq(struct vgic_irq *irq, u32 intid, u8 cpu)
{
	bool hw = irq->hw;

	memset(irq, 0, sizeof(*irq));
	irq->intid = intid;
	irq->cpu = cpu;
	irq->owner = cpu;
	irq->group1 = true;
	irq->hw = hw;
}

/**
 * vgic_init_state() - give a new distributor its reset state
 * @vgic: with @irqchip, @nr_lrs, @nr_spis and @spis set, the rest zero
 *
 * Every SPI is disabled, level-triggered, in group 1 and routed to affinity
 * 0.0.0.0. Without an irqchip there is no distributor to open: everything is
 * let through from the start.
 *
 * Context: Before anyone else knows @vgic; needs no lock.
 */
void vgic_init_state(struct vgic *vgic)
{
	u32 i;

	raw_spin_lock_init(&vgic->lock);
	vgic->enabled = !vgic->irqchip;
	for (i = 0; i < vgic->nr_spis; i++)
		init_irq(&vgic->spis[i], VGIC_NR_PRIVATE + i, 0);
}

/**
 * vgic_cpu_init_state() - give a new VCPU's interrupts their reset state
 * @cpu: with @vgic, @index, @private and @nr_private set, the rest zero
 *
 * Puts @cpu into @vgic->cpus and collects the SPIs that wait for it. With an
 * irqchip SGIs are edge-triggered and PPIs level-triggered, all are disabled
 * and the CPU interface is closed. Without one, every vector is enabled and
 * edge-triggered, and the CPU interface is open, since guests of Zircon do not
 * open it.
 *
 * Context: Needs vgic->lock.
 */
void vgic_cpu_init_state(struct vgic_cpu *cpu)
{
	struct vgic *vgic = cpu->vgic;
	struct vgic_irq *irq;
	u32 i;

	lockdep_assert_held(&vgic->lock);

	INIT_HLIST_HEAD(&cpu->list);
	cpu->mpidr = (cpu->index & 15) | (cpu->index >> 4) << 8;
	cpu->waker_sleep = true;
	cpu->used_lrs = 0;
	cpu->hcr = 0;
	cpu->vmcr = VGIC_VMCR_VFIQEN;
	if (!vgic->irqchip)
		cpu->vmcr |= VGIC_VMCR_VPMR | VGIC_VMCR_VENG1;

	for (i = 0; i < cpu->nr_private; i++) {
		irq = &cpu->private[i];
		init_irq(irq, i, cpu->index);
		irq->enabled = !vgic->irqchip;
		irq->edge = !vgic->irqchip || i < VGIC_NR_SGIS;
		if (!vgic->irqchip)
			irq->priority = i < VGIC_NR_PRIVATE ?
				VGIC_PRIO_PRIVATE : VGIC_PRIO_SHARED;
	}

	vgic->cpus[cpu->index] = cpu;
	for (i = 0; i < vgic->nr_spis; i++)
		vgic_irq_changed(vgic, &vgic->spis[i]);
}

/**
 * vgic_cpu_exit_state() - take a VCPU out of its interrupt controller
 * @cpu: does not run and will not
 *
 * Removes @cpu from @vgic->cpus. SPIs that are routed to it keep their pending
 * state and wait for a VCPU of that index; those that were rerouted while
 * @cpu had them go to their new VCPU. What was active here can no longer be
 * deactivated by anyone, so it becomes inactive.
 *
 * Context: Needs vgic->lock.
 * Return: Mask of the VCPUs that have something new to take.
 */
u64 vgic_cpu_exit_state(struct vgic_cpu *cpu)
{
	struct vgic *vgic = cpu->vgic;
	struct hlist_node *next;
	struct vgic_irq *irq;
	u64 kick;

	lockdep_assert_held(&vgic->lock);

	kick = vgic_fold_lrs(cpu);
	vgic->cpus[cpu->index] = NULL;
	hlist_for_each_entry_safe(irq, next, &cpu->list, node) {
		hlist_del_init(&irq->node);
		irq->active = false;
		if (irq->intid >= cpu->nr_private)
			kick |= vgic_irq_changed(vgic, irq);
	}
	return kick;
}

/**
 * vgic_get_irq() - find an interrupt by its number
 * @vgic: the interrupt controller
 * @cpu: whose private interrupts are meant; may be NULL for an SPI
 * @intid: chosen by the guest or the VMM
 *
 * Context: Any.
 * Return: The interrupt, or NULL if there is none of that number.
 */
struct vgic_irq *vgic_get_irq(struct vgic *vgic, struct vgic_cpu *cpu,
			      u32 intid)
{
	if (cpu && intid < cpu->nr_private)
		return &cpu->private[array_index_nospec(intid,
							cpu->nr_private)];
	if (intid < VGIC_NR_PRIVATE)
		return NULL;
	intid -= VGIC_NR_PRIVATE;
	if (intid >= vgic->nr_spis)
		return NULL;
	return &vgic->spis[array_index_nospec(intid, vgic->nr_spis)];
}

static void move_irq(struct vgic_irq *irq, struct vgic_cpu *cpu)
{
	if (vgic_irq_listed(irq)) {
		if (cpu && irq->owner == cpu->index)
			return;
		hlist_del_init(&irq->node);
	}
	if (cpu) {
		hlist_add_head(&irq->node, &cpu->list);
		irq->owner = cpu->index;
	}
}

/**
 * vgic_irq_changed() - put an interrupt into the right list
 * @vgic: the interrupt controller
 * @irq: some of its state has changed
 *
 * Context: Needs vgic->lock.
 * Return: Mask with the VCPU that must look at its list, if @irq is to be
 * delivered; that VCPU may know of it already.
 */
u64 vgic_irq_changed(struct vgic *vgic, struct vgic_irq *irq)
{
	bool deliverable = vgic_irq_deliverable(vgic, irq);
	bool stays = irq->active || irq->in_lr;
	struct vgic_cpu *cpu = NULL;

	lockdep_assert_held(&vgic->lock);

	if (stays && vgic_irq_listed(irq))
		cpu = vgic->cpus[irq->owner];
	else if (stays || deliverable)
		cpu = vgic->cpus[irq->cpu];

	move_irq(irq, cpu);
	return cpu && deliverable ? BIT_ULL(cpu->index) : 0;
}

/**
 * vgic_set_line() - set the level of an interrupt's input line
 * @vgic: the interrupt controller
 * @cpu: whose private interrupt is meant; may be NULL for an SPI
 * @intid: its number
 * @level: true: asserted
 *
 * A rising line makes an edge-triggered interrupt pending once. An interrupt
 * that is linked to a physical one always follows the level.
 *
 * Context: Needs vgic->lock.
 * Return: Mask of the VCPUs to kick; 0 if there is no such interrupt.
 */
u64 vgic_set_line(struct vgic *vgic, struct vgic_cpu *cpu, u32 intid,
		  bool level)
{
	struct vgic_irq *irq = vgic_get_irq(vgic, cpu, intid);

	lockdep_assert_held(&vgic->lock);

	if (!irq || irq->line == level)
		return 0;
	irq->line = level;
	if (level && !vgic_irq_is_level(irq))
		irq->latch = true;
	return vgic_irq_changed(vgic, irq);
}

/**
 * vgic_pulse() - make an interrupt pending by an edge
 * @vgic: the interrupt controller
 * @cpu: whose private interrupt is meant; may be NULL for an SPI
 * @intid: its number
 *
 * One that is pending already stays pending once. A level-triggered interrupt
 * is latched like by GICD_ISPENDR, so that a pulse is never lost.
 *
 * Context: Needs vgic->lock.
 * Return: Mask of the VCPUs to kick; 0 if there is no such interrupt.
 */
u64 vgic_pulse(struct vgic *vgic, struct vgic_cpu *cpu, u32 intid)
{
	struct vgic_irq *irq = vgic_get_irq(vgic, cpu, intid);

	lockdep_assert_held(&vgic->lock);

	if (!irq || irq->latch)
		return 0;
	irq->latch = true;
	return vgic_irq_changed(vgic, irq);
}

/* The VCPUs that exist among those that a write to ICC_SGI1R_EL1 names */
static u64 sgi_targets(const struct vgic_cpu *from, u64 sgir)
{
	u32 aff1 = FIELD_GET(SGIR_AFF1, sgir);

	if (sgir & SGIR_IRM)
		return ~BIT_ULL(from->index);
	if (sgir & (SGIR_AFF3 | SGIR_AFF2 | SGIR_RS) ||
	    aff1 >= VGIC_MAX_CPUS / 16)
		return 0;
	return FIELD_GET(SGIR_TARGETS, sgir) << (aff1 * 16);
}

/**
 * vgic_send_sgi() - carry out a write to ICC_SGI1R_EL1
 * @vgic: the interrupt controller
 * @from: the VCPU that writes
 * @sgir: the value
 *
 * Affinities of no VCPU are ignored (IHI 0069, 12.2.16).
 *
 * Context: Needs vgic->lock.
 * Return: Mask of the VCPUs to kick.
 */
u64 vgic_send_sgi(struct vgic *vgic, struct vgic_cpu *from, u64 sgir)
{
	u64 targets = sgi_targets(from, sgir);
	u32 intid = FIELD_GET(SGIR_INTID, sgir);
	struct vgic_cpu *cpu;
	u64 kick = 0;

	for (; targets; targets &= targets - 1) {
		cpu = vgic->cpus[array_index_nospec(__ffs64(targets),
						    VGIC_MAX_CPUS)];
		if (cpu)
			kick |= vgic_pulse(vgic, cpu, intid);
	}
	return kick;
}

/**
 * vgic_cpu_pending() - would an interrupt end this VCPU's WFI?
 * @cpu: its list registers have been folded
 *
 * That takes a pending interrupt which the CPU interface would signal: group 1
 * enabled and the priority above ICC_PMR_EL1. PSTATE.I does not matter, and an
 * interrupt that is still active is not signalled again (IHI 0069, 4.8). The
 * running priority is not looked at: inside a handler WFI may end too early,
 * which the architecture allows.
 *
 * Context: Needs vgic->lock.
 * Return: Whether there is such an interrupt.
 */
bool vgic_cpu_pending(const struct vgic_cpu *cpu)
{
	u32 mask = FIELD_GET(VGIC_VMCR_VPMR, cpu->vmcr);
	const struct vgic_irq *irq;

	lockdep_assert_held(&cpu->vgic->lock);

	if (!(cpu->vmcr & VGIC_VMCR_VENG1))
		return false;
	hlist_for_each_entry(irq, &cpu->list, node)
		if (!irq->active && irq->priority < mask &&
		    vgic_irq_deliverable(cpu->vgic, irq))
			return true;
	return false;
}
