// SPDX-License-Identifier: GPL-2.0
/*
 * VMX operation of a CPU, and the VMCSs that are active on it. The only file
 * that touches CR4.VMXE. SDM vol. 3, 24.7 and 25.1.
 */
#include <linux/gfp.h>
#include <linux/smp.h>

#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/perf_event.h>
#include <asm/tlbflush.h>

#include "vmx.h"

/* The VMCS that VMREAD and VMWRITE mean on this CPU, or NULL */
static DEFINE_PER_CPU(struct vmx_vcpu *, vmx_current);
DEFINE_PER_CPU(struct desc_ptr, vmx_host_gdt);

static DEFINE_PER_CPU(void *, vmxon_region);
static DEFINE_PER_CPU(struct list_head, active);
DEFINE_PER_CPU(struct vmx_cpu_msrs, vmx_this_cpu_msrs);

/**
 * vmx_hw_free() - see vendor.h
 */
void vmx_hw_free(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		free_page((unsigned long)per_cpu(vmxon_region, cpu));
		per_cpu(vmxon_region, cpu) = NULL;
	}
	vmx_free_bitmaps();
}

/**
 * vmx_hw_alloc() - see vendor.h
 *
 * Return: 0 or -ENOMEM.
 */
int vmx_hw_alloc(void)
{
	int cpu, ret;

	ret = vmx_alloc_bitmaps();
	if (ret)
		return ret;
	for_each_possible_cpu(cpu) {
		u32 *region = (void *)get_zeroed_page(GFP_KERNEL);

		if (!region) {
			vmx_hw_free();
			return -ENOMEM;
		}
		*region = vmx_caps.revision;
		per_cpu(vmxon_region, cpu) = region;
		INIT_LIST_HEAD(&per_cpu(active, cpu));
		per_cpu(vmx_host_gdt, cpu).address =
			(unsigned long)get_cpu_gdt_ro(cpu);
		per_cpu(vmx_host_gdt, cpu).size = GDT_SIZE - 1;
	}
	return 0;
}

/**
 * vmx_read_host_msrs() - the MSRs of this CPU, before a guest's are there
 *
 * Context: preemption off.
 */
void vmx_read_host_msrs(void)
{
	struct vmx_cpu_msrs *msrs = this_cpu_ptr(&vmx_this_cpu_msrs);

	rdmsrl(MSR_STAR, msrs->host.star);
	rdmsrl(MSR_LSTAR, msrs->host.lstar);
	rdmsrl(MSR_SYSCALL_MASK, msrs->host.fmask);
	if (zxvm_host.rdtscp)
		rdmsrl(MSR_TSC_AUX, msrs->host.tsc_aux);
	msrs->now = msrs->host;
}

/* Firmware may leave the choice to us. SDM vol. 3, 24.7 */
static bool feature_control_allows(void)
{
	const u64 need = FEAT_CTL_LOCKED | FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX;
	u64 value;

	if (rdmsrl_safe(MSR_IA32_FEAT_CTL, &value))
		return false;
	if (!(value & FEAT_CTL_LOCKED) &&
	    wrmsrl_safe(MSR_IA32_FEAT_CTL, value | need))
		return false;
	rdmsrl(MSR_IA32_FEAT_CTL, value);
	return (value & need) == need;
}

/* CR4.VMXE is set already: somebody is in VMX operation, or was. */
static bool enter_vmx(u64 pa)
{
	bool failed;

	asm volatile("vmxon %1" : "=@ccna" (failed) : "m" (pa) : "memory");
	return !failed;
}

/**
 * vmx_hw_enable() - see vendor.h
 *
 * Return: 0, -EBUSY or -EIO.
 */
int vmx_hw_enable(void)
{
	if (__read_cr4() & X86_CR4_VMXE)
		return -EBUSY;
	if (!feature_control_allows())
		return -EIO;
	/* Not every CPU traces in VMX operation; perf knows which; 33.5 */
	intel_pt_handle_vmx(1);
	cr4_set_bits_irqsoff(X86_CR4_VMXE);
	if (!enter_vmx(__pa(__this_cpu_read(vmxon_region)))) {
		cr4_clear_bits_irqsoff(X86_CR4_VMXE);
		intel_pt_handle_vmx(0);
		return -EIO;
	}
	return 0;
}

static void leave_vmx(void)
{
	asm volatile("vmxoff" : : : "cc", "memory");
	cr4_clear_bits_irqsoff(X86_CR4_VMXE);
	intel_pt_handle_vmx(0);
}

static void clear_here(struct vmx_vcpu *vmx)
{
	asm volatile("vmclear %0" : : "m" (vmx->pa) : "cc", "memory");
	if (__this_cpu_read(vmx_current) == vmx)
		__this_cpu_write(vmx_current, NULL);
	list_del(&vmx->node);
	vmx->launched = false;
	/* Pairs with the read in vmx_clear(): the VMCS is in memory now. */
	smp_store_release(&vmx->cpu, -1);
}

/**
 * vmx_hw_disable() - see vendor.h
 */
void vmx_hw_disable(void)
{
	struct list_head *list = this_cpu_ptr(&active);

	while (!list_empty(list))
		clear_here(list_first_entry(list, struct vmx_vcpu, node));
	leave_vmx();
}

/**
 * vmx_hw_abandon() - see vendor.h
 *
 * CR4 is written directly: the shadow may be half changed.
 */
void vmx_hw_abandon(void)
{
	asm volatile("1: vmxoff\n2:\n" _ASM_EXTABLE(1b, 2b)
		     : : : "cc", "memory");
	asm volatile("mov %0, %%cr4"
		     : : "r" (__read_cr4() & ~X86_CR4_VMXE) : "memory");
}

/**
 * vmx_make_current() - VMREAD and VMWRITE shall mean this VMCS
 * @vmx: active on no other CPU
 *
 * Context: interrupts off, inside zxvm_own_begin() and zxvm_own_end().
 */
void vmx_make_current(struct vmx_vcpu *vmx)
{
	if (likely(__this_cpu_read(vmx_current) == vmx))
		return;
	asm volatile("vmptrld %0" : : "m" (vmx->pa) : "cc", "memory");
	__this_cpu_write(vmx_current, vmx);
	if (vmx->cpu < 0) {
		list_add(&vmx->node, this_cpu_ptr(&active));
		vmx->cpu = smp_processor_id();
	}
}

static void clear_if_here(void *arg)
{
	struct vmx_vcpu *vmx = arg;

	if (vmx->cpu == smp_processor_id())
		clear_here(vmx);
}

/**
 * vmx_clear() - make a VMCS active on no CPU
 * @vmx: nobody runs it
 *
 * Context: interrupts on.
 */
void vmx_clear(struct vmx_vcpu *vmx)
{
	/* Pairs with clear_here(). A CPU that is offline has none active. */
	int cpu = smp_load_acquire(&vmx->cpu);

	if (cpu >= 0)
		smp_call_function_single(cpu, clear_if_here, vmx, 1);
}
