/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ports: queues of packets, from user space and from bells.
 */
#ifndef ZXVM_PORT_H
#define ZXVM_PORT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "object.h"

struct zxvm_bell;
struct zxvm_vcpu;

/**
 * struct zxvm_port - a queue of packets
 * @obj: the head
 * @lock: protects everything below and the bells that point here. Taken with
 *	interrupts off
 * @queue: of struct zxvm_port_entry, oldest first
 * @readers: threads that wait for a packet
 * @user_packets: packets of user space in @queue
 * @closed: the last handle is gone; nothing is queued any more
 */
struct zxvm_port {
	struct zxvm_object obj;
	spinlock_t lock;	/* all below, and bells */
	struct list_head queue;
	wait_queue_head_t readers;
	unsigned int user_packets;
	bool closed;
};

/**
 * struct zxvm_port_entry - one packet of a queue
 * @node: in the queue, or in the list of free entries of @bell
 * @bell: whose it is; NULL for a packet of user space
 * @addr: that the guest wrote to, if @bell
 */
struct zxvm_port_entry {
	struct list_head node;
	struct zxvm_bell *bell;
	u64 addr;
};

/**
 * struct zxvm_bell - the connection of a BELL trap and its port
 * @port: the port; a reference is held
 * @key: of the packets
 * @guest_koid: of the guest, for cancelling by source
 * @free: entries that are not queued
 * @blocked: VCPUs that wait for a free entry
 * @entries: all of them
 */
struct zxvm_bell {
	struct zxvm_port *port;
	u64 key;
	u64 guest_koid;
	struct list_head free;
	struct list_head blocked;
	struct zxvm_port_entry entries[ZXVM_BELL_PACKETS];
};

int zxvm_port_create(struct zxvm_port_create __user *arg);

struct zxvm_bell *zxvm_bell_create(struct zxvm_port *port, u64 key,
				   u64 guest_koid);
void zxvm_bell_destroy(struct zxvm_bell *bell);
int zxvm_bell_ring(struct zxvm_bell *bell, u64 addr, struct zxvm_vcpu *vcpu);
void zxvm_bell_unblock(struct zxvm_bell *bell, struct zxvm_vcpu *vcpu);

#endif /* ZXVM_PORT_H */
