// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>

#include "lapic_model.h"

#define TIMER	1
#define ERROR	6
#define MASKED	0x10000

static const u16 lvt_offsets[] = { 0x2f0, 0x320, 0x330, 0x340, 0x350, 0x360,
				   0x370 };
static const u32 lvt_bits[] = { 0x107ff, 0x700ff, 0x107ff, 0x107ff, 0x1a7ff,
				0x1a7ff, 0x100ff };

static int top(const bool *vectors)
{
	int v;

	for (v = VECTORS - 1; v >= 0 && !vectors[v]; v--)
		;
	return v;
}

static u32 timer_mode(const struct account *a)
{
	return a->lvt[TIMER] >> 17 & 3;
}

static u32 divisor(const struct account *a)
{
	static const u8 by[] = { 2, 4, 8, 16, 32, 64, 128, 1 };

	return by[(a->divide & 3) + (a->divide & 8 ? 4 : 0)];
}

static u32 ppr(const struct account *a)
{
	int serviced = top(a->isr);

	if (serviced < 0 || (u32)serviced / 16 <= a->tpr / 16)
		return a->tpr;
	return serviced / 16 * 16;
}

u8 account_ready(const struct account *a)
{
	int wanted = top(a->irr);

	return wanted > 0 && (u32)wanted / 16 > ppr(a) / 16 ? wanted : 0;
}

static void request(struct account *a, u32 vector, bool level)
{
	if (level)
		a->tmr[vector] = true;
	else if (!a->irr[vector] && !a->isr[vector])
		a->tmr[vector] = false;
	a->irr[vector] = true;
}

static void error(struct account *a, u32 bits)
{
	bool quiet = a->errors;

	a->errors |= bits;
	if (quiet || a->lvt[ERROR] & MASKED)
		return;
	if ((a->lvt[ERROR] & 0xff) < 16)
		a->errors |= 0x40;
	else
		request(a, a->lvt[ERROR] & 0xff, false);
}

static void local(struct account *a, u32 vector)
{
	if (vector < 16)
		error(a, 0x40);
	else
		request(a, vector, false);
}

void account_reset(struct account *a)
{
	struct account fresh = { .id = a->id, .mode = a->mode };
	u32 i;

	fresh.svr = 0xff;
	fresh.dfr = 0xffffffff;
	for (i = 0; i < 7; i++)
		fresh.lvt[i] = MASKED;
	fresh.nmi = a->nmi;
	fresh.init = a->init;
	fresh.sipi = a->sipi;
	fresh.sipi_vector = a->sipi_vector;
	fresh.bad_vector = a->bad_vector;
	memcpy(fresh.posted, a->posted, sizeof(fresh.posted));
	memcpy(fresh.posted_level, a->posted_level,
	       sizeof(fresh.posted_level));
	*a = fresh;
}

/* Is a message for this one? SDM 11.6.2, 11.12.10 */
static bool addressed(const struct account *a, const struct wire *wire)
{
	u32 cluster, members;

	if (wire->exclude >> a->id & 1)
		return false;
	if (wire->only)
		return wire->only >> a->id & 1;
	if (wire->broadcast)
		return true;
	if (!wire->logical)
		return wire->dest == a->id;
	if (a->mode == X2APIC) {
		cluster = wire->dest / 65536;
		members = wire->dest % 65536;
		return cluster == a->id / 16 && members >> a->id % 16 & 1;
	}
	if (wire->dest >= 256)
		return false;
	if (a->dfr == 0xffffffff)
		return wire->dest & (a->ldr >> 24);
	return wire->dest / 16 == a->ldr >> 28 &&
	       wire->dest % 16 & (a->ldr >> 24 & 15);
}

static bool takes(const struct account *a, const struct wire *wire)
{
	if (a->mode == OFF || !addressed(a, wire))
		return false;
	if (wire->mode == 0 || wire->mode == 1)
		return a->svr & 0x100;
	return wire->mode == 4 || wire->mode == 5 || wire->mode == 6;
}

