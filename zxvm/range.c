// SPDX-License-Identifier: GPL-2.0
/*
 * A tree of ranges that never overlap, ordered by address.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "range.h"

static struct zxvm_range *to_range(struct rb_node *node)
{
	return node ? rb_entry(node, struct zxvm_range, node) : NULL;
}

/**
 * zxvm_range_first() - the lowest range that meets an interval
 * @tree: the tree; its lock is held, or its sequence count read
 * @start: first address of the interval
 * @last: last address of the interval
 *
 * Return: the range, or NULL if none has an address in [@start, @last].
 */
struct zxvm_range *zxvm_range_first(const struct rb_root *tree, u64 start,
				    u64 last)
{
	struct rb_node *node = READ_ONCE(tree->rb_node);
	struct zxvm_range *first = NULL;

	while (node) {
		struct zxvm_range *range = to_range(node);

		if (range->last < start) {
			node = READ_ONCE(node->rb_right);
		} else {
			first = range;
			if (range->start <= start)
				break;
			node = READ_ONCE(node->rb_left);
		}
	}
	return first && first->start <= last ? first : NULL;
}

/**
 * zxvm_range_next() - the range behind another one, in an interval
 * @range: a range in a tree whose lock is held
 * @last: last address of the interval
 *
 * Return: the range, or NULL if the next one starts behind @last.
 */
struct zxvm_range *zxvm_range_next(const struct zxvm_range *range, u64 last)
{
	struct zxvm_range *next = to_range(rb_next(&range->node));

	return next && next->start <= last ? next : NULL;
}

/**
 * zxvm_range_insert() - add a range to a tree
 * @tree: the tree; its lock is held for writing
 * @range: its @start and @last are set
 *
 * Return: 0, or -EEXIST if it meets a range of the tree.
 */
int zxvm_range_insert(struct rb_root *tree, struct zxvm_range *range)
{
	struct rb_node **link = &tree->rb_node, *parent = NULL;

	while (*link) {
		struct zxvm_range *other = to_range(*link);

		parent = *link;
		if (range->last < other->start)
			link = &parent->rb_left;
		else if (range->start > other->last)
			link = &parent->rb_right;
		else
			return -EEXIST;
	}
	rb_link_node(&range->node, parent, link);
	rb_insert_color(&range->node, tree);
	return 0;
}

/**
 * zxvm_range_gap() - find room for a range
 * @tree: the tree; its lock is held
 * @limit: last address that may be used
 * @size: addresses wanted, not 0
 * @align: a power of two
 * @start: set to the lowest address with room
 *
 * Return: 0, or -ENOSPC.
 */
int zxvm_range_gap(const struct rb_root *tree, u64 limit, u64 size, u64 align,
		   u64 *start)
{
	struct rb_node *node;
	u64 at = 0;

	for (node = rb_first(tree); node; node = rb_next(node)) {
		struct zxvm_range *range = to_range(node);

		if (range->start > at && range->start - at >= size)
			break;
		if (range->last >= limit)
			return -ENOSPC;
		at = ALIGN(range->last + 1, align);
		if (at <= range->last)
			return -ENOSPC;
	}
	if (at > limit || limit - at < size - 1)
		return -ENOSPC;
	*start = at;
	return 0;
}
