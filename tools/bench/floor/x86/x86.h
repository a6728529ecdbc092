/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_FLOOR_X86_H
#define BENCH_FLOOR_X86_H

#include <linux/types.h>

/* General registers of the guest by their numbers; RSP is elsewhere */
struct floor_regs {
	u64 r[16];
};

/* switch.S: 0, or 1 if the entry fails */
u64 floor_vmx_enter(struct floor_regs *regs, bool launched);
u64 floor_svm_enter(struct floor_regs *regs, u64 vmcb);
void floor_vmx_leave(void);
void floor_guest(void);

/* vmx.c, svm.c: with interrupts off; ticks, or 0 */
u64 floor_vmx_run(void *pages, unsigned int exits);
u64 floor_svm_run(void *pages, unsigned int exits);

#endif /* BENCH_FLOOR_X86_H */
