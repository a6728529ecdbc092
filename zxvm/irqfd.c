// SPDX-License-Identifier: GPL-2.0
/*
 * Eventfds that pulse an interrupt line: whoever signals the eventfd runs
 * irqfd_wake() right there, in any context, and no thread is woken for it.
 *
 * With a second eventfd, the first one asserts the line, and when the guest
 * has ended the interrupt the line is released and the second one signalled:
 * a device that is still not satisfied signals the first one again.
 *
 * An entry goes when it is deassigned, when its guest goes, or when the
 * eventfd is closed by its last user. The latter is learned in a context that
 * cannot sleep, so a work item finishes it; whoever takes the entry off the
 * guest's list under irqfd_lock is the one that lets it go.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "arch.h"
#include "compat.h"
#include "guest.h"
#include "irqfd.h"

/**
 * struct irqfd_entry - an eventfd and a line
 * @node: in guest->irqfds
 * @resample_node: in guest->resamplers, if there is a second eventfd
 * @guest: whose line it is; outlives the entry
 * @eventfd: referenced
 * @resample: the second one, referenced, or NULL
 * @wait: hooked into the eventfd's wait queue
 * @table: how it gets hooked
 * @shutdown: lets the entry go
 * @line: that is pulsed or asserted
 */
struct irqfd_entry {
	struct list_head node;
	struct list_head resample_node;
	struct zxvm_guest *guest;
	struct eventfd_ctx *eventfd;
	struct eventfd_ctx *resample;
	wait_queue_entry_t wait;
	poll_table table;
	struct work_struct shutdown;
	u32 line;
};

/*
 * Protects guest->irqfds of all guests, and guest->resamplers against changes;
 * taken in the eventfd's wake-up. Eventfds are signalled under RCU instead.
 */
static DEFINE_SPINLOCK(irqfd_lock);
static struct workqueue_struct *irqfd_wq;

static void irqfd_assert(struct irqfd_entry *entry)
{
	if (entry->resample)
		zxvm_arch_hold_line(entry->guest, entry->line, true);
	else
		zxvm_arch_pulse_line(entry->guest, entry->line);
}

static bool line_is_resampled(const struct zxvm_guest *guest, u32 line)
{
	const struct irqfd_entry *entry;

	lockdep_assert_held(&irqfd_lock);
	list_for_each_entry(entry, &guest->resamplers, resample_node)
		if (entry->line == line)
			return true;
	return false;
}

/* Nobody signals it any more; the line is held for the others, if any. */
static void resample_shutdown(struct irqfd_entry *entry)
{
	bool shared;

	spin_lock_irq(&irqfd_lock);
	shared = line_is_resampled(entry->guest, entry->line);
	spin_unlock_irq(&irqfd_lock);
	if (!shared)
		zxvm_arch_hold_line(entry->guest, entry->line, false);
	synchronize_rcu();
	eventfd_ctx_put(entry->resample);
}

static void irqfd_shutdown(struct work_struct *work)
{
	struct irqfd_entry *entry = container_of(work, struct irqfd_entry,
						 shutdown);
	u64 count;

	eventfd_ctx_remove_wait_queue(entry->eventfd, &entry->wait, &count);
	if (entry->resample)
		resample_shutdown(entry);
	eventfd_ctx_put(entry->eventfd);
	kfree(entry);
}

/* Take an entry off its list and let it go; irqfd_lock is held. */
static void irqfd_deactivate(struct irqfd_entry *entry)
{
	lockdep_assert_held(&irqfd_lock);
	list_del_init(&entry->node);
	if (entry->resample)
		list_del_rcu(&entry->resample_node);
	queue_work(irqfd_wq, &entry->shutdown);
}

/* The eventfd was signalled or closed. Its wait queue is locked. */
static int irqfd_wake(wait_queue_entry_t *wait, unsigned int mode, int sync,
		      void *key)
{
	struct irqfd_entry *entry = container_of(wait, struct irqfd_entry,
						 wait);
	__poll_t events = key_to_poll(key);
	unsigned long flags;
	int consumed = 0;
	u64 count;

	if (events & EPOLLIN) {
		eventfd_ctx_do_read(entry->eventfd, &count);
		irqfd_assert(entry);
		consumed = 1;
	}
	if (events & EPOLLHUP) {
		spin_lock_irqsave(&irqfd_lock, flags);
		if (!list_empty(&entry->node))
			irqfd_deactivate(entry);
		spin_unlock_irqrestore(&irqfd_lock, flags);
	}
	return consumed;
}

static void irqfd_hook(struct file *file, wait_queue_head_t *head,
		       poll_table *table)
{
	struct irqfd_entry *entry = container_of(table, struct irqfd_entry,
						 table);

	add_wait_queue_priority(head, &entry->wait);
}

static struct irqfd_entry *irqfd_find(struct zxvm_guest *guest,
				      struct eventfd_ctx *eventfd, u32 line)
{
	struct irqfd_entry *entry;

	lockdep_assert_held(&irqfd_lock);
	list_for_each_entry(entry, &guest->irqfds, node)
		if (entry->eventfd == eventfd && entry->line == line)
			return entry;
	return NULL;
}

