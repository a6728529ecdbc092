// SPDX-License-Identifier: GPL-2.0
/*
 * SVM of a CPU: EFER.SVME, and the two pages of the host's state. The only
 * file that touches EFER and VM_HSAVE_PA. APM vol. 2, 15.4 and 15.30.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mem_encrypt.h>
#include <linux/smp.h>

#include <asm/msr.h>
#include <asm/perf_event.h>

#include "svm.h"

#define VM_CR_LOCK	BIT_ULL(3)
#define VM_CR_SVMDIS	BIT_ULL(4)

/*
 * Where VMRUN keeps the host's state, in a format of its own, and where
 * VMSAVE puts what VMRUN leaves alone. 15.30.4, 15.5.2
 */
static DEFINE_PER_CPU(struct page *, hsave);
static DEFINE_PER_CPU(struct page *, host_vmcb);

static u64 page_pa(struct page *page)
{
	return __sme_set(page_to_phys(page));
}

/**
 * svm_host_vmcb() - where VMSAVE and VMLOAD keep the host's state
 *
 * Context: preemption off.
 * Return: its physical address.
 */
u64 svm_host_vmcb(void)
{
	return page_pa(__this_cpu_read(host_vmcb));
}

static void free_host_page(struct page **page)
{
	if (*page)
		__free_page(*page);
	*page = NULL;
}

/**
 * svm_hw_free() - see vendor.h
 */
void svm_hw_free(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		free_host_page(per_cpu_ptr(&hsave, cpu));
		free_host_page(per_cpu_ptr(&host_vmcb, cpu));
	}
	svm_free_maps();
}

/**
 * svm_hw_alloc() - see vendor.h
 *
 * Return: 0 or -ENOMEM.
 */
int svm_hw_alloc(void)
{
	int cpu, ret;

	ret = svm_alloc_maps();
	if (ret)
		return ret;
	for_each_possible_cpu(cpu) {
		per_cpu(hsave, cpu) = alloc_page(GFP_KERNEL | __GFP_ZERO);
		per_cpu(host_vmcb, cpu) = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!per_cpu(hsave, cpu) || !per_cpu(host_vmcb, cpu)) {
			svm_hw_free();
			return -ENOMEM;
		}
	}
	return 0;
}

/* Firmware may have switched SVM off without locking that. 15.30.1 */
static bool vm_cr_allows(void)
{
	u64 value;

	if (rdmsrl_safe(MSR_VM_CR, &value) || !(value & VM_CR_SVMDIS))
		return true;
	return !(value & VM_CR_LOCK) &&
	       !wrmsrl_safe(MSR_VM_CR, value & ~VM_CR_SVMDIS);
}

/**
 * svm_hw_enable() - see vendor.h
 *
 * Return: 0, -EBUSY or -EIO.
 */
int svm_hw_enable(void)
{
	u64 efer;

	rdmsrl(MSR_EFER, efer);
	if (efer & EFER_SVME)
		return -EBUSY;
	if (!vm_cr_allows() || wrmsrl_safe(MSR_EFER, efer | EFER_SVME))
		return -EIO;
	wrmsrl(MSR_VM_HSAVE_PA, page_pa(__this_cpu_read(hsave)));
	/* Who was here meanwhile may have used any ASID. */
	svm_asid_reset();
	/* Counters know host from guest with EFER.SVME alone; 13.2.1 */
	amd_pmu_enable_virt();
	return 0;
}

/**
 * svm_hw_disable() - see vendor.h
 */
void svm_hw_disable(void)
{
	u64 efer;

	amd_pmu_disable_virt();
	wrmsrl(MSR_VM_HSAVE_PA, 0);
	rdmsrl(MSR_EFER, efer);
	wrmsrl(MSR_EFER, efer & ~EFER_SVME);
}

/**
 * svm_hw_abandon() - see vendor.h
 *
 * GIF may be 0 if the crash came between CLGI and STGI: INIT and NMIs would
 * wait for ever. STGI needs EFER.SVME.
 */
void svm_hw_abandon(void)
{
	u64 efer;

	rdmsrl(MSR_EFER, efer);
	if (!(efer & EFER_SVME))
		return;
	asm volatile("stgi" : : : "memory");
	wrmsrl(MSR_EFER, efer & ~EFER_SVME);
}
