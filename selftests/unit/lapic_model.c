// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>

#include "lapic_model.h"

/* The fixture's lapics, by number */
static const u32 ids[MODEL_CPUS] = { 0, 1, 17 };

/* Few vectors, so that they meet; two are illegal */
static const u8 vectors[] = { 0x00, 0x0f, 0x10, 0x31, 0x32, 0x3f, 0x40, 0x51,
			      0x80, 0x81, 0xc0, 0xef, 0xff };

static const u16 offsets[] = {
	0x000, 0x020, 0x030, 0x040, 0x080, 0x080, 0x080, 0x0a0, 0x0b0, 0x0b0,
	0x0b0, 0x0b0, 0x0c0, 0x0d0, 0x0e0, 0x0f0, 0x0f0, 0x100, 0x200, 0x280,
	0x290, 0x2f0, 0x300, 0x300, 0x300, 0x300, 0x300, 0x310, 0x310, 0x320,
	0x320, 0x330, 0x350, 0x360, 0x370, 0x370, 0x380, 0x380, 0x390, 0x3e0,
	0x3f0, 0x3f0, 0x400, 0xff0,
};

static u32 choose(struct model *m, u32 limit)
{
	return m->choose(m, limit);
}

static u8 choose_vector(struct model *m)
{
	return vectors[choose(m, ARRAY_SIZE(vectors))];
}

static struct lapic *lapic_at(u32 cpu)
{
	return lapics[ids[cpu]];
}

/* A value that means something to the register more often than not */
static u64 choose_value(struct model *m, u32 offset, bool x2apic)
{
	static const u32 dests[] = { 0, 1, 2, 3, 17, 0xff, 0x10002, 0x10003,
				     0xffffffff };
	static const u8 dividers[] = { 0xb, 0, 1, 8 };
	u64 value;

	if (!choose(m, 12))
		return (u64)choose(m, 1 << 16) << choose(m, 48);
	switch (offset) {
	case 0x0b0:
	case 0x280:
		return 0;
	case 0x080:
		return choose(m, 3) ? choose(m, 4) : choose(m, 14) * 0x11;
	case 0x0d0:
		return (u64)choose(m, 256) << 24;
	case 0x0e0:
		return choose(m, 2) ? 0xffffffff : 0x0fffffff;
	case 0x0f0:
		return (choose(m, 6) ? 0x1ff : 0xff) |
		       (choose(m, 4) ? 0 : 0x1000);
	case 0x310:
		return (u64)dests[choose(m, ARRAY_SIZE(dests))] << 24;
	case 0x300:
		value = choose(m, 4) << 18 | choose(m, 4) << 14 |
			choose_vector(m);
		if (!choose(m, 3))
			value |= choose(m, 8) << 8;
		if (!choose(m, 3))
			value |= 0x800;
		if (x2apic)
			value |= (u64)dests[choose(m, ARRAY_SIZE(dests))]
				 << 32;
		return value;
	case 0x320:
		return choose(m, 4) << 17 | (choose(m, 4) ? 0 : 0x10000) |
		       choose_vector(m);
	case 0x380:
		return choose(m, 30);
	case 0x3e0:
		return dividers[choose(m, 4)];
	default:
		return (choose(m, 3) ? 0 : 0x10000) | choose_vector(m);
	}
}

/* What the VMM's kernel half does with a broadcast of the fixture */
static void serve_eois(struct model *m)
{
	u32 v;

	for (v = 0; v < VECTORS; v++) {
		if (!(eois[v / 64] >> v % 64 & 1))
			continue;
		ioapic_eoi(&m->ioapic, v);
	}
	memset(eois, 0, sizeof(eois));
}

static void write_reg(struct model *m, u32 cpu)
{
	struct account *a = &m->cpus[cpu];
	bool x2apic = a->mode == X2APIC ? choose(m, 20) : !choose(m, 20);
	u32 offset = offsets[choose(m, ARRAY_SIZE(offsets))];
	u64 value = choose_value(m, offset, x2apic);
	bool done, want;

	if (x2apic) {
		done = lapic_write_msr(lapic_at(cpu), MSR(offset), value);
	} else {
		value = (u32)value;
		lapic_write_mmio(lapic_at(cpu), offset, 4, value);
		done = true;
	}
	want = account_write(m, a, offset, value, x2apic);
	CHECK_EQ(done, want);
	m->faults += !done;
	serve_eois(m);
}

/* Write a register in whatever mode the APIC is */
static void write_value(struct model *m, u32 cpu, u32 offset, u64 value)
{
	bool x2apic = m->cpus[cpu].mode == X2APIC, done = true;

	if (x2apic)
		done = lapic_write_msr(lapic_at(cpu), MSR(offset), value);
	else
		lapic_write_mmio(lapic_at(cpu), offset, 4, value);
	CHECK_EQ(done, account_write(m, &m->cpus[cpu], offset, value, x2apic));
	serve_eois(m);
}

