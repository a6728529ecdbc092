// SPDX-License-Identifier: GPL-2.0
/* VMX. SDM vol. 3, 24 to 27. */
#include <linux/io.h>
#include <linux/smp.h>

#include <asm/cpu_entry_area.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/tlbflush.h>
#include <asm/vmx.h>

#include "x86.h"

#define SEGMENTS	8		/* ES, CS, SS, DS, FS, GS, LDTR, TR */
#define STEP		2		/* between fields of one segment and the next */
#define UNUSABLE	0x10000
#define CODE64		0xa09b
#define DATA		0xc093
#define BUSY_TSS	0x8b

static void put(u32 field, u64 value)
{
	asm volatile("vmwrite %1, %0" : : "r"((u64)field), "r"(value) :
		     "cc", "memory");
}

static u64 get(u32 field)
{
	u64 value;

	asm volatile("vmread %1, %0" : "=r"(value) : "r"((u64)field) : "cc");
	return value;
}

static u64 msr(u32 number)
{
	u64 value;

	rdmsrl(number, value);
	return value;
}

/* What is asked for, with the bits that must be 0 or 1 (SDM, A.3) */
static u32 allowed(u32 wanted, u32 number)
{
	u64 bits = msr(number);

	return (wanted | lower_32_bits(bits)) & upper_32_bits(bits);
}

static void put_controls(void)
{
	put(PIN_BASED_VM_EXEC_CONTROL,
	    allowed(0, MSR_IA32_VMX_TRUE_PINBASED_CTLS));
	put(CPU_BASED_VM_EXEC_CONTROL,
	    allowed(0, MSR_IA32_VMX_TRUE_PROCBASED_CTLS));
	put(VM_EXIT_CONTROLS, allowed(VM_EXIT_HOST_ADDR_SPACE_SIZE,
				      MSR_IA32_VMX_TRUE_EXIT_CTLS));
	put(VM_ENTRY_CONTROLS, allowed(VM_ENTRY_IA32E_MODE,
				       MSR_IA32_VMX_TRUE_ENTRY_CTLS));
	put(EXCEPTION_BITMAP, U32_MAX);
	put(VMCS_LINK_POINTER, U64_MAX);
}

/* A register that host and guest have alike */
static void put_both(u32 host, u32 guest, u64 value)
{
	put(host, value);
	put(guest, value);
}

static void put_segments(u16 tr)
{
	unsigned int i;

	for (i = 0; i < SEGMENTS; i++)
		put(GUEST_ES_AR_BYTES + i * STEP, UNUSABLE);
	put_both(HOST_CS_SELECTOR, GUEST_CS_SELECTOR, __KERNEL_CS);
	put(GUEST_CS_AR_BYTES, CODE64);
	put(GUEST_CS_LIMIT, U32_MAX);
	put_both(HOST_SS_SELECTOR, GUEST_SS_SELECTOR, __KERNEL_DS);
	put(GUEST_SS_AR_BYTES, DATA);
	put(GUEST_SS_LIMIT, U32_MAX);
	put_both(HOST_TR_SELECTOR, GUEST_TR_SELECTOR, tr);
	put(GUEST_TR_AR_BYTES, BUSY_TSS);
	put(GUEST_TR_LIMIT, 0x67);
}

static void put_state(const struct desc_ptr *gdt, const struct desc_ptr *idt)
{
	u64 tss = (u64)&get_cpu_entry_area(smp_processor_id())->tss.x86_tss;

	put_both(HOST_CR0, GUEST_CR0, read_cr0());
	put_both(HOST_CR3, GUEST_CR3, __read_cr3());
	put_both(HOST_CR4, GUEST_CR4, __read_cr4());
	put_both(HOST_FS_BASE, GUEST_FS_BASE, msr(MSR_FS_BASE));
	put_both(HOST_GS_BASE, GUEST_GS_BASE, msr(MSR_GS_BASE));
	put_both(HOST_TR_BASE, GUEST_TR_BASE, tss);
	put_both(HOST_GDTR_BASE, GUEST_GDTR_BASE, gdt->address);
	put_both(HOST_IDTR_BASE, GUEST_IDTR_BASE, idt->address);
	put(GUEST_GDTR_LIMIT, gdt->size);
	put(GUEST_IDTR_LIMIT, idt->size);
	put_both(HOST_IA32_SYSENTER_CS, GUEST_SYSENTER_CS,
		 msr(MSR_IA32_SYSENTER_CS));
	put_both(HOST_IA32_SYSENTER_ESP, GUEST_SYSENTER_ESP,
		 msr(MSR_IA32_SYSENTER_ESP));
	put_both(HOST_IA32_SYSENTER_EIP, GUEST_SYSENTER_EIP,
		 msr(MSR_IA32_SYSENTER_EIP));
	put(HOST_RIP, (u64)floor_vmx_leave);
	put(GUEST_RIP, (u64)floor_guest);
	put(GUEST_RFLAGS, 2);
	put(GUEST_DR7, 0x400);
}

static u64 loop(unsigned int exits)
{
	struct floor_regs regs = { };
	u64 start = rdtsc_ordered();
	unsigned int i;

	for (i = 0; i < exits; i++) {
		if (floor_vmx_enter(&regs, i) ||
		    (u32)get(VM_EXIT_REASON) != EXIT_REASON_CPUID)
			return 0;
		put(GUEST_RIP, get(GUEST_RIP) + get(VM_EXIT_INSTRUCTION_LEN));
	}
	return rdtsc_ordered() - start;
}

/**
 * floor_vmx_run() - VMX on, exits, VMX off
 * @pages: for VMXON and for a VMCS, zero
 * @exits: how many
 *
 * Context: interrupts off.
 * Return: ticks, or 0 if it does not work.
 */
u64 floor_vmx_run(void *pages, unsigned int exits)
{
	u64 on = virt_to_phys(pages), vmcs = on + PAGE_SIZE, took;
	struct desc_ptr gdt, idt;
	bool failed;
	u16 tr;

	*(u32 *)pages = msr(MSR_IA32_VMX_BASIC) & 0x7fffffff;
	*(u32 *)(pages + PAGE_SIZE) = *(u32 *)pages;
	cr4_set_bits_irqsoff(X86_CR4_VMXE);
	asm volatile("vmxon %1" : "=@ccna"(failed) : "m"(on) : "memory");
	if (failed) {
		cr4_clear_bits_irqsoff(X86_CR4_VMXE);
		return 0;
	}
	asm volatile("vmclear %0; vmptrld %0" : : "m"(vmcs) : "cc", "memory");
	native_store_gdt(&gdt);
	store_idt(&idt);
	asm volatile("str %0" : "=r"(tr));
	put_controls();
	put_segments(tr);
	put_state(&gdt, &idt);
	took = loop(exits);
	asm volatile("vmclear %0; vmxoff" : : "m"(vmcs) : "cc", "memory");
	cr4_clear_bits_irqsoff(X86_CR4_VMXE);
	/* An exit leaves limits of 64 KiB behind. */
	asm volatile("lgdt %0; lidt %1" : : "m"(gdt), "m"(idt));
	invalidate_tss_limit();
	return took;
}
