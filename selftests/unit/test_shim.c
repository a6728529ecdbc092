// SPDX-License-Identifier: GPL-2.0
/* The tree that the other tests stand on. */
#include <linux/rbtree.h>

#include "test.h"

#define NODES	64

struct entry {
	struct rb_node node;
	int key;
	bool in;
};

static struct entry entries[NODES];

static void insert(struct rb_root *root, struct entry *entry)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = entry->key < rb_entry(parent, struct entry, node)->key ?
			&parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&entry->node, parent, link);
	rb_insert_color(&entry->node, root);
	entry->in = true;
}

static void check_order(const struct rb_root *root)
{
	struct rb_node *node = rb_first(root);
	int i;

	for (i = 0; i < NODES; i++) {
		if (!entries[i].in)
			continue;
		CHECK(node == &entries[i].node);
		if (!node)
			return;
		node = rb_next(node);
	}
	CHECK(!node);

	node = rb_last(root);
	for (i = NODES - 1; i >= 0; i--) {
		if (!entries[i].in)
			continue;
		CHECK(node == &entries[i].node);
		node = rb_prev(node);
	}
	CHECK(!node);
}

static void test_rbtree(void)
{
	struct rb_root root = RB_ROOT;
	u64 seed = 1;
	int i, step;

	for (i = 0; i < NODES; i++)
		entries[i].key = i;
	for (step = 0; step < 20000; step++) {
		i = test_random(&seed) % NODES;
		if (entries[i].in) {
			rb_erase(&entries[i].node, &root);
			entries[i].in = false;
		} else {
			insert(&root, &entries[i]);
		}
		check_order(&root);
	}
}

static const struct test tests[] = {
	{ "rbtree: random insert and erase keep the order", test_rbtree },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
