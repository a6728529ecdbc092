/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small test harness: each TEST runs in a process of its own with a time
 * limit, so that a hang or a crash is one failure; output is KTAP.
 *
 * EXPECT_* notes a failure and goes on, ASSERT_* ends the test. Both work in
 * threads and in child processes of a test.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT	30

struct test {
	const char *name;
	void (*fn)(void);
	void (*setup)(void);
	int timeout;
	struct test *next;
};

void harness_add(struct test *test);
void harness_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void harness_skip(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));
bool harness_failed(void);
int harness_time_scale(void);
const char *err_name(int err);

#define TEST_REGISTER(fn_, setup_, timeout_)				\
	static void fn_(void);						\
	static void __attribute__((constructor)) fn_##_register(void)	\
	{								\
		static struct test test = {				\
			#fn_, fn_, setup_, timeout_, NULL		\
		};							\
									\
		harness_add(&test);					\
	}								\
	static void fn_(void)

/* A test; a test that starts with a fixture; both with a time limit */
#define TEST(name)		TEST_REGISTER(name, NULL, DEFAULT_TIMEOUT)
#define TEST_F(name, setup)	TEST_REGISTER(name, setup, DEFAULT_TIMEOUT)
#define TEST_T(name, seconds)	TEST_REGISTER(name, NULL, seconds)
#define TEST_FT(name, setup, seconds) TEST_REGISTER(name, setup, seconds)

#define SKIP(...)	harness_skip(__VA_ARGS__)

#define CHECK_(fatal, ok, ...)						\
	do {								\
		if (!(ok)) {						\
			harness_fail(__FILE__, __LINE__, __VA_ARGS__);	\
			if (fatal)					\
				_exit(1);				\
		}							\
	} while (0)

#define COMPARE_(fatal, a, op, b, text)				\
	do {								\
		long long a_ = (long long)(a), b_ = (long long)(b);	\
									\
		CHECK_(fatal, a_ op b_,					\
		       "%s: got %lld (%#llx), not %lld (%#llx)", text,	\
		       a_, a_, b_, b_);					\
	} while (0)

#define ERR_(fatal, call, want, text)					\
	do {								\
		int got_ = (call), want_ = (want);			\
									\
		CHECK_(fatal, got_ == want_, "%s: got %s, not %s",	\
		       text, err_name(got_), err_name(want_));		\
	} while (0)

#define EXPECT_TRUE(x)		CHECK_(0, x, "%s is false", #x)
#define ASSERT_TRUE(x)		CHECK_(1, x, "%s is false", #x)
#define EXPECT_FALSE(x)		CHECK_(0, !(x), "%s is true", #x)
#define EXPECT_EQ(a, b)		COMPARE_(0, a, ==, b, #a " == " #b)
#define ASSERT_EQ(a, b)		COMPARE_(1, a, ==, b, #a " == " #b)
#define EXPECT_NE(a, b)		COMPARE_(0, a, !=, b, #a " != " #b)
#define EXPECT_GE(a, b)		COMPARE_(0, a, >=, b, #a " >= " #b)
#define EXPECT_LE(a, b)		COMPARE_(0, a, <=, b, #a " <= " #b)
#define ASSERT_LE(a, b)		COMPARE_(1, a, <=, b, #a " <= " #b)
#define EXPECT_GT(a, b)		COMPARE_(0, a, >, b, #a " > " #b)
#define EXPECT_LT(a, b)		COMPARE_(0, a, <, b, #a " < " #b)
/* For calls that return 0 or a positive errno */
#define EXPECT_ERR(call, want)	ERR_(0, call, want, #call)
#define ASSERT_ERR(call, want)	ERR_(1, call, want, #call)
#define EXPECT_OK(call)		ERR_(0, call, 0, #call)
#define ASSERT_OK(call)		ERR_(1, call, 0, #call)
/* For calls that return -1 and set errno */
#define ASSERT_SYS(call)						\
	do {								\
		CHECK_(1, (long)(call) != -1, "%s: %s", #call,		\
		       err_name(errno));				\
	} while (0)

#endif /* HARNESS_H */
