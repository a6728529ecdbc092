// SPDX-License-Identifier: GPL-2.0
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/string.h>

#include "vgic_model.h"

/* The interrupts that are played with: few, so that they meet */
static const u32 played[] = { 0, 1, 9, 20, 21, TIMER, 32, 33, 34, 35, 36, 63 };

u32 choose(struct model *m, u32 limit)
{
	return m->choose(m, limit);
}

static u32 choose_intid(struct model *m)
{
	return played[choose(m, ARRAY_SIZE(played))];
}

/*
 * With a list register for each interrupt the guest may activate, deactivate
 * and reorder as it likes. With fewer, the ends of those in none are counted
 * only, and taken to be in order.
 */
bool wild(const struct model *m)
{
	return m->vgic.nr_lrs == VGIC_MAX_LRS;
}

void kick(struct model *m, u64 mask)
{
	struct model_cpu *c;

	for (; mask; mask &= mask - 1) {
		CHECK(__ffs64(mask) < MODEL_CPUS);
		c = &m->cpus[__ffs64(mask) % MODEL_CPUS];
		c->kicked |= c->running;
		c->asleep = false;
	}
}

static void init_account(struct account *a, u32 intid, int cpu)
{
	a->intid = intid;
	a->cpu = cpu;
	a->route = cpu;
	a->held = NOBODY;
	a->active_write = -1;
	a->group1 = true;
	a->edge = intid < VGIC_NR_SGIS;
}

void model_init(struct model *m, unsigned int lrs)
{
	u32 i, n;

	m->vgic.irqchip = true;
	m->vgic.nr_lrs = lrs;
	m->vgic.nr_spis = MODEL_SPIS;
	m->vgic.spis = m->spis;
	vgic_init_state(&m->vgic);
	for (n = 0; n < MODEL_SPIS; n++)
		init_account(&m->spi_accounts[n], VGIC_NR_PRIVATE + n, 0);

	raw_spin_lock(&m->vgic.lock);
	for (i = 0; i < MODEL_CPUS; i++) {
		struct model_cpu *c = &m->cpus[i];

		c->vgic.vgic = &m->vgic;
		c->vgic.index = i;
		c->vgic.private = c->irqs;
		c->vgic.nr_private = VGIC_NR_PRIVATE;
		c->irqs[TIMER].hw = true;
		vgic_cpu_init_state(&c->vgic);
		c->vgic.vmcr |= VGIC_VMCR_VENG1 | VGIC_VMCR_VPMR;
		for (n = 0; n < VGIC_NR_PRIVATE; n++)
			init_account(&c->accounts[n], n, i);
		c->accounts[TIMER].hw = true;
	}
}

void cause_edge(struct account *a)
{
	a->latch = true;
	a->owed = true;
	a->causes++;
}

static void set_line(struct model *m, struct account *a, bool level)
{
	if (level && !a->line && a->edge)
		cause_edge(a);
	a->line = level;
	kick(m, vgic_set_line(&m->vgic, &m->cpus[a->cpu].vgic, a->intid,
			      level));
}

/*
 * The CPU interface, IHI 0069, 6.3: the list register with the highest
 * priority that is pending and nothing else, if that is let through.
 */
static u64 *highest_pending(struct model_cpu *c)
{
	u64 *lr, *best = NULL;
	u32 limit = FIELD_GET(VGIC_VMCR_VPMR, c->vgic.vmcr);

	if (c->depth)
		limit = min_t(u32, limit, c->running_priority[c->depth - 1]);
	if (!(c->vgic.hcr & VGIC_HCR_EN))
		return NULL;
	for (lr = c->vgic.lr; lr < c->vgic.lr + c->vgic.used_lrs; lr++) {
		if ((*lr & VGIC_LR_STATE) != VGIC_LR_PENDING ||
		    FIELD_GET(VGIC_LR_PRIORITY, *lr) >= limit)
			continue;
		if (!best || FIELD_GET(VGIC_LR_PRIORITY, *lr) <
		    FIELD_GET(VGIC_LR_PRIORITY, *best))
			best = lr;
	}
	return best;
}

static void update_maintenance(struct model_cpu *c, bool ended_eoi)
{
	bool pending = false;
	unsigned int i;

	for (i = 0; i < c->vgic.used_lrs; i++)
		pending |= (c->vgic.lr[i] & VGIC_LR_STATE) == VGIC_LR_PENDING;
	if ((c->vgic.hcr & VGIC_HCR_NPIE && !pending) ||
	    (c->vgic.hcr & VGIC_HCR_LRENPIE && c->eoi_count) || ended_eoi)
		c->maintenance = true;
}

