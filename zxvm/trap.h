/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Traps: guest-physical addresses and I/O ports whose accesses go to the VMM.
 */
#ifndef ZXVM_TRAP_H
#define ZXVM_TRAP_H

#include <linux/seqlock.h>
#include <linux/spinlock.h>

#include "range.h"

struct zxvm_bell;

/**
 * struct zxvm_trap - one trap; lives as long as its guest
 * @range: what it traps
 * @key: of its packets
 * @bell: of a BELL trap; NULL in a MEM or IO trap
 */
struct zxvm_trap {
	struct zxvm_range range;
	u64 key;
	struct zxvm_bell *bell;
};

/**
 * struct zxvm_traps - all traps of one address space
 * @lock: held to change @tree; writers also hold the guest's lock
 * @seq: lets VCPUs look a trap up without a lock
 * @tree: of struct zxvm_trap
 */
struct zxvm_traps {
	spinlock_t lock;	/* writers of the tree */
	seqcount_spinlock_t seq;
	struct rb_root tree;
};

void zxvm_traps_init(struct zxvm_traps *traps);
struct zxvm_trap *zxvm_trap_find(struct zxvm_traps *traps, u64 addr);
bool zxvm_trap_meets(struct zxvm_traps *traps, u64 start, u64 last);
/**
 * zxvm_trap_recall() - the trap at an address, likely the one that was last
 * @traps: the traps
 * @recent: what the caller keeps between two calls for @traps; NULL at first
 * @addr: the address
 *
 * Traps stay as long as their guest and never overlap, so a trap that was
 * found once is right for all its addresses, for ever.
 *
 * Context: as zxvm_trap_find().
 * Return: the trap, or NULL.
 */
static inline struct zxvm_trap *zxvm_trap_recall(struct zxvm_traps *traps,
						 struct zxvm_trap **recent,
						 u64 addr)
{
	struct zxvm_trap *trap = *recent;

	if (trap && addr - trap->range.start <=
		    trap->range.last - trap->range.start)
		return trap;
	trap = zxvm_trap_find(traps, addr);
	if (trap)
		*recent = trap;
	return trap;
}

int zxvm_trap_insert(struct zxvm_traps *traps, struct zxvm_trap *trap);
struct zxvm_trap *zxvm_trap_remove_first(struct zxvm_traps *traps);

#endif /* ZXVM_TRAP_H */
