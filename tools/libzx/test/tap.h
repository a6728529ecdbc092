/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The least that prints TAP: a list of tests, and checks that may fail. */
#ifndef LIBZX_TEST_TAP_H
#define LIBZX_TEST_TAP_H

#include <stdatomic.h>
#include <stdio.h>

static atomic_int tap_failures;

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			tap_failures++; \
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, \
			       #condition); \
		} \
	} while (0)

/* Integers of any kind, by value */
#define CHECK_EQ(got, wanted) \
	do { \
		long long got_ = (long long)(got); \
		long long wanted_ = (long long)(wanted); \
		if (got_ != wanted_) { \
			tap_failures++; \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, \
			       __LINE__, #got, got_, wanted_); \
		} \
	} while (0)

#define CHECK_OK(call) CHECK_EQ(call, ZX_OK)

struct tap_test {
	const char *name;
	void (*run)(void);
};

static inline int tap_run(const char *group, const struct tap_test *tests,
			  int count)
{
	int failed = 0;
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", count);
	for (i = 0; i < count; i++) {
		tap_failures = 0;
		tests[i].run();
		printf("%sok %d %s: %s\n", tap_failures ? "not " : "", i + 1,
		       group, tests[i].name);
		failed += tap_failures != 0;
	}
	return failed != 0;
}

#define TAP_MAIN(group, tests) \
	int main(void) \
	{ \
		return tap_run(group, tests, \
			       sizeof(tests) / sizeof(tests[0])); \
	}

#endif /* LIBZX_TEST_TAP_H */
