// SPDX-License-Identifier: GPL-2.0
/*
 * Ports: queues of packets, from user space and from bells.
 *
 * A bell is rung from the exit path with interrupts off, so all that it needs
 * was allocated when the trap was set: ZXVM_BELL_PACKETS entries. When none
 * is free the VCPU waits for one (vcpu.c); whoever takes a packet off the
 * queue wakes it.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "port.h"
#include "vcpu.h"

/**
 * struct user_entry - a packet of user space
 * @entry: in the queue
 * @packet: as it was queued
 */
struct user_entry {
	struct zxvm_port_entry entry;
	struct zxvm_packet packet;
};

static struct zxvm_port *to_port(struct zxvm_object *obj)
{
	return container_of(obj, struct zxvm_port, obj);
}

static struct user_entry *to_user_entry(struct zxvm_port_entry *entry)
{
	return container_of(entry, struct user_entry, entry);
}

/* An entry of a bell has left the queue: somebody may wait for it. */
static void bell_entry_free(struct zxvm_port_entry *entry)
{
	struct zxvm_bell *bell = entry->bell;
	struct zxvm_vcpu *vcpu, *next;

	lockdep_assert_held(&bell->port->lock);
	list_move(&entry->node, &bell->free);
	list_for_each_entry_safe(vcpu, next, &bell->blocked, bell_node) {
		list_del_init(&vcpu->bell_node);
		zxvm_vcpu_wake(vcpu);
	}
}

/*
 * Take an entry off the queue. A packet of user space is returned, for the
 * caller to free once the lock is dropped.
 */
static struct user_entry *dequeue(struct zxvm_port *port,
				  struct zxvm_port_entry *entry)
{
	lockdep_assert_held(&port->lock);
	if (entry->bell) {
		bell_entry_free(entry);
		return NULL;
	}
	list_del(&entry->node);
	/* Whoever polls for room waits with the readers. */
	if (port->user_packets-- == ZXVM_USER_PACKETS)
		wake_up_interruptible(&port->readers);
	return to_user_entry(entry);
}

static void fill_packet(struct zxvm_packet *packet,
			const struct zxvm_port_entry *entry)
{
	if (!entry->bell) {
		*packet = container_of(entry, struct user_entry, entry)->packet;
		return;
	}
	memset(packet, 0, sizeof(*packet));
	packet->key = entry->bell->key;
	packet->type = ZXVM_PKT_GUEST_BELL;
	packet->u.bell.addr = entry->addr;
}

/* Take the oldest packet, if there is one. */
static bool take_packet(struct zxvm_port *port, struct zxvm_packet *packet)
{
	struct zxvm_port_entry *entry;
	struct user_entry *user = NULL;

	spin_lock_irq(&port->lock);
	entry = list_first_entry_or_null(&port->queue, struct zxvm_port_entry,
					 node);
	if (entry) {
		fill_packet(packet, entry);
		user = dequeue(port, entry);
	}
	spin_unlock_irq(&port->lock);
	kfree(user);
	return entry;
}

/*
 * A packet that was taken could not be copied out: it goes back to the front,
 * as one of user space's, whatever it was.
 */
static void give_back(struct zxvm_port *port, const struct zxvm_packet *packet)
{
	struct user_entry *user;

	user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
	user->packet = *packet;
	spin_lock_irq(&port->lock);
	list_add(&user->entry.node, &port->queue);
	port->user_packets++;
	wake_up_interruptible(&port->readers);
	spin_unlock_irq(&port->lock);
}

static int deliver(struct zxvm_port *port, void __user *to,
		   const struct zxvm_packet *packet)
{
	if (!copy_to_user(to, packet, sizeof(*packet)))
		return 0;
	give_back(port, packet);
	return -EFAULT;
}

/*
 * Wait for a packet until @expires, or for ever if it is NULL. Waiters are
 * exclusive and served in the order they came.
 */
static int wait_packet(struct zxvm_port *port, struct zxvm_packet *packet,
		       ktime_t *expires)
{
	DEFINE_WAIT(wait);
	int ret = 0;

	while (!take_packet(port, packet)) {
		prepare_to_wait_exclusive(&port->readers, &wait,
					  TASK_INTERRUPTIBLE);
		if (!list_empty_careful(&port->queue)) {
			__set_current_state(TASK_RUNNING);
			continue;
		}
		if (signal_pending(current)) {
			ret = -ERESTARTSYS;
			break;
		}
		if (!schedule_hrtimeout(expires, HRTIMER_MODE_ABS)) {
			ret = take_packet(port, packet) ? 0 : -ETIMEDOUT;
			break;
		}
	}
	finish_wait(&port->readers, &wait);

	/* A wake-up that was not used belongs to the next waiter. */
	if (ret && !list_empty_careful(&port->queue))
		wake_up_interruptible(&port->readers);
	return ret;
}

