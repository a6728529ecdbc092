/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The second-stage page table: four levels, 48 bits of guest-physical address,
 * leaves of 4 KiB, 2 MiB and 1 GiB, in the format of EPT or of NPT.
 *
 * Pure logic over memory; what it needs of the hardware is pt_flush(). The
 * caller serialises all calls on one table.
 */
#ifndef ZXVM_X86_PT_H
#define ZXVM_X86_PT_H

#include <linux/bits.h>
#include <linux/types.h>

struct zxvm_page_cache;

#define PT_GPA_BITS		48
#define PT_SIZE_4K		BIT_ULL(12)
#define PT_SIZE_2M		BIT_ULL(21)
#define PT_SIZE_1G		BIT_ULL(30)

/* How a table looks. With no flags it is of NPT, and its leaves are 4 KiB. */
#define PT_EPT			BIT(0)	/* the format of EPT */
#define PT_2M			BIT(1)	/* the CPU has leaves of 2 MiB */
#define PT_1G			BIT(2)	/* and of 1 GiB */
#define PT_NO_EXEC_HUGE		BIT(3)	/* what may be executed is 4 KiB */
#define PT_EPT_AD		BIT(4)	/* EPT has accessed and dirty flags */
#define PT_EPT_IGNORE_PAT	BIT(5)	/* all is write-back for the guest */

/**
 * struct pt - a table
 * @root: the PML4, one page
 * @flags: PT_*
 */
struct pt {
	u64 *root;
	u32 flags;
};

/* Permissions, the numbers of ZXVM_VM_PERM_*. What is mapped is readable. */
#define PT_READ			BIT(0)
#define PT_WRITE		BIT(1)
#define PT_EXEC			BIT(2)

int pt_init(struct pt *pt, u32 flags);
void pt_destroy(struct pt *pt);
u64 pt_root(const struct pt *pt);
void pt_map(struct pt *pt, struct zxvm_page_cache *cache, u64 gpa, u64 pa,
	    u64 size, u32 perms, u32 access);
void pt_unmap(struct pt *pt, u64 start, u64 last);

/**
 * pt_flush() - provided by the user of a table: no CPU may use what was
 * removed from [@start, @last] any more when it returns, nor walk the tables
 * that were there
 * @pt: the table
 * @start: first address
 * @last: last address
 */
void pt_flush(struct pt *pt, u64 start, u64 last);

#endif /* ZXVM_X86_PT_H */
