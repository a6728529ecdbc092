/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest object.
 */
#ifndef ZXVM_GUEST_H
#define ZXVM_GUEST_H

#include <linux/list.h>
#include <linux/mutex.h>

#include "arch_types.h"
#include "memory.h"
#include "object.h"
#include "trap.h"

struct zxvm_vcpu;

/**
 * struct zxvm_guest - a virtual machine
 * @obj: the head; handles and VCPUs keep the guest
 * @lock: protects @vcpus, and makes changes of the traps exclusive
 * @vmar: its memory
 * @traps: MEM and BELL traps
 * @io_traps: IO traps
 * @vcpus: by index
 * @irqfds: of struct irqfd_entry, under irqfd.c's lock
 * @resamplers: those with a second eventfd, under RCU
 * @options: ZXVM_GUEST_*
 * @arch: the architecture's part
 */
struct zxvm_guest {
	struct zxvm_object obj;
	struct mutex lock;	/* VCPU numbers, new traps */
	struct zxvm_vmar *vmar;
	struct zxvm_traps traps;
	struct zxvm_traps io_traps;
	struct zxvm_vcpu *vcpus[ZXVM_MAX_VCPUS];
	struct list_head irqfds;
	struct list_head resamplers;
	u32 options;
	struct zxvm_arch_guest arch;
};

static inline bool zxvm_has_irqchip(const struct zxvm_guest *guest)
{
	return guest->options & ZXVM_GUEST_IRQCHIP;
}

int zxvm_guest_reserve(struct zxvm_guest *guest, u64 start, u64 size);
int zxvm_guest_create(struct zxvm_guest_create __user *arg);

#endif /* ZXVM_GUEST_H */