static void enter(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];

	vgic_fill_lrs(&c->vgic);
	c->running = true;
	c->asleep = false;
	c->kicked = false;
	c->maintenance = false;
	c->eoi_count = 0;
	check_entry(m, cpu);
	update_maintenance(c, false);
	CHECK(!c->maintenance);
}

/*
 * The timer's line falls when its list register is empty. When the guest has
 * stopped the timer instead, cpuif_v3.c lowers it.
 */
static void sync_timer(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];
	struct account *a = &c->accounts[TIMER];
	unsigned int i;
	u64 state;

	for (i = 0; a->line && i < c->vgic.used_lrs; i++) {
		if ((c->vgic.lr[i] & VGIC_LR_VINTID) != TIMER)
			continue;
		state = c->vgic.lr[i] & VGIC_LR_STATE;
		if (!state) {
			a->line = false;
		} else if (state == VGIC_LR_PENDING && !c->timer_asserted) {
			set_line(m, a, false);
			c->timer_active = false;
		}
	}
}

static void leave(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];
	struct account *a;
	unsigned int i;
	u32 n;

	m->exits++;
	c->running = false;
	c->kicked = false;
	if (c->vgic.hcr & VGIC_HCR_LRENPIE)
		c->vgic.hcr |= FIELD_PREP(VGIC_HCR_EOICOUNT, c->eoi_count);
	sync_timer(m, cpu);

	for (i = 0; i < c->vgic.used_lrs; i++) {
		a = account_of(m, cpu, c->vgic.lr[i] & VGIC_LR_VINTID);
		if (a->handed && c->vgic.lr[i] & VGIC_LR_PENDING)
			a->latch = true;
	}
	for_each_account(m, cpu, a, n) {
		if (a->held != cpu)
			continue;
		if (a->active_write >= 0) {
			a->active = a->active_write;
			a->forced = a->active;
			a->active_on = cpu;
		}
		a->active_write = -1;
		a->handed = false;
		a->held = NOBODY;
	}

	kick(m, vgic_fold_lrs(&c->vgic));
	check_exit(m, cpu);
}

static void sleep_or_not(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];

	leave(m, cpu);
	c->asleep = !vgic_cpu_pending(&c->vgic);
}

static void acknowledge(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];
	u64 *lr = highest_pending(c);
	struct account *a;
	u32 intid;

	if (!lr || c->depth == MAX_DEPTH)
		return;
	intid = *lr & VGIC_LR_VINTID;
	a = account_of(m, cpu, intid);
	*lr ^= VGIC_LR_STATE;
	update_maintenance(c, false);
	c->handlers[c->depth] = intid;
	c->running_priority[c->depth++] = FIELD_GET(VGIC_LR_PRIORITY, *lr);

	CHECK(!a->active);
	a->active = true;
	a->active_on = cpu;
	a->forced = false;
	a->handed = false;
	a->owed = false;
	a->acks++;
	m->acks++;
	if (intid < VGIC_NR_SGIS)
		CHECK(a->acks <= a->causes);
}

static void end(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];
	u32 intid = c->handlers[--c->depth];
	struct account *a = account_of(m, cpu, intid);
	bool eoi = false;
	u64 *lr;

	for (lr = c->vgic.lr; lr < c->vgic.lr + c->vgic.used_lrs; lr++)
		if ((*lr & VGIC_LR_VINTID) == intid && *lr & VGIC_LR_ACTIVE)
			break;
	if (lr == c->vgic.lr + c->vgic.used_lrs) {
		c->eoi_count = (c->eoi_count + 1) % 32;
		if (c->vgic.hcr & VGIC_HCR_LRENPIE)
			a->active = false;
	} else {
		*lr &= ~VGIC_LR_ACTIVE;
		if (*lr & VGIC_LR_HW)
			c->timer_active = false;
		else
			eoi = *lr & VGIC_LR_EOI && !(*lr & VGIC_LR_STATE);
		a->active = false;
	}
	update_maintenance(c, eoi);
}

/* The device of the innermost handler is satisfied */
static void quiesce(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];
	struct account *a;

	if (!c->depth)
		return;
	a = account_of(m, cpu, c->handlers[c->depth - 1]);
	if (a->hw)
		c->timer_asserted = false;
	else if (a->intid >= VGIC_NR_SGIS)
		set_line(m, a, false);
}

/* The host takes the physical interrupt of the timer: first there is an exit */
static void fire_timer(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];

	if (!c->running || !c->timer_asserted || c->timer_active)
		return;
	leave(m, cpu);
	c->timer_active = true;
	set_line(m, &c->accounts[TIMER], true);
}

