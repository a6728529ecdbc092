/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VCPU object.
 */
#ifndef ZXVM_VCPU_H
#define ZXVM_VCPU_H

#include <linux/preempt.h>
#include <linux/rcuwait.h>

#include "arch.h"
#include "guest.h"
#include "memory.h"
#include "object.h"

/**
 * struct zxvm_vcpu - a virtual processor, bound to the thread that made it
 * @obj: the head; handles keep the VCPU, and the VCPU keeps its guest
 * @arch: the architecture's part, first for short offsets
 * @guest: that it belongs to
 * @page: shared with user space; the general registers live in it
 * @owner: the thread; referenced, so that its address is not used again
 * @owner_node: in the table of owners
 * @notifier: moves the state in and out with the thread, while inside enter
 * @wait: where the thread sleeps inside enter
 * @bell_node: in the list of VCPUs that wait for a bell, port->lock
 * @cache: pages for second-stage tables
 * @recent_trap: for zxvm_trap_recall() of guest->traps
 * @recent_io_trap: and of guest->io_traps
 * @exit: the exit that is being handled
 * @index: in the guest; 0 is the boot VCPU
 * @kicked: a kick is pending
 * @in_guest: an interrupt has to be sent to be noticed at once
 * @asleep: inside enter, with the state out of the CPU
 * @waiting: the guest sleeps; a signal does not end that
 * @undelivered: @exit has a packet that could not be copied out
 */
struct zxvm_vcpu {
	struct zxvm_object obj;
	struct zxvm_arch_vcpu arch;
	struct zxvm_guest *guest;
	struct zxvm_vcpu_page *page;
	struct task_struct *owner;
	struct hlist_node owner_node;
	struct preempt_notifier notifier;
	struct rcuwait wait;
	struct list_head bell_node;
	struct zxvm_page_cache cache;
	struct zxvm_trap *recent_trap;
	struct zxvm_trap *recent_io_trap;
	struct zxvm_exit exit;
	u32 index;
	bool kicked;
	bool in_guest;
	bool asleep;
	bool waiting;
	bool undelivered;
};

int zxvm_vcpu_create(struct zxvm_guest *guest,
		     struct zxvm_vcpu_create __user *arg);
void zxvm_vcpu_wake(struct zxvm_vcpu *vcpu);
bool zxvm_vcpu_rouse(struct zxvm_vcpu *vcpu);
void zxvm_vcpu_notify(struct zxvm_vcpu *vcpu);

/* run.c */
extern struct preempt_ops zxvm_preempt_ops;

int zxvm_vcpu_run(struct zxvm_vcpu *vcpu);

#endif /* ZXVM_VCPU_H */