static void change_base(struct model *m, u32 cpu)
{
	static const u64 bases[] = { 0, LAPIC_BASE_EN, LAPIC_BASE_MODE };
	u32 mode = choose(m, 3);

	CHECK_EQ(lapic_set_base(lapic_at(cpu), LAPIC_BASE_ADDR | bases[mode]),
		 account_base(&m->cpus[cpu], mode));
}

static void take_posted(struct model *m, u32 cpu)
{
	u32 want;

	account_take(&m->cpus[cpu], &want);
	CHECK_EQ(lapic_take(lapic_at(cpu)), want);
}

static void accept_ready(struct model *m, u32 cpu)
{
	struct lapic *lapic = lapic_at(cpu);

	if (!lapic->ready)
		return;
	m->taken++;
	account_accept(&m->cpus[cpu], lapic->ready);
	lapic_accept(lapic, lapic->ready);
}

/* The thread that runs the guest makes an interrupt pending, and enters */
static void raise_own(struct model *m, u32 cpu)
{
	struct wire wire = {
		.vector = LAPIC_FIRST_VECTOR + choose(m, 240),
		.only = BIT_ULL(m->cpus[cpu].id),
	};

	lapic_raise(lapic_at(cpu), wire.vector);
	account_send(m, &wire);
	take_posted(m, cpu);
}

/* A guest that works: everything is enabled, and interrupts end */
static void work(struct model *m, u32 cpu)
{
	if (m->cpus[cpu].mode == OFF) {
		CHECK(lapic_set_base(lapic_at(cpu), BASE_X));
		CHECK(account_base(&m->cpus[cpu], XAPIC));
	}
	write_value(m, cpu, 0x0f0, 0x1ff);
	write_value(m, cpu, 0x080, 0);
	take_posted(m, cpu);
	accept_ready(m, cpu);
	write_value(m, cpu, 0x0b0, 0);
}

static void send_msi(struct model *m)
{
	static const u8 dests[] = { 0, 1, 2, 3, 17, 0xff };
	u8 dest = dests[choose(m, ARRAY_SIZE(dests))];
	bool logical = !choose(m, 3), hint = choose(m, 2);
	u32 mode = choose(m, 3) ? 0 : choose(m, 8);
	bool level = !choose(m, 4);
	struct wire wire = {
		.dest = dest,
		.mode = mode,
		.vector = choose_vector(m),
		.broadcast = dest == 0xff,
		.logical = logical,
		.level = level,
	};
	struct apic_msg msg;

	if (hint && logical && !mode)
		wire.mode = 1;
	CHECK(apic_parse_msi(&msg, 0xfee00000 | dest << 12 | hint << 3 |
			     logical << 2,
			     (level ? 0xc000 : 0) | mode << 8 | wire.vector));
	CHECK_EQ(apic_send(&bus, NULL, &msg), account_send(m, &wire));
}

static void play_pin(struct model *m)
{
	u32 nr = choose(m, MODEL_PINS);
	struct pin *pin = &m->pins[nr];
	bool was = pin->line || pin->eventfd;

	switch (choose(m, 6)) {
	case 0:
	case 1:
		pin->line = choose(m, 2);
		ioapic_set_line(&m->ioapic, nr, IOAPIC_BY_LINE, pin->line);
		if (pin->line)
			account_pin(m, nr, !was);
		break;
	case 2:
		pin->eventfd = true;
		ioapic_set_line(&m->ioapic, nr, IOAPIC_BY_EVENTFD, true);
		account_pin(m, nr, !was);
		break;
	case 3:
		ioapic_pulse(&m->ioapic, nr);
		pin->pulse = pin->low & 0x8000 && (pin->low >> 8 & 7) < 2;
		account_pin(m, nr, true);
		break;
	case 4:
		ioapic_write(&m->ioapic, 0, 4, 0x11 + nr * 2);
		pin->high = choose(m, 8) == 7 ? 0xff000000 :
			    choose(m, 4) << 24;
		ioapic_write(&m->ioapic, 0x10, 4, pin->high);
		account_pin(m, nr, false);
		break;
	case 5:
		ioapic_write(&m->ioapic, 0, 4, 0x10 + nr * 2);
		pin->low &= 0x4000;
		pin->low |= choose_vector(m) | choose(m, 2) << 15 |
			    (choose(m, 4) ? 0 : 0x10000) |
			    (choose(m, 4) ? 0 : 0x800) |
			    (choose(m, 4) ? 0 : choose(m, 8) << 8);
		if (!(pin->low & 0x8000) || (pin->low >> 8 & 7) > 1) {
			pin->low &= ~0x4000;
			pin->pulse = false;
		}
		ioapic_write(&m->ioapic, 0x10, 4, pin->low & ~0x4000);
		account_pin(m, nr, false);
		break;
	}
}