static void run(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];

	if (!c->running) {
		if (!c->asleep)
			enter(m, cpu);
		return;
	}
	if (c->maintenance) {
		leave(m, cpu);
		return;
	}
	switch (choose(m, 10)) {
	case 0:
	case 1:
	case 2:
		acknowledge(m, cpu);
		break;
	case 3:
	case 4:
		if (c->depth)
			end(m, cpu);
		break;
	case 5:
		quiesce(m, cpu);
		break;
	case 6:
		leave(m, cpu);
		break;
	case 7:
		sleep_or_not(m, cpu);
		break;
	case 8:
		c->timer_asserted = !choose(m, 3);
		break;
	case 9:
		c->vgic.vmcr &= ~VGIC_VMCR_VPMR;
		c->vgic.vmcr |= FIELD_PREP(VGIC_VMCR_VPMR, choose(m, 2) ?
					   0xf8 : 0x48ULL);
		break;
	}
	fire_timer(m, cpu);
}

static void send_sgi(struct model *m)
{
	u32 from = choose(m, MODEL_CPUS), list = choose(m, 1 << MODEL_CPUS);
	u32 intid = choose(m, 2) ? 0 : 9;
	bool others = choose(m, 4) == 0;
	u64 sgir = (u64)intid << 24 | list;
	u32 i;

	if (others)
		sgir |= BIT_ULL(40);
	for (i = 0; i < MODEL_CPUS; i++)
		if (others ? i != from : list >> i & 1)
			cause_edge(account_of(m, i, intid));
	kick(m, vgic_send_sgi(&m->vgic, &m->cpus[from].vgic, sgir));
}

void model_step(struct model *m)
{
	u32 cpu = choose(m, MODEL_CPUS), i;
	struct account *a = account_of(m, cpu, choose_intid(m));

	switch (choose(m, 16)) {
	case 0:
		if (a->intid >= VGIC_NR_SGIS && !a->hw)
			set_line(m, a, choose(m, 2));
		break;
	case 1:
		cause_edge(a);
		kick(m, vgic_pulse(&m->vgic, &m->cpus[cpu].vgic, a->intid));
		break;
	case 2:
		send_sgi(m);
		break;
	case 3:
	case 4:
		write_something(m, a);
		break;
	case 5:
		for (i = 0; i < MODEL_CPUS; i++)
			if (m->cpus[i].kicked)
				leave(m, i);
		break;
	default:
		run(m, cpu);
		break;
	}
	check_all(m);
}

/* Everything is let through, and every device is satisfied when served */
static void open_all(struct model *m)
{
	struct account *a;
	u32 i, n;

	write_distributor(m, true);
	for (i = 0; i < MODEL_CPUS; i++) {
		if (m->cpus[i].running)
			leave(m, i);
		m->cpus[i].asleep = false;
		m->cpus[i].vgic.vmcr |= VGIC_VMCR_VPMR;
	}
	for (i = 0; i < MODEL_CPUS; i++) {
		for (n = 0; n < ARRAY_SIZE(played); n++) {
			a = account_of(m, i, played[n]);
			write_enabled(m, a, true);
			write_group(m, a, true);
			if (a->route == NOBODY)
				write_route(m, a, 0);
			if (a->forced)
				write_active(m, a, false);
		}
	}
}

static void serve(struct model *m, int cpu)
{
	struct model_cpu *c = &m->cpus[cpu];

	enter(m, cpu);
	while (!c->maintenance && !c->kicked &&
	       (c->depth || highest_pending(c))) {
		acknowledge(m, cpu);
		quiesce(m, cpu);
		if (!c->maintenance && !c->kicked && !highest_pending(c) &&
		    c->depth)
			end(m, cpu);
	}
	if (c->timer_asserted && !c->timer_active)
		fire_timer(m, cpu);
	else
		leave(m, cpu);
	check_all(m);
}

static bool is_quiet(const struct model *m)
{
	int i;

	for (i = 0; i < MODEL_CPUS; i++)
		if (!hlist_empty(&m->cpus[i].vgic.list) ||
		    m->cpus[i].timer_asserted || m->cpus[i].timer_active)
			return false;
	return true;
}

/**
 * model_settle() - let everything happen, and see that it did
 * @m: the machine
 */
void model_settle(struct model *m)
{
	int round, i;

	open_all(m);
	for (round = 0; round < 100 && !is_quiet(m); round++)
		for (i = 0; i < MODEL_CPUS; i++)
			serve(m, i);
	check_settled(m);
}