static void arrive(struct account *a, const struct wire *wire)
{
	switch (wire->mode) {
	case 4:
		a->nmi = true;
		break;
	case 5:
		a->init = true;
		a->sipi = false;
		break;
	case 6:
		if (!a->sipi)
			a->sipi_vector = wire->vector;
		a->sipi = true;
		break;
	default:
		if (wire->vector < 16)
			a->bad_vector = true;
		else if (wire->level)
			a->posted_level[wire->vector] = true;
		else
			a->posted[wire->vector] = true;
	}
}

u32 account_send(struct model *m, const struct wire *wire)
{
	struct account *taking[MODEL_CPUS];
	u32 i, nr = 0;

	for (i = 0; i < MODEL_CPUS; i++)
		if (takes(&m->cpus[i], wire))
			taking[nr++] = &m->cpus[i];
	if (wire->mode == 1 && nr) {
		arrive(taking[wire->vector % nr], wire);
		return 1;
	}
	for (i = 0; i < nr; i++)
		arrive(taking[i], wire);
	return nr;
}

void account_take(struct account *a, u32 *events)
{
	u32 v;

	*events = 0;
	for (v = 0; v < VECTORS && !a->init && a->mode != OFF; v++) {
		if (a->posted_level[v])
			request(a, v, true);
		else if (a->posted[v])
			request(a, v, false);
	}
	if (a->sipi)
		*events |= LAPIC_EVENT_SIPI | (u32)a->sipi_vector << 24;
	if (a->init)
		*events |= LAPIC_EVENT_INIT;
	else if (a->nmi)
		*events |= LAPIC_EVENT_NMI;
	if (a->bad_vector && !a->init)
		error(a, 0x40);
	memset(a->posted, 0, sizeof(a->posted));
	memset(a->posted_level, 0, sizeof(a->posted_level));
	if (a->init)
		account_reset(a);
	a->nmi = false;
	a->init = false;
	a->sipi = false;
	a->bad_vector = false;
}

void account_accept(struct account *a, u8 vector)
{
	a->irr[vector] = false;
	a->isr[vector] = true;
}

static void tick(struct account *a)
{
	bool over;

	if (timer_mode(a) >= 2) {
		over = a->deadline && guest_tsc >= a->deadline;
		if (over)
			a->deadline = 0;
	} else {
		if (!a->count || ++a->prescale < divisor(a))
			return;
		a->prescale = 0;
		over = !--a->count;
		if (over && timer_mode(a) == 1)
			a->count = a->initial;
	}
	if (over && !(a->lvt[TIMER] & MASKED))
		a->expired = true;
}

/* The caller moves guest_tsc along */
void account_ticks(struct account *a, u32 ticks)
{
	while (ticks--)
		tick(a);
}

void account_notice(struct account *a)
{
	if (a->expired)
		local(a, a->lvt[TIMER] & 0xff);
	a->expired = false;
}

void account_deadline(struct account *a, u64 deadline)
{
	if (timer_mode(a) != 2)
		return;
	account_notice(a);
	a->deadline = deadline;
	if (deadline && deadline <= guest_tsc) {
		a->deadline = 0;
		if (!(a->lvt[TIMER] & MASKED))
			local(a, a->lvt[TIMER] & 0xff);
	}
}

static void write_timer(struct account *a, u32 value)
{
	bool counted = timer_mode(a) < 2, same = timer_mode(a) ==
		(value >> 17 & 3);

	account_notice(a);
	a->lvt[TIMER] = value;
	if (same || (counted && timer_mode(a) < 2))
		return;
	a->count = 0;
	a->deadline = 0;
	a->initial = 0;
}

static void write_lvt(struct account *a, u32 i, u32 value)
{
	value &= lvt_bits[i];
	if (!(a->svr & 0x100))
		value |= MASKED;
	if (i == TIMER)
		write_timer(a, value);
	else
		a->lvt[i] = value;
}

static void write_icr(struct model *m, struct account *a, u32 low, u32 dest,
		      bool everyone)
{
	u32 shorthand = low >> 18 & 3, mode = low >> 8 & 7;
	struct wire wire = {
		.dest = dest,
		.broadcast = everyone || shorthand,
		.logical = low & 0x800,
		.mode = mode,
		.vector = low & 0xff,
	};
	bool invalid = mode == 2 || mode == 3 || mode == 7 ||
		       (mode && (shorthand == 1 || shorthand == 2)) ||
		       (mode == 5 && (low & 0xc000) == 0x8000);

	if (invalid)
		return;
	if (mode < 2 && wire.vector < 16) {
		error(a, 0x20);
		return;
	}
	if (shorthand == 1) {
		if (a->svr & 0x100)
			local(a, wire.vector);
		return;
	}
	if (shorthand == 3)
		wire.exclude = BIT_ULL(a->id);
	account_send(m, &wire);
}