static void eoi_register(struct model *m)
{
	u8 vector = choose_vector(m);

	CHECK_EQ(ioapic_write(&m->ioapic, 0x40, 4, vector),
		 account_pins_eoi(m, vector));
}

/* The host's timer goes off in time, or not before somebody looks */
static void let_time_pass(struct model *m)
{
	u32 ticks = choose(m, 2) ? 1 + choose(m, 4) : 1 + choose(m, 60), i;

	while (ticks--) {
		guest_tsc++;
		for (i = 0; i < MODEL_CPUS; i++)
			account_ticks(&m->cpus[i], 1);
	}
	for (i = 0; i < MODEL_CPUS; i++) {
		if (!timer_fires(ids[i]))
			continue;
		if (!m->cpus[i].init)
			account_notice(&m->cpus[i]);
		take_posted(m, i);
	}
}

static void check_regs(struct model *m, u32 cpu)
{
	struct account *a = &m->cpus[cpu];
	struct lapic *lapic = lapic_at(cpu);
	unsigned int failures = test_failures;
	u64 want, have;
	u32 offset;
	bool valid;

	for (offset = 0x20; offset < 0x400; offset += 0x10) {
		valid = account_value(a, offset, &want);
		switch (a->mode) {
		case OFF:
			CHECK_EQ(lapic_read_mmio(lapic, offset, 4), ~0U);
			break;
		case XAPIC:
			/* That it is an error is what writes are for. */
			if (valid)
				CHECK_EQ(lapic_read_mmio(lapic, offset, 4),
					 want);
			break;
		case X2APIC:
			CHECK_EQ(lapic_read_msr(lapic, MSR(offset), &have),
				 valid);
			if (valid)
				CHECK_EQ(have, want);
			break;
		}
		if (test_failures != failures) {
			printf("# cpu %u, mode %u, offset 0x%x\n", cpu,
			       a->mode, offset);
			return;
		}
	}
}

static void check(struct model *m)
{
	u32 i;

	for (i = 0; i < MODEL_CPUS; i++) {
		CHECK_EQ(lapic_at(i)->ready, account_ready(&m->cpus[i]));
		CHECK_EQ(lapic_idle(lapic_at(i)),
			 !atomic_read(&lapic_at(i)->events) &&
			 !lapic_at(i)->ready);
		check_regs(m, i);
		CHECK_EQ(lapic_tsc_deadline(lapic_at(i)),
			 (m->cpus[i].lvt[1] >> 17 & 3) == 2 ?
			 m->cpus[i].deadline : 0);
	}
	for (i = 0; i < MODEL_PINS; i++) {
		ioapic_write(&m->ioapic, 0, 4, 0x10 + i * 2);
		CHECK_EQ(ioapic_read(&m->ioapic, 0x10, 4), m->pins[i].low);
	}
}

void model_init(struct model *m)
{
	u32 i;

	lapics_setup(0, false);
	for (i = 0; i < MODEL_CPUS; i++) {
		lapics_add(ids[i], true);
		m->cpus[i].id = ids[i];
		m->cpus[i].mode = XAPIC;
		account_reset(&m->cpus[i]);
		m->cpus[i].svr = 0x1ff;
	}
	for (i = 0; i < MODEL_PINS; i++)
		m->pins[i].low = 0x10000;
	ioapic_power_up(&m->ioapic, &bus);
	raw_spin_lock(&m->ioapic.lock);
}

void model_exit(struct model *m)
{
	raw_spin_unlock(&m->ioapic.lock);
	lapics_teardown();
}

void model_step(struct model *m)
{
	u32 cpu = choose(m, MODEL_CPUS);

	switch (choose(m, 16)) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		write_reg(m, cpu);
		break;
	case 5:
	case 6:
	case 7:
		accept_ready(m, cpu);
		break;
	case 8:
		take_posted(m, cpu);
		break;
	case 9:
		raise_own(m, cpu);
		break;
	case 10:
	case 11:
		play_pin(m);
		break;
	case 12:
		send_msi(m);
		break;
	case 13:
		if (!choose(m, 8))
			change_base(m, cpu);
		else
			eoi_register(m);
		break;
	case 14:
		let_time_pass(m);
		break;
	case 15: {
		u64 deadline = choose(m, 4) ? guest_tsc + choose(m, 60) - 10 :
			       0;

		if (choose(m, 2)) {
			work(m, cpu);
			break;
		}
		account_deadline(&m->cpus[cpu], deadline);
		lapic_set_tsc_deadline(lapic_at(cpu), deadline);
		break;
	}
	}
	check(m);
}
