/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tree of ranges that never overlap: traps, I/O ports and mappings are kept
 * in one each. Pure logic; the owner of a tree says which lock protects it.
 */
#ifndef ZXVM_RANGE_H
#define ZXVM_RANGE_H

#include <linux/rbtree.h>
#include <linux/types.h>

/**
 * struct zxvm_range - a range of addresses, to be embedded
 * @node: in the tree
 * @start: first address
 * @last: last address, so that a range may end with the address space
 */
struct zxvm_range {
	struct rb_node node;
	u64 start;
	u64 last;
};

struct zxvm_range *zxvm_range_first(const struct rb_root *tree, u64 start,
				    u64 last);
struct zxvm_range *zxvm_range_next(const struct zxvm_range *range, u64 last);
int zxvm_range_insert(struct rb_root *tree, struct zxvm_range *range);
int zxvm_range_gap(const struct rb_root *tree, u64 limit, u64 size, u64 align,
		   u64 *start);

#endif /* ZXVM_RANGE_H */
