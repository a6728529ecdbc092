/* SPDX-License-Identifier: GPL-2.0 */
/* Doubly linked lists; a removed entry points nowhere */
#ifndef ZXVM_UNIT_LIST_H
#define ZXVM_UNIT_LIST_H

#include <linux/bug.h>
#include <linux/container_of.h>
#include <linux/types.h>

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

#define list_empty_careful(head)	list_empty(head)

static inline void list_link(struct list_head *entry, struct list_head *prev,
			     struct list_head *next)
{
	WARN_ON(prev->next != next || next->prev != prev);
	entry->prev = prev;
	entry->next = next;
	prev->next = entry;
	next->prev = entry;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	list_link(entry, head, head->next);
}

static inline void list_add_tail(struct list_head *entry,
				 struct list_head *head)
{
	list_link(entry, head->prev, head);
}

static inline void list_unlink(struct list_head *entry)
{
	WARN_ON(entry->prev->next != entry || entry->next->prev != entry);
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
}

static inline void list_del(struct list_head *entry)
{
	list_unlink(entry);
	entry->next = NULL;
	entry->prev = NULL;
}

static inline void list_del_init(struct list_head *entry)
{
	list_unlink(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	list_unlink(entry);
	list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry,
				  struct list_head *head)
{
	list_unlink(entry);
	list_add_tail(entry, head);
}

#define list_entry(ptr, type, member)	container_of(ptr, type, member)
#define list_first_entry(head, type, member) \
	list_entry((head)->next, type, member)
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_entry_of(type, member, ptr)	list_entry(ptr, type, member)
#define list_next_entry(pos, member) \
	list_entry_of(__typeof__(*(pos)), member, (pos)->member.next)
#define list_for_each_entry(pos, head, member)				     \
	for (pos = list_first_entry(head, __typeof__(*(pos)), member);	     \
	     (&(pos)->member) != (head); pos = list_next_entry(pos, member))
#define list_for_each_entry_safe(pos, n, head, member)			     \
	for (pos = list_first_entry(head, __typeof__(*(pos)), member),	     \
	     n = list_next_entry(pos, member);				     \
	     (&(pos)->member) != (head);				     \
	     pos = n, n = list_next_entry(n, member))

#define INIT_HLIST_HEAD(head)	((head)->first = NULL)

static inline bool hlist_empty(const struct hlist_head *head)
{
	return !head->first;
}

static inline bool hlist_unhashed(const struct hlist_node *node)
{
	return !node->pprev;
}

static inline bool hlist_is_singular_node(const struct hlist_node *node,
					  const struct hlist_head *head)
{
	return !node->next && node->pprev == &head->first;
}

static inline void hlist_add_head(struct hlist_node *node,
				  struct hlist_head *head)
{
	WARN_ON(node->pprev);
	node->next = head->first;
	node->pprev = &head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
}

static inline void hlist_del_init(struct hlist_node *node)
{
	WARN_ON(*node->pprev != node);
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	node->next = NULL;
	node->pprev = NULL;
}

#define hlist_entry(ptr, type, member)	container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member) \
	((ptr) ? container_of(ptr, type, member) : NULL)
#define hlist_for_each_entry(pos, head, member)				     \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*(pos)),	     \
				    member);				     \
	     pos; pos = hlist_entry_safe((pos)->member.next,		     \
					 __typeof__(*(pos)), member))
#define hlist_for_each_entry_safe(pos, n, head, member)			     \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*(pos)),	     \
				    member);				     \
	     pos && ((n) = (pos)->member.next, true);			     \
	     pos = hlist_entry_safe(n, __typeof__(*(pos)), member))

#endif /* ZXVM_UNIT_LIST_H */