static long port_queue(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_port *port = to_port(obj);
	struct user_entry *user;
	int ret = 0;

	user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	if (!user)
		return -ENOMEM;
	if (copy_from_user(&user->packet, (void __user *)arg,
			   sizeof(user->packet))) {
		kfree(user);
		return -EFAULT;
	}
	user->packet.type = ZXVM_PKT_USER;

	spin_lock_irq(&port->lock);
	if (port->user_packets >= ZXVM_USER_PACKETS) {
		ret = -EAGAIN;
	} else {
		port->user_packets++;
		list_add_tail(&user->entry.node, &port->queue);
		wake_up_interruptible(&port->readers);
	}
	spin_unlock_irq(&port->lock);
	if (ret)
		kfree(user);
	return ret;
}

static long port_wait(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_port_wait __user *uwait = (void __user *)arg;
	struct zxvm_port *port = to_port(obj);
	struct zxvm_packet packet;
	ktime_t expires;
	s64 deadline;
	int ret;

	if (get_user(deadline, &uwait->deadline))
		return -EFAULT;
	/* No timer copes with times before the boot. */
	expires = max_t(s64, deadline, 0);
	ret = wait_packet(port, &packet,
			  deadline == S64_MAX ? NULL : &expires);
	return ret ?: deliver(port, &uwait->packet, &packet);
}

/*
 * The source of a cancel: the koid of a guest, 0 for every source, or a
 * negative errno.
 */
static int cancel_source(s32 fd, u64 *koid)
{
	struct zxvm_object *guest;

	*koid = 0;
	if (fd == -1)
		return 0;
	guest = zxvm_handle_get(fd, ZXVM_OBJ_GUEST, 0);
	if (IS_ERR(guest))
		return PTR_ERR(guest);
	*koid = guest->koid;
	zxvm_object_put(guest);
	return 0;
}

static bool cancel_matches(const struct zxvm_port_entry *entry, u64 key,
			   u64 koid)
{
	if (entry->bell)
		return entry->bell->key == key &&
		       (!koid || entry->bell->guest_koid == koid);
	return !koid && container_of(entry, struct user_entry,
				     entry)->packet.key == key;
}

static long port_cancel(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_port *port = to_port(obj);
	struct zxvm_port_entry *entry, *next;
	struct zxvm_port_cancel args;
	LIST_HEAD(cancelled);
	bool found = false;
	u64 koid;
	int ret;

	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	if (args.reserved)
		return -EINVAL;
	ret = cancel_source(args.source, &koid);
	if (ret)
		return ret;

	spin_lock_irq(&port->lock);
	list_for_each_entry_safe(entry, next, &port->queue, node) {
		struct user_entry *user;

		if (!cancel_matches(entry, args.key, koid))
			continue;
		found = true;
		user = dequeue(port, entry);
		if (user)
			list_add(&user->entry.node, &cancelled);
	}
	spin_unlock_irq(&port->lock);

	list_for_each_entry_safe(entry, next, &cancelled, node)
		kfree(to_user_entry(entry));
	return found ? 0 : -ENOENT;
}

static ssize_t port_read(struct zxvm_object *obj, char __user *buf,
			 size_t count, bool nonblock)
{
	struct zxvm_port *port = to_port(obj);
	struct zxvm_packet packet;
	ssize_t done = 0;
	int ret;

	if (count < sizeof(packet))
		return -EINVAL;
	while (count - done >= sizeof(packet)) {
		if (!take_packet(port, &packet)) {
			if (done)
				break;
			if (nonblock)
				return -EAGAIN;
			ret = wait_packet(port, &packet, NULL);
			if (ret)
				return ret;
		}
		ret = deliver(port, buf + done, &packet);
		if (ret)
			return done ?: ret;
		done += sizeof(packet);
	}
	return done;
}

static __poll_t port_poll(struct zxvm_object *obj, struct file *file,
			  struct poll_table_struct *table)
{
	struct zxvm_port *port = to_port(obj);

	__poll_t events = 0;

	poll_wait(file, &port->readers, table);
	if (!list_empty_careful(&port->queue))
		events |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(port->user_packets) < ZXVM_USER_PACKETS)
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}

static void port_no_handles(struct zxvm_object *obj)
{
	struct zxvm_port *port = to_port(obj);
	struct zxvm_port_entry *entry, *next;
	LIST_HEAD(dropped);

	spin_lock_irq(&port->lock);
	port->closed = true;
	list_for_each_entry_safe(entry, next, &port->queue, node) {
		struct user_entry *user = dequeue(port, entry);

		if (user)
			list_add(&user->entry.node, &dropped);
	}
	spin_unlock_irq(&port->lock);

	list_for_each_entry_safe(entry, next, &dropped, node)
		kfree(to_user_entry(entry));
}

static void port_destroy(struct zxvm_object *obj)
{
	kfree(to_port(obj));
}

static const struct zxvm_call port_calls[] = {
	{ ZXVM_PORT_WAIT, ZXVM_RIGHT_READ, port_wait },
	{ ZXVM_PORT_QUEUE, ZXVM_RIGHT_WRITE, port_queue },
	{ ZXVM_PORT_CANCEL, ZXVM_RIGHT_WRITE, port_cancel },
	{ }
};

