/* SPDX-License-Identifier: GPL-2.0 */
/* One thread: to wait is to call what the test has prepared */
#ifndef ZXVM_UNIT_WAIT_H
#define ZXVM_UNIT_WAIT_H

#include <linux/list.h>
#include <linux/spinlock.h>

/* Wake-ups are counted */
typedef struct {
	unsigned int waiters;
	unsigned int wakeups;
} wait_queue_head_t;

struct wait_queue_entry {
	bool queued;
};

#define TASK_RUNNING		0
#define TASK_INTERRUPTIBLE	1

#define DEFINE_WAIT(name)	struct wait_queue_entry name = {}

static inline void init_waitqueue_head(wait_queue_head_t *head)
{
	head->waiters = 0;
	head->wakeups = 0;
}

static inline void prepare_to_wait_exclusive(wait_queue_head_t *head,
					     struct wait_queue_entry *entry,
					     int state)
{
	head->waiters += !entry->queued;
	entry->queued = true;
}

static inline void finish_wait(wait_queue_head_t *head,
			       struct wait_queue_entry *entry)
{
	head->waiters -= entry->queued;
	entry->queued = false;
}

static inline void wake_up_interruptible(wait_queue_head_t *head)
{
	head->wakeups++;
}

#endif /* ZXVM_UNIT_WAIT_H */
