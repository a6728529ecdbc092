// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a VMCS, and the fields that never change. SDM vol. 3, 25.
 */
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/idr.h>
#include <linux/slab.h>

#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/segment.h>

#include "../posted.h"
#include "../tables.h"
#include "vmx.h"

/* VPID 0 is the host's. */
static DEFINE_IDA(vpids);
#define VPID_MAX	U16_MAX

/* What no guest may do without an exit; 25.6.9 */
static void *msr_bitmap;

/* The same for a VCPU whose local APIC the CPU has; NULL without VMX_APICV */
static void *apicv_bitmap;

/* Of the bits of MSRs from 0 up, those of writes */
#define BITMAP_WRITES	(2048 * BITS_PER_BYTE)

/* RDMSR of what is not there would not fault; 30.5 */
static void pass_apic(void *bitmap)
{
	static const u32 writes[] = { LAPIC_TPR, LAPIC_EOI, LAPIC_SELF_IPI };
	u32 msr, i;

	for (msr = LAPIC_MSR_FIRST; msr <= LAPIC_MSR_LAST; msr++)
		if (lapic_reads_page(msr))
			__clear_bit(msr, bitmap);
	for (i = 0; i < ARRAY_SIZE(writes); i++)
		__clear_bit(BITMAP_WRITES + LAPIC_MSR_FIRST + writes[i] / 16,
			    bitmap);
}

/**
 * vmx_alloc_bitmaps() - the MSR bitmaps of all guests
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmx_alloc_bitmaps(void)
{
	msr_bitmap = (void *)get_zeroed_page(GFP_KERNEL);
	if (!msr_bitmap)
		return -ENOMEM;
	msr_build_vmx_bitmap(&zxvm_msr_table, msr_bitmap);
	if (!vmx_caps.apicv)
		return 0;
	apicv_bitmap = (void *)get_zeroed_page(GFP_KERNEL);
	if (!apicv_bitmap) {
		vmx_free_bitmaps();
		return -ENOMEM;
	}
	copy_page(apicv_bitmap, msr_bitmap);
	pass_apic(apicv_bitmap);
	return 0;
}

/**
 * vmx_free_bitmaps() - free them
 */
void vmx_free_bitmaps(void)
{
	free_page((unsigned long)msr_bitmap);
	free_page((unsigned long)apicv_bitmap);
	msr_bitmap = NULL;
	apicv_bitmap = NULL;
}

/**
 * vmx_msr_bitmap() - MSR_BITMAP
 * @apicv: of a VCPU whose local APIC the CPU has
 *
 * Return: its physical address.
 */
u64 vmx_msr_bitmap(bool apicv)
{
	return __pa(apicv ? apicv_bitmap : msr_bitmap);
}

/* They are read only while VMX_APICV is set, but compared with ours then. */
static void init_apicv(struct zxvm_vcpu *vcpu)
{
	int i;

	for (i = 0; i < 4; i++)
		vmx_write(EOI_EXIT_BITMAP0 + 2 * i, 0);
	vmx_write(GUEST_INTR_STATUS, 0);
	if (!vmx_caps.posted || !vcpu->arch.apic.chip)
		return;
	vmx_write(POSTED_INTR_NV, ZXVM_POSTED_VECTOR);
	vmx_write(POSTED_INTR_DESC_ADDR, __pa(&vcpu->arch.apic.chip->lapic));
}

static void init_controls(struct zxvm_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	u32 exec2 = vmx_caps.exec2;

	if (!vmx->vpid)
		exec2 &= ~SECONDARY_EXEC_ENABLE_VPID;
	vmx->exec = vmx_caps.exec;
	vmx->exec2 = exec2;
	vmx_write(PIN_BASED_VM_EXEC_CONTROL, vmx_caps.pin);
	vmx_write(CPU_BASED_VM_EXEC_CONTROL, vmx->exec);
	vmx_write(SECONDARY_VM_EXEC_CONTROL, exec2);
	vmx_write(VM_EXIT_CONTROLS, vmx_caps.exit);
	vmx_write(VM_ENTRY_CONTROLS, vmx_caps.entry);

	vmx_write(EXCEPTION_BITMAP, VMX_EXCEPTIONS);
	vmx_write(PAGE_FAULT_ERROR_CODE_MASK, 0);
	vmx_write(PAGE_FAULT_ERROR_CODE_MATCH, 0);
	vmx_write(CR3_TARGET_COUNT, 0);
	vmx_write(VM_EXIT_MSR_STORE_COUNT, 0);
	vmx_write(VM_EXIT_MSR_LOAD_COUNT, 0);
	vmx_write(VM_ENTRY_MSR_LOAD_COUNT, 0);
	vmx_write(VM_ENTRY_INTR_INFO_FIELD, 0);
	vmx_write(MSR_BITMAP, vmx_msr_bitmap(false));
	if (vmx_caps.apicv)
		init_apicv(vcpu);
	vmx_write(VIRTUAL_APIC_PAGE_ADDR, __pa(vcpu->arch.apic.page));
	vmx_write(TPR_THRESHOLD, 0);
	vmx_write(EPT_POINTER, vmx_eptp(&vcpu->guest->vmar->pt.pt));
	if (vmx->vpid)
		vmx_write(VIRTUAL_PROCESSOR_ID, vmx->vpid);
	if (exec2 & SECONDARY_EXEC_PAUSE_LOOP_EXITING) {
		vmx_write(PLE_GAP, VMX_PLE_GAP);
		vmx_write(PLE_WINDOW, VMX_PLE_WINDOW);
	}
	if (exec2 & SECONDARY_EXEC_ENCLS_EXITING)
		vmx_write(ENCLS_EXITING_BITMAP, ~0ULL);
	vmx_write(VMCS_LINK_POINTER, ~0ULL);
	vmx_write(CR0_GUEST_HOST_MASK, VMX_CR0_HOST);
	vmx_write(CR4_GUEST_HOST_MASK, ~zxvm_host.cr4 | VMX_CR4_HOST);
}

