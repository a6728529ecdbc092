// SPDX-License-Identifier: GPL-2.0
#include <linux/bitfield.h>

#include "vgic_model.h"

struct account *account_of(struct model *m, int cpu, u32 intid)
{
	return intid < VGIC_NR_PRIVATE ? &m->cpus[cpu].accounts[intid] :
		&m->spi_accounts[intid - VGIC_NR_PRIVATE];
}

struct vgic_irq *model_irq(struct model *m, const struct account *a)
{
	return a->intid < VGIC_NR_PRIVATE ? &m->cpus[a->cpu].irqs[a->intid] :
		&m->spis[a->intid - VGIC_NR_PRIVATE];
}

bool account_pending(const struct account *a)
{
	return a->latch || (a->line && (!a->edge || a->hw));
}

bool account_deliverable(const struct model *m, const struct account *a)
{
	return account_pending(a) && a->enabled && a->group1 && m->distributor;
}

int account_home(const struct account *a)
{
	if (a->held != NOBODY)
		return a->held;
	return a->active && a->active_on != NOBODY ? a->active_on : a->route;
}

static bool waits_at(const struct model *m, const struct account *a, int cpu)
{
	return account_home(a) == cpu &&
	       (a->active || account_deliverable(m, a));
}

static bool before(const struct account *a, const struct account *b)
{
	return a->priority != b->priority ? a->priority < b->priority :
		a->intid < b->intid;
}

static u64 *find_lr(struct model *m, int cpu, u32 intid)
{
	struct vgic_cpu *v = &m->cpus[cpu].vgic;
	u64 *found = NULL;
	unsigned int i;

	for (i = 0; i < v->used_lrs; i++) {
		if ((v->lr[i] & VGIC_LR_VINTID) != intid)
			continue;
		CHECK(!found);
		found = &v->lr[i];
	}
	return found;
}

/* One list register that was just filled */
static void check_lr(struct model *m, int cpu, const struct account *a, u64 lr)
{
	bool linked = a->hw && a->line;
	bool pending = account_deliverable(m, a) &&
		       (!a->active || (a->latch && !linked));

	CHECK(waits_at(m, a, cpu));
	CHECK_EQ(!!(lr & VGIC_LR_ACTIVE), a->active);
	CHECK_EQ(!!(lr & VGIC_LR_PENDING), pending);
	CHECK(lr & VGIC_LR_GROUP1);
	CHECK_EQ(FIELD_GET(VGIC_LR_PRIORITY, lr), a->priority);
	CHECK_EQ(!!(lr & VGIC_LR_HW), linked);
	if (linked) {
		CHECK_EQ(FIELD_GET(VGIC_LR_PINTID, lr), a->intid);
		CHECK((lr & VGIC_LR_STATE) != VGIC_LR_STATE);
		CHECK(m->cpus[cpu].timer_active);
	} else {
		CHECK_EQ(FIELD_GET(VGIC_LR_PINTID, lr) << 32,
			 a->line && !a->edge && !a->hw ? VGIC_LR_EOI : 0);
	}
}

/* Those that found no place: none is better than one that did */
static void check_left_out(struct model *m, int cpu)
{
	struct vgic_cpu *v = &m->cpus[cpu].vgic;
	struct account *a, *b, *worst = NULL, *best = NULL;
	bool active_out = false, alone;
	u32 pending_in = 0, n;
	u64 *lr;

	for_each_account(m, cpu, a, n) {
		if (!waits_at(m, a, cpu))
			continue;
		lr = find_lr(m, cpu, a->intid);
		if (lr && !a->active) {
			pending_in++;
			if (!worst || before(worst, a))
				worst = a;
		} else if (!lr && a->active) {
			active_out = true;
			CHECK(!a->hw || !a->line);
		} else if (!lr && (!best || before(a, best))) {
			best = a;
		}
	}

	CHECK(!worst || !best || before(worst, best));
	if (active_out)
		CHECK(pending_in <= 1);
	b = account_of(m, cpu, v->lr[0] & VGIC_LR_VINTID);
	alone = v->used_lrs == 1 && b->hw && b->active;
	CHECK(!best || pending_in || alone);
	CHECK_EQ(v->hcr, VGIC_HCR_EN | (active_out ? VGIC_HCR_LRENPIE : 0) |
		 (best && pending_in ? VGIC_HCR_NPIE : 0));
}

/**
 * check_entry() - the list registers are what the accounts ask for
 * @m: the machine
 * @cpu: has just been filled
 */
