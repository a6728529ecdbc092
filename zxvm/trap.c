// SPDX-License-Identifier: GPL-2.0
/*
 * Traps: a tree that VCPUs search without a lock.
 *
 * Traps are only ever added while VCPUs run, and freed when the last of them
 * is gone. A search that meets a writer may miss a trap, never follow a wild
 * pointer: the rbtree stores its links whole. The sequence count tells, and
 * the search starts again.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>

#include "trap.h"

static struct zxvm_trap *to_trap(struct zxvm_range *range)
{
	return range ? container_of(range, struct zxvm_trap, range) : NULL;
}

/**
 * zxvm_traps_init() - an empty tree
 * @traps: the tree
 */
void zxvm_traps_init(struct zxvm_traps *traps)
{
	spin_lock_init(&traps->lock);
	seqcount_spinlock_init(&traps->seq, &traps->lock);
	traps->tree = RB_ROOT;
}

static struct zxvm_trap *first_trap(struct zxvm_traps *traps, u64 start,
				    u64 last)
{
	struct zxvm_range *range;
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&traps->seq);
		range = zxvm_range_first(&traps->tree, start, last);
	} while (read_seqcount_retry(&traps->seq, seq));
	return to_trap(range);
}

/**
 * zxvm_trap_find() - the trap that an access hits
 * @traps: the tree
 * @addr: guest-physical address or I/O port
 *
 * Context: any; takes no lock.
 * Return: the trap, or NULL. It stays while the guest does.
 */
struct zxvm_trap *zxvm_trap_find(struct zxvm_traps *traps, u64 addr)
{
	return first_trap(traps, addr, addr);
}

/**
 * zxvm_trap_meets() - is there a trap in an interval?
 * @traps: the tree
 * @start: first address
 * @last: last address
 *
 * Context: any; takes no lock.
 * Return: true if a trap has an address of the interval.
 */
bool zxvm_trap_meets(struct zxvm_traps *traps, u64 start, u64 last)
{
	return first_trap(traps, start, last);
}

/**
 * zxvm_trap_insert() - arm a trap
 * @traps: the tree; the guest's lock is held
 * @trap: @range and @key are set
 *
 * Return: 0, or -EEXIST if it meets another trap.
 */
int zxvm_trap_insert(struct zxvm_traps *traps, struct zxvm_trap *trap)
{
	int ret;

	spin_lock(&traps->lock);
	write_seqcount_begin(&traps->seq);
	ret = zxvm_range_insert(&traps->tree, &trap->range);
	write_seqcount_end(&traps->seq);
	spin_unlock(&traps->lock);
	return ret;
}

/**
 * zxvm_trap_remove_first() - empty a tree, trap by trap
 * @traps: the tree of a guest without VCPUs
 *
 * Return: a trap that is not in the tree any more, or NULL.
 */
struct zxvm_trap *zxvm_trap_remove_first(struct zxvm_traps *traps)
{
	struct zxvm_trap *trap = to_trap(zxvm_range_first(&traps->tree, 0,
							   U64_MAX));

	if (trap)
		rb_erase(&trap->range.node, &traps->tree);
	return trap;
}
