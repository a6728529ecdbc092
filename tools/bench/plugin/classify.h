/* SPDX-License-Identifier: GPL-2.0 */
/* Kinds of instructions that cost more than their number tells. */
#ifndef BENCH_PLUGIN_CLASSIFY_H
#define BENCH_PLUGIN_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kind {
	KIND_KERNEL,		/* any instruction of the host's kernel */
	KIND_USER,		/* or of its programs, where that can be told */
	KIND_SYSCALL,
	KIND_SYSREG,		/* accesses to system registers or MSRs */
	KIND_ENTRY,		/* VMRUN, VMLAUNCH, VMRESUME */
	KIND_SWITCH,		/* ERET; what else SVM or VMX has for switches */
	KIND_VMREAD,
	KIND_VMWRITE,
	KIND_TLB,		/* TLB invalidations */
	KIND_CACHE,		/* cache maintenance */
	KIND_BARRIER,
	KIND_ATOMIC,
	KINDS,
	MARK_BEGIN,
	MARK_END,
};

/* Whose instruction it is, as its address tells */
enum side {
	SIDE_KERNEL,		/* the host's kernel */
	SIDE_USER,		/* its programs */
	SIDE_LOWER,		/* one of them or a guest */
	SIDE_GUEST,
};

/* NULL: the architecture has none */
extern const char * const kind_names[KINDS];

enum side side_of(uint64_t addr);

/* x86: the length of a mark */
#define MARK_SIZE	7

/* A kind, a mark, or -1; @kernel: at an address of the kernel */
int classify(const void *insn, size_t size, bool kernel);

#endif /* BENCH_PLUGIN_CLASSIFY_H */
