// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: any bytes in any mode. What is decoded lies in the bytes that
 * were there, needs all of them, and depends on no other.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/errno.h>

#include "insn.h"
#include "test.h"

static void check_mmio(const struct insn *insn)
{
	struct insn_mmio m;

	if (!insn_mmio(insn, &m))
		return;
	CHECK(m.size == 1 || m.size == 2 || m.size == 4 || m.size == 8);
	CHECK(m.reg < 16 && !(m.high && m.reg > 3));
	CHECK(!m.has_imm || m.write);
	CHECK(m.write || m.reg_size >= m.size);
}

static void check_insn(const u8 *bytes, size_t size, enum insn_mode mode,
		       bool amd)
{
	struct insn insn, again;
	int ret = insn_decode(bytes, size, mode, amd, &insn);
	u8 *copy;

	CHECK(ret == 0 || ret == -EINVAL || ret == -EAGAIN);
	CHECK(ret != -EAGAIN || size < INSN_MAX_LENGTH);
	if (ret)
		return;
	CHECK(insn.length && insn.length <= INSN_MAX_LENGTH);
	CHECK(insn.length <= size);
	check_mmio(&insn);

	copy = malloc(insn.length);
	memcpy(copy, bytes, insn.length);
	CHECK_EQ(insn_decode(copy, insn.length, mode, amd, &again), 0);
	CHECK(!memcmp(&insn, &again, sizeof(insn)));
	CHECK_EQ(insn_decode(copy, insn.length - 1, mode, amd, &again),
		 (u64)-EAGAIN);
	free(copy);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	int mode, amd;

	for (mode = INSN_16; mode <= INSN_64; mode++) {
		for (amd = 0; amd < 2; amd++)
			check_insn(data, size, mode, amd);
	}
	if (test_failures)
		abort();
	return 0;
}
