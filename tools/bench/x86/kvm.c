// SPDX-License-Identifier: GPL-2.0
/* The parts of KVM that only x86 has. */
#include <cpuid.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/kvm.h>

#include "arch.h"
#include "bench.h"

#define CPUID_ENTRIES	128

/* Leaf 1, ECX: the APIC's timer has TSC-deadline mode; there is a hypervisor */
#define DEADLINE	(1U << 24)
#define HYPERVISOR	(1U << 31)

/*
 * KVM leaves it to the monitor to allow fast strings. Without them Linux 6.1
 * does not believe the CPU's ERMS, but its FSRM, and its memmove() fails.
 */
#define MISC_ENABLE	0x1a0
#define FAST_STRINGS	1

/* AMD's leaf of L1 caches: Linux divides by their ways on family 15h. */
#define L1_CACHES	0x80000005

/* Where Intel's KVM may put three pages of its own */
#define TSS_ADDR	0xfffbd000UL

static union {
	struct kvm_cpuid2 head;
	char room[sizeof(struct kvm_cpuid2) +
		  CPUID_ENTRIES * sizeof(struct kvm_cpuid_entry2)];
} cpuid;

/* What KVM offers, and what it leaves to the monitor to say */
static void get_cpuid(int dev)
{
	struct kvm_cpuid_entry2 *entry = cpuid.head.entries;
	unsigned int i;

	cpuid.head.nent = CPUID_ENTRIES;
	CALL(dev, KVM_GET_SUPPORTED_CPUID, &cpuid);
	for (i = 0; i < cpuid.head.nent; i++, entry++) {
		if (entry->function == 1)
			entry->ecx |= DEADLINE | HYPERVISOR;
		if (entry->function == L1_CACHES)
			__cpuid(L1_CACHES, entry->eax, entry->ebx, entry->ecx,
				entry->edx);
	}
}

void kvm_arch_vm_create(int dev, struct vm *vm)
{
	if (!cpuid.head.nent)
		get_cpuid(dev);
	CALL(vm->fd, KVM_SET_TSS_ADDR, (void *)TSS_ADDR);
	if (vm->irqchip)
		CALL(vm->fd, KVM_CREATE_IRQCHIP, NULL);
}

void kvm_arch_vm_ready(struct vm *vm)
{
	(void)vm;
}

void kvm_arch_vm_destroy(struct vm *vm)
{
	(void)vm;
}

static struct {
	struct kvm_msrs head;
	struct kvm_msr_entry misc_enable;
} msrs = {
	.head.nmsrs = 1,
	.misc_enable = { .index = MISC_ENABLE, .data = FAST_STRINGS },
};

/* The first VCPU starts as zxvm's does, the other by a start-up IPI. */
void kvm_arch_vcpu_create(struct vcpu *vcpu)
{
	struct kvm_regs regs = { .rip = vcpu->vm->entry, .rflags = 2 };
	struct kvm_segment code = {
		.limit = ~0U,
		.type = 11,
		.present = 1,
		.s = 1,
		.l = 1,
		.g = 1,
	};
	struct kvm_sregs sregs;

	CALL(vcpu->fd, KVM_SET_CPUID2, &cpuid);
	CALL(vcpu->fd, KVM_SET_MSRS, &msrs);
	if (vcpu->index)
		return;
	CALL(vcpu->fd, KVM_GET_SREGS, &sregs);
	sregs.cs = code;
	sregs.cr3 = GUEST_PML4;
	sregs.cr4 = 0x20;		/* PAE */
	sregs.cr0 = 0x80010011;		/* PG, WP, ET, PE */
	sregs.efer = 0xd01;		/* NX, LMA, LME, SCE */
	CALL(vcpu->fd, KVM_SET_SREGS, &sregs);
	CALL(vcpu->fd, KVM_SET_REGS, &regs);
}

uint32_t kvm_arch_input(uint32_t input)
{
	return input;
}

void kvm_arch_interrupt(struct vcpu *vcpu)
{
	struct kvm_msi args = { .address_lo = 0xfee00000, .data = LINE };

	CALL(vcpu->vm->fd, KVM_SIGNAL_MSI, &args);
}
