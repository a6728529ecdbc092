// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a VMCB, and what is intercepted. APM vol. 2, 15.9 to 15.14.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mem_encrypt.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/msr.h>
#include <asm/pgtable_types.h>

#include "../tables.h"
#include "svm.h"

/* One bit for each port, and some for what goes beyond the last; 15.10.1 */
#define IOPM_ORDER	2

/* 15.11 */
#define MSRPM_ORDER	1

/*
 * PAUSE filter: how many make a loop. A CPU with a threshold begins to count
 * anew after as many cycles without one. 15.14.4
 */
#define PAUSE_COUNT	3000
#define PAUSE_THRESHOLD	128

/* Exceptions that exit: two that a guest could raise without end, #MC, #UD */
#define SVM_EXCEPTIONS	(BIT(X86_TRAP_DB) | BIT(X86_TRAP_UD) | \
			 BIT(X86_TRAP_AC) | BIT(X86_TRAP_MC))

#define MISC_INTERCEPTS \
	(VMCB_INTR | VMCB_NMI | VMCB_SMI | VMCB_INIT | VMCB_RDPMC | \
	 VMCB_CPUID | VMCB_RSM | VMCB_INVD | VMCB_HLT | VMCB_INVLPGA | \
	 VMCB_IOIO | VMCB_MSR | VMCB_TASK_SWITCH | VMCB_FERR_FREEZE | \
	 VMCB_SHUTDOWN)

#define INSN_INTERCEPTS \
	(VMCB_VMRUN | VMCB_VMMCALL | VMCB_VMLOAD | VMCB_VMSAVE | VMCB_STGI | \
	 VMCB_CLGI | VMCB_SKINIT | VMCB_ICEBP | VMCB_WBINVD | \
	 VMCB_MONITOR | VMCB_MWAIT | VMCB_MWAIT_ARMED | VMCB_XSETBV | VMCB_RDPRU)

#define MORE_INTERCEPTS \
	(VMCB_INVLPGB | VMCB_INVLPGB_ILLEGAL | VMCB_MCOMMIT | VMCB_TLBSYNC)

/* What no guest may do without an exit: one of each for all guests */
static struct page *iopm;
static struct page *msrpm;

static u64 pages_pa(struct page *pages)
{
	return __sme_set(page_to_phys(pages));
}

/**
 * svm_alloc_maps() - the permission maps of all guests
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int svm_alloc_maps(void)
{
	iopm = alloc_pages(GFP_KERNEL, IOPM_ORDER);
	msrpm = alloc_pages(GFP_KERNEL, MSRPM_ORDER);
	if (!iopm || !msrpm) {
		svm_free_maps();
		return -ENOMEM;
	}
	memset(page_address(iopm), 0xff, PAGE_SIZE << IOPM_ORDER);
	msr_build_svm_bitmap(&zxvm_msr_table, page_address(msrpm));
	return 0;
}

/**
 * svm_free_maps() - free them
 */
void svm_free_maps(void)
{
	if (iopm)
		__free_pages(iopm, IOPM_ORDER);
	if (msrpm)
		__free_pages(msrpm, MSRPM_ORDER);
	iopm = NULL;
	msrpm = NULL;
}

/*
 * A host with 5-level paging has 5-level nested paging, too: all of a guest's
 * addresses are below the first entry of its own page. 15.25.5
 */
static u64 nested_root(struct zxvm_vcpu *vcpu)
{
	u64 *top = vcpu->arch.svm->pml5;
	u64 root = pt_root(&vcpu->guest->vmar->pt.pt);

	if (!top)
		return root;
	*top = root | _PAGE_TABLE_NOENC;
	return __sme_set(__pa(top));
}