static int take_eventfds(struct irqfd_entry *entry, struct file *file,
			 const struct zxvm_irqfd *args)
{
	entry->eventfd = eventfd_ctx_fileget(file);
	if (IS_ERR(entry->eventfd))
		return -EINVAL;
	if (!(args->flags & ZXVM_IRQFD_RESAMPLE))
		return 0;
	entry->resample = eventfd_ctx_fdget(args->resamplefd);
	if (IS_ERR(entry->resample)) {
		eventfd_ctx_put(entry->eventfd);
		return PTR_ERR(entry->resample);
	}
	return 0;
}

static void put_eventfds(struct irqfd_entry *entry)
{
	if (entry->resample)
		eventfd_ctx_put(entry->resample);
	eventfd_ctx_put(entry->eventfd);
}

/* False if it is there already */
static bool irqfd_list(struct irqfd_entry *entry)
{
	struct zxvm_guest *guest = entry->guest;
	bool exists;

	spin_lock_irq(&irqfd_lock);
	exists = irqfd_find(guest, entry->eventfd, entry->line);
	if (!exists) {
		list_add_tail(&entry->node, &guest->irqfds);
		if (entry->resample)
			list_add_tail_rcu(&entry->resample_node,
					  &guest->resamplers);
	}
	spin_unlock_irq(&irqfd_lock);
	return !exists;
}

/*
 * The entry is hooked before it is listed: once listed, others may let it go.
 * The caller holds @file, so that it is not closed meanwhile.
 */
static int irqfd_assign(struct zxvm_guest *guest, struct file *file,
			const struct zxvm_irqfd *args)
{
	struct irqfd_entry *entry;
	u64 count;
	int ret;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return -ENOMEM;
	ret = take_eventfds(entry, file, args);
	if (ret) {
		kfree(entry);
		return ret;
	}
	INIT_LIST_HEAD(&entry->node);
	INIT_WORK(&entry->shutdown, irqfd_shutdown);
	entry->guest = guest;
	entry->line = args->line;
	init_waitqueue_func_entry(&entry->wait, irqfd_wake);
	init_poll_funcptr(&entry->table, irqfd_hook);
	/* It may have been signalled before. */
	if (vfs_poll(file, &entry->table) & EPOLLIN)
		irqfd_assert(entry);

	if (irqfd_list(entry))
		return 0;
	eventfd_ctx_remove_wait_queue(entry->eventfd, &entry->wait, &count);
	put_eventfds(entry);
	kfree(entry);
	return -EEXIST;
}

/* When this returns the eventfd does not pulse the line any more. */
static int irqfd_deassign(struct zxvm_guest *guest, struct file *file, u32 line)
{
	struct eventfd_ctx *eventfd = eventfd_ctx_fileget(file);
	struct irqfd_entry *entry;

	if (IS_ERR(eventfd))
		return -EINVAL;
	spin_lock_irq(&irqfd_lock);
	entry = irqfd_find(guest, eventfd, line);
	if (entry)
		irqfd_deactivate(entry);
	spin_unlock_irq(&irqfd_lock);
	eventfd_ctx_put(eventfd);
	if (!entry)
		return -ENOENT;
	flush_workqueue(irqfd_wq);
	return 0;
}

/**
 * zxvm_irqfd() - ZXVM_GUEST_IRQFD
 * @guest: with an irqchip
 * @args: checked but for the eventfd; the line is valid
 *
 * Context: may sleep.
 * Return: 0, -EBADF (no such file), -EINVAL (no eventfd), -ENOMEM, -EEXIST
 * (assigned already), -ENOENT (not assigned).
 */
int zxvm_irqfd(struct zxvm_guest *guest, const struct zxvm_irqfd *args)
{
	struct file *file = fget(args->eventfd);
	int ret;

	if (!file)
		return -EBADF;
	if (args->flags & ZXVM_IRQFD_DEASSIGN)
		ret = irqfd_deassign(guest, file, args->line);
	else
		ret = irqfd_assign(guest, file, args);
	fput(file);
	return ret;
}

/**
 * zxvm_irqfd_resample() - the guest has ended the interrupt of a line
 * @guest: the guest
 * @line: which; it has been released
 *
 * Context: any but under a lock of the irqchip; does not sleep.
 */
void zxvm_irqfd_resample(struct zxvm_guest *guest, u32 line)
{
	struct irqfd_entry *entry;

	rcu_read_lock();
	list_for_each_entry_rcu(entry, &guest->resamplers, resample_node)
		if (entry->line == line)
			zxvm_eventfd_signal(entry->resample);
	rcu_read_unlock();
}

/**
 * zxvm_irqfd_release() - the guest goes: let all of its eventfds go
 * @guest: without handles and VCPUs
 *
 * Context: may sleep.
 */
void zxvm_irqfd_release(struct zxvm_guest *guest)
{
	struct irqfd_entry *entry, *next;

	spin_lock_irq(&irqfd_lock);
	list_for_each_entry_safe(entry, next, &guest->irqfds, node)
		irqfd_deactivate(entry);
	spin_unlock_irq(&irqfd_lock);
	flush_workqueue(irqfd_wq);
}

/**
 * zxvm_irqfd_init() - called once, when the module is loaded
 *
 * Return: 0 or -ENOMEM.
 */
int zxvm_irqfd_init(void)
{
	irqfd_wq = alloc_workqueue("zxvm-irqfd", 0, 0);
	return irqfd_wq ? 0 : -ENOMEM;
}

/**
 * zxvm_irqfd_exit() - called once, when the module is unloaded
 */
void zxvm_irqfd_exit(void)
{
	destroy_workqueue(irqfd_wq);
}
