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

static void take_asid(struct svm_vcpu *svm, struct asid_pool *p)
{
	if (p->next >= svm_caps.asids)
		new_generation(p);
	svm->asid_generation = p->generation;
	svm->vmcb->asid = p->next++;
	svm_dirty(svm, VMCB_CLEAN_ASID);
}

/* Seldom needed: another ASID, or a flush of the one that it has */
static noinline void renew(struct svm_vcpu *svm, u64 pt_generation)
{
	struct asid_pool *p = this_cpu_ptr(&pool);

	if (svm->asid_generation != p->generation || !svm_caps.flush_asid)
		take_asid(svm, p);
	else
		svm->vmcb->tlb_control = VMCB_FLUSH_ASID;
	if (p->flush) {
		p->flush = false;
		svm->vmcb->tlb_control = VMCB_FLUSH_ALL;
	}
	svm->pt_generation = pt_generation;
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
	u64 pt_generation = READ_ONCE(vcpu->guest->vmar->pt.generation);

	if (unlikely(svm->asid_generation != __this_cpu_read(pool.generation) ||
		     svm->pt_generation != pt_generation))
		renew(svm, pt_generation);
}
