// SPDX-License-Identifier: GPL-2.0
/* Print how often the TSC of this machine ticks in a millisecond. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define INTERVAL_NS	50000000
#define TRIES		20

struct moment {
	int64_t ns;
	uint64_t tsc;
};

static int64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* The try that nobody came between takes the least time. */
static struct moment look(void)
{
	struct moment best = { 0, 0 };
	int64_t shortest = INT64_MAX;
	int i;

	for (i = 0; i < TRIES; i++) {
		int64_t before = clock_ns(), took;
		uint64_t tsc = __rdtsc();

		took = clock_ns() - before;
		if (took < shortest) {
			shortest = took;
			best = (struct moment){ before + took / 2, tsc };
		}
	}
	return best;
}

int main(void)
{
	struct timespec interval = { 0, INTERVAL_NS };
	struct moment first = look(), second;

	nanosleep(&interval, NULL);
	second = look();
	printf("%.0f\n", (second.tsc - first.tsc) * 1e6 /
	       (second.ns - first.ns));
	return 0;
}
