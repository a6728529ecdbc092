// SPDX-License-Identifier: GPL-2.0
/*
 * List registers: before a run, what a VCPU could take is handed to its CPU
 * interface; after it, what the guest has done with it is taken back.
 *
 * Between fill and fold the hardware owns the pending state that was handed
 * out: the latch of an interrupt moves into the list register, and a new edge
 * sets it anew. At fold a list register that is still pending returns the
 * latch; one that is not has been acknowledged, and the latch is used up. What
 * was pending by its line alone is simply looked at again.
 *
 * A guest write to the registers of an interrupt in a list register of a
 * running VCPU changes the state here, and the VCPU is kicked. The write takes
 * effect when that VCPU folds: a pending state that was cleared does not come
 * back, and an active state that was written stays as written.
 *
 * See IHI 0069, 6.3 to 6.5, and the ICH registers in its chapter 12.
 */
#include <linux/bitfield.h>
#include <linux/bug.h>
#include <linux/lockdep.h>

#include "state.h"
#include "regs.h"

/*
 * Active interrupts come first, because the CPU interface looks for them when
 * the guest deactivates; among them the linked one, because only the CPU
 * interface can deactivate its physical half. Then priority decides.
 */
static bool goes_before(const struct vgic_irq *a, const struct vgic_irq *b)
{
	if (a->active != b->active)
		return a->active;
	if (a->active && a->hw != b->hw)
		return a->hw;
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return a->intid < b->intid;
}

/*
 * Sorts the best of the list into @lr_irq and returns how many there are. What
 * stays outside is told by bits of ICH_HCR_EL2 in @hcr: the maintenance
 * interrupt comes when nothing is pending in a list register any more (NP), or
 * when something was deactivated that is in none (LRENP). The first of those
 * that are pending always has a list register, or it could not preempt.
 */
static unsigned int choose_irqs(struct vgic_cpu *cpu, u32 *hcr)
{
	struct vgic_irq **best = cpu->lr_irq;
	unsigned int max = cpu->vgic->nr_lrs;
	unsigned int used = 0, active = 0, all = 0, at;
	struct vgic_irq *irq, *first = NULL;

	/* Mostly there is one alone. */
	if (hlist_is_singular_node(cpu->list.first, &cpu->list)) {
		best[0] = hlist_entry(cpu->list.first, struct vgic_irq, node);
		return 1;
	}

	hlist_for_each_entry(irq, &cpu->list, node) {
		all++;
		if (irq->active)
			active++;
		else if (!first || goes_before(irq, first))
			first = irq;

		if (used == max && !goes_before(irq, best[max - 1]))
			continue;
		at = used < max ? used++ : max - 1;
		for (; at && goes_before(irq, best[at - 1]); at--)
			best[at] = best[at - 1];
		best[at] = irq;
	}
	if (all == used)
		return used;

	/*
	 * With a single list register that holds the linked interrupt there is
	 * no event to wait for: the others follow at the next exit.
	 */
	if (first && best[max - 1]->active && !(max == 1 && best[0]->hw))
		best[max - 1] = first;
	for (at = 0; at < used && best[at]->active; at++)
		;
	if (at < active)
		*hcr |= VGIC_HCR_LRENPIE;
	if (at < used && used - at < all - active)
		*hcr |= VGIC_HCR_NPIE;
	return used;
}

/*
 * The line of a linked interrupt is high while its physical half is active,
 * and only then may a list register deactivate that half; it must not be
 * pending and active as well. A line of any other interrupt that is high is
 * looked at again on deactivation, which EOI makes an exit; one that rises
 * later kicks the VCPU.
 */
static void load_lr(struct vgic_cpu *cpu, unsigned int n)
{
	struct vgic_irq *irq = cpu->lr_irq[n];
	u64 lr = FIELD_PREP(VGIC_LR_VINTID, irq->intid) |
		 FIELD_PREP(VGIC_LR_PRIORITY, irq->priority) | VGIC_LR_GROUP1;
	bool linked = irq->hw && irq->line;

	/* What is in the list and not active is there to be delivered. */
	if (irq->active)
		lr |= VGIC_LR_ACTIVE;
	if (!irq->active || (irq->latch && !linked &&
			     vgic_irq_deliverable(cpu->vgic, irq))) {
		lr |= VGIC_LR_PENDING;
		irq->lr_latch = irq->latch;
		irq->latch = false;
	}
	if (linked)
		lr |= VGIC_LR_HW | FIELD_PREP(VGIC_LR_PINTID, irq->intid);
	else if (!irq->edge && irq->line)
		lr |= VGIC_LR_EOI;

	irq->in_lr = true;
	cpu->lr[n] = lr;
}

