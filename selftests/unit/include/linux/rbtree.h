/* SPDX-License-Identifier: GPL-2.0 */
/* The interface of red-black trees on a plain search tree */
#ifndef ZXVM_UNIT_RBTREE_H
#define ZXVM_UNIT_RBTREE_H

#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/types.h>

struct rb_node {
	struct rb_node *rb_parent;
	struct rb_node *rb_left;
	struct rb_node *rb_right;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT				((struct rb_root) { NULL })
#define rb_entry(ptr, type, member)	container_of(ptr, type, member)

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	node->rb_parent = parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

static inline void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
}

static inline struct rb_node *rb_leftmost(struct rb_node *node)
{
	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

static inline struct rb_node *rb_rightmost(struct rb_node *node)
{
	while (node && node->rb_right)
		node = node->rb_right;
	return node;
}

static inline struct rb_node *rb_first(const struct rb_root *root)
{
	return rb_leftmost(root->rb_node);
}

static inline struct rb_node *rb_last(const struct rb_root *root)
{
	return rb_rightmost(root->rb_node);
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	if (node->rb_right)
		return rb_leftmost(node->rb_right);
	while (node->rb_parent && node->rb_parent->rb_right == node)
		node = node->rb_parent;
	return node->rb_parent;
}

static inline struct rb_node *rb_prev(const struct rb_node *node)
{
	if (node->rb_left)
		return rb_rightmost(node->rb_left);
	while (node->rb_parent && node->rb_parent->rb_left == node)
		node = node->rb_parent;
	return node->rb_parent;
}

/* Put @other, or nothing, where @node is */
static inline void rb_put_in_place(struct rb_node *node, struct rb_node *other,
				   struct rb_root *root)
{
	if (!node->rb_parent)
		root->rb_node = other;
	else if (node->rb_parent->rb_left == node)
		node->rb_parent->rb_left = other;
	else
		node->rb_parent->rb_right = other;
	if (other)
		other->rb_parent = node->rb_parent;
}

static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *next;

	if (!node->rb_left || !node->rb_right) {
		rb_put_in_place(node, node->rb_left ?: node->rb_right, root);
		return;
	}

	/* The next one has no left child: it leaves its place for @node's */
	next = rb_leftmost(node->rb_right);
	if (next != node->rb_right) {
		rb_put_in_place(next, next->rb_right, root);
		next->rb_right = node->rb_right;
		next->rb_right->rb_parent = next;
	}
	rb_put_in_place(node, next, root);
	next->rb_left = node->rb_left;
	next->rb_left->rb_parent = next;
}

#endif /* ZXVM_UNIT_RBTREE_H */
