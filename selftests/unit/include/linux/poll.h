/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_POLL_H
#define ZXVM_UNIT_POLL_H

#include <sys/epoll.h>

#include <linux/types.h>
#include <linux/wait.h>

struct file;
struct poll_table_struct;

static inline void poll_wait(struct file *file, wait_queue_head_t *head,
			     struct poll_table_struct *table)
{
}

#endif /* ZXVM_UNIT_POLL_H */
