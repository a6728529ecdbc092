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
int zxvm_trap_insert(struct zxvm_traps *traps, struct zxvm_trap *trap);
struct zxvm_trap *zxvm_trap_remove_first(struct zxvm_traps *traps);

#endif /* ZXVM_TRAP_H */