void check_entry(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];
	struct account *a;
	u32 waiting = 0, n;
	u64 *lr;

	for_each_account(m, cpu, a, n)
		waiting += waits_at(m, a, cpu);
	c->left_out = waiting > m->vgic.nr_lrs;
	CHECK_EQ(c->vgic.used_lrs, min_t(u32, waiting, m->vgic.nr_lrs));
	if (!waiting)
		CHECK_EQ(c->vgic.hcr, 0);
	else
		check_left_out(m, cpu);

	for_each_account(m, cpu, a, n) {
		if (a->hw)
			CHECK_EQ(a->line, c->timer_active);
		lr = find_lr(m, cpu, a->intid);
		if (lr) {
			check_lr(m, cpu, a, *lr);
			a->handed = a->latch && *lr & VGIC_LR_PENDING;
			if (a->handed)
				a->latch = false;
		}
		if (lr || (a->active && account_home(a) == cpu))
			a->held = cpu;
	}
}

static bool ends_wfi(const struct model *m, const struct account *a, int cpu)
{
	u32 mask = FIELD_GET(VGIC_VMCR_VPMR, m->cpus[cpu].vgic.vmcr);

	return account_home(a) == cpu && !a->active &&
	       account_deliverable(m, a) && a->priority < mask;
}

/**
 * check_exit() - what is pending is known
 * @m: the machine
 * @cpu: has just been folded
 */
void check_exit(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];
	bool pending = false;
	struct account *a;
	u32 n;

	CHECK_EQ(c->vgic.used_lrs, 0);
	for_each_account(m, cpu, a, n)
		pending |= ends_wfi(m, a, cpu);
	CHECK_EQ(vgic_cpu_pending(&c->vgic), pending);
}

/* An interrupt that nobody runs with is known exactly */
static void check_irq(struct model *m, const struct account *a)
{
	const struct vgic_irq *irq = model_irq(m, a);
	int home = account_home(a);
	bool listed;

	CHECK_EQ(irq->enabled, a->enabled);
	CHECK_EQ(irq->line, a->line);
	CHECK_EQ(irq->latch, a->latch);
	CHECK_EQ(irq->lr_latch, a->handed || (irq->lr_latch && a->held >= 0));
	if (a->held != NOBODY) {
		CHECK(vgic_irq_listed(irq) && irq->owner == a->held);
		return;
	}
	CHECK(!irq->in_lr && !irq->active_set);
	CHECK_EQ(irq->active, a->active);
	listed = home != NOBODY && waits_at(m, a, home);
	CHECK_EQ(vgic_irq_listed(irq), listed);
	if (listed)
		CHECK_EQ(irq->owner, home);
}

static void check_list(struct model *m, int cpu)
{
	struct vgic_irq *irq;
	struct account *a;
	u32 listed = 0, n;

	hlist_for_each_entry(irq, &m->cpus[cpu].vgic.list, node) {
		CHECK(vgic_irq_listed(irq) && irq->owner == cpu);
		listed++;
	}
	for_each_account(m, cpu, a, n) {
		irq = model_irq(m, a);
		listed -= vgic_irq_listed(irq) && irq->owner == cpu;
	}
	CHECK_EQ(listed, 0);
}

/*
 * A VCPU that runs and was not told to exit will see @a: in a list register,
 * or by the maintenance interrupt, or by the physical interrupt.
 */
static bool will_be_seen(struct model *m, const struct account *a, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];
	u64 *lr = find_lr(m, cpu, a->intid);

	if (c->kicked || c->maintenance)
		return true;
	if (!lr)
		return c->left_out &&
		       (c->vgic.hcr & (VGIC_HCR_NPIE | VGIC_HCR_LRENPIE) ||
			m->vgic.nr_lrs == 1);
	if (*lr & (VGIC_LR_PENDING | VGIC_LR_HW))
		return true;
	return *lr & VGIC_LR_EOI && *lr & VGIC_LR_ACTIVE;
}

static void check_cpu(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];
	struct account *a;
	u32 n;

	for_each_account(m, cpu, a, n) {
		if (c->asleep)
			CHECK(!ends_wfi(m, a, cpu));
		else if (c->running && account_home(a) == cpu &&
			 account_deliverable(m, a))
			CHECK(will_be_seen(m, a, cpu));
	}
}

/**
 * check_all() - the state machine and the accounts agree
 * @m: the machine
 */
void check_all(struct model *m)
{
	struct account *a;
	int cpu;
	u32 n;

	for (cpu = 0; cpu < MODEL_CPUS; cpu++) {
		check_list(m, cpu);
		check_cpu(m, cpu);
		for_each_account(m, cpu, a, n)
			check_irq(m, a);
	}
}

/**
 * check_settled() - nothing is pending, active or owed
 * @m: the machine
 */
void check_settled(struct model *m)
{
	struct account *a;
	int cpu;
	u32 n;

	for (cpu = 0; cpu < MODEL_CPUS; cpu++) {
		CHECK(hlist_empty(&m->cpus[cpu].vgic.list));
		CHECK(!m->cpus[cpu].timer_active);
		for_each_account(m, cpu, a, n)
			CHECK(!a->owed && !a->active && !a->latch);
	}
}
