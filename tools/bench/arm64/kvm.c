// SPDX-License-Identifier: GPL-2.0
/* The parts of KVM that only arm64 has. */
#include <stddef.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <linux/kvm.h>

#include "bench.h"
#include "arch.h"

static struct kvm_vcpu_init vcpu_init;
static int gic;

void kvm_arch_vm_create(int dev, struct vm *vm)
{
	(void)dev;
	CALL(vm->fd, KVM_ARM_PREFERRED_TARGET, &vcpu_init);
	vcpu_init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
	gic = -1;
}

static void gic_attr(uint32_t group, uint64_t number, uint64_t value)
{
	struct kvm_device_attr attr = {
		.group = group,
		.attr = number,
		.addr = (uintptr_t)&value,
	};

	CALL(gic, KVM_SET_DEVICE_ATTR, &attr);
}

/* The interrupt controller comes when all VCPUs are there. */
void kvm_arch_vm_ready(struct vm *vm)
{
	struct kvm_create_device args = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };

	if (!vm->irqchip)
		return;
	CALL(vm->fd, KVM_CREATE_DEVICE, &args);
	gic = args.fd;
	gic_attr(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, GICD);
	gic_attr(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, GICR);
	gic_attr(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
}

void kvm_arch_vm_destroy(struct vm *vm)
{
	(void)vm;
	if (gic >= 0)
		close(gic);
}

/* The reset state has PC 0 already. */
void kvm_arch_vcpu_create(struct vcpu *vcpu)
{
	struct kvm_vcpu_init init = vcpu_init;

	if (vcpu->index)
		init.features[0] |= 1 << KVM_ARM_VCPU_POWER_OFF;
	CALL(vcpu->fd, KVM_ARM_VCPU_INIT, &init);
}

uint32_t kvm_arch_input(uint32_t input)
{
	return KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | input;
}

/* There is no call for an edge. */
void kvm_arch_interrupt(struct vcpu *vcpu)
{
	machine_pulse(vcpu);
}
