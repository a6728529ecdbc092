// SPDX-License-Identifier: GPL-2.0
/* Runs zxrun's unit tests and prints TAP. */
#include <inttypes.h>
#include <stdio.h>

#include "../zxrun.h"
#include "tap.h"

static bool failed;

void check_true(bool ok, const char *expression, const char *file, int line)
{
	if (ok)
		return;
	printf("# %s:%d: not true: %s\n", file, line, expression);
	failed = true;
}

void check_equal(uint64_t got, uint64_t want, const char *expression, const char *file, int line)
{
	if (got == want)
		return;
	printf("# %s:%d: %s is 0x%" PRIx64 ", not 0x%" PRIx64 "\n", file, line, expression, got,
	       want);
	failed = true;
}

/* xorshift64 */
uint64_t test_random(void)
{
	static uint64_t x = 0x9e3779b97f4a7c15;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
#define ENTRY(name) { #name, test_##name },
		TESTS(ENTRY)
#undef ENTRY
	};
	unsigned int i, failures = 0;

	printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(tests));
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		failed = false;
		tests[i].run();
		failures += failed;
		printf("%s %u zxrun %s\n", failed ? "not ok" : "ok", i + 1, tests[i].name);
		fflush(stdout);
	}
	return failures ? 1 : 0;
}
