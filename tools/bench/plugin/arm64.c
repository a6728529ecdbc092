// SPDX-License-Identifier: GPL-2.0
/* A64. Arm ARM, C4.1. */
#include <string.h>

#include "classify.h"

const char * const kind_names[KINDS] = {
	[KIND_KERNEL]	= "kernel",
	[KIND_USER]	= "user",
	[KIND_SYSCALL]	= "syscall",
	[KIND_SYSREG]	= "sysreg",
	[KIND_SWITCH]	= "eret",
	[KIND_TLB]	= "tlbi",
	[KIND_CACHE]	= "cache",
	[KIND_BARRIER]	= "barrier",
	[KIND_ATOMIC]	= "atomic",
};

/*
 * The host is booted with nokaslr: its kernel and modules are in the 4 GiB from
 * KERNEL_BASE up. A Linux guest has KASLR, which places its kernel far above
 * that, and first runs at physical addresses. The bench is linked to
 * PROGRAM_BASE, below which its own guests are; the vDSO is at the end of the
 * lower half.
 */
#define KERNEL_BASE	0xffff800000000000
#define KERNEL_SIZE	0x100000000
#define PROGRAM_BASE	0x400000
#define RAM_BASE	0x40000000	/* of a Linux guest */
#define RAM_END		0x80000000
#define USER_END	0x1000000000000

enum side side_of(uint64_t addr)
{
	if (addr - KERNEL_BASE < KERNEL_SIZE)
		return SIDE_KERNEL;
	if (addr < PROGRAM_BASE || addr >= USER_END)
		return SIDE_GUEST;
	return addr - RAM_BASE < RAM_END - RAM_BASE ? SIDE_GUEST : SIDE_USER;
}

#define SYSREG(op0, op1, crn, crm, op2) \
	((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

/* What the kernel uses like memory: current, per-CPU offset, flags, masks */
static bool is_everyday(uint32_t sysreg)
{
	switch (sysreg) {
	case SYSREG(3, 0, 4, 1, 0):	/* SP_EL0 */
	case SYSREG(3, 0, 13, 0, 4):	/* TPIDR_EL1 */
	case SYSREG(3, 4, 13, 0, 2):	/* TPIDR_EL2 */
	case SYSREG(3, 3, 4, 2, 0):	/* NZCV */
	case SYSREG(3, 3, 4, 2, 1):	/* DAIF */
		return true;
	default:
		return false;
	}
}

static int classify_system(uint32_t word)
{
	uint32_t op0 = word >> 19 & 3, crn = word >> 12 & 15;

	if ((word & 0xfffff01f) == 0xd503301f) {
		uint32_t op2 = word >> 5 & 7;

		return op2 >= 4 && op2 <= 6 ? KIND_BARRIER : -1;
	}
	if (op0 == 1 && crn == 8)
		return KIND_TLB;
	if (op0 == 1 && crn == 7)
		return KIND_CACHE;
	if (op0 >= 2 && !is_everyday(word >> 5 & 0xffff))
		return KIND_SYSREG;
	return -1;
}

/* Store-exclusive, compare-and-swap, and the atomic memory operations */
static bool is_atomic(uint32_t word)
{
	if ((word & 0x3fe00000) == 0x08000000 ||	/* STXR, STLXR */
	    (word & 0x3fe00000) == 0x08200000 ||	/* STXP, CASP */
	    (word & 0x3fa00000) == 0x08a00000)		/* CAS */
		return true;
	return (word & 0x3b200c00) == 0x38200000;	/* LDADD and the like */
}

int classify(const void *insn, size_t size, bool kernel)
{
	uint32_t word;

	memcpy(&word, insn, sizeof(word));
	(void)size;
	if (word == 0xd5032e1f)
		return MARK_BEGIN;
	if (word == 0xd5032e3f)
		return MARK_END;
	if (!kernel)
		return (word & 0xffe0001f) == 0xd4000001 ? KIND_SYSCALL : -1;
	if (word == 0xd69f03e0)
		return KIND_SWITCH;
	if ((word & 0xffc00000) == 0xd5000000)
		return classify_system(word);
	return is_atomic(word) ? KIND_ATOMIC : -1;
}
