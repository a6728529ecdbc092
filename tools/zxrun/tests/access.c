// SPDX-License-Identifier: GPL-2.0
/* What a load leaves in a register. */
#include "../arm64/access.h"
#include "tap.h"

void test_access_sign_extension(void)
{
	CHECK_EQUAL(loaded_value(0xffffffffffffff80, 1, false), 0x80);
	CHECK_EQUAL(loaded_value(0x80, 1, true), 0xffffffffffffff80);
	CHECK_EQUAL(loaded_value(0x17f, 1, true), 0x7f);
	CHECK_EQUAL(loaded_value(0x8000, 2, false), 0x8000);
	CHECK_EQUAL(loaded_value(0x8000, 2, true), 0xffffffffffff8000);
	CHECK_EQUAL(loaded_value(0x1234567880000000, 4, false), 0x80000000);
	CHECK_EQUAL(loaded_value(0x1234567880000000, 4, true), 0xffffffff80000000);
	CHECK_EQUAL(loaded_value(0x7fffffff, 4, true), 0x7fffffff);
	CHECK_EQUAL(loaded_value(0x8000000000000000, 8, false), 0x8000000000000000);
	CHECK_EQUAL(loaded_value(0x8000000000000000, 8, true), 0x8000000000000000);
	CHECK_EQUAL(access_mask(1), 0xff);
	CHECK_EQUAL(access_mask(8), UINT64_MAX);
}
