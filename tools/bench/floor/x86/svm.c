// SPDX-License-Identifier: GPL-2.0
/* SVM. APM vol. 2, 15. */
#include <linux/io.h>

#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/svm.h>

#include "x86.h"

#define CODE64		0xa9b
#define DATA		0xc93

static void intercept(struct vmcb *vmcb, unsigned int bit)
{
	vmcb->control.intercepts[bit / 32] |= BIT(bit % 32);
}

static void fill(struct vmcb *vmcb)
{
	struct vmcb_save_area *save = &vmcb->save;

	intercept(vmcb, INTERCEPT_CPUID);
	intercept(vmcb, INTERCEPT_VMRUN);
	vmcb->control.asid = 1;
	save->cs.selector = __KERNEL_CS;
	save->cs.attrib = CODE64;
	save->cs.limit = U32_MAX;
	save->ss.selector = __KERNEL_DS;
	save->ss.attrib = DATA;
	save->ss.limit = U32_MAX;
	rdmsrl(MSR_EFER, save->efer);
	rdmsrl(MSR_IA32_CR_PAT, save->g_pat);
	save->cr0 = read_cr0();
	save->cr3 = __read_cr3();
	save->cr4 = __read_cr4();
	save->dr6 = 0xffff0ff0;
	save->dr7 = 0x400;
	save->rflags = 2;
	save->rip = (u64)floor_guest;
}

/* CPUID has two bytes. */
static u64 loop(struct vmcb *vmcb, unsigned int exits)
{
	u64 start = rdtsc_ordered(), pa = virt_to_phys(vmcb);
	struct floor_regs regs = { };
	unsigned int i;

	for (i = 0; i < exits; i++) {
		floor_svm_enter(&regs, pa);
		if (vmcb->control.exit_code != SVM_EXIT_CPUID)
			return 0;
		vmcb->save.rip += 2;
	}
	return rdtsc_ordered() - start;
}

/**
 * floor_svm_run() - SVM on, exits, SVM off
 * @pages: for the host's state and for a VMCB, zero
 * @exits: how many
 *
 * Context: interrupts off.
 * Return: ticks, or 0 if it does not work.
 */
u64 floor_svm_run(void *pages, unsigned int exits)
{
	struct vmcb *vmcb = pages + PAGE_SIZE;
	u64 efer, took;

	rdmsrl(MSR_EFER, efer);
	wrmsrl(MSR_EFER, efer | EFER_SVME);
	wrmsrl(MSR_VM_HSAVE_PA, virt_to_phys(pages));
	fill(vmcb);
	took = loop(vmcb, exits);
	wrmsrl(MSR_VM_HSAVE_PA, 0);
	wrmsrl(MSR_EFER, efer);
	return took;
}
