// SPDX-License-Identifier: GPL-2.0
/* The guest of vgic_model.c writes to registers, and the accounts follow. */
#include "vgic_model.h"

#define SGI_BASE	0x10000

static const u8 priorities[] = { 0x00, 0x08, 0x40, 0x80, 0xa0, 0xf0 };

static void write_bit(struct model *m, const struct account *a, u32 offset)
{
	u64 bit = 1U << a->intid % 32;

	if (a->intid < VGIC_NR_PRIVATE)
		kick(m, vgic_redist_write(&m->cpus[a->cpu].vgic,
					  SGI_BASE + offset, 4, bit));
	else
		kick(m, vgic_dist_write(&m->vgic, offset + a->intid / 32 * 4,
					4, bit));
}

void write_active(struct model *m, struct account *a, bool active)
{
	if (!wild(m))
		return;
	if (a->held != NOBODY) {
		a->active_write = active;
	} else if (a->active != active) {
		a->active_on = a->route;
		a->active = active;
		a->forced = active;
	}
	write_bit(m, a, active ? 0x300 : 0x380);
}

void write_group(struct model *m, struct account *a, bool group1)
{
	u32 at = a->intid / 32 * 4, bit = 1U << a->intid % 32, value;
	struct vgic_cpu *cpu = &m->cpus[a->cpu].vgic;

	a->group1 = group1;
	if (a->intid < VGIC_NR_PRIVATE) {
		value = vgic_redist_read(cpu, SGI_BASE + 0x80, 4);
		value = group1 ? value | bit : value & ~bit;
		kick(m, vgic_redist_write(cpu, SGI_BASE + 0x80, 4, value));
		return;
	}
	value = vgic_dist_read(&m->vgic, 0x80 + at, 4);
	value = group1 ? value | bit : value & ~bit;
	kick(m, vgic_dist_write(&m->vgic, 0x80 + at, 4, value));
}

static void write_config(struct model *m, struct account *a, bool edge)
{
	u32 at = 0xc00 + a->intid / 16 * 4, bit = 2U << a->intid % 16 * 2;
	u32 value = vgic_dist_read(&m->vgic, at, 4);

	if (a->intid < VGIC_NR_PRIVATE)
		return;
	a->edge = edge;
	value = edge ? value | bit : value & ~bit;
	kick(m, vgic_dist_write(&m->vgic, at, 4, value));
}

static void write_priority(struct model *m, struct account *a, u8 priority)
{
	if ((a->active || a->held != NOBODY) && !wild(m))
		return;
	a->priority = priority;
	if (a->intid < VGIC_NR_PRIVATE)
		kick(m, vgic_redist_write(&m->cpus[a->cpu].vgic,
					  SGI_BASE + 0x400 + a->intid, 1,
					  priority));
	else
		kick(m, vgic_dist_write(&m->vgic, 0x400 + a->intid, 1,
					priority));
}

void write_route(struct model *m, struct account *a, u32 route)
{
	if (a->intid < VGIC_NR_PRIVATE)
		return;
	a->route = route < MODEL_CPUS ? (int)route : NOBODY;
	kick(m, vgic_dist_write(&m->vgic, 0x6000 + a->intid * 8, 8, route));
}

void write_enabled(struct model *m, struct account *a, bool enabled)
{
	a->enabled = enabled;
	write_bit(m, a, enabled ? 0x100 : 0x180);
}

static void write_pending(struct model *m, struct account *a, bool pending)
{
	if (pending) {
		cause_edge(a);
	} else {
		a->latch = false;
		a->handed = false;
		a->owed = false;
	}
	write_bit(m, a, pending ? 0x200 : 0x280);
}

void write_distributor(struct model *m, bool on)
{
	m->distributor = on;
	kick(m, vgic_dist_write(&m->vgic, 0, 4, on ? 2 : 0));
}

void write_something(struct model *m, struct account *a)
{
	u32 n;

	switch (choose(m, 12)) {
	case 0:
	case 1:
	case 2:
		write_enabled(m, a, true);
		break;
	case 3:
		write_enabled(m, a, false);
		break;
	case 4:
		write_pending(m, a, true);
		break;
	case 5:
		write_pending(m, a, false);
		break;
	case 6:
		n = choose(m, ARRAY_SIZE(priorities));
		write_priority(m, a, priorities[n]);
		break;
	case 7:
		write_route(m, a, choose(m, MODEL_CPUS + 1));
		break;
	case 8:
		write_config(m, a, choose(m, 2));
		break;
	case 9:
		write_group(m, a, choose(m, 4));
		break;
	case 10:
		write_active(m, a, choose(m, 3) == 0);
		break;
	case 11:
		write_distributor(m, choose(m, 4));
		break;
	}
}