/**
 * vgic_fill_lrs() - choose what the CPU interface gets for the next run
 * @cpu: about to enter the guest; its list registers have been folded
 *
 * Sets @lr, @lr_irq, @used_lrs and @hcr of @cpu. The physical half of a linked
 * interrupt must be active if and only if its line is high.
 *
 * Context: Needs vgic->lock.
 */
void vgic_fill_lrs(struct vgic_cpu *cpu)
{
	unsigned int i, used;
	u32 hcr = VGIC_HCR_EN;

	lockdep_assert_held(&cpu->vgic->lock);
	WARN_ON_ONCE(cpu->used_lrs);

	if (hlist_empty(&cpu->list)) {
		cpu->hcr = 0;
		return;
	}

	used = choose_irqs(cpu, &hcr);
	for (i = 0; i < used; i++)
		load_lr(cpu, i);
	cpu->used_lrs = used;
	cpu->hcr = hcr;
}

/*
 * Deactivations of interrupts that were in no list register are only counted.
 * With EOImode 0 interrupts end in the reverse order of their beginning, so
 * each one was the highest active priority. A guest with EOImode 1 that keeps
 * more interrupts active than there are list registers, and deactivates them
 * out of order, gets them in this order all the same.
 */
static u64 fold_eoi_count(struct vgic_cpu *cpu)
{
	u32 count = FIELD_GET(VGIC_HCR_EOICOUNT, cpu->hcr);
	struct vgic_irq *irq, *first;
	u64 kick = 0;

	while (count--) {
		first = NULL;
		hlist_for_each_entry(irq, &cpu->list, node)
			if (irq->active && !irq->in_lr &&
			    (!first || goes_before(irq, first)))
				first = irq;
		if (!first)
			break;
		first->active = false;
		kick |= vgic_irq_changed(cpu->vgic, first);
	}
	return kick;
}

/*
 * The line of a linked interrupt follows the physical one. When the guest has
 * deactivated the virtual one, the physical one is free to fire again, and
 * says so itself if the line is still high.
 */
static u64 fold_lr(struct vgic_cpu *cpu, unsigned int n)
{
	struct vgic_irq *irq = cpu->lr_irq[n];
	u64 lr = cpu->lr[n];

	if (irq->lr_latch && lr & VGIC_LR_PENDING)
		irq->latch = true;
	if (!irq->active_set)
		irq->active = lr & VGIC_LR_ACTIVE;
	if (irq->hw && !(lr & VGIC_LR_STATE))
		irq->line = false;

	irq->lr_latch = false;
	irq->active_set = false;
	irq->in_lr = false;
	return vgic_irq_changed(cpu->vgic, irq);
}

/**
 * vgic_fold_lrs() - take back what the guest has done with its list registers
 * @cpu: out of the guest, with @lr as read from the hardware
 *
 * Of each list register in use only the state is looked at, so that an empty
 * one needs not be read but for clearing %VGIC_LR_STATE. Folding twice does
 * nothing more.
 *
 * Context: Needs vgic->lock.
 * Return: Mask of the other VCPUs that have something new to take, as they got
 * an interrupt that was rerouted.
 */
u64 vgic_fold_lrs(struct vgic_cpu *cpu)
{
	unsigned int i;
	u64 kick = 0;

	lockdep_assert_held(&cpu->vgic->lock);

	if (!cpu->used_lrs)
		return 0;

	if (cpu->hcr & VGIC_HCR_LRENPIE)
		kick |= fold_eoi_count(cpu);
	for (i = 0; i < cpu->used_lrs; i++)
		kick |= fold_lr(cpu, i);
	cpu->used_lrs = 0;
	return kick & ~BIT_ULL(cpu->index);
}