static int lvt_at(u32 offset)
{
	u32 i;

	for (i = 0; i < 7; i++)
		if (lvt_offsets[i] == offset)
			return i;
	return -1;
}

static void end_of_interrupt(struct model *m, struct account *a)
{
	int v = top(a->isr);

	if (v < 0)
		return;
	a->isr[v] = false;
	if (a->tmr[v] && !(a->svr & 0x1000))
		account_pins_eoi(m, v);
}

static void write_one(struct model *m, struct account *a, u32 offset,
		      u64 value)
{
	bool x2 = a->mode == X2APIC;
	u32 i;

	switch (offset) {
	case 0x80:
		a->tpr = value & 0xff;
		break;
	case 0xb0:
		end_of_interrupt(m, a);
		break;
	case 0xd0:
		a->ldr = value & 0xff000000;
		break;
	case 0xe0:
		a->dfr = value | 0x0fffffff;
		break;
	case 0xf0:
		a->svr = value & 0x11ff;
		for (i = 0; i < 7 && !(a->svr & 0x100); i++)
			write_lvt(a, i, a->lvt[i]);
		break;
	case 0x280:
		a->esr = a->errors;
		a->errors = 0;
		break;
	case 0x300:
		a->icr = value & 0xccfff;
		if (x2)
			a->icr_high = value >> 32;
		write_icr(m, a, a->icr, x2 ? a->icr_high : a->icr_high >> 24,
			  a->icr_high >> (x2 ? 0 : 24) ==
			  (x2 ? 0xffffffff : 0xff));
		break;
	case 0x310:
		a->icr_high = value & 0xff000000;
		break;
	case 0x380:
		if (timer_mode(a) >= 2)
			break;
		a->expired = false;
		a->initial = value;
		a->count = value;
		a->prescale = 0;
		break;
	case 0x3e0:
		account_notice(a);
		a->divide = value & 0xb;
		a->prescale = 0;
		break;
	case 0x3f0:
		if (value < 16)
			error(a, 0x60);
		else if (a->svr & 0x100)
			local(a, value);
		break;
	default:
		if (lvt_at(offset) >= 0)
			write_lvt(a, lvt_at(offset), value);
	}
}

/* SDM table 11-1: what is there in xAPIC mode, and may be written */
static bool exists(u32 offset)
{
	return offset == 0x20 || offset == 0x30 || offset == 0x80 ||
	       offset == 0xa0 || offset == 0xb0 || offset == 0xd0 ||
	       offset == 0xe0 || offset == 0xf0 ||
	       (offset >= 0x100 && offset <= 0x280) || offset == 0x2f0 ||
	       (offset >= 0x300 && offset <= 0x390) || offset == 0x3e0;
}

static u64 x2apic_reserved(u32 offset)
{
	switch (offset) {
	case 0x80:
	case 0x3f0:
		return ~0xffULL;
	case 0xb0:
	case 0x280:
		return ~0ULL;
	case 0xf0:
		return ~0x13ffULL;
	case 0x300:
		return 0xfff32000;
	case 0x350:
	case 0x360:
		return ~0x1f7ffULL;
	case 0x2f0:
	case 0x330:
	case 0x340:
		return ~0x117ffULL;
	case 0x320:
		return ~0x710ffULL;
	case 0x370:
		return ~0x110ffULL;
	case 0x380:
		return ~0xffffffffULL;
	case 0x3e0:
		return ~0xbULL;
	}
	return ~0ULL;
}

static bool x2apic_writable(u32 offset)
{
	return offset == 0x80 || offset == 0xb0 || offset == 0xf0 ||
	       offset == 0x280 || lvt_at(offset) >= 0 || offset == 0x300 ||
	       offset == 0x380 || offset == 0x3e0 || offset == 0x3f0;
}

