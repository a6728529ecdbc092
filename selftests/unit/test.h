/* SPDX-License-Identifier: GPL-2.0 */
/* A test program: an array of named functions, reported as KTAP. */
#ifndef ZXVM_UNIT_TEST_H
#define ZXVM_UNIT_TEST_H

#include <stdio.h>
#include <linux/kernel.h>

struct test {
	const char *name;
	void (*run)(void);
};

int run_tests(const struct test *tests, size_t nr);
extern unsigned int test_failures;
void test_failed(const char *file, int line, const char *what);

/* A sequence that is the same each time: xorshift64* */
u64 test_random(u64 *state);

#define CHECK(condition)						\
	do {								\
		if (!(condition))					\
			test_failed(__FILE__, __LINE__, #condition);	\
	} while (0)

#define CHECK_EQ(have, want)						\
	do {								\
		u64 _have = (have), _want = (want);			\
									\
		if (_have != _want) {					\
			test_failed(__FILE__, __LINE__, #have);		\
			printf("# have 0x%llx, want 0x%llx\n",		\
			       _have, _want);				\
		}							\
	} while (0)

#endif /* ZXVM_UNIT_TEST_H */
