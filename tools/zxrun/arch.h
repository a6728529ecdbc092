/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a machine of one architecture provides to the rest of zxrun. Functions
 * that return int return 0, or -1 after a message.
 */
#ifndef ZXRUN_ARCH_H
#define ZXRUN_ARCH_H

#include <zircon/syscalls/port.h>

#include "vm.h"

/* The guest-physical address of RAM */
uint64_t arch_ram_base(void);

/* Are these options possible on this architecture at all? */
int arch_check_options(const struct options *options);

/* Creates vm->guest and vm->vmar. */
zx_status_t arch_create_guest(struct vm *vm);

/*
 * Adds devices to a guest that has its RAM, and loads what it boots. Sets
 * entry, boot_arg, machine, serial and alarm of vm.
 */
int arch_build(struct vm *vm);
void arch_destroy(struct vm *vm);

/* First registers; in the VCPU's own thread, as are the two below. */
zx_status_t arch_vcpu_init(struct vcpu *vcpu);

/* Does what the guest's load or store asks a device for. */
zx_status_t arch_access(struct vcpu *vcpu, struct device *dev, const zx_packet_guest_mem_t *mem);

/* Writes the registers as text, several lines. */
void arch_registers(struct vcpu *vcpu, char *text, size_t size);

#endif
