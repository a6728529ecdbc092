// SPDX-License-Identifier: GPL-2.0
/*
 * VMIDs: the TLB tags of guests. There are fewer of them than there may be
 * guests, so they are given out in generations: when none is left, all TLBs
 * are flushed, a new generation starts, and every guest takes a new VMID when
 * it is entered next.
 */
#include <linux/mutex.h>
#include <linux/smp.h>

#include "arm64.h"
#include "sysfields.h"

u64 zxvm_vmid_generation = 1ULL << ZXVM_VMID_GENERATION_SHIFT;

static DEFINE_MUTEX(vmid_lock);
static u32 next_vmid = 1;

static void leave_guest(void *unused)
{
}

/*
 * Every CPU that runs a guest with a VMID of the old generation is brought
 * out of it before the TLBs are flushed; it finds the new generation with
 * interrupts off before it enters again.
 */
static void new_generation(void)
{
	WRITE_ONCE(zxvm_vmid_generation, zxvm_vmid_generation +
					 (1ULL << ZXVM_VMID_GENERATION_SHIFT));
	next_vmid = 1;
	on_each_cpu(leave_guest, NULL, 1);
	zxvm_vhe_flush_all();
}

/**
 * zxvm_vmid_renew() - get a VMID of the present generation
 * @pt: the guest's table
 *
 * Context: may sleep.
 */
void zxvm_vmid_renew(struct zxvm_arch_pt *pt)
{
	mutex_lock(&vmid_lock);
	if (!zxvm_vmid_current(pt->vmid)) {
		if (next_vmid >> zxvm_host.vmid_bits)
			new_generation();
		WRITE_ONCE(pt->vmid, zxvm_vmid_generation | next_vmid++);
	}
	mutex_unlock(&vmid_lock);
}
