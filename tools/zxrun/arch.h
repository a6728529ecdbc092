/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a machine of one architecture provides to the rest of zxrun. Functions
 * that return int return 0, or -1 after a message.
 */
#ifndef ZXRUN_ARCH_H
#define ZXRUN_ARCH_H

#include <zircon/syscalls/port.h>

#include "vm.h"

/* The host's boot option that takes the hypervisor from KVM, or what else does */
extern const char *const arch_kvm_advice;

/* Are these options possible on this architecture at all? */
int arch_check_options(const struct options *options);

/* Creates vm->guest and vm->vmar. */
zx_status_t arch_create_guest(struct vm *vm);

/* Where RAM of that size is. Returns the number of parts. */
unsigned int arch_ram(uint64_t size, struct ram_part parts[RAM_PARTS]);

/*
 * Adds devices to a guest that has its RAM, and loads what it boots. Sets
 * entry, boot_arg, machine, serial and alarm of vm.
 */
int arch_build(struct vm *vm);
void arch_destroy(struct vm *vm);

/* First registers; in the VCPU's own thread, as are the two below. */
zx_status_t arch_vcpu_init(struct vcpu *vcpu);

/*
 * Does what the guest asks a device for. Returns ZX_ERR_WRONG_TYPE for a
 * packet that this machine cannot get.
 */
zx_status_t arch_packet(struct vcpu *vcpu, const zx_port_packet_t *packet);

/* Writes the registers as text, several lines. */
void arch_registers(struct vcpu *vcpu, char *text, size_t size);

#endif