/* What is the same on every CPU and in every thread */
static void init_host(void)
{
	vmx_write(HOST_CR0, read_cr0());
	vmx_write(HOST_CS_SELECTOR, __KERNEL_CS);
	vmx_write(HOST_SS_SELECTOR, __KERNEL_DS);
	vmx_write(HOST_DS_SELECTOR, 0);
	vmx_write(HOST_ES_SELECTOR, 0);
	vmx_write(HOST_FS_SELECTOR, 0);
	vmx_write(HOST_GS_SELECTOR, 0);
	vmx_write(HOST_FS_BASE, 0);
	vmx_write(HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8);
	vmx_write(HOST_IA32_EFER, zxvm_host.host_efer);
	vmx_write(HOST_IA32_PAT, zxvm_host.pat);
	vmx_write(HOST_RIP, (unsigned long)vmx_exit);
	if (vmx_caps.perf)
		vmx_write(HOST_IA32_PERF_GLOBAL_CTRL, 0);
}

static void init_guest(void)
{
	vmx_write(GUEST_IA32_DEBUGCTL, 0);
	if (vmx_caps.perf)
		vmx_write(GUEST_IA32_PERF_GLOBAL_CTRL, 0);
	vmx_write(GUEST_INTERRUPTIBILITY_INFO, 0);
	vmx_write(GUEST_ACTIVITY_STATE, GUEST_ACTIVITY_ACTIVE);
	vmx_write(GUEST_PENDING_DBG_EXCEPTIONS, 0);
	vmx_write(GUEST_DR7, ZXVM_DR7_RESET);
}

static int fill_vmcs(struct zxvm_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = vcpu->arch.vmx;
	unsigned long flags;
	int ret;

	*(u32 *)vmx->vmcs = vmx_caps.revision;
	local_irq_save(flags);
	ret = zxvm_own_begin();
	if (!ret) {
		asm volatile("vmclear %0" : : "m" (vmx->pa) : "cc", "memory");
		vmx_make_current(vmx);
		init_controls(vcpu);
		init_host();
		init_guest();
		zxvm_own_end();
	}
	local_irq_restore(flags);
	return ret;
}

static void free_vmx(struct vmx_vcpu *vmx)
{
	if (vmx->vpid)
		ida_free(&vpids, vmx->vpid);
	free_page((unsigned long)vmx->vmcs);
	kfree(vmx);
}

/**
 * vmx_vcpu_init() - see vendor.h
 * @vcpu: the VCPU
 *
 * Return: 0, -ENOMEM, or what zxvm_own_begin() says.
 */
int vmx_vcpu_init(struct zxvm_vcpu *vcpu)
{
	struct vmx_vcpu *vmx;
	int ret;

	vmx = kzalloc(sizeof(*vmx), GFP_KERNEL_ACCOUNT);
	if (!vmx)
		return -ENOMEM;
	vmx->vmcs = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	ret = ida_alloc_range(&vpids, 1, VPID_MAX, GFP_KERNEL);
	/* Without one, the TLB is flushed by each entry. */
	vmx->vpid = ret > 0 ? ret : 0;
	if (!vmx->vmcs) {
		free_vmx(vmx);
		return -ENOMEM;
	}
	vmx->pa = __pa(vmx->vmcs);
	vmx->sw.regs = &vcpu->arch.regs->rax;
	vmx->cpu = -1;
	vmx->host.cpu = -1;
	vcpu->arch.vmx = vmx;
	ret = fill_vmcs(vcpu);
	if (ret)
		vmx_vcpu_destroy(vcpu);
	return ret;
}

/**
 * vmx_vcpu_destroy() - see vendor.h
 * @vcpu: the VCPU; any thread
 */
void vmx_vcpu_destroy(struct zxvm_vcpu *vcpu)
{
	vmx_clear(vcpu->arch.vmx);
	free_vmx(vcpu->arch.vmx);
	vcpu->arch.vmx = NULL;
}
