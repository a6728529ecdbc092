// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: the input chooses every step of the machine of lapic_model.c, and
 * then raw accesses to another one, whose only rule is that nothing breaks.
 */
#include <stdlib.h>

#include "lapic_model.h"

static u32 choose_by_input(struct model *m, u32 limit)
{
	u32 value = 0, bytes = limit > 256 ? 2 : 1;

	while (bytes-- && m->nr_bytes) {
		value = value << 8 | *m->bytes++;
		m->nr_bytes--;
	}
	return value % limit;
}

static struct model *machine(const u8 *data, size_t size)
{
	struct model *m = calloc(1, sizeof(*m));

	m->choose = choose_by_input;
	m->bytes = data;
	m->nr_bytes = size;
	model_init(m);
	return m;
}

static void run_steps(const u8 *data, size_t size)
{
	struct model *m = machine(data, size);

	while (m->nr_bytes && !test_failures)
		model_step(m);
	model_exit(m);
	free(m);
}

static u64 next_bytes(struct model *m, unsigned int nr)
{
	u64 value = 0;

	while (nr--)
		value = value << 8 | choose_by_input(m, 256);
	return value;
}

static void access(struct model *m, struct lapic *lapic)
{
	struct apic_msg msg;
	u64 value;

	switch (choose_by_input(m, 12)) {
	case 0:
		lapic_read_mmio(lapic, next_bytes(m, 2) & 0xfff,
				1 << choose_by_input(m, 4));
		break;
	case 1:
		lapic_write_mmio(lapic, next_bytes(m, 2) & 0xfff,
				 1 << choose_by_input(m, 4), next_bytes(m, 4));
		break;
	case 2:
		lapic_read_msr(lapic, next_bytes(m, 4), &value);
		break;
	case 3:
		lapic_write_msr(lapic, 0x800 + choose_by_input(m, 256),
				next_bytes(m, 8));
		break;
	case 4:
		lapic_set_base(lapic, LAPIC_BASE_ADDR | next_bytes(m, 2));
		break;
	case 5:
		value = next_bytes(m, 8);
		if (apic_parse_msi(&msg, value, next_bytes(m, 4)))
			apic_send(&bus, NULL, &msg);
		break;
	case 6:
		lapic_take(lapic);
		if (lapic->ready)
			lapic_accept(lapic, lapic->ready);
		break;
	case 7:
		guest_tsc += next_bytes(m, 4);
		lapic_post_event(lapic, LAPIC_EVENT_TIMER);
		break;
	case 8:
		lapic_set_tsc_deadline(lapic, next_bytes(m, 8));
		break;
	case 9:
		ioapic_write(&m->ioapic, next_bytes(m, 2) & 0x7f,
			     1 << choose_by_input(m, 4), next_bytes(m, 4));
		break;
	case 10:
		ioapic_read(&m->ioapic, next_bytes(m, 2) & 0x7f,
			    1 << choose_by_input(m, 4));
		break;
	case 11:
		ioapic_set_line(&m->ioapic, choose_by_input(m, IOAPIC_PINS),
				choose_by_input(m, IOAPIC_DRIVERS),
				choose_by_input(m, 2));
		ioapic_eoi(&m->ioapic, next_bytes(m, 1));
		break;
	}
}

static void run_accesses(const u8 *data, size_t size)
{
	static const u8 ids[] = { 0, 1, 17 };
	struct model *m = machine(data, size);

	while (m->nr_bytes)
		access(m, lapics[ids[choose_by_input(m, 3)]]);
	model_exit(m);
	free(m);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	run_steps(data, size);
	if (test_failures)
		abort();
	run_accesses(data, size);
	return 0;
}