bool account_write(struct model *m, struct account *a, u32 offset, u64 value,
		   bool x2apic)
{
	if (x2apic) {
		if (a->mode != X2APIC || !x2apic_writable(offset) ||
		    value & x2apic_reserved(offset) ||
		    (offset == 0x320 && (value >> 17 & 3) == 3))
			return false;
		write_one(m, a, offset, value);
		return true;
	}
	if (a->mode != XAPIC)
		return true;
	if (!exists(offset))
		error(a, 0x80);
	else if (offset < 0x100 || offset >= 0x280)
		if (offset != 0x20 && offset != 0x30 && offset != 0xa0 &&
		    offset != 0x390)
			write_one(m, a, offset, value);
	return true;
}

bool account_base(struct account *a, u32 mode)
{
	if ((a->mode == OFF && mode == X2APIC) ||
	    (a->mode == X2APIC && mode == XAPIC))
		return false;
	if (a->mode != OFF && mode == OFF) {
		a->mode = OFF;
		account_reset(a);
	} else if (a->mode == XAPIC && mode == X2APIC) {
		a->icr_high = 0;
	}
	a->mode = mode;
	return true;
}

static bool pin_level(const struct pin *pin)
{
	return pin->low & 0x8000 && (pin->low >> 8 & 7) < 2;
}

void account_pin(struct model *m, u32 nr, bool rising)
{
	struct pin *pin = &m->pins[nr];
	struct wire wire = {
		.dest = pin->high >> 24,
		.broadcast = pin->high >> 24 == 0xff,
		.mode = pin->low >> 8 & 7,
		.vector = pin->low & 0xff,
		.logical = pin->low & 0x800,
		.level = pin_level(pin),
	};

	if (pin->low & MASKED)
		return;
	if (!pin_level(pin)) {
		if (rising)
			account_send(m, &wire);
		return;
	}
	if (!(pin->line || pin->eventfd || pin->pulse) || pin->low & 0x4000)
		return;
	if (account_send(m, &wire)) {
		pin->pulse = false;
		if (wire.vector >= 16)
			pin->low |= 0x4000;
	}
}

u32 account_pins_eoi(struct model *m, u32 vector)
{
	u32 i, mask = 0;

	for (i = 0; i < MODEL_PINS; i++) {
		if (!(m->pins[i].low & 0x4000) ||
		    (m->pins[i].low & 0xff) != vector)
			continue;
		mask |= BIT(i);
		m->pins[i].low &= ~0x4000;
		m->pins[i].eventfd = false;
		account_pin(m, i, false);
	}
	return mask;
}

static u32 bits_of(const bool *vectors, u32 offset)
{
	u32 i, word = 0;

	for (i = 0; i < 32; i++)
		word |= (u32)vectors[(offset >> 4 & 7) * 32 + i] << i;
	return word;
}

bool account_value(const struct account *a, u32 offset, u64 *value)
{
	bool x2 = a->mode == X2APIC;

	if (lvt_at(offset) >= 0) {
		*value = a->lvt[lvt_at(offset)];
		return true;
	}
	switch (offset) {
	case 0x20:
		*value = x2 ? a->id : a->id << 24;
		return true;
	case 0x30:
		*value = 0x1060015;
		return true;
	case 0x80:
		*value = a->tpr;
		return true;
	case 0xa0:
		*value = ppr(a);
		return true;
	case 0xd0:
		*value = x2 ? a->id / 16 << 16 | 1 << a->id % 16 : a->ldr;
		return true;
	case 0xe0:
		*value = a->dfr;
		return !x2;
	case 0xf0:
		*value = a->svr;
		return true;
	case 0x100 ... 0x170:
		*value = bits_of(a->isr, offset);
		return true;
	case 0x180 ... 0x1f0:
		*value = bits_of(a->tmr, offset);
		return true;
	case 0x200 ... 0x270:
		*value = bits_of(a->irr, offset);
		return true;
	case 0x280:
		*value = a->esr;
		return true;
	case 0x300:
		*value = a->icr | (x2 ? (u64)a->icr_high << 32 : 0);
		return true;
	case 0x310:
		*value = a->icr_high;
		return !x2;
	case 0x380:
		*value = a->initial;
		return true;
	case 0x390:
		*value = timer_mode(a) < 2 ? a->count : 0;
		return true;
	case 0x3e0:
		*value = a->divide;
		return true;
	}
	return false;
}