static void init_control(struct zxvm_vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->arch.svm;
	struct vmcb *vmcb = svm->vmcb;

	vmcb->intercepts[0] = BIT(VMCB_WRITE_CR + 0) |
			      BIT(VMCB_WRITE_CR + 4);
	vmcb->intercepts[VMCB_DR] = ~0u;
	vmcb->intercepts[VMCB_EXCEPTIONS] = SVM_EXCEPTIONS;
	vmcb->intercepts[VMCB_MISC] = MISC_INTERCEPTS;
	vmcb->intercepts[VMCB_INSNS] = INSN_INTERCEPTS;
	vmcb->intercepts[VMCB_MORE] = MORE_INTERCEPTS;
	if (svm_caps.pause_filter) {
		vmcb->intercepts[VMCB_MISC] |= VMCB_PAUSE;
		vmcb->pause_filter_count = PAUSE_COUNT;
		vmcb->pause_filter_threshold = PAUSE_THRESHOLD;
	}
	vmcb->iopm_base_pa = pages_pa(iopm);
	vmcb->msrpm_base_pa = pages_pa(msrpm);
	/* CR8 is the guest's own; RFLAGS.IF does not mask host interrupts. */
	vmcb->int_ctl = VMCB_V_INTR_MASKING;
	if (svm_caps.vnmi)
		vmcb->int_ctl |= VMCB_V_NMI_ENABLE;
	vmcb->nested_ctl = VMCB_NP_ENABLE;
	vmcb->nested_cr3 = nested_root(vcpu);
}

/**
 * svm_reset_save_area() - a save area that VMRUN takes
 * @svm: the VCPU
 *
 * What a reset leaves is the common code's affair; these are the registers
 * that it does not know, or that must be legal in between.
 */
void svm_reset_save_area(struct svm_vcpu *svm)
{
	struct vmcb *vmcb = svm->vmcb;

	memset_startat(vmcb, 0, seg);
	vmcb->efer = EFER_SVME;
	vmcb->cr0 = X86_CR0_ET;
	vmcb->cr4 = svm_caps.mce;
	vmcb->dr6 = DR6_RESERVED;
	vmcb->dr7 = ZXVM_DR7_RESET;
	vmcb->rflags = X86_EFLAGS_FIXED;
	vmcb->g_pat = zxvm_host.pat;
	svm->cr0_guest = 0;
	svm->cr4_guest = 0;
	svm->sysenter_esp = 0;
	svm->sysenter_eip = 0;
	svm->refetch = false;
	svm->nmi_masked = false;
	svm->odd = 0;
	vmcb->clean = 0;
}

static void free_svm(struct svm_vcpu *svm)
{
	free_page((unsigned long)svm->pml5);
	free_page((unsigned long)svm->vmcb);
	kfree(svm);
}

/**
 * svm_vcpu_init() - see vendor.h
 * @vcpu: the VCPU
 *
 * Return: 0 or -ENOMEM.
 */
int svm_vcpu_init(struct zxvm_vcpu *vcpu)
{
	struct svm_vcpu *svm;

	svm = kzalloc(sizeof(*svm), GFP_KERNEL_ACCOUNT);
	if (!svm)
		return -ENOMEM;
	svm->vmcb = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (svm_caps.pml5)
		svm->pml5 = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!svm->vmcb || (svm_caps.pml5 && !svm->pml5)) {
		free_svm(svm);
		return -ENOMEM;
	}
	svm->pa = __sme_set(__pa(svm->vmcb));
	vcpu->arch.svm = svm;
	if (svm_caps.decode)
		vcpu->arch.insn_bytes = &svm->vmcb->insn_bytes_fetched;
	init_control(vcpu);
	if (vcpu->guest->arch.svm)
		avic_vcpu_init(vcpu);
	svm_reset_save_area(svm);
	return 0;
}

/**
 * svm_vcpu_destroy() - see vendor.h
 * @vcpu: the VCPU; no CPU keeps anything of a VMCB but copies of clean fields
 *
 * A CPU takes those for another VMCB's at the same address if its clean bits
 * say so: a new VMCB begins with none.
 */
void svm_vcpu_destroy(struct zxvm_vcpu *vcpu)
{
	if (vcpu->arch.svm->avic_entry)
		avic_vcpu_destroy(vcpu);
	free_svm(vcpu->arch.svm);
	vcpu->arch.svm = NULL;
}
