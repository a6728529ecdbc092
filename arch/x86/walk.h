/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's own page tables, for what the kernel reads or writes on the
 * guest's behalf: an instruction, and the memory of INS and OUTS.
 *
 * Pure logic; what it needs of the guest's memory is a callback.
 */
#ifndef ZXVM_X86_WALK_H
#define ZXVM_X86_WALK_H

#include <linux/bits.h>
#include <linux/types.h>

/* What an address is wanted for; without any, a load by the kernel */
#define WALK_WRITE	BIT(0)
#define WALK_FETCH	BIT(1)
#define WALK_USER	BIT(2)	/* by CPL 3 */

/* Results besides 0 and an error of the callback */
#define WALK_PAGE_FAULT		1	/* #PF */
#define WALK_NON_CANONICAL	2	/* #GP, or #SS by way of the stack */

/* Page-fault error code, SDM vol. 3, 4.7 */
#define WALK_ERROR_P	BIT(0)
#define WALK_ERROR_W	BIT(1)
#define WALK_ERROR_U	BIT(2)
#define WALK_ERROR_RSVD	BIT(3)
#define WALK_ERROR_ID	BIT(4)

/**
 * struct walk_regs - what paging depends on
 * @cr0: CR0
 * @cr3: CR3
 * @cr4: CR4
 * @efer: EFER
 * @phys_bits: width of a guest-physical address, 32 to 52, as the guest's
 *	CPUID has it
 * @pages_1g: the guest's CPUID has pages of 1 GiB
 * @ac: RFLAGS.AC
 */
struct walk_regs {
	u64 cr0;
	u64 cr3;
	u64 cr4;
	u64 efer;
	u8 phys_bits;
	bool pages_1g;
	bool ac;
};

/**
 * typedef walk_read_t - read a word of the guest's memory
 * @ctx: the caller's
 * @gpa: guest-physical address, a multiple of 8
 * @word: to be set
 *
 * Return: 0, or a negative error, which ends the walk.
 */
typedef int (*walk_read_t)(void *ctx, u64 gpa, u64 *word);

int walk_address(const struct walk_regs *regs, u64 address, u32 access,
		 walk_read_t read, void *ctx, u64 *gpa, u32 *error);

#endif /* ZXVM_X86_WALK_H */
