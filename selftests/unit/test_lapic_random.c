// SPDX-License-Identifier: GPL-2.0
/* Random sequences of all that can happen to a guest's APICs. */
#include <stdlib.h>

#include "lapic_model.h"

#define STEPS		60000

static u32 choose_by_chance(struct model *m, u32 limit)
{
	return (test_random(&m->seed) >> 32) % limit;
}

static void run_seed(u64 seed)
{
	unsigned int failures = test_failures;
	struct model *m = calloc(1, sizeof(*m));
	unsigned int step;

	m->choose = choose_by_chance;
	m->seed = seed;
	model_init(m);
	for (step = 0; step < STEPS && test_failures == failures; step++)
		model_step(m);
	if (test_failures != failures)
		printf("# seed %llu, step %u\n", seed, step);
	else
		printf("# %llu interrupts taken, %llu faults\n", m->taken,
		       m->faults);
	CHECK(m->taken > STEPS / 100);
	CHECK(m->faults > STEPS / 1000);
	model_exit(m);
	free(m);
}

static void test_seeds_1(void)
{
	run_seed(1);
	run_seed(2);
	run_seed(3);
}

static void test_seeds_2(void)
{
	run_seed(4);
	run_seed(5);
	run_seed(6);
}

static const struct test tests[] = {
	{ "lapic random: seeds 1 to 3", test_seeds_1 },
	{ "lapic random: seeds 4 to 6", test_seeds_2 },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