static const struct zxvm_object_type port_type = {
	.name = "[zxvm-port]",
	.type = ZXVM_OBJ_PORT,
	.rights = ZXVM_DEFAULT_PORT_RIGHTS,
	.calls = port_calls,
	.no_handles = port_no_handles,
	.destroy = port_destroy,
	.read = port_read,
	.poll = port_poll,
};

/**
 * zxvm_port_create() - ZXVM_PORT_CREATE
 * @arg: the ioctl's argument
 *
 * Context: may sleep.
 * Return: 0, -EINVAL (options), -EFAULT, or what zxvm_handle_give() says.
 */
int zxvm_port_create(struct zxvm_port_create __user *arg)
{
	struct zxvm_port_create args;
	struct zxvm_port *port;
	int ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	/* 1 is ZX_PORT_BIND_TO_INTERRUPT; there are no interrupts to bind. */
	if (args.options > 1)
		return -EINVAL;
	port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	if (!port)
		return -ENOMEM;
	zxvm_object_init(&port->obj, &port_type, 0);
	spin_lock_init(&port->lock);
	INIT_LIST_HEAD(&port->queue);
	init_waitqueue_head(&port->readers);

	ret = zxvm_handle_give(&port->obj, port_type.rights, &arg->port);
	zxvm_object_put(&port->obj);
	return ret;
}

/**
 * zxvm_bell_create() - connect a BELL trap to a port
 * @port: the port; the bell takes a reference of its own
 * @key: of the packets
 * @guest_koid: of the trap's guest
 *
 * Context: may sleep.
 * Return: the bell, or NULL if there is no memory.
 */
struct zxvm_bell *zxvm_bell_create(struct zxvm_port *port, u64 key,
				   u64 guest_koid)
{
	struct zxvm_bell *bell;
	int i;

	bell = kvzalloc(sizeof(*bell), GFP_KERNEL_ACCOUNT);
	if (!bell)
		return NULL;
	zxvm_object_get(&port->obj);
	bell->port = port;
	bell->key = key;
	bell->guest_koid = guest_koid;
	INIT_LIST_HEAD(&bell->free);
	INIT_LIST_HEAD(&bell->blocked);
	for (i = 0; i < ARRAY_SIZE(bell->entries); i++) {
		bell->entries[i].bell = bell;
		list_add_tail(&bell->entries[i].node, &bell->free);
	}
	return bell;
}

/**
 * zxvm_bell_destroy() - take back the bell's packets and free it
 * @bell: no VCPU rings it any more
 *
 * Packets of others stay on the port, those with the same key too.
 *
 * Context: may sleep.
 */
void zxvm_bell_destroy(struct zxvm_bell *bell)
{
	struct zxvm_port *port = bell->port;
	int i;

	spin_lock_irq(&port->lock);
	for (i = 0; i < ARRAY_SIZE(bell->entries); i++)
		list_del(&bell->entries[i].node);
	spin_unlock_irq(&port->lock);
	kvfree(bell);
	zxvm_object_put(&port->obj);
}

/**
 * zxvm_bell_ring() - queue a packet for a store to a BELL trap
 * @bell: the trap's
 * @addr: guest-physical address of the store
 * @vcpu: that stored; with -EAGAIN it is woken when an entry gets free, and
 *	has to call zxvm_bell_unblock() before it goes away
 *
 * Context: any; does not sleep.
 * Return: 0, -EAGAIN (ZXVM_BELL_PACKETS are queued), or -EBADFD (nobody holds
 * the port any more).
 */
int zxvm_bell_ring(struct zxvm_bell *bell, u64 addr, struct zxvm_vcpu *vcpu)
{
	struct zxvm_port *port = bell->port;
	struct zxvm_port_entry *entry;
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&port->lock, flags);
	entry = list_first_entry_or_null(&bell->free, struct zxvm_port_entry,
					 node);
	if (port->closed) {
		ret = -EBADFD;
	} else if (!entry) {
		if (list_empty(&vcpu->bell_node))
			list_add_tail(&vcpu->bell_node, &bell->blocked);
		ret = -EAGAIN;
	} else {
		entry->addr = addr;
		list_move_tail(&entry->node, &port->queue);
		wake_up_interruptible(&port->readers);
	}
	spin_unlock_irqrestore(&port->lock, flags);
	return ret;
}

/**
 * zxvm_bell_unblock() - the VCPU does not wait for this bell any more
 * @bell: that zxvm_bell_ring() was called with
 * @vcpu: the caller's
 *
 * Context: any; does not sleep.
 */
void zxvm_bell_unblock(struct zxvm_bell *bell, struct zxvm_vcpu *vcpu)
{
	unsigned long flags;

	spin_lock_irqsave(&bell->port->lock, flags);
	list_del_init(&vcpu->bell_node);
	spin_unlock_irqrestore(&bell->port->lock, flags);
}
