/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_PTRACE_H
#define ZXVM_UNIT_PTRACE_H

#include <linux/types.h>

struct user_fpsimd_state {
	u64 vregs[64];
	u32 fpsr;
	u32 fpcr;
};

#endif /* ZXVM_UNIT_PTRACE_H */
