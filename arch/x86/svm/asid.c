// SPDX-License-Identifier: GPL-2.0
/*
 * ASIDs: the tags of a guest's translations in the TLB of one CPU. APM
 * vol. 2, 15.16.
 *
 * Each CPU gives out its own, in ascending order. When there are no more it
 * flushes all and begins a new generation, in which the ASIDs of the last one
 * are not valid any more. A VCPU that comes back to a CPU gets a new ASID: it
 * may have changed its tables elsewhere. Generations only grow, so nothing of
 * what was given out before a CPU was off is ever taken for valid.
 */
#include <linux/percpu.h>
#include <linux/smp.h>

#include "svm.h"

/* ASID 0 is the host's. */
#define FIRST_ASID	1

/**
 * struct asid_pool - the ASIDs of one CPU
 * @generation: which VCPUs must agree with
 * @next: not given out yet, or the number of ASIDs
 * @flush: the next entry must flush all of them
 */
struct asid_pool {
	u64 generation;
	u32 next;
	bool flush;
};

static DEFINE_PER_CPU(struct asid_pool, pool);

static void new_generation(struct asid_pool *p)
{
	p->generation++;
	p->next = FIRST_ASID;
	p->flush = true;
}

/**
 * svm_asid_reset() - the TLB of this CPU may hold anything
 *
 * Context: preemption off.
 */
void svm_asid_reset(void)
{
	new_generation(this_cpu_ptr(&pool));
}

/**
 * svm_asid_failed() - the last entry did not happen, nor a flush with it
 * @svm: the VCPU
 *
 * Context: preemption off.
 */
void svm_asid_failed(struct svm_vcpu *svm)
{
	svm->asid_cpu = -1;
	svm_asid_reset();
}

static void take_asid(struct svm_vcpu *svm, struct asid_pool *p)
{
	if (p->next >= svm_caps.asids)
		new_generation(p);
	svm->asid_generation = p->generation;
	svm->asid_cpu = smp_processor_id();
	svm->vmcb->asid = p->next++;
	svm_dirty(svm, VMCB_CLEAN_ASID);
}

/**
 * svm_asid_prepare() - have an ASID under which the TLB has nothing old
 * @vcpu: about to be entered
 *
 * Each VCPU of a guest has an ASID of its own, and with that translations of
 * its own to lose when something is removed from the second-stage table.
 *
 * Context: interrupts off.
 */
void svm_asid_prepare(struct zxvm_vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->arch.svm;
	struct asid_pool *p = this_cpu_ptr(&pool);
	u64 generation = READ_ONCE(vcpu->guest->vmar->pt.generation);
	bool stale = svm->pt_generation != generation;
	bool valid = svm->asid_cpu == smp_processor_id() &&
		     svm->asid_generation == p->generation;
	u32 control = 0;

	if (unlikely(!valid || (stale && !svm_caps.flush_asid)))
		take_asid(svm, p);
	else if (unlikely(stale))
		control = VMCB_FLUSH_ASID;
	if (unlikely(p->flush)) {
		p->flush = false;
		control = VMCB_FLUSH_ALL;
	}
	svm->pt_generation = generation;
	svm->vmcb->tlb_control = control;
}
