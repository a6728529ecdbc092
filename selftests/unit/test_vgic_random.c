// SPDX-License-Identifier: GPL-2.0
/* Random sequences of all that can happen to an interrupt controller. */
#include <stdlib.h>

#include "vgic_model.h"

#define STEPS		60000
#define SETTLE_EVERY	1500

static u32 choose_by_chance(struct model *m, u32 limit)
{
	return (test_random(&m->seed) >> 32) % limit;
}

static void run_seed(unsigned int lrs, u64 seed)
{
	unsigned int failures = test_failures;
	struct model *m = calloc(1, sizeof(*m));
	unsigned int step;

	m->choose = choose_by_chance;
	m->seed = seed;
	model_init(m, lrs);
	for (step = 0; step < STEPS && test_failures == failures; step++) {
		model_step(m);
		if (step % SETTLE_EVERY == SETTLE_EVERY - 1)
			model_settle(m);
	}
	if (test_failures != failures)
		printf("# list registers %u, seed %llu, step %u\n", lrs, seed,
		       step);
	else
		printf("# %llu interrupts taken, %llu exits\n", m->acks,
		       m->exits);
	CHECK(m->acks > STEPS / 100);
	free(m);
}

static void test_16_lrs(void)
{
	run_seed(16, 1);
	run_seed(16, 2);
}

static void test_4_lrs(void)
{
	run_seed(4, 3);
	run_seed(4, 4);
}

static void test_2_lrs(void)
{
	run_seed(2, 5);
	run_seed(3, 6);
}

static void test_1_lr(void)
{
	run_seed(1, 7);
}

static const struct test tests[] = {
	{ "vgic random: 16 list registers", test_16_lrs },
	{ "vgic random: 4 list registers", test_4_lrs },
	{ "vgic random: 2 and 3 list registers", test_2_lrs },
	{ "vgic random: 1 list register", test_1_lr },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
