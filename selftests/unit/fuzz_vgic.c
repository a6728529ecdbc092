// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: the input chooses the number of list registers and every step of
 * the machine of vgic_model.c, and then raw accesses to the registers of a
 * second one, whose only rule is that nothing breaks.
 */
#include <stdlib.h>

#include "vgic_model.h"

static u32 choose_by_input(struct model *m, u32 limit)
{
	u32 value = 0;

	if (m->nr_bytes) {
		value = *m->bytes++;
		m->nr_bytes--;
	}
	return value % limit;
}

static struct model *machine(const u8 *data, size_t size, unsigned int lrs)
{
	struct model *m = calloc(1, sizeof(*m));

	m->choose = choose_by_input;
	m->bytes = data;
	m->nr_bytes = size;
	model_init(m, lrs);
	return m;
}

static void run_steps(const u8 *data, size_t size, unsigned int lrs)
{
	struct model *m = machine(data, size, lrs);

	while (m->nr_bytes && !test_failures)
		model_step(m);
	if (!test_failures)
		model_settle(m);
	free(m);
}

static u64 next_bytes(struct model *m, unsigned int nr)
{
	u64 value = 0;

	while (nr--)
		value = value << 8 | choose_by_input(m, 256);
	return value;
}

/* A run in which list registers become whatever they like */
static void run_any(struct model *m, struct vgic_cpu *v)
{
	unsigned int i;

	vgic_fill_lrs(v);
	for (i = 0; i < v->used_lrs; i++)
		v->lr[i] ^= next_bytes(m, 1) << 56 & VGIC_LR_STATE;
	v->hcr |= next_bytes(m, 1) << 27 & VGIC_HCR_EOICOUNT;
	vgic_fold_lrs(v);
}

static void run_accesses(const u8 *data, size_t size, unsigned int lrs)
{
	struct model *m = machine(data, size, lrs);

	while (m->nr_bytes) {
		u32 cpu = choose_by_input(m, MODEL_CPUS);
		struct vgic_cpu *v = &m->cpus[cpu].vgic;
		u32 op = choose_by_input(m, 6);
		u32 bytes = 1 << choose_by_input(m, 4);
		u32 offset = next_bytes(m, 3);

		switch (op) {
		case 0:
			vgic_dist_read(&m->vgic, offset % VGIC_DIST_SIZE,
				       bytes);
			break;
		case 1:
			vgic_dist_write(&m->vgic, offset % VGIC_DIST_SIZE,
					bytes, next_bytes(m, bytes));
			break;
		case 2:
			vgic_redist_read(v, offset % VGIC_REDIST_STRIDE,
					 bytes);
			break;
		case 3:
			vgic_redist_write(v, offset % VGIC_REDIST_STRIDE,
					  bytes, next_bytes(m, bytes));
			break;
		case 4:
			vgic_send_sgi(&m->vgic, v, next_bytes(m, 8));
			break;
		case 5:
			run_any(m, v);
			break;
		}
	}
	free(m);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u8 lrs[] = { 1, 2, 3, 4, 16 };

	if (!size)
		return 0;
	run_steps(data + 1, size - 1, lrs[*data % ARRAY_SIZE(lrs)]);
	if (test_failures)
		abort();
	run_accesses(data + 1, size - 1, lrs[*data % ARRAY_SIZE(lrs)]);
	return 0;
}
