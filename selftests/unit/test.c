// SPDX-License-Identifier: GPL-2.0
/* What every unit test has: results, a random sequence, and memory. */
#include <stdlib.h>
#include <string.h>

#include <linux/gfp.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "test.h"

unsigned int test_failures;

long unit_allocations_left = -1;
long unit_accesses_left = -1;
bool unit_signal;

void test_failed(const char *file, int line, const char *what)
{
	printf("# %s:%d: %s\n", file, line, what);
	test_failures++;
}

u64 test_random(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

int run_tests(const struct test *tests, size_t nr)
{
	unsigned int before, failed = 0;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%zu\n", nr);
	for (i = 0; i < nr; i++) {
		before = test_failures;
		tests[i].run();
		failed += test_failures != before;
		printf("%sok %zu %s\n", test_failures == before ? "" : "not ",
		       i + 1, tests[i].name);
	}
	return failed != 0;
}

void *unit_alloc(size_t size, size_t align, gfp_t gfp)
{
	void *memory;

	if (unit_allocations_left >= 0 && !(gfp & __GFP_NOFAIL)) {
		if (!unit_allocations_left)
			return NULL;
		unit_allocations_left--;
	}
	if (posix_memalign(&memory, align, size))
		return NULL;
	memset(memory, 0, size);
	return memory;
}

void free_page(unsigned long page)
{
	free((void *)page);
}
